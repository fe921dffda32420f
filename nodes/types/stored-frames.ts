/** Frames in the disk cache: 32 bytes about their form (and a video's speed), then one frame after the other. */
import type { Numbers, StoredBytes, StreamRule } from '../../core/types/index.ts'
import { frameBytes } from '../../media/index.ts'
import { checkRange, checkShape, frameLength } from '../../media/frames.ts'
import type { FrameArray, Frames, FrameShape } from '../../media/index.ts'
import type { Video } from './frames.ts'

const HEAD = 32
/** Bytes that are read and written at a time, or one frame where that is larger. */
const PIECE = 4 * 2 ** 20

export const storedSize = (frames: FrameShape): number => HEAD + frames.count * frameBytes(frames)

/** Pictures of any kind; a view is written as what it shows. */
export const storedFrames: StreamRule<Frames> = {
  size: storedSize,
  stream: (frames) => streamFrames(frames, 0),
  open: async (stored) => (await openVideo(stored)).frames,
}

/** @param fps 0 for pictures without a speed */
export async function* streamFrames(frames: Frames, fps: number): AsyncIterable<Uint8Array> {
  yield headOf(frames, fps)
  for await (const { buffer, byteOffset, byteLength } of piecesOf(frames)) yield new Uint8Array(buffer, byteOffset, byteLength)
}

/** The samples of some pictures, frame by frame. */
export const samplesOf = (frames: Frames): Numbers => ({
  count: frames.count * frameLength(frames), peak: frames.dtype === 'u8' ? 255 : 1, pieces: () => piecesOf(frames),
})

async function* piecesOf(frames: Frames): AsyncIterable<FrameArray> {
  const step = Math.max(1, Math.floor(PIECE / frameBytes(frames)))
  for (let from = 0; from < frames.count; from += step) yield await frames.read(from, Math.min(from + step, frames.count))
}

/** A video over its stored bytes: its frames are read as they are asked for. */
export async function openVideo(stored: StoredBytes): Promise<Video> {
  const { shape, fps } = shapeIn(await stored.read(0, HEAD))
  checkShape(shape)
  if (stored.size !== storedSize(shape)) throw new TypeError('the stored value is no run of frames')
  const bytes = frameBytes(shape)
  const frames: Frames = {
    ...shape,
    get residentBytes() { return stored.residentBytes },
    async read(from, to, signal) {
      signal?.throwIfAborted()
      checkRange(shape, from, to)
      return arrayOf(shape, await stored.read(HEAD + from * bytes, HEAD + to * bytes))
    },
    close: () => stored.close(),
  }
  return { frames, fps }
}

/** Numbers in the machine's byte order, as in the frames: a cache stays on one machine. */
function headOf({ count, height, width, channels, dtype }: FrameShape, fps: number): Uint8Array {
  const head = new Uint8Array(HEAD)
  new Uint32Array(head.buffer, 0, 5).set([count, height, width, channels, dtype === 'u8' ? 1 : 4])
  new Float64Array(head.buffer, 24, 1)[0] = fps
  return head
}

function shapeIn(head: Uint8Array): { shape: FrameShape; fps: number } {
  const [count, height, width, channels, size] = new Uint32Array(head.buffer, head.byteOffset, 5)
  const [fps] = new Float64Array(head.buffer, head.byteOffset + 24, 1)
  // `checkShape` refuses other numbers of channels.
  return { shape: { count, height, width, channels: channels as FrameShape['channels'], dtype: size === 1 ? 'u8' : 'f32' }, fps }
}

/** The bytes are the caller's own, at the start of a buffer. */
function arrayOf({ dtype }: FrameShape, bytes: Uint8Array): FrameArray {
  return dtype === 'u8' ? bytes : new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
}
