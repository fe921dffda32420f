/** Small pictures of pictures and videos, and what such files are, within limits: for files that somebody sent. */
import { withHandle } from './byte-source.ts'
import { MediaError } from './error.ts'
import { openVideo } from './open-video.ts'
import { imageSize } from './read-image.ts'
import { withStage } from './staging.ts'

/** What is refused, since looking at it would take too much. */
export interface StillLimits {
  /** Of one picture: width · height. */
  readonly pixels?: number
  readonly frames?: number
  /** Of a video, in seconds. */
  readonly duration?: number
}

/** What a file is. */
export interface Probed {
  readonly kind: 'image' | 'video'
  readonly format: string
  readonly bytes: number
  readonly width: number
  readonly height: number
  readonly frames: number
  readonly fps?: number
  readonly duration?: number
}

/** Seconds that a file may take. */
const MOST_SECONDS = 60
const DEFAULTS = { pixels: 2 ** 26, frames: 200_000, duration: 4 * 3600 }

/** By their first bytes, whatever their names say. */
const FORMATS: readonly (readonly [format: string, kind: 'image' | 'maybe' | 'video', is: (head: string) => boolean])[] = [
  ['png', 'image', (head) => head.startsWith('\x89PNG\r\n\x1a\n')],
  ['jpeg', 'image', (head) => head.startsWith('\xff\xd8\xff')],
  ['gif', 'maybe', (head) => /^GIF8[79]a/.test(head)],
  ['webp', 'maybe', (head) => /^RIFF[^]{4}WEBP/.test(head)],
  ['avi', 'video', (head) => /^RIFF[^]{4}AVI /.test(head)],
  ['mov', 'video', (head) => /^[^]{4}ftypqt/.test(head)],
  ['mp4', 'video', (head) => /^[^]{4}(ftyp|moov|mdat|wide|free|skip|pnot)/.test(head)],
  ['webm', 'video', (head) => head.startsWith('\x1aE\xdf\xa3') && head.includes('webm')],
  ['mkv', 'video', (head) => head.startsWith('\x1aE\xdf\xa3')],
  ['ts', 'video', (head) => head.startsWith('G') && head[188] === 'G'],
]

interface Known {
  readonly format: string
  readonly isVideo: boolean
  readonly bytes: number
}

/**
 * What a picture or a video is; a video is decoded once to learn its frames. Throws MediaError for files of another kind,
 * damaged ones, those beyond a limit, and for videos where there is no ffmpeg that may decode.
 */
export async function probeFile(path: string, limits: StillLimits = {}, signal?: AbortSignal): Promise<Probed> {
  const { pixels, frames, duration } = { ...DEFAULTS, ...limits }
  const { format, isVideo, bytes } = await kindOf(path, pixels * frames)
  if (!isVideo) {
    const { width, height } = await imageSize(path, { maxPixels: pixels })
    return { kind: 'image', format, bytes, width, height, frames: 1 }
  }
  const maxPixels = isAnimation(format) ? Math.min(pixels * frames, 2 ** 28) : pixels
  const video = await openVideo(path, { maxPixels, maxFrames: frames, maxSeconds: MOST_SECONDS, ...(signal && { signal }) })
  if (video.frames.count > frames) throw tooMuch(path, `${video.frames.count} frames are more than the ${frames} that are taken`)
  if (video.seconds > duration) throw tooMuch(path, `${video.seconds.toFixed(1)} seconds are more than the ${duration} that are taken`)
  const { width, height, count } = video.frames
  return { kind: 'video', format, bytes, width, height, frames: count, fps: video.fps, duration: video.seconds }
}

/**
 * Writes a small WebP of a picture, or of a video's first frame, whole or not at all.
 * @param size of the longer side, in pixels; smaller pictures keep theirs
 * @throws MediaError as probeFile
 */
export async function writeThumbnail(
  path: string, file: string, size: number, limits: StillLimits = {}, signal?: AbortSignal,
): Promise<{ readonly width: number; readonly height: number; readonly bytes: number }> {
  const { pixels } = { ...DEFAULTS, ...limits }
  const { format, isVideo } = await kindOf(path, Infinity)
  const { default: sharp } = await import('sharp')
  const source = isVideo && !isAnimation(format) ? await firstFrame(path, pixels, signal) : { input: path, options: { limitInputPixels: pixels, pages: 1, autoOrient: true } }
  return withStage(file, async (stage) => {
    const image = sharp(source.input, source.options).resize(size, size, { fit: 'inside', withoutEnlargement: true })
    const { width, height, size: bytes } = await image.timeout({ seconds: MOST_SECONDS }).webp({ quality: 80 }).toFile(stage.path('made.webp')).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message.trim() : String(error)
      throw new MediaError({ code: 'unreadable', path, problem: `it can't be decoded (${reason})`, remedy: 'Convert it to PNG or mp4 first.', cause: error })
    })
    await stage.publish('made.webp', file)
    return { width, height, bytes }
  })
}

async function firstFrame(path: string, maxPixels: number, signal: AbortSignal | undefined) {
  const { frames } = await openVideo(path, { seconds: 1, maxPixels, maxSeconds: MOST_SECONDS, ...(signal && { signal }) })
  const { width, height } = frames
  const input = await frames.read(0, 1)
  return { input, options: { raw: { width, height, channels: 3 } } } as const
}

const isAnimation = (format: string): boolean => format === 'gif' || format === 'webp'

async function kindOf(path: string, maxPixels: number): Promise<Known> {
  const { head, bytes } = await withHandle(path, async (handle, size) => {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(200), 0, 200, 0)
    return { head: buffer.toString('latin1', 0, bytesRead), bytes: size }
  })
  const found = FORMATS.find(([, , is]) => is(head))
  if (found === undefined) {
    throw new MediaError({
      code: 'unreadable', path, problem: bytes === 0 ? 'it is empty' : 'it is no picture or video of a kind that is read (png, jpeg, webp, gif, mp4, mov, webm, mkv, avi, ts)',
      remedy: 'Convert it to PNG or mp4 first.',
    })
  }
  const [format, kind] = found
  const isVideo = kind === 'video' || (kind === 'maybe' && (await imageSize(path, { maxPixels: Math.min(maxPixels, 2 ** 32) })).count > 1)
  return { format, isVideo, bytes }
}

const tooMuch = (path: string, problem: string) =>
  new MediaError({ code: 'unreadable', path, problem, remedy: 'Cut it shorter, or let the server take more: limits in its configuration.' })
