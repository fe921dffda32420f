/** How fast a node gets on: from when its progress came, so that what it did before its first step counts for nothing. */
export interface Pace {
  readonly value: number
  /** Milliseconds since 1970. */
  readonly at: number
  /** Seconds that one step takes, once two of them are known. */
  readonly secondsPerStep?: number
}

/** How much the newest measurement counts. */
const NEWEST = 0.3

/** The pace after a further report. A value that fell begins anew: a node that does its work in several rounds. */
export function nextPace(pace: Pace | undefined, value: number, at: number): Pace {
  if (pace === undefined || value < pace.value) return { value, at }
  const steps = value - pace.value
  if (steps === 0) return pace
  const measured = Math.max(0, at - pace.at) / 1000 / steps
  const known = pace.secondsPerStep
  // Several steps in one report weigh as much as they would one by one.
  const weight = 1 - (1 - NEWEST) ** steps
  return { value, at, secondsPerStep: known === undefined ? measured : known + (measured - known) * weight }
}

/** Seconds until `max`, as of `now`; undefined while that can't be said. Never below 0. */
export function secondsUntil({ value, at, secondsPerStep }: Pace, max: number, now: number): number | undefined {
  if (secondsPerStep === undefined) return undefined
  return Math.max(0, secondsPerStep * (max - value) - Math.max(0, now - at) / 1000)
}
