import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { MediaError } from './error.ts'
import { encodeGif, finishGif } from './encode-gif.ts'
import { encodeWebp } from './encode-webp.ts'
import { encodeYuv } from './encode-yuv.ts'
import { checkShape, describeFrames } from './frames.ts'
import type { Frames } from './frames.ts'
import { serializeMetadata } from './metadata.ts'
import type { EmbeddedMetadata } from './metadata.ts'
import { finishMp4 } from './mp4-finish.ts'
import { evenSize } from './raw-frames.ts'
import { withStage } from './staging.ts'
import type { Stage } from './staging.ts'
import { finishWebm } from './webm-finish.ts'

/** Containers, each with what may be in it; the first is what `auto` means. */
export const VIDEO_CODECS = {
  mp4: ['h264'], webm: ['vp9', 'vp8'], gif: ['gif'], webp: ['webp'],
} as const
export type VideoFormat = keyof typeof VIDEO_CODECS
export type VideoCodec = typeof VIDEO_CODECS[VideoFormat][number]

export interface EncodeVideoOptions {
  /** Frames per second, 0.01 to 1000; 23.976, 29.97 and 59.94 are taken as the broadcast fractions. GIF: at most 50. */
  readonly fps: number
  /** Kills ffmpeg and leaves nothing. */
  readonly signal?: AbortSignal
  /** Default mp4. */
  readonly format?: VideoFormat
  /** One that the format can hold. Default: H.264 in mp4, VP9 in webm. */
  readonly codec?: VideoCodec | 'auto'
  /**
   * Constant rate factor: 0 is lossless (mp4: not every browser plays it; VP8 knows no lossless), up to 51 in mp4 and
   * 63 in webm. Default 18: looks like the frames.
   */
  readonly crf?: number
  /** WebP: 1 to 100, or lossless. Default 90. */
  readonly quality?: number | 'lossless'
  /** GIF and WebP: how often it plays; 0 for ever, the default. */
  readonly loop?: number
  /** Written into the file, to be read back with readMetadata. */
  readonly metadata?: EmbeddedMetadata
  /** After each frame given to the encoder. */
  readonly onFrame?: (done: number, total: number) => void
}

export interface VideoFile {
  readonly path: string
  /** As encoded. In mp4 and webm even, so one more than the frames' where that was odd. */
  readonly width: number
  readonly height: number
  readonly frames: number
  readonly fps: number
  readonly seconds: number
  readonly bytes: number
}

/**
 * Writes frames as a video: H.264 in an mp4 that every browser plays (4:2:0, BT.709, index in front), VP9 or VP8 in a
 * webm, a GIF, or an animated WebP. Frames are read one by one as they are encoded, so a run that is still being
 * written streams through (GIF reads them twice). The file appears under its name when it is whole and on the disk;
 * equal frames and metadata give equal bytes. mp4 and webm repeat the last row or column of odd sizes.
 * Throws MediaError; the reason of `signal`; what the frames' writer failed with.
 */
export async function encodeVideo(frames: Frames, path: string, options: EncodeVideoOptions): Promise<VideoFile> {
  checkOptions(frames, path, options)
  const { fps, format = 'mp4', signal } = options
  const target = resolve(path)
  await withStage(target, async (stage) => {
    const metadata = options.metadata === undefined ? null : serializeMetadata(options.metadata)
    await ENCODERS[format](frames, stage, { ...options, metadata, target })
    signal?.throwIfAborted()
    await stage.publish('whole', target)
  })
  const { size: bytes } = await stat(target)
  const { width, height } = format === 'mp4' || format === 'webm' ? evenSize(frames) : frames
  return { path: target, width, height, frames: frames.count, fps, seconds: frames.count / fps, bytes }
}

interface Job extends Omit<EncodeVideoOptions, 'metadata'> {
  readonly metadata: string | null
  readonly target: string
}

/** Each makes the file `whole` in the stage. */
const ENCODERS: Record<VideoFormat, (frames: Frames, stage: Stage, job: Job) => Promise<void>> = {
  async mp4(frames, stage, job) {
    await encodeYuv(frames, stage.path('raw'), { ...job, encoder: h264(job.crf ?? 18) })
    await finishMp4(stage.path('raw'), stage.path('whole'), { ...job, frames: frames.count })
  },
  async webm(frames, stage, job) {
    await encodeYuv(frames, stage.path('raw'), { ...job, encoder: job.codec === 'vp8' ? vp8(job.crf ?? 18) : vp9(job.crf ?? 18) })
    await finishWebm(stage.path('raw'), stage.path('whole'), { ...job, frames: frames.count })
  },
  async gif(frames, stage, job) {
    await encodeGif(frames, stage.path('palette'), stage.path('raw'), { ...job, loop: job.loop ?? 0 })
    await finishGif(stage.path('raw'), stage.path('whole'), { ...job, frames: frames.count })
  },
  webp: (frames, stage, job) =>
    encodeWebp(frames, stage.path('whole'), { ...job, loop: job.loop ?? 0, quality: job.quality ?? 90 }),
}

const h264 = (crf: number) =>
  ['-c:v', 'libx264', '-preset', 'medium', '-crf', String(crf), '-movflags', '+write_colr', '-f', 'mp4']

/** libvpx takes a rate of 0 for "quality alone". */
const vp9 = (crf: number) => [
  '-c:v', 'libvpx-vp9', '-b:v', '0', '-crf', String(crf), ...(crf === 0 ? ['-lossless', '1'] : []),
  '-deadline', 'good', '-cpu-used', '4', '-row-mt', '1', '-f', 'webm',
]

/** VP8 has no such mode: a rate that it never needs (far above, its sums overflow and it drops frames). Alternate reference frames would be packets that show nothing. */
const vp8 = (crf: number) => [
  '-c:v', 'libvpx', '-b:v', '50M', '-crf', String(Math.max(4, crf)), '-qmin', '0',
  '-deadline', 'good', '-cpu-used', '2', '-auto-alt-ref', '0', '-f', 'webm',
]

const MAX_SIDE: Record<VideoFormat, number> = { mp4: 16_384, webm: 16_383, gif: 65_535, webp: 16_383 }
const MAX_CRF = { mp4: 51, webm: 63, gif: 63, webp: 63 }

function checkOptions(frames: Frames, path: string, options: EncodeVideoOptions): void {
  const { fps, format = 'mp4', codec = 'auto', crf = 18, quality = 90, loop = 0 } = options
  if (frames.count === 0) throw bad('there are no frames', 'Give at least one frame.')
  checkShape(frames)
  const codecs: readonly string[] = VIDEO_CODECS[format]
  if (codec !== 'auto' && !codecs.includes(codec)) {
    throw bad(`a ${format} file can't hold ${codec}`, `Use ${codecs.join(' or ')}, or another format.`)
  }
  if (!(fps >= 0.01 && fps <= 1000)) throw bad(`fps must be from 0.01 to 1000, got ${fps}`, 'Use 8 or 24, for example.')
  if (format === 'gif' && fps > 50) {
    throw bad(`a GIF shows at most 50 frames per second, got ${fps}`, 'Use webp or mp4, or change the frame rate first.')
  }
  if (!(crf >= 0 && crf <= MAX_CRF[format])) {
    throw bad(`crf must be from 0 to ${MAX_CRF[format]}, got ${crf}`, 'Use 18, for example.')
  }
  if (quality !== 'lossless' && !(quality >= 1 && quality <= 100)) {
    throw bad(`quality must be from 1 to 100, got ${quality}`, 'Use 90, for example.')
  }
  if (!(Number.isInteger(loop) && loop >= 0 && loop <= 65_535)) {
    throw bad(`loop must be a whole number from 0 to 65535, got ${loop}`, 'Use 0 to play it for ever.')
  }
  checkSides(frames, format)
  if (path.includes('\0')) throw bad('the path holds a zero byte', 'Choose another file name.')
}

function checkSides(frames: Frames, format: VideoFormat): void {
  const { width, height } = evenSize(frames)
  if (Math.max(width, height) <= MAX_SIDE[format]) return
  const name = format === 'mp4' ? 'H.264' : format
  throw bad(`${describeFrames(frames)} is larger than ${name} allows (${MAX_SIDE[format]})`, 'Scale the frames down first.')
}

const bad = (problem: string, remedy: string) => new MediaError({ code: 'bad_input', problem, remedy })
