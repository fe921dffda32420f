import { frameByFrame } from '../view-of.ts'
import { checkShape, pickShape } from '../frames.ts'
import type { FrameDType, Frames } from '../frames.ts'
import { alongColumns, alongRows } from './convolve.ts'
import { toSamples } from './samples.ts'
import { resampleTaps } from './taps.ts'
import type { ResampleMethod } from './taps.ts'

export interface Size { readonly width: number; readonly height: number }

/**
 * The frames at another size, each resized when it is read; in the dtype they have, computed in floats. The same
 * frames where the size is theirs. Throws MediaError for impossible sizes.
 */
export function resizeFrames<D extends FrameDType>(
  frames: Frames<D>, { width, height }: Size, method: ResampleMethod,
): Frames<D> {
  if (width === frames.width && height === frames.height) return frames
  const shape = { ...pickShape(frames), width, height }
  checkShape(shape)
  const across = resampleTaps(method, frames.width, width)
  const down = resampleTaps(method, frames.height, height)
  return frameByFrame([frames], shape, async (index, signal) => {
    const plane = { ...pickShape(frames), data: await frames.read(index, index + 1, signal) }
    return toSamples(alongColumns(alongRows(plane, across), down).data, frames.dtype)
  })
}
