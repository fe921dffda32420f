import type { FrameArray, FrameDType } from '../frames.ts'

/** The value of white, of a mask that is on, of an opaque pixel: 255 or 1. */
export const fullScale = (dtype: FrameDType): number => dtype === 'u8' ? 255 : 1

/**
 * Computed samples as a frame's own kind: bytes are rounded (ties to even) and clamped to 0…255, floats clamped to 0…1.
 * NaN becomes 0.
 */
export function toSamples<D extends FrameDType>(values: ArrayLike<number>, dtype: D): FrameArray<D> {
  if (dtype === 'u8') return new Uint8Array(Uint8ClampedArray.from(values).buffer) as FrameArray<D>     // on D
  const floats = new Float32Array(values.length)
  for (let i = 0; i < floats.length; i++) {
    const value = values[i]!
    floats[i] = value > 0 ? value < 1 ? value : 1 : 0
  }
  return floats as FrameArray<D>                                        // on D
}

/** An array of a frame's own kind. */
export const newSamples = <D extends FrameDType>(dtype: D, length: number): FrameArray<D> =>
  (dtype === 'u8' ? new Uint8Array(length) : new Float32Array(length)) as FrameArray<D>                 // on D
