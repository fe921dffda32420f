import { MediaError } from '../error.ts'
import { checkShape, pickShape } from '../frames.ts'
import type { FrameDType, Frames } from '../frames.ts'
import { frameByFrame } from '../view-of.ts'
import { toSamples } from './samples.ts'

/** Frames of a run by their indices, in any order and as often as wanted; `at(i)` names the one that stands at i. */
export function pickFrames<D extends FrameDType>(
  frames: Frames<D>, count: number, at: (index: number) => number,
): Frames<D> {
  const shape = { ...pickShape(frames), count }
  checkShape(shape)
  return frameByFrame([frames], shape, (index, signal) => frames.read(at(index), at(index) + 1, signal))
}

/** The run so many times over. */
export function repeatFrames<D extends FrameDType>(frames: Frames<D>, times: number): Frames<D> {
  if (times === 1) return frames
  return pickFrames(frames, frames.count * times, (index) => index % frames.count)
}

export const RATE_METHODS = ['nearest', 'blend'] as const
/** `nearest` drops and repeats frames; `blend` mixes the two that stand next in time. */
export type RateMethod = typeof RATE_METHODS[number]

/**
 * The same seconds at another number of frames per second. A frame of the new run shows what the old one showed at its
 * time. The length stays, rounded to whole frames.
 */
export function changeRate<D extends FrameDType>(
  frames: Frames<D>, from: number, to: number, method: RateMethod,
): Frames<D> {
  if (!(from > 0 && to > 0)) {
    throw new MediaError({
      code: 'bad_input', problem: `can't bring ${from} to ${to} frames per second`, remedy: 'Use numbers above 0.',
    })
  }
  if (from === to) return frames
  const count = Math.max(1, Math.round(frames.count * to / from))
  const last = frames.count - 1
  const position = (index: number) => Math.min(last, index * from / to)
  // A millionth forward, so that 3 · (24 / 8) is 9 in spite of rounding.
  if (method === 'nearest') return pickFrames(frames, count, (index) => Math.min(last, Math.floor(position(index) + 1e-6)))
  return frameByFrame([frames], { ...pickShape(frames), count }, async (index, signal) => {
    const at = position(index)
    const first = Math.min(last, Math.floor(at + 1e-6))
    const share = Math.max(0, at - first)
    if (share < 1e-6 || first === last) return frames.read(first, first + 1, signal)
    const pair = await frames.read(first, first + 2, signal)
    const length = pair.length / 2
    const values = new Float32Array(length)
    for (let i = 0; i < length; i++) values[i] = (1 - share) * pair[i]! + share * pair[length + i]!
    return toSamples(values, frames.dtype)
  })
}

/** Runs backwards. */
export const reverseFrames = <D extends FrameDType>(frames: Frames<D>): Frames<D> =>
  pickFrames(frames, frames.count, (index) => frames.count - 1 - index)
