import { MediaError } from './error.ts'
import { checkRange, checkShape, describeFrames, frameBytes, frameLength, pickShape } from './frames.ts'
import type { FrameArray, FrameDType, Frames, FrameShape } from './frames.ts'
import { closed, fileStore, memoryStore } from './frame-store.ts'
import type { FrameStore } from './frame-store.ts'
import { Waterline } from './waterline.ts'

/** 256 MB: 21 s of 512×512 RGB at 16 frames a second. */
export const DEFAULT_MEMORY_BUDGET = 256 * 2 ** 20

export interface FrameWriterOptions<D extends FrameDType> extends FrameShape<D> {
  /** Bytes that may stay in memory; larger runs lie in a file. Default 256 MB. */
  readonly memoryBudget?: number
  /** Folder for that file, which has no name and vanishes with the process. Default: the system's temporary one. */
  readonly spillFolder?: string
}

export interface FrameWriter<D extends FrameDType> {
  /** Readable at once: reads wait for frames that have not come yet. */
  readonly frames: Frames<D>
  /** Adds the next frame, [height, width, channels]; copied, so the array may be used again once this resolves. */
  push(frame: FrameArray<D>): Promise<void>
  /** Says that all frames were pushed; when some are missing, readers fail with a MediaError. */
  finish(): void
  /** Ends the run with an error, which everybody who reads it gets. */
  fail(error: unknown): void
}

/**
 * Frames that are read while they are written: a decoder pushes, an encoder reads, and neither waits for the whole.
 * Throws MediaError for impossible sizes.
 */
export function frameWriter<D extends FrameDType>(options: FrameWriterOptions<D>): FrameWriter<D> {
  const { memoryBudget = DEFAULT_MEMORY_BUDGET, spillFolder } = options
  const shape = pickShape(options)
  checkShape(shape)
  const inMemory = shape.count * frameBytes(shape) <= memoryBudget
  const store = inMemory ? memoryStore(shape) : lazily(() => fileStore(shape, spillFolder))
  const written = new Waterline()
  return { frames: readableFrames(shape, store, written), ...pushing(shape, store, written) }
}

function readableFrames<D extends FrameDType>(
  shape: FrameShape<D>, store: FrameStore<D>, written: Waterline,
): Frames<D> {
  let isClosed = false
  return {
    ...shape,
    get residentBytes() { return store.residentBytes },
    async read(from, to, signal) {
      checkRange(shape, from, to)
      if (isClosed) throw closed()
      await written.reached(to, signal)
      return store.read(from, to)
    },
    async close() {
      isClosed = true
      written.fail(closed())
      await store.close()
    },
  }
}

function pushing<D extends FrameDType>(
  shape: FrameShape<D>, store: FrameStore<D>, written: Waterline,
): Omit<FrameWriter<D>, 'frames'> {
  let pushed = 0
  let last: Promise<void> = Promise.resolve()             // pushes are written one after the other, in their order

  const append = async (index: number, frame: FrameArray<D>) => {
    written.throwIfFailed()
    try {
      await store.write(index, frame)
    } catch (error) {
      written.fail(error)
      throw error
    }
    written.raise(index + 1)
  }
  return {
    async push(frame) {
      checkFrame(shape, pushed, frame)
      const index = pushed++
      const mine = last.then(() => append(index, frame))
      last = mine.catch(() => {})
      await mine
    },
    finish() {
      if (pushed < shape.count) written.fail(missing(shape, pushed))
    },
    fail(error) { written.fail(error) },
  }
}

function checkFrame(shape: FrameShape, index: number, frame: FrameArray): void {
  const fits = frame.length === frameLength(shape) && (frame instanceof Uint8Array) === (shape.dtype === 'u8')
  if (fits && index < shape.count) return
  throw new MediaError({
    code: 'bad_input',
    problem: fits
      ? `frame ${index + 1} was pushed to ${describeFrames(shape)}`
      : `frame ${index + 1} has ${frame.length} samples (${frame.constructor.name}), expected ${frameLength(shape)} `
        + `for ${describeFrames(shape)}`,
    remedy: 'Announce the true number and size of the frames when the writer is made.',
  })
}

const missing = (shape: FrameShape, pushed: number) => new MediaError({
  code: 'incomplete', problem: `${pushed} of ${shape.count} frames were written`,
  remedy: 'The node that makes the frames ended early; look at its own error.',
})

/** A store that is opened by its first write, so that making a writer touches no disk. */
function lazily<D extends FrameDType>(openStore: () => Promise<FrameStore<D>>): FrameStore<D> {
  let opened: Promise<FrameStore<D>> | null = null
  let isClosed = false
  const get = () => {
    if (isClosed && !opened) throw closed()
    return opened ??= openStore()
  }
  return {
    residentBytes: 0,
    async write(index, frame) { await (await get()).write(index, frame) },
    async read(from, to) { return (await get()).read(from, to) },
    async close() {
      isClosed = true
      const store = await opened?.catch(() => null)
      await store?.close()
    },
  }
}
