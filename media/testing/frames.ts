/** Small frames for tests: written down pixel by pixel, and read back the same way. */
import fc from 'fast-check'
import { frameLength, framesOf } from '../frames.ts'
import type { Channels, FrameDType, Frames, FrameShape } from '../frames.ts'

/** Frames of bytes: all frames' samples, rows top to bottom. The number of frames follows from the samples. */
export function bytes(width: number, height: number, channels: Channels, samples: readonly number[]): Frames<'u8'> {
  const count = samples.length / (width * height * channels)
  return framesOf(Uint8Array.from(samples), { count, width, height, channels, dtype: 'u8' })
}

/** The same with float samples. */
export function floats(width: number, height: number, channels: Channels, samples: readonly number[]): Frames<'f32'> {
  const count = samples.length / (width * height * channels)
  return framesOf(Float32Array.from(samples), { count, width, height, channels, dtype: 'f32' })
}

/** All samples, rounded to six digits, so that they can be compared with numbers worked out by hand. */
export async function samplesOf(frames: Frames): Promise<number[]> {
  return Array.from(await frames.read(0, frames.count), (value) => Math.round(value * 1e6) / 1e6)
}

/** Any small frames of these kinds. */
export function anyFrames(
  options: { readonly dtypes?: readonly FrameDType[]; readonly channels?: readonly Channels[] } = {},
): fc.Arbitrary<Frames> {
  const { dtypes = ['u8', 'f32'], channels = [1, 3, 4] } = options
  const side = fc.integer({ min: 1, max: 6 })
  const shape = fc.record({
    count: fc.integer({ min: 1, max: 4 }), width: side, height: side,
    channels: fc.constantFrom(...channels), dtype: fc.constantFrom(...dtypes),
  })
  return shape.chain((one) => fc
    .array(fc.nat(255), { minLength: one.count * frameLength(one), maxLength: one.count * frameLength(one) })
    .map((samples) => ofShape(one, samples)))
}

function ofShape(shape: FrameShape, samples: readonly number[]): Frames {
  return shape.dtype === 'u8'
    ? framesOf<'u8'>(Uint8Array.from(samples), { ...shape, dtype: 'u8' })
    : framesOf<'f32'>(Float32Array.from(samples, (value) => value / 255), { ...shape, dtype: 'f32' })
}

/** A run's form and samples, for `toEqual`. */
export async function contentOf(frames: Frames): Promise<unknown> {
  const { count, width, height, channels, dtype } = frames
  return { count, width, height, channels, dtype, samples: await frames.read(0, count) }
}
