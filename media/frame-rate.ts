/** How frames that are shown at given times become a run of so many per second. */
export interface Pace {
  readonly fps: number
  /** For each frame of the run, which of the given ones it shows; null where it is simply all of them. */
  readonly picks: readonly number[] | null
}

/** Rates that cameras and programs use. Whole ones first: short clips fit both 24 and 23.976. */
const BROADCAST = [24, 30, 48, 60, 120].map((rate) => rate * 1000 / 1001)

/** How far times may be off because of how they are written: Matroska has whole milliseconds, GIF hundredths. */
export const ROUNDING = { video: 0.001_05, animation: 0.010_5 }

/**
 * The pace of frames with these times (seconds, in order). Where they are evenly spread, the rate and all frames. Where
 * they are not, frames are repeated and dropped so that each moment shows what it showed, at the average rate.
 */
export function paceOf(times: readonly number[], rounding = ROUNDING.video): Pace {
  const span = times.at(-1)! - times[0]!
  if (times.length < 2 || !(span > 0) || times.some((time, i) => i > 0 && time < times[i - 1]!)) return { fps: FALLBACK, picks: null }
  const average = (times.length - 1) / span
  const even = candidates(average).find((fps) => isEven(times, fps, rounding))
  if (even !== undefined) return { fps: even, picks: null }
  const fps = Math.min(MAX_RATE, Math.max(MIN_RATE, Math.round(average * 1000) / 1000))
  return { fps, picks: spread(times, fps, rounding) }
}

const FALLBACK = 24                                                     // of one frame, and of times that make no sense
const MAX_RATE = 240
const MIN_RATE = 0.1

function candidates(average: number): number[] {
  const known = [Math.round(average), ...BROADCAST].filter((rate) => rate > 0 && Math.abs(rate - average) / rate < 0.02)
  return [...known, average].filter((rate) => rate <= 1000)
}

/** Whether each frame stands where it would at this rate, but for the rounding of its time. */
function isEven(times: readonly number[], fps: number, rounding: number): boolean {
  return times.every((time, i) => Math.abs(time - times[0]! - i / fps) <= rounding)
}

function spread(times: readonly number[], fps: number, rounding: number): number[] {
  const end = times.at(-1)! - times[0]! + 1 / fps
  const picks: number[] = []
  for (let frame = 0, shown = 0; frame < Math.max(1, Math.round(end * fps)); frame++) {
    while (shown + 1 < times.length && times[shown + 1]! - times[0]! <= frame / fps + rounding) shown++
    picks.push(shown)
  }
  return picks
}
