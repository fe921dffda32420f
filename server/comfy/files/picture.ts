/** Pictures made of other pictures: in another format, with some of their channels, with the alpha of a mask. */
import { uploadFormat } from '../../assets/media-kind.ts'
import type { OpenedFile } from '../../assets/open-inside.ts'
import { refusal } from '../errors.ts'
import { Turns } from './turns.ts'

export interface PictureWish {
  /** `rgb`: without alpha. `a`: black, with the alpha alone. */
  readonly channel: 'rgba' | 'rgb' | 'a'
  readonly format: 'webp' | 'jpeg' | 'png'
  /** From 1 to 100. */
  readonly quality: number
}

/** Most bytes of a picture that is read whole. */
const MOST_BYTES = 256_000_000
const MOST_SECONDS = 60
const MOST_WAITING = 64
const turns = new Turns(2)

/** Whether a file can be asked for in another form: of others it is sent as it is. */
export function isPicture(name: string): boolean {
  return /\.(?:png|jpe?g|webp|gif)$/i.test(name)
}

/** The picture as it is wished for. Closes the file. @throws ComfyRefusal 400 when it can't be read as a picture */
export function pictureOf(file: OpenedFile, { channel, format, quality }: PictureWish, pixels: number): Promise<Buffer> {
  return inTurn([file], async () => {
    const image = await open(file.name, await file.handle.readFile(), pixels)
    return decoded(file.name, async () => {
      const whole = channel === 'rgb' ? image.removeAlpha() : channel === 'a' ? await alphaAlone(image) : image
      return whole.toFormat(format, { quality }).toBuffer()
    })
  })
}

/**
 * A picture with the alpha of another one, as PNG: what ComfyUI's mask editor asks for. A mask of another size is
 * stretched over the picture. Closes both files.
 */
export function withAlphaOf(picture: OpenedFile, mask: OpenedFile, pixels: number): Promise<Buffer> {
  return inTurn([picture, mask], () => joined(picture, mask, pixels))
}

async function joined(picture: OpenedFile, mask: OpenedFile, pixels: number): Promise<Buffer> {
  const base = await open(picture.name, await picture.handle.readFile(), pixels)
  const cover = await open(mask.name, await mask.handle.readFile(), pixels)
  return decoded(`${picture.name} or its mask`, async () => {
    const { data, info } = await base.removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
    const { width, height, channels } = info
    const alpha = await cover.ensureAlpha().resize(width, height, { fit: 'fill' }).extractChannel('alpha').raw().toBuffer()
    const { default: sharp } = await import('sharp')
    const raw = { raw: { width, height, channels } }
    return sharp(data, raw).joinChannel(alpha, { raw: { width, height, channels: 1 } }).png().toBuffer()
  })
}

/** sharp takes 30 ms to import: only once somebody asks for a picture. What the bytes are decides, not the name. */
async function open(name: string, bytes: Buffer, pixels: number) {
  if (uploadFormat(bytes.subarray(0, 64))?.kind !== 'image') throw unreadable(name, 'It is no PNG, JPEG, WebP or GIF picture.')
  const { default: sharp } = await import('sharp')
  return sharp(bytes, { limitInputPixels: pixels, failOn: 'error', animated: false }).timeout({ seconds: MOST_SECONDS })
}

async function alphaAlone(image: Awaited<ReturnType<typeof open>>) {
  const { data, info } = await image.ensureAlpha().extractChannel('alpha').raw().toBuffer({ resolveWithObject: true })
  const { default: sharp } = await import('sharp')
  const { width, height } = info
  const black = sharp({ create: { width, height, channels: 3, background: '#000' } })
  return black.joinChannel(data, { raw: { width, height, channels: 1 } })
}

/** Waits for a turn, does the work, closes the files. A decoded picture takes hundreds of megabytes: few at a time. */
async function inTurn<T>(files: readonly OpenedFile[], work: () => Promise<T>): Promise<T> {
  try {
    for (const { stats, name } of files) {
      if (stats.size > MOST_BYTES) throw refusal(413, 'too_large', `${name} is too large to be shown in another form.`, 'Ask for it as it is.')
    }
    if (turns.waiting >= MOST_WAITING) {
      throw refusal(503, 'busy', 'Too many pictures are asked for in another form.', 'Ask again, or for the picture as it is.', {}, {}, { 'retry-after': '2' })
    }
    return await turns.take(work)
  } finally {
    await Promise.all(files.map(({ handle }) => handle.close()))
  }
}

async function decoded<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw unreadable(name, (cause instanceof Error ? cause.message : String(cause)).slice(0, 200))
  }
}

const unreadable = (name: string, why: string) => refusal(400, 'unreadable', `${name} can't be read as a picture.`, why)
