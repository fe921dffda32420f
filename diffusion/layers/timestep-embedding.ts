import type { Graph, Value, Weights } from '../../tensor/index.ts'
import { silu } from '../../tensor/index.ts'
import { linear } from './linear.ts'

/** Channels of the sinusoid that every PixArt embedder takes (diffusers: `Timesteps(num_channels=256)`). */
export const SINUSOID_CHANNELS = 256

/**
 * The sinusoid of scalar conditions: cosines first, then sines (flip_sin_to_cos, downscale_freq_shift 0, period 10000),
 * in float32 steps as diffusers' `get_timestep_embedding` takes them.
 * @returns [values.length, channels]
 */
export function timestepSinusoid(values: readonly number[], channels = SINUSOID_CHANNELS): Float32Array {
  const half = channels / 2
  const table = new Float32Array(values.length * channels)
  for (let i = 0; i < half; i++) {
    const exponent = Math.fround(Math.fround(-Math.log(10_000) * i) / half)
    const frequency = Math.fround(Math.exp(exponent))
    for (const [row, value] of values.entries()) {
      const angle = Math.fround(Math.fround(value) * frequency)
      table[row * channels + i] = Math.cos(angle)
      table[row * channels + half + i] = Math.sin(angle)
    }
  }
  return table
}

/** Linear, SiLU, Linear (diffusers: `TimestepEmbedding`): sinusoid [B, 256] → [B, width]. */
export function timestepEmbedder(g: Graph, w: Weights, sinusoid: Value, width: number): Value {
  return linear(g, w.at('linear_2'), silu(g, linear(g, w.at('linear_1'), sinusoid, width)), width)
}
