import { setImmediate } from 'node:timers/promises'
import { allocate, checkRange, checkShape, frameLength, pickShape } from './frames.ts'
import type { FrameArray, FrameDType, Frames, FrameShape } from './frames.ts'

/**
 * Frames that are made from others each time they are read, and hold nothing themselves. Closing the frames that they
 * are made from closes them too.
 */
export function viewOf<D extends FrameDType>(
  sources: readonly Frames[], shape: FrameShape<D>, read: Frames<D>['read'],
): Frames<D> {
  return {
    ...pickShape(shape),
    sources: rootsOf(sources),
    async read(from, to, signal) {
      checkRange(shape, from, to)
      return read(from, to, signal)
    },
  }
}

/**
 * The same, made one by one: `make` gives frame `index` as an array of its own. Others get a turn between two frames,
 * so that a long read never holds up the process. Throws MediaError for impossible sizes.
 */
export function frameByFrame<D extends FrameDType>(
  sources: readonly Frames[], shape: FrameShape<D>,
  make: (index: number, signal: AbortSignal | undefined) => FrameArray<D> | Promise<FrameArray<D>>,
): Frames<D> {
  checkShape(shape)
  const length = frameLength(shape)
  return viewOf(sources, shape, async (from, to, signal) => {
    if (to - from === 1) return make(from, signal)
    const into = allocate(shape, to - from)
    for (let index = from; index < to; index++) {
      signal?.throwIfAborted()
      into.set(await make(index, signal), (index - from) * length)
      await setImmediate()
    }
    return into
  })
}

/** The frames at the ends of chains of views: those that hold something. */
const rootsOf = (frames: readonly Frames[]): readonly Frames[] =>
  [...new Set(frames.flatMap((each) => each.sources ?? [each]))]
