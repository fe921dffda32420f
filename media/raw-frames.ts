import { Readable } from 'node:stream'
import { convertFrames, withChannels } from './frame-views.ts'
import type { Channels, Frames } from './frames.ts'

export interface RawOptions {
  readonly signal?: AbortSignal | undefined
  /** After each frame is taken. */
  readonly onFrame?: ((done: number, total: number) => void) | undefined
}

/**
 * Frames as a stream of bytes, [height, width, channels] each. It holds one frame at most: ffmpeg pulls, and the frames
 * are made no faster than that. `even` repeats the last row and column where their number is odd.
 */
export function rawStream(frames: Frames, channels: Channels, even: boolean, options: RawOptions): Readable {
  return Readable.from(rawFrames(frames, channels, even, options), { objectMode: false, highWaterMark: 1 })
}

async function* rawFrames(
  frames: Frames, channels: Channels, even: boolean, { signal, onFrame }: RawOptions,
): AsyncGenerator<Uint8Array, void> {
  const bytes = withChannels(convertFrames(frames, 'u8'), channels)
  for (let index = 0; index < frames.count; index++) {
    const frame = await bytes.read(index, index + 1, signal)
    yield even ? evenFrame(frame, frames, channels) : frame
    onFrame?.(index + 1, frames.count)
  }
}

interface Size { readonly width: number; readonly height: number }

/** 4:2:0 halves both axes, so both must be even. */
export const evenSize = ({ width, height }: Size): Size => ({ width: width + width % 2, height: height + height % 2 })

/** An odd picture [h, w, channels] gets its last column and row once more. */
function evenFrame(pixels: Uint8Array, { width, height }: Size, channels: number): Uint8Array {
  const even = evenSize({ width, height })
  if (even.width === width && even.height === height) return pixels
  const padded = new Uint8Array(even.width * even.height * channels)
  for (let y = 0; y < even.height; y++) {
    const source = Math.min(y, height - 1) * width * channels
    const row = pixels.subarray(source, source + width * channels)
    padded.set(row, y * even.width * channels)
    if (even.width > width) padded.set(row.subarray(-channels), (y * even.width + width) * channels)
  }
  return padded
}

/** ffmpeg's notation of a frame rate: exact for whole numbers and for n·1000/1001. */
export function rate(fps: number): string {
  if (Number.isInteger(fps)) return String(fps)
  const broadcast = Math.round(fps * 1.001)
  return Math.abs(broadcast / 1.001 - fps) < 0.002 ? `${broadcast * 1000}/1001` : String(Math.round(fps * 1000) / 1000)
}
