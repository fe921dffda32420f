/** What DDIM and PNDM share: they look ᾱ up by whole timesteps. */
import { DiffusionError } from '../error.ts'
import { f, mix, root } from './float32.ts'
import { downwards, evenly, multiples, type Spacing } from './spacing.ts'
import { roundHalfEven } from '../random/half.ts'
import type { SchedulePlan } from './scheduler.ts'

interface SpacedConfig {
  readonly num_train_timesteps: number
  readonly timestep_spacing: Spacing
  readonly steps_offset: number
}

/**
 * Whole timesteps of a run, highest first.
 * The -1 that `downwards` may end with is left out: the reference would read ᾱ from the noisy end of its table there.
 * @throws DiffusionError when the offset leads past the last training timestep.
 */
export function wholeTimesteps(config: SpacedConfig, steps: number): number[] {
  const trained = config.num_train_timesteps
  const timesteps = spaced(config, steps).filter((t) => t >= 0)
  if (timesteps[0]! < trained) return timesteps
  throw new DiffusionError({
    field: 'steps', expected: `timesteps below ${trained}`,
    found: `${timesteps[0]} with ${steps} steps and steps_offset ${config.steps_offset}`, remedy: 'Take fewer steps.',
  })
}

function spaced(config: SpacedConfig, steps: number): number[] {
  const trained = config.num_train_timesteps
  switch (config.timestep_spacing) {
    case 'linspace': return evenly(trained - 1, steps).map(roundHalfEven)
    case 'leading': return multiples(Math.floor(trained / steps), steps, config.steps_offset)
    case 'trailing': return downwards(trained, trained / steps)
  }
}

/** √ᾱ_t·x_0 + √(1 - ᾱ_t)·noise (Ho et al., 2020, equation 4), at the timestep of call `index`. */
export function addAlphaNoise(
  alphas: Float32Array, plan: SchedulePlan, index: number, x0: Float32Array, noise: Float32Array,
): Float32Array {
  const alpha = alphas[plan.timesteps[index]!]!
  return mix(root(alpha), x0, root(f(1 - alpha)), noise)
}

/** ᾱ at `timestep`; before the first one it is 1, or that of timestep 0, as the configuration says. */
export function alphaAt(alphas: Float32Array, timestep: number, setToOne: boolean): number {
  if (timestep >= 0) return alphas[timestep]!
  return setToOne ? 1 : alphas[0]!
}
