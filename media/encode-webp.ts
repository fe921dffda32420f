import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { MediaError, fileError } from './error.ts'
import { writeAll } from './finish.ts'
import { convertFrames, withChannels } from './frame-views.ts'
import type { Frames } from './frames.ts'
import type { RawOptions } from './raw-frames.ts'
import { makeXmp } from './webp-metadata.ts'

export interface WebpOptions extends RawOptions {
  readonly fps: number
  /** How often it plays; 0 for ever. */
  readonly loop: number
  /** 1 to 100, or lossless. */
  readonly quality: number | 'lossless'
  readonly metadata: string | null
  readonly target: string
}

/**
 * Writes frames as an animated WebP (RFC 9649): each is compressed on its own, as it is read, and keeps its alpha. So
 * there are as many pictures as frames, each shown for its time to the millisecond, whatever they show.
 */
export async function encodeWebp(frames: Frames, output: string, options: WebpOptions): Promise<void> {
  const file = await open(output, 'wx').catch((error) => { throw fileError(error, options.target, 'write') })
  try {
    await writeChunks(frames, file, options)
  } catch (error) {
    throw error instanceof Error && 'syscall' in error ? fileError(error, options.target, 'write') : error
  } finally {
    await file.close()
  }
}

async function writeChunks(frames: Frames, file: FileHandle, options: WebpOptions): Promise<void> {
  const { fps, signal, onFrame, metadata } = options
  const pixels = withChannels(convertFrames(frames, 'u8'), frames.channels === 4 ? 4 : 3)
  await writeAll(file, Buffer.concat([Buffer.from('RIFF\0\0\0\0WEBP', 'latin1'), canvas(frames, metadata !== null), looping(options.loop)]))
  for (let index = 0; index < frames.count; index++) {
    const still = await compress(await pixels.read(index, index + 1, signal), pixels, options)
    const milliseconds = Math.round((index + 1) * 1000 / fps) - Math.round(index * 1000 / fps)
    await writeAll(file, picture(still, frames, milliseconds))
    onFrame?.(index + 1, frames.count)
  }
  signal?.throwIfAborted()
  if (metadata !== null) await writeAll(file, chunk('XMP ', Buffer.from(makeXmp(metadata))))
  const { size } = await file.stat()
  if (size - 8 > 0xffff_fffe) throw bad('a WebP can\'t be larger than 4 GB', 'Write mp4, or fewer frames.')
  const length = Buffer.alloc(4)
  length.writeUInt32LE(size - 8)
  await file.write(length, 0, 4, 4)
}

async function compress(data: Uint8Array, { width, height, channels }: Frames, { quality }: WebpOptions): Promise<Buffer> {
  const { default: sharp } = await import('sharp')
  const image = sharp(data, { raw: { width, height, channels }, limitInputPixels: false })
  try {
    return await image.webp(quality === 'lossless' ? { lossless: true } : { quality }).toBuffer()
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim() : String(error)
    throw bad(`${width}×${height} can't be written as WebP (${reason})`, 'Scale the frames down, or write mp4.')
  }
}

const ALPHA = 0x10
const XMP = 0x04
const ANIMATION = 0x02

function canvas({ width, height, channels }: Frames, hasMetadata: boolean): Buffer {
  const content = Buffer.alloc(10)
  content[0] = ANIMATION | (hasMetadata ? XMP : 0) | (channels === 4 ? ALPHA : 0)
  content.writeUIntLE(width - 1, 4, 3)
  content.writeUIntLE(height - 1, 7, 3)
  return chunk('VP8X', content)
}

function looping(loop: number): Buffer {
  const content = Buffer.alloc(6)                                       // background: transparent black
  content.writeUInt16LE(loop, 4)
  return chunk('ANIM', content)
}

/** Replaces what was shown before it, transparent parts too. */
const DO_NOT_BLEND = 0x02

function picture(still: Buffer, { width, height }: Frames, milliseconds: number): Buffer {
  const head = Buffer.alloc(16)
  head.writeUIntLE(width - 1, 6, 3)
  head.writeUIntLE(height - 1, 9, 3)
  head.writeUIntLE(milliseconds, 12, 3)
  head[15] = DO_NOT_BLEND
  return chunk('ANMF', Buffer.concat([head, ...pixelChunks(still)]))
}

/** The parts of a still WebP that hold its pixels. */
function pixelChunks(still: Buffer): Buffer[] {
  const found: Buffer[] = []
  for (let at = 12; at + 8 <= still.length;) {
    const length = still.readUInt32LE(at + 4)
    const end = at + 8 + length + length % 2
    if (['VP8 ', 'VP8L', 'ALPH'].includes(still.toString('latin1', at, at + 4))) found.push(still.subarray(at, end))
    at = end
  }
  return found
}

function chunk(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.write(type, 'latin1')
  head.writeUInt32LE(content.length, 4)
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)])
}

const bad = (problem: string, remedy: string) => new MediaError({ code: 'bad_input', problem, remedy })
