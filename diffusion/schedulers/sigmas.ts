/** Noise levels in Karras et al.'s form (2022): x = x_0 + σ·noise, with σ_t = √((1 - ᾱ_t) / ᾱ_t). */
import { f, linspace, root } from './float32.ts'

/** σ for every training timestep, ascending, float32. */
export const trainingSigmas = (alphas: Float32Array): Float32Array => alphas.map((a) => root(f(f(1 - a) / a)))

/** σ at (fractional) timesteps, linear in between and constant beyond the ends (numpy.interp). */
export function interpolate(timesteps: readonly number[], sigmas: ArrayLike<number>): number[] {
  const last = sigmas.length - 1
  return timesteps.map((t) => {
    if (t <= 0) return sigmas[0]!
    if (t >= last) return sigmas[last]!
    const low = Math.floor(t)
    return (sigmas[low + 1]! - sigmas[low]!) * (t - low) + sigmas[low]!
  })
}

/** Karras et al. (2022), equation 5 with ρ = 7, from `max` down to `min`. */
export function karrasSigmas(min: number, max: number, count: number): number[] {
  const [low, high] = [min ** (1 / 7), max ** (1 / 7)]
  return linspace(0, 1, count).map((ramp) => (high + ramp * (low - high)) ** 7)
}

/** Lu et al. (2022), "DPM-Solver": steps of equal size in log σ, from `max` down to `min`. */
export function evenLogSigmas(min: number, max: number, count: number): number[] {
  const [low, high] = [f(Math.log(min)), f(Math.log(max))]
  return linspace(0, 1, count).map((ramp) => Math.exp(high + ramp * (low - high)))
}

/** The (fractional) training timestep whose noise level is `sigma`, linear in log σ. */
export function timestepOfSigma(sigma: number, logSigmas: Float32Array): number {
  const log = Math.log(Math.max(sigma, 1e-10))
  const below = logSigmas.findLastIndex((l) => l <= f(log))       // a rescaled schedule is not all in order
  const low = Math.min(Math.max(below, 0), logSigmas.length - 2)
  const [from, to] = [logSigmas[low]!, logSigmas[low + 1]!]
  const weight = Math.min(Math.max((from - log) / f(from - to), 0), 1)
  return (1 - weight) * low + weight * (low + 1)
}

/** ln σ, float32. */
export const logarithms = (sigmas: Float32Array): Float32Array => sigmas.map((s) => Math.log(s))
