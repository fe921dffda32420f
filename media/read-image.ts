import type { Sharp } from 'sharp'
import { MediaError } from './error.ts'
import { broken, withHandle } from './byte-source.ts'
import { framesOf } from './frames.ts'
import type { Frames } from './frames.ts'

export interface ReadImageOptions {
  readonly signal?: AbortSignal
  /** Width · height · pictures of an animation, at most. Default 2^26, as 8192×8192: 200 MB once decoded. */
  readonly maxPixels?: number
}

export interface LoadedImage {
  /** RGB; one frame, or all pictures of an animation. */
  readonly picture: Frames<'u8'>
  /** One channel of the same size: 255 where the picture is transparent (as ComfyUI's masks), 0 where it has no alpha. */
  readonly mask: Frames<'u8'>
  /** How long each picture of an animation is shown, in milliseconds; null for a still one. */
  readonly delays: readonly number[] | null
}

const DEFAULT_MAX_PIXELS = 2 ** 26
const MAX_FILE_BYTES = 512 * 2 ** 20
const MAX_SECONDS = 60

/**
 * Reads a PNG, JPEG, WebP or GIF file, turned upright and in sRGB. What the file is decides its content, not its name.
 * Throws MediaError when it is missing, of another kind (SVG, PDF and TIFF are never tried), damaged or too large.
 */
export async function readImage(path: string, options: ReadImageOptions = {}): Promise<LoadedImage> {
  const { signal, maxPixels = DEFAULT_MAX_PIXELS } = options
  const bytes = await readBounded(path, signal)
  if (!isAllowed(bytes)) throw otherKind(path)
  const { default: sharp } = await import('sharp')
  const opened = (pages: number) => sharp(bytes, { limitInputPixels: maxPixels, pages, autoOrient: pages === 1 })
  const wrong = (error: unknown) => describeFailure(error, path, maxPixels)
  const pages = (await opened(1).metadata().catch((error) => { throw wrong(error) })).pages ?? 1
  const metadata = await opened(pages).metadata().catch((error) => { throw wrong(error) })
  if (metadata.width * (metadata.pageHeight ?? metadata.height) * pages > maxPixels) throw tooLarge(path, maxPixels)
  const [colour, transparency] = await Promise.all([
    decode(opened(pages)), metadata.hasAlpha ? decodeMask(opened(pages)) : null,
  ]).catch((error) => { throw wrong(error) })
  signal?.throwIfAborted()
  const { width, height } = colour.info                                 // an animation comes as one tall picture
  const shape = { count: pages, width, height: height / pages, dtype: 'u8' } as const
  return {
    picture: framesOf(colour.data, { ...shape, channels: 3 }),
    mask: framesOf(transparency?.data ?? new Uint8Array(width * height), { ...shape, channels: 1 }),
    delays: pages > 1 ? metadata.delay ?? null : null,
  }
}

/** How many pictures a file holds, and how large they are. */
export type ImageSize = Pick<Frames, 'count' | 'height' | 'width'>

/** What `readImage` will give, told by the beginning of the file. Throws MediaError as it does. */
export async function imageSize(path: string, options: ReadImageOptions = {}): Promise<ImageSize> {
  const { maxPixels = DEFAULT_MAX_PIXELS } = options
  const head = await withHandle(path, async (handle) => (await handle.read(Buffer.alloc(12), 0, 12, 0)).buffer)
  if (!isAllowed(head)) throw otherKind(path)
  const { default: sharp } = await import('sharp')
  const opened = sharp(path, { limitInputPixels: maxPixels })
  const found = await opened.metadata().catch((error) => { throw describeFailure(error, path, maxPixels) })
  const { pages: count = 1, width, autoOrient } = found
  const height = found.pageHeight ?? found.height
  if (width * height * count > maxPixels) throw tooLarge(path, maxPixels)
  return count > 1 ? { count, height, width } : { count, height: autoOrient.height, width: autoOrient.width }
}

const raw = (image: Sharp) =>
  image.timeout({ seconds: MAX_SECONDS }).raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
const decode = (image: Sharp) => raw(image.toColourspace('srgb').removeAlpha())
const decodeMask = (image: Sharp) => raw(image.toColourspace('srgb').negate().extractChannel('alpha'))

/** The file's bytes; half a gigabyte is refused before it is read. */
function readBounded(path: string, signal: AbortSignal | undefined): Promise<Buffer> {
  signal?.throwIfAborted()
  return withHandle(path, (handle, size) => {
    if (size > MAX_FILE_BYTES) throw broken(path, `${size} bytes are more than the ${MAX_FILE_BYTES} that are read`)
    return handle.readFile(signal ? { signal } : {})
  })
}

/** The decoders that may see a file: four that are small and well tested, chosen by its first bytes. */
function isAllowed(bytes: Buffer): boolean {
  const head = bytes.toString('latin1', 0, 12)
  return head.startsWith('\x89PNG\r\n\x1a\n') || head.startsWith('\xff\xd8\xff')
    || /^GIF8[79]a/.test(head) || /^RIFF[^]{4}WEBP$/.test(head)
}

const otherKind = (path: string) => new MediaError({
  code: 'unreadable', path, problem: 'it is not a PNG, JPEG, WebP or GIF picture', remedy: 'Convert it to PNG first.',
})

const tooLarge = (path: string, maxPixels: number) => new MediaError({
  code: 'unreadable', path, problem: `it has more than ${maxPixels} pixels`, remedy: 'Scale it down first.',
})

function describeFailure(error: unknown, path: string, maxPixels: number): MediaError {
  const reason = error instanceof Error ? error.message : String(error)
  if (/pixel limit/i.test(reason)) return tooLarge(path, maxPixels)
  return broken(path, `it can't be decoded (${reason.trim()})`, error)
}
