/** What the transformers are fed besides caption and mask: latents, position tables and the sinusoids of numbers. */
import type { TensorData } from '../../tensor/index.ts'
import { frameTable, sincos2d } from '../layers/position-table.ts'
import { SINUSOID_CHANNELS, timestepSinusoid } from '../layers/timestep-embedding.ts'
import type { PixArtConfig } from './config.ts'
import type { MotionConfig } from './motion-config.ts'

const float32 = (data: Float32Array, shape: readonly number[]): TensorData => ({ dtype: 'float32', shape, data })

/**
 * The tables of one size, the same in every step.
 * @param latentShape [B, C, H, W] of a picture or [B, C, F, H, W] of a video
 */
export function positionFeeds(
  config: PixArtConfig,
  motion: MotionConfig | null,
  latentShape: readonly number[],
): Record<string, TensorData> {
  const { patch, width, sampleSize, positionScale } = config
  const sides = latentShape.slice(-2).map((side) => Math.floor(side / patch))
  const [rows, columns] = sides as [number, number] // the last two
  const table = sincos2d({ rows, columns, width, base: Math.floor(sampleSize / patch), scale: positionScale })
  const frames = latentShape[2]!
  return {
    positions: float32(table, [rows, columns, width]),
    ...(motion?.positions && { framePositions: float32(frameTable(frames, motion.width), [frames, motion.width]) }),
  }
}

/** One timestep for each sample of the batch. */
export const timestepFeed = (timesteps: readonly number[]): TensorData =>
  float32(timestepSinusoid(timesteps), [timesteps.length, SINUSOID_CHANNELS])

/**
 * What the 1024 kind is told about the picture.
 * @param resolution height and width in pixels of every sample, one after the other
 * @param aspectRatio height / width of every sample
 */
export const sizeFeeds = (
  resolution: readonly number[],
  aspectRatio: readonly number[],
): Record<string, TensorData> => ({
  resolution: float32(timestepSinusoid(resolution), [aspectRatio.length, 2, SINUSOID_CHANNELS]),
  aspectRatio: float32(timestepSinusoid(aspectRatio), [aspectRatio.length, SINUSOID_CHANNELS]),
})

/** The latents without the rows and columns at the end that fill no patch, which a patch convolution does not see. */
export function cropToPatches(latents: TensorData, { patch }: PixArtConfig): TensorData {
  const [height, width] = latents.shape.slice(-2) as [number, number] // the last two
  const [h, w] = [height - (height % patch), width - (width % patch)]
  if (h === height && w === width) return latents
  const planes = latents.data.length / (height * width)
  const data = new Float32Array(planes * h * w)
  for (let row = 0; row < planes * h; row++) {
    const at = (Math.floor(row / h) * height + (row % h)) * width
    for (let column = 0; column < w; column++) data[row * w + column] = Number(latents.data[at + column])
  }
  return float32(data, [...latents.shape.slice(0, -2), h, w])
}
