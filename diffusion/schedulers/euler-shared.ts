/** What the two Euler methods have in common: the plan over sigmas, the scaling of inputs, and noising an image. */
import { f, root, square, zip } from './float32.ts'
import type { SchedulePlan } from './scheduler.ts'
import {
  checkDistinctStart, checkSteps, downwards, evenly, multiples, remainingSteps, type Spacing,
} from './spacing.ts'

interface SpacedConfig {
  readonly num_train_timesteps: number
  readonly timestep_spacing: Spacing
  readonly steps_offset: number
}

/** Timesteps of a run, highest first, rounded to float32 and fractional in general. */
export function eulerTimesteps(config: SpacedConfig, steps: number): number[] {
  const trained = config.num_train_timesteps
  checkSteps(steps, 1, Infinity, 'Euler')
  switch (config.timestep_spacing) {
    case 'linspace': return evenly(trained - 1, steps).map(f)
    case 'leading': return multiples(Math.floor(trained / steps), steps, config.steps_offset)
    case 'trailing': return downwards(trained, trained / steps)
  }
}

/** The plan for `sigmas` (without the final 0), of which `denoise` says how much is run. */
export function eulerPlan(
  config: SpacedConfig, steps: number, denoise: number, timesteps: readonly number[], levels: ArrayLike<number>,
): SchedulePlan {
  checkDistinctStart(timesteps, steps, 'Euler')
  const sigmas = Float32Array.from([...Array.from(levels), 0])
  const highest = sigmas.reduce((a, b) => Math.max(a, b))
  const initNoiseSigma = config.timestep_spacing === 'leading' ? root(f(square(highest) + 1)) : highest
  return { steps, timesteps, fractional: true, sigmas, initNoiseSigma, begin: steps - remainingSteps(steps, denoise) }
}

/** x / √(σ² + 1): the model was trained on samples of unit variance. */
export function scaleBySigma(plan: SchedulePlan, index: number, x: Float32Array): Float32Array {
  const scale = root(f(square(sigmaAt(plan, index)) + 1))
  return x.map((x) => x / scale)
}

/** x_0 + σ·noise. */
export function addSigmaNoise(plan: SchedulePlan, index: number, x0: Float32Array, noise: Float32Array): Float32Array {
  const sigma = sigmaAt(plan, index)
  return zip(x0, noise, (x, n) => x + f(n * sigma))
}

/** The noise level before call `index`. */
export function sigmaAt(plan: SchedulePlan, index: number): number {
  const sigma = plan.sigmas?.[index]
  if (sigma !== undefined) return sigma
  throw new RangeError(`The plan has no sigma ${index}: it belongs to another scheduler or run`)
}

/** x_0 from a v prediction for a sample of noise level σ (Salimans and Ho, 2022, in Karras' scaling). */
export function velocityToClean(sigma: number): (x: number, v: number) => number {
  const variance = f(square(sigma) + 1)
  const scale = f(-sigma / root(variance))
  return (x, v) => f(f(v * scale) + f(x / variance))
}
