/** Pictures made of other pictures: in another format, with some of their channels, with the alpha of a mask. */
import type { OpenedFile } from '../../assets/open-inside.ts'
import { refusal } from '../errors.ts'

export interface PictureWish {
  /** `rgb`: without alpha. `a`: black, with the alpha alone. */
  readonly channel: 'rgba' | 'rgb' | 'a'
  readonly format: 'webp' | 'jpeg' | 'png'
  /** From 1 to 100. */
  readonly quality: number
}

/** Most bytes of a picture that is read whole. */
const MOST_BYTES = 256_000_000

/** Whether a file can be asked for in another form: of others it is sent as it is. */
export function isPicture(name: string): boolean {
  return /\.(?:png|jpe?g|webp|gif|avif|bmp)$/i.test(name)
}

/** The picture as it is wished for. Closes the file. @throws ComfyRefusal 400 when it can't be read as a picture */
export async function pictureOf(file: OpenedFile, { channel, format, quality }: PictureWish, pixels: number): Promise<Buffer> {
  const image = await open(await bytesOf(file), pixels)
  return decoded(file.name, async () => {
    const whole = channel === 'rgb' ? image.removeAlpha() : channel === 'a' ? await alphaAlone(image) : image
    return whole.toFormat(format, { quality }).toBuffer()
  })
}

/**
 * A picture with the alpha of another one, as PNG: what ComfyUI's mask editor asks for. A mask of another size is
 * stretched over the picture. Closes both files.
 */
export async function withAlphaOf(picture: OpenedFile, mask: OpenedFile, pixels: number): Promise<Buffer> {
  const [below, above] = await Promise.all([bytesOf(picture), bytesOf(mask)])
  const [base, cover] = await Promise.all([open(below, pixels), open(above, pixels)])
  return decoded(`${picture.name} or its mask`, async () => {
    const { data, info } = await base.removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
    const { width, height, channels } = info
    const alpha = await cover.ensureAlpha().resize(width, height, { fit: 'fill' }).extractChannel('alpha').raw().toBuffer()
    const { default: sharp } = await import('sharp')
    const raw = { raw: { width, height, channels } }
    return sharp(data, raw).joinChannel(alpha, { raw: { width, height, channels: 1 } }).png().toBuffer()
  })
}

/** sharp takes 30 ms to import: only once somebody asks for a picture. */
async function open(bytes: Buffer, pixels: number) {
  const { default: sharp } = await import('sharp')
  return sharp(bytes, { limitInputPixels: pixels, failOn: 'error', animated: false })
}

async function alphaAlone(image: Awaited<ReturnType<typeof open>>) {
  const { data, info } = await image.ensureAlpha().extractChannel('alpha').raw().toBuffer({ resolveWithObject: true })
  const { default: sharp } = await import('sharp')
  const { width, height } = info
  const black = sharp({ create: { width, height, channels: 3, background: '#000' } })
  return black.joinChannel(data, { raw: { width, height, channels: 1 } })
}

async function bytesOf({ handle, stats, name }: OpenedFile): Promise<Buffer> {
  try {
    if (stats.size > MOST_BYTES) throw refusal(413, 'too_large', `${name} is too large to be shown in another form.`, 'Ask for it as it is.')
    return await handle.readFile()
  } finally {
    await handle.close()
  }
}

async function decoded<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw refusal(400, 'unreadable', `${name} can't be read as a picture.`, why.slice(0, 200))
  }
}
