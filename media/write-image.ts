import { writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { Sharp } from 'sharp'
import { MediaError } from './error.ts'
import { convertFrames } from './frame-views.ts'
import { checkShape, describeFrames } from './frames.ts'
import type { Frames } from './frames.ts'
import { METADATA_KEY, serializeMetadata } from './metadata.ts'
import type { EmbeddedMetadata } from './metadata.ts'
import { addPngField } from './png-metadata.ts'
import { withStage } from './staging.ts'
import { makeXmp } from './webp-metadata.ts'

export interface WriteImageOptions {
  /** Written into PNG and WebP files, to be read back with readMetadata. JPEG can't carry it. */
  readonly metadata?: EmbeddedMetadata | undefined
  /** 1 to 100, for JPEG and WebP. Default 90. */
  readonly quality?: number
  readonly signal?: AbortSignal
}

const FORMATS: Record<string, Format> = { '.png': 'png', '.jpg': 'jpeg', '.jpeg': 'jpeg', '.webp': 'webp' }
type Format = 'png' | 'jpeg' | 'webp'

/**
 * Writes one frame as PNG, JPEG or WebP, by the path's ending. The file appears when it is whole and on the disk.
 * Throws MediaError for several frames, another ending, a full disk or a folder that can't be written.
 */
export async function writeImage(frames: Frames, path: string, options: WriteImageOptions = {}): Promise<void> {
  const format = formatOf(path, options)
  if (frames.count !== 1) {
    throw bad(`an image file holds one picture, got ${frames.count} frames`, 'Write a file for each, or a video.')
  }
  const bytes = await compress(frames, 0, format, options)
  await withStage(path, async (stage) => {
    await writeFile(stage.path('image'), bytes, { flag: 'wx' })
    options.signal?.throwIfAborted()
    await stage.publish('image', path)
  })
}

export interface FramesToPngsOptions extends Omit<WriteImageOptions, 'quality'> {
  /** Names begin with it: `frame_00001.png`. Default `frame`. */
  readonly prefix?: string
  /** After each picture is compressed. */
  readonly onFrame?: (done: number, total: number) => void
}

/**
 * Writes every frame as a PNG of its own in `folder` and gives their paths. One frame at a time is in memory; the
 * files appear together at the end, so that a cancel or a full disk leaves none. Throws as writeImage does.
 */
export async function framesToPngs(
  frames: Frames, folder: string, options: FramesToPngsOptions = {},
): Promise<string[]> {
  const { prefix = 'frame', signal, onFrame } = options
  const nameOf = (index: number) => `${prefix}_${String(index + 1).padStart(5, '0')}.png`
  const names = Array.from({ length: frames.count }, (_, index) => nameOf(index))
  if (/[\\/\0]/.test(prefix)) throw bad(`the prefix ${JSON.stringify(prefix)} is no file name`, 'Leave out slashes.')
  await withStage(join(folder, names[0] ?? 'none'), async (stage) => {
    for (const [index, name] of names.entries()) {
      await writeFile(stage.path(name), await compress(frames, index, 'png', options), { flag: 'wx' })
      onFrame?.(index + 1, frames.count)
    }
    signal?.throwIfAborted()
    for (const name of names) await stage.publish(name, join(folder, name))
  })
  return names.map((name) => join(folder, name))
}

async function compress(frames: Frames, index: number, format: Format, options: WriteImageOptions): Promise<Buffer> {
  checkShape(frames)
  const text = options.metadata === undefined ? null : serializeMetadata(options.metadata)
  const { width, height, channels } = frames
  const pixels = await convertFrames(frames, 'u8').read(index, index + 1, options.signal)
  const { default: sharp } = await import('sharp')
  const image = sharp(pixels, { raw: { width, height, channels }, limitInputPixels: false })
  try {
    return await ENCODERS[format](image, text, options.quality ?? 90)
  } catch (error) {                                                     // such as a WebP wider than 16383
    const reason = error instanceof Error ? error.message.trim() : String(error)
    const what = describeFrames({ ...frames, count: 1 })
    throw bad(`${what} can't be written as ${format} (${reason})`, 'Write PNG, or scale it down.')
  }
}

const ENCODERS: Record<Format, (image: Sharp, text: string | null, quality: number) => Promise<Buffer>> = {
  async png(image, text) {
    const png = await image.png().toBuffer()
    return text === null ? png : addPngField(png, METADATA_KEY, text)
  },
  jpeg: (image, _text, quality) => image.jpeg({ quality }).toBuffer(),
  webp: (image, text, quality) => (text === null ? image : image.withXmp(makeXmp(text))).webp({ quality }).toBuffer(),
}

function formatOf(path: string, { metadata, quality = 90 }: WriteImageOptions): Format {
  const format = FORMATS[extname(path).toLowerCase()]
  if (!format) throw bad(`${path} ends in none of .png, .jpg, .jpeg and .webp`, 'Choose one of these.')
  if (format === 'jpeg' && metadata !== undefined) throw bad('a JPEG can\'t carry a workflow', 'Write PNG or WebP.')
  if (!(quality >= 1 && quality <= 100)) throw bad(`quality must be from 1 to 100, got ${quality}`, 'Use 90, say.')
  return format
}

const bad = (problem: string, remedy: string) => new MediaError({ code: 'bad_input', problem, remedy })
