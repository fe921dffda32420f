/**
 * Which training timesteps a run of so many steps visits (Lin et al., 2023, table 2), with the roundings and array
 * lengths of NumPy that diffusers 0.27.2 gets.
 */
import { DiffusionError } from '../error.ts'
import { roundHalfEven } from '../random/half.ts'
import { choice } from './config.ts'
import { linspace } from './float32.ts'

export type Spacing = 'linspace' | 'leading' | 'trailing'
export const spacingField = (fallback: Spacing) => choice(fallback, ['linspace', 'leading', 'trailing'])

/** `count` timesteps from `last` down to 0, not rounded. */
export const evenly = (last: number, count: number): number[] => linspace(0, last, count).reverse()

/** Whole multiples of `ratio` above `offset`, highest first. */
export const multiples = (ratio: number, count: number, offset: number): number[] =>
  Array.from({ length: count }, (_, i) => (count - 1 - i) * ratio + offset)

/**
 * From `last` downwards by `ratio`, all above 0, rounded, less 1.
 * The quotient's rounding decides on the length, as in numpy.arange: some step counts (61, 103 … of 1000) get one more
 * timestep, which is -1.
 */
export function downwards(last: number, ratio: number): number[] {
  const count = Math.ceil(last / ratio)
  const step = last - (last - ratio)
  return Array.from({ length: count }, (_, i) => roundHalfEven(last - i * step) - 1)
}

/** @throws DiffusionError unless `steps` is a whole number from `min` to `max`. */
export function checkSteps(steps: number, min: number, max: number, method: string): void {
  if (Number.isSafeInteger(steps) && steps >= min && steps <= max) return
  const upTo = max === Infinity ? 'on' : `to ${max}`
  throw new DiffusionError({
    field: 'steps', expected: `a whole number from ${min} ${upTo} for ${method}`, found: String(steps),
    remedy: 'Choose a number in that range, or another sampler.',
  })
}

/**
 * How many of `steps` steps remain when only the share `denoise` of the schedule is run.
 * @throws DiffusionError when that is not a share, or leaves no step.
 */
export function remainingSteps(steps: number, denoise: number): number {
  const remaining = Math.min(Math.trunc(steps * denoise), steps)
  if (denoise > 0 && denoise <= 1 && remaining >= 1) return remaining
  throw new DiffusionError({
    field: 'denoise', expected: `a share over 0, at most 1, that leaves a step (1/${steps} or more)`,
    found: String(denoise), remedy: 'Raise it, or take more steps.',
  })
}

/** @throws DiffusionError when the first timestep comes twice: the reference, which looks it up to start, fails. */
export function checkDistinctStart(timesteps: readonly number[], steps: number, method: string): void {
  if (timesteps.length < 2 || timesteps[0] !== timesteps[1]) return
  throw new DiffusionError({
    field: 'steps', expected: `so few that ${method}'s first two timesteps differ`,
    found: `${steps} (both are ${timesteps[0]})`, remedy: 'Take fewer steps.',
  })
}
