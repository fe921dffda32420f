/** The noise that training adds at each timestep: β_t, and ᾱ_t = Π (1 - β_s), rounded as PyTorch rounds them. */
import { choice, number, optionalBetas, whole, type ConfigOf } from './config.ts'
import { f, linspace32, root, square } from './float32.ts'

/** Fields that all scheduler classes share, with diffusers' defaults. */
export const betaFields = {
  num_train_timesteps: whole(1000, 1),
  beta_start: number(0.0001),
  beta_end: number(0.02),
  beta_schedule: choice('linear', ['linear', 'scaled_linear', 'squaredcos_cap_v2']),
  trained_betas: optionalBetas,
}

export type BetaConfig = ConfigOf<typeof betaFields>

/** β for every training timestep, float32. */
export function betas(config: BetaConfig): Float32Array {
  const { num_train_timesteps: count, beta_start: start, beta_end: end } = config
  if (config.trained_betas) return Float32Array.from(config.trained_betas)
  switch (config.beta_schedule) {
    case 'linear': return linspace32(start, end, count)
    case 'scaled_linear': return linspace32(Math.sqrt(start), Math.sqrt(end), count).map(square)
    case 'squaredcos_cap_v2': return cosineBetas(count)
  }
}

const alphaBar = (t: number): number => Math.cos((((t + 0.008) / 1.008) * Math.PI) / 2) ** 2

/** Nichol and Dhariwal (2021), "Improved DDPM": ᾱ follows a squared cosine; β is capped at 0.999. */
function cosineBetas(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => {
    return Math.min(1 - alphaBar((i + 1) / count) / alphaBar(i / count), 0.999)
  })
}

/** No signal at the end: algorithm 1 of Lin et al. (2023), "Common diffusion noise schedules … are flawed". */
export function rescaleZeroTerminalSnr(betas: Float32Array): Float32Array {
  const roots = cumulativeAlphas(betas).map(root)
  const [first, last] = [roots[0]!, roots.at(-1)!]
  const scale = f(first / f(first - last))
  const alphaBar = roots.map((x) => square(f(f(x - last) * scale)))
  return alphaBar.map((x, i) => f(1 - (i === 0 ? x : f(x / alphaBar[i - 1]!))))
}

/** ᾱ_t; the product runs in double precision, each value is stored as float32 (torch.cumprod). */
export function cumulativeAlphas(betas: Float32Array): Float32Array {
  let product = 1
  return betas.map((beta) => (product *= f(1 - beta)))
}

/**
 * ᾱ_t of a configuration.
 * @param rescale make the last timestep pure noise.
 * @param keepFinite with `rescale`: leave ᾱ of the last timestep at 2^-24, so that its sigma is finite.
 */
export function alphasCumprod(config: BetaConfig, rescale = false, keepFinite = true): Float32Array {
  const alphas = cumulativeAlphas(rescale ? rescaleZeroTerminalSnr(betas(config)) : betas(config))
  if (rescale && keepFinite) alphas[alphas.length - 1] = 2 ** -24
  return alphas
}
