import { Readable } from 'node:stream'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { MediaError } from './error.ts'
import { findFfmpeg, runFfmpeg } from './ffmpeg.ts'
import type { FfmpegBinary } from './ffmpeg.ts'
import { convertFrames, withChannels } from './frame-views.ts'
import { checkShape, describeFrames } from './frames.ts'
import type { Frames } from './frames.ts'
import { serializeMetadata } from './metadata.ts'
import type { EmbeddedMetadata } from './metadata.ts'
import { finishMp4 } from './mp4-finish.ts'
import { withStage } from './staging.ts'

export interface EncodeVideoOptions {
  /** Frames per second, 0.01 to 1000; 23.976, 29.97 and 59.94 are taken as the broadcast fractions. */
  readonly fps: number
  /** Kills ffmpeg and leaves nothing. */
  readonly signal?: AbortSignal
  /** x264's constant rate factor, 0 (lossless; not every browser plays it) to 51. Default 18: looks like the frames. */
  readonly crf?: number
  /** Written into the file, to be read back with readMetadata. */
  readonly metadata?: EmbeddedMetadata
  /** After each frame given to ffmpeg. */
  readonly onFrame?: (done: number, total: number) => void
}

export interface VideoFile {
  readonly path: string
  /** As encoded: even, so one more than the frames' where that was odd. */
  readonly width: number
  readonly height: number
  readonly frames: number
  readonly fps: number
  readonly seconds: number
  readonly bytes: number
}

/**
 * Writes frames as H.264 in an mp4 that every browser plays: 4:2:0, BT.709, index in front. Frames are read one by one
 * as ffmpeg takes them, so a run that is still being written streams through. The file appears under its name when it
 * is whole and on the disk; equal frames and metadata give equal bytes. Odd sizes repeat their last row or column.
 * Throws MediaError; the reason of `signal`; what the frames' writer failed with.
 */
export async function encodeVideo(frames: Frames, path: string, options: EncodeVideoOptions): Promise<VideoFile> {
  checkOptions(frames, path, options)
  const target = resolve(path)
  const binary = await findFfmpeg()
  await withStage(target, async (stage) => {
    await encode(frames, stage.path('video.mp4'), target, binary, options)
    const metadata = options.metadata === undefined ? null : serializeMetadata(options.metadata)
    await finishMp4(stage.path('video.mp4'), stage.path('whole.mp4'), { metadata, frames: frames.count, target })
    options.signal?.throwIfAborted()
    await stage.publish('whole.mp4', target)
  })
  const { size: bytes } = await stat(target)
  const { width, height } = evenSize(frames)
  const { fps } = options
  return { path: target, width, height, frames: frames.count, fps, seconds: frames.count / fps, bytes }
}

async function encode(
  frames: Frames, output: string, target: string, binary: FfmpegBinary, options: EncodeVideoOptions,
): Promise<void> {
  const { default: ffmpeg } = await import('fluent-ffmpeg')
  const { width, height } = evenSize(frames)
  // Both streams between us and ffmpeg hold one frame at most: it pulls, and the frames are made no faster than that.
  const input = Readable.from(rawFrames(frames, options), { objectMode: false, highWaterMark: 1 })
  const command = ffmpeg({ stdoutLines: 200 })
    .setFfmpegPath(binary.path)
    .input(input)
    .inputOptions(['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${width}x${height}`, '-framerate', rate(options.fps)])
    .outputOptions([
      '-map', '0:v:0', '-map_metadata', '-1', ...COLOUR,
      '-c:v', 'libx264', '-preset', 'medium', '-crf', String(options.crf ?? 18), '-pix_fmt', 'yuv420p',
      ...REPEATABLE, '-movflags', '+write_colr', '-xerror', '-f', 'mp4',
    ])
    .output(`file:${output}`)                                           // so that no part of the path names a protocol
  try {
    await runFfmpeg(command, binary, { target, signal: options.signal })
  } finally {
    input.destroy()
  }
}

/** Without the tags players guess BT.601 for small pictures, and colours shift. The filter makes what the tags say. */
const COLOUR = [
  '-vf', 'scale=out_color_matrix=bt709:out_range=tv'
    + ':flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact'
    + ',setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv',       // what new versions go by
  '-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv',
]

/** No versions and times in the file, and as many threads everywhere: x264's output depends on their number. */
const REPEATABLE = ['-threads', '4', '-fflags', '+bitexact', '-flags:v', '+bitexact']

async function* rawFrames(frames: Frames, { signal, onFrame }: EncodeVideoOptions): AsyncGenerator<Uint8Array, void> {
  const rgb = withChannels(convertFrames(frames, 'u8'), 3)
  for (let index = 0; index < frames.count; index++) {
    yield evenFrame(await rgb.read(index, index + 1, signal), frames)
    onFrame?.(index + 1, frames.count)
  }
}

const evenSize = ({ width, height }: { readonly width: number; readonly height: number }) =>
  ({ width: width + width % 2, height: height + height % 2 })

/** 4:2:0 halves both axes: an odd picture [h, w, 3] gets its last column and row once more. */
function evenFrame(rgb: Uint8Array, { width, height }: Frames): Uint8Array {
  const even = evenSize({ width, height })
  if (even.width === width && even.height === height) return rgb
  const padded = new Uint8Array(even.width * even.height * 3)
  for (let y = 0; y < even.height; y++) {
    const row = rgb.subarray(Math.min(y, height - 1) * width * 3, (Math.min(y, height - 1) + 1) * width * 3)
    padded.set(row, y * even.width * 3)
    if (even.width > width) padded.set(row.subarray(-3), (y * even.width + width) * 3)
  }
  return padded
}

/** ffmpeg's notation of a frame rate: exact for whole numbers and for n·1000/1001. */
function rate(fps: number): string {
  if (Number.isInteger(fps)) return String(fps)
  const broadcast = Math.round(fps * 1.001)
  return Math.abs(broadcast / 1.001 - fps) < 0.002 ? `${broadcast * 1000}/1001` : String(Math.round(fps * 1000) / 1000)
}

function checkOptions(frames: Frames, path: string, { fps, crf = 18 }: EncodeVideoOptions): void {
  if (frames.count === 0) throw bad('there are no frames', 'Give at least one frame.')
  checkShape(frames)
  if (!(fps >= 0.01 && fps <= 1000)) throw bad(`fps must be from 0.01 to 1000, got ${fps}`, 'Use 8 or 24, for example.')
  if (!(crf >= 0 && crf <= 51)) throw bad(`crf must be from 0 to 51, got ${crf}`, 'Use 18, for example.')
  if (evenSize(frames).width > 16384 || evenSize(frames).height > 16384) {
    throw bad(`${describeFrames(frames)} is larger than H.264 allows (16384)`, 'Scale the frames down first.')
  }
  if (path.includes('\0')) throw bad('the path holds a zero byte', 'Choose another file name.')
}

const bad = (problem: string, remedy: string) => new MediaError({ code: 'bad_input', problem, remedy })
