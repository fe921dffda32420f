import { MediaError } from './error.ts'
import { convertFrames } from './frame-views.ts'
import { frameLength, pickShape } from './frames.ts'
import type { Channels, FrameArray, FrameDType, Frames, FrameShape } from './frames.ts'
import { frameByFrame, viewOf } from './view-of.ts'

/** What comes out of each frame, where it is not what went in. */
export interface MapOptions<D extends FrameDType> {
  readonly width?: number
  readonly height?: number
  readonly channels?: Channels
  /** How samples come in and go out: bytes (when left out) or floats from 0 to 1. */
  readonly dtype?: D
}

/** One frame, [height, width, channels], the caller's to change; gives the new one. */
export type FrameChange<D extends FrameDType> =
  (frame: FrameArray<D>, index: number, signal: AbortSignal | undefined) => ArrayLike<number> | Promise<ArrayLike<number>>

/**
 * Frames that are changed one by one, each time they are read: nothing is computed before somebody asks for it.
 * Throws MediaError for impossible sizes at once, and for a frame of another size when it is read.
 */
export function mapFrames<D extends FrameDType = 'u8'>(
  frames: Frames, change: FrameChange<D>, options: MapOptions<D> = {},
): Frames<D> {
  const dtype = options.dtype ?? 'u8' as D                              // D is 'u8' where no dtype is given
  const { width = frames.width, height = frames.height, channels = frames.channels } = options
  const shape: FrameShape<D> = { count: frames.count, width, height, channels, dtype }
  const source = convertFrames(frames, dtype)
  return frameByFrame([frames], shape, async (index, signal) =>
    checked(await change(await source.read(index, index + 1, signal), index, signal), shape, index))
}

function checked<D extends FrameDType>(made: ArrayLike<number>, shape: FrameShape<D>, index: number): FrameArray<D> {
  const length = frameLength(shape)
  if (made?.length !== length) {
    throw new MediaError({
      code: 'bad_input',
      problem: `frame ${index + 1} came out with ${made?.length ?? 'no'} samples, expected ${shape.width}×${shape.height}×${shape.channels} = ${length}`,
      remedy: 'Say the new size in the options of mapFrames.',
    })
  }
  if (shape.dtype === 'f32' && made instanceof Float32Array) return made as FrameArray<D>               // on D
  // A Buffer is a Uint8Array, too, but its slice is none of its own.
  if (shape.dtype === 'u8' && made instanceof Uint8Array) return new Uint8Array(made.buffer, made.byteOffset, length) as FrameArray<D>
  const plain = shape.dtype === 'u8' ? new Uint8Array(Uint8ClampedArray.from(made).buffer) : Float32Array.from(made)
  return plain as FrameArray<D>                                         // on D
}

/** The same frames as an object of its own: what is done to it, closing included, does not reach the original. */
export function shellOf(frames: Frames): Frames {
  return viewOf([frames], pickShape(frames), (from, to, signal) => frames.read(from, to, signal))
}
