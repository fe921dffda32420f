import type { Scheduler } from './scheduler.ts'

/**
 * x_0 by one prediction (Ho et al., 2020, equation 15). What a scheduler gives the model has unit variance in all of them:
 * √ᾱ·x_0 + √(1 - ᾱ)·ε, also where the scheduler itself counts in sigmas.
 * @param timestep as the model got it
 * @param scaled the sample as the model got it
 * @param output what it said
 */
export function cleanEstimate({ alphasCumprod, config }: Scheduler, timestep: number, scaled: Float32Array, output: Float32Array): Float32Array {
  const kind = config['prediction_type']
  if (kind === 'sample' || kind === 'original_sample') return output
  const alpha = Math.max(alphasCumprod[Math.min(Math.max(Math.round(timestep), 0), alphasCumprod.length - 1)]!, 1e-8)
  const [signal, noise] = [Math.sqrt(alpha), Math.sqrt(1 - alpha)]
  return kind === 'v_prediction'
    ? scaled.map((x, i) => signal * x - noise * output[i]!)
    : scaled.map((x, i) => (x - noise * output[i]!) / signal)
}
