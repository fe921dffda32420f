import { withFile } from './byte-source.ts'
import { MediaError } from './error.ts'
import type { VideoInput } from './decode-command.ts'
import { decodedFrames } from './decoded-frames.ts'
import { findDecoder } from './find-decoder.ts'
import { paceOf, ROUNDING } from './frame-rate.ts'
import { sliceFrames } from './frame-views.ts'
import type { Frames } from './frames.ts'
import { pickFrames } from './pixels/timing.ts'
import { readImage } from './read-image.ts'
import { indexVideo } from './video-index.ts'
import { videoKind } from './video-kind.ts'

export interface OpenVideoOptions {
  /** Ends the decoder. */
  readonly signal?: AbortSignal
  /** Seconds to leave out at the beginning. Default 0. */
  readonly start?: number
  /** Seconds to take; 0, the default, for all that remain. */
  readonly seconds?: number
  /** Frames at most. Default 200,000: more than two hours. */
  readonly maxFrames?: number
  /** Width · height at most. Default 2^26, as 8192×8192. */
  readonly maxPixels?: number
  /** Seconds that finding out what the file holds may take. Default 900. */
  readonly maxSeconds?: number
}

export interface OpenedVideo {
  /** RGB, upright. Decoded when they are read. */
  readonly frames: Frames<'u8'>
  /** Frames per second. Uneven frames are repeated and dropped so that they become even. */
  readonly fps: number
  readonly seconds: number
  /** What is wrong with the file, though it can be decoded. */
  readonly complaints: readonly string[]
}

/**
 * Opens a video: mp4, mov, webm, mkv, avi and ts through an ffmpeg of the system (5 or newer), GIF and WebP through
 * sharp. It is decoded once to learn how many frames there are, and again as they are read; nothing is held.
 * Throws MediaError for files that are missing, of another kind, damaged, without video or beyond a limit, and when
 * there is no ffmpeg that may decode.
 */
export async function openVideo(path: string, options: OpenVideoOptions = {}): Promise<OpenedVideo> {
  const { start = 0, seconds = 0, signal } = options
  if (!(start >= 0 && seconds >= 0 && Number.isFinite(start + seconds))) {
    throw new MediaError({
      code: 'bad_input', problem: `start and seconds must be 0 or more, got ${start} and ${seconds}`, remedy: 'Use 0 for the whole video.',
    })
  }
  const kind = await withFile(path, videoKind)
  if (kind === 'animation') return openAnimation(path, { start, seconds, ...options })
  const { maxPixels = 2 ** 26, maxFrames = 200_000, maxSeconds = 900 } = options
  const input: VideoInput = { path, kind, decoder: await findDecoder(), start, seconds, maxPixels }
  const { width, height, times, complaints } = await indexVideo(input, { maxFrames, maxSeconds, signal })
  const { fps, picks } = paceOf(times)
  const decoded = decodedFrames(input, { width, height }, times.length)
  const frames = picks === null ? decoded : pickFrames(decoded, picks.length, (index) => picks[index]!)
  return { frames, fps, seconds: frames.count / fps, complaints }
}

/** A GIF or WebP, read whole. */
async function openAnimation(path: string, options: OpenVideoOptions): Promise<OpenedVideo> {
  const { picture, delays } = await readImage(path, options)
  const { fps, picks } = paceOf(startsOf(delays ?? []), ROUNDING.animation)
  const all = picks === null ? picture : pickFrames(picture, picks.length, (index) => picks[index]!)
  const frames = part(all, fps, options)
  return { frames, fps, seconds: frames.count / fps, complaints: [] }
}

/** When each picture begins, in seconds; browsers show delays of up to 10 ms for 100. */
function startsOf(delays: readonly number[]): number[] {
  let at = 0
  const starts = delays.map((delay) => {
    const start = at
    at += (delay > 10 ? delay : 100) / 1000
    return start
  })
  return starts.length === 0 ? [0] : starts
}

function part(frames: Frames<'u8'>, fps: number, { start = 0, seconds = 0 }: OpenVideoOptions): Frames<'u8'> {
  const from = Math.min(Math.round(start * fps), frames.count - 1)
  const to = seconds === 0 ? frames.count : Math.min(frames.count, from + Math.max(1, Math.round(seconds * fps)))
  return from === 0 && to === frames.count ? frames : sliceFrames(frames, from, to)
}
