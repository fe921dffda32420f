import { MediaError } from './error.ts'

export type FrameDType = 'u8' | 'f32'
export type Channels = 1 | 3 | 4

/** The array that holds frames of a dtype. u8: 0 to 255. f32: 0 to 1, sRGB as it is in files (no linear light). */
export interface FrameArrays { u8: Uint8Array; f32: Float32Array }
export type FrameArray<D extends FrameDType = FrameDType> = FrameArrays[D]

/** Size and kind of frames, all of one size. Channels: 1 grey, 3 RGB, 4 RGB and alpha (not premultiplied). */
export interface FrameShape<D extends FrameDType = FrameDType> {
  readonly count: number
  readonly height: number
  readonly width: number
  readonly channels: Channels
  readonly dtype: D
}

/**
 * A run of pictures, the value on an IMAGE wire: held in memory, in a file, made when asked for, or still being
 * written. One image is a run of one frame.
 */
export interface Frames<D extends FrameDType = FrameDType> extends FrameShape<D> {
  /**
   * Frames `from` up to, not including, `to`: [to-from, height, width, channels], rows top to bottom. The array is the
   * caller's own. Waits for frames that are still being written, until `signal` aborts.
   * Throws what the writer failed with, or MediaError for a range outside 0 to count and for frames that are closed.
   */
  read(from: number, to: number, signal?: AbortSignal): Promise<FrameArray<D>>
  /** Bytes of memory this value holds now; 0 when it is in a file or made on demand. */
  readonly residentBytes?: number
  /** Of a view: the frames that it reads when it is read. Whoever holds the view has to hold them, too. */
  readonly sources?: readonly Frames[]
  /** Gives memory and disk back at once; otherwise that happens when the value is garbage collected. */
  close?(): Promise<void>
}

export const BYTES_PER_SAMPLE = { u8: 1, f32: 4 } as const

/** Samples of one frame: height · width · channels. */
export const frameLength = ({ height, width, channels }: Omit<FrameShape, 'count' | 'dtype'>): number =>
  height * width * channels

/** Bytes of one frame. */
export const frameBytes = (shape: Omit<FrameShape, 'count'>): number =>
  frameLength(shape) * BYTES_PER_SAMPLE[shape.dtype]

const MAX_FRAME_BYTES = 2 ** 31 - 1

/** Throws MediaError unless the sizes are whole, positive and of a frame that fits in one array. */
export function checkShape(shape: FrameShape): void {
  for (const name of ['count', 'height', 'width'] as const) {
    if (!Number.isSafeInteger(shape[name]) || shape[name] < 1) {
      throw badShape(`${name} must be a whole number of at least 1, got ${shape[name]}`)
    }
  }
  if (![1, 3, 4].includes(shape.channels)) throw badShape(`channels must be 1, 3 or 4, got ${shape.channels}`)
  if (frameBytes(shape) > MAX_FRAME_BYTES) {
    throw badShape(`one frame of ${shape.width}×${shape.height} would take ${frameBytes(shape)} bytes, `
      + `the most is ${MAX_FRAME_BYTES}`)
  }
}

const badShape = (problem: string) =>
  new MediaError({ code: 'bad_input', problem, remedy: 'Use another size or number of frames.' })

/** Throws MediaError unless 0 ≤ from ≤ to ≤ count, all whole. */
export function checkRange({ count }: { readonly count: number }, from: number, to: number): void {
  if (Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= count) return
  throw new MediaError({
    code: 'bad_input', problem: `frames ${from} to ${to} were asked for, there are ${count}`,
    remedy: `Ask for a range within 0 to ${count}.`,
  })
}

/** A zero-filled array for `frames` frames of this shape. */
export function allocate<D extends FrameDType>(shape: FrameShape<D>, frames: number): FrameArray<D> {
  const samples = frameLength(shape) * frames
  const made: FrameArrays[FrameDType] = shape.dtype === 'u8' ? new Uint8Array(samples) : new Float32Array(samples)
  return made as FrameArray<D>            // the branch above is on the same dtype that D names
}

/** "16 frames of 512×288, RGB, u8": for messages and logs. */
export const describeFrames = ({ count, width, height, channels, dtype }: FrameShape): string =>
  `${count} ${count === 1 ? 'frame' : 'frames'} of ${width}×${height}, ${CHANNEL_NAMES[channels]}, ${dtype}`

const CHANNEL_NAMES = { 1: 'grey', 3: 'RGB', 4: 'RGBA' } as const

/** Frames over an array that is there already; the array is not copied, so leave it unchanged afterwards. */
export function framesOf<D extends FrameDType>(data: FrameArray<D>, shape: FrameShape<D>): Frames<D> {
  checkShape(shape)
  const length = frameLength(shape)
  if (data.length !== length * shape.count || (data instanceof Uint8Array) !== (shape.dtype === 'u8')) {
    throw new MediaError({
      code: 'bad_input', problem: `an array of ${data.length} samples can't be ${describeFrames(shape)}`,
      remedy: `Pass ${length * shape.count} samples in a ${shape.dtype === 'u8' ? 'Uint8Array' : 'Float32Array'}.`,
    })
  }
  // A Buffer's own slice gives a view, not a copy.
  const plain = data instanceof Uint8Array ? new Uint8Array(data.buffer, data.byteOffset, data.length) : data
  return {
    ...pickShape(shape),
    residentBytes: data.byteLength,
    async read(from, to, signal) {
      signal?.throwIfAborted()
      checkRange(shape, from, to)
      return plain.slice(from * length, to * length) as FrameArray<D>   // slice keeps the kind of array
    },
  }
}

/** The five fields of the shape alone. */
export function pickShape<D extends FrameDType>(shape: FrameShape<D>): FrameShape<D> {
  const { count, height, width, channels, dtype } = shape
  return { count, height, width, channels, dtype }
}
