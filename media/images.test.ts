import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import * as fc from 'fast-check'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runs } from '../test/laws.ts'
import { MediaError } from './error.ts'
import { framesOf } from './frames.ts'
import type { Channels } from './frames.ts'
import { readMetadata } from './metadata.ts'
import { pngChunk } from './png-metadata.ts'
import { readImage } from './read-image.ts'
import { framesToPngs, writeImage } from './write-image.ts'

let folder: string
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'kinograph-images-')) })
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

const noise = (count: number, width: number, height: number, channels: Channels) => framesOf(
  Uint8Array.from({ length: count * width * height * channels }, (_, i) => i * 7919 % 251),
  { count, width, height, channels, dtype: 'u8' })

const failure = async (work: Promise<unknown>): Promise<MediaError> => {
  const error = await work.then(() => null, (reason: unknown) => reason)
  expect(error).toBeInstanceOf(MediaError)
  return error as MediaError                                            // asserted above
}

describe('write and read back', () => {
  test('PNG is exact: RGB, RGBA, grey, any size', async () => {
    await fc.assert(fc.asyncProperty(
      fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), fc.constantFrom<Channels>(1, 3, 4),
      async (width, height, channels) => {
        const frames = noise(1, width, height, channels)
        await writeImage(frames, join(folder, 'a.png'))
        const { picture, mask } = await readImage(join(folder, 'a.png'))
        const wanted = await frames.read(0, 1)
        expect([picture.width, picture.height, picture.channels, mask.channels]).toEqual([width, height, 3, 1])
        const [rgb, hidden] = [await picture.read(0, 1), await mask.read(0, 1)]
        for (let p = 0; p < width * height; p++) {
          for (let c = 0; c < 3; c++) expect(rgb[p * 3 + c]).toBe(wanted[p * channels + (channels === 1 ? 0 : c)])
          expect(hidden[p]).toBe(channels === 4 ? 255 - wanted[p * 4 + 3]! : 0)
        }
      }), runs(30))
  })

  test.each(['jpg', 'jpeg', 'webp', 'WEBP'])('%s comes close', async (ending) => {
    const shape = { count: 1, width: 32, height: 32, channels: 3, dtype: 'f32' } as const
    await writeImage(framesOf(new Float32Array(3072).fill(0.5), shape), join(folder, `a.${ending}`))
    const pixels = await (await readImage(join(folder, `a.${ending}`))).picture.read(0, 1)
    expect(Math.max(...pixels.map((value) => Math.abs(value - 127)))).toBeLessThanOrEqual(2)
  })

  test('the same picture is the same bytes', async () => {
    const metadata = { kinograph: '0.1.0', workflow: {} }
    await writeImage(noise(1, 20, 20, 3), join(folder, 'a.png'), { metadata })
    await writeImage(noise(1, 20, 20, 3), join(folder, 'b.png'), { metadata })
    expect(readFileSync(join(folder, 'a.png')).equals(readFileSync(join(folder, 'b.png')))).toBe(true)
  })

  test('frames become numbered files, each with the workflow', async () => {
    const metadata = { kinograph: '0.1.0', workflow: { nodes: [] } }
    const frames = noise(3, 8, 6, 3)
    const paths = await framesToPngs(frames, join(folder, 'new', 'folder'), { prefix: 'clip', metadata })
    expect(readdirSync(join(folder, 'new', 'folder'))).toEqual(['clip_00001.png', 'clip_00002.png', 'clip_00003.png'])
    for (const [index, path] of paths.entries()) {
      expect(await (await readImage(path)).picture.read(0, 1)).toEqual(await frames.read(index, index + 1))
      expect(await readMetadata(path)).toEqual(metadata)
    }
  })

  test('cancel leaves no file', async () => {
    const stop = new AbortController()
    const onFrame = (done: number) => { if (done === 2) stop.abort() }
    await expect(framesToPngs(noise(3, 8, 6, 3), folder, { signal: stop.signal, onFrame })).rejects.toMatchObject({ name: 'AbortError' })
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('pictures of others', () => {
  test('16 bits, a palette and CMYK all become 8-bit RGB', async () => {
    const colour = { create: { width: 9, height: 7, channels: 3, background: '#c08040' } } as const
    const kinds = {
      'deep.png': sharp(colour).toColourspace('rgb16').png(),
      'palette.png': sharp(colour).png({ palette: true }),
      'cmyk.jpg': sharp(colour).toColourspace('cmyk').jpeg({ quality: 100 }),
      'lossless.webp': sharp(colour).webp({ lossless: true }),
      'picture.gif': sharp(colour).gif(),
    }
    for (const [name, image] of Object.entries(kinds)) {
      const { picture } = await readImage(file(name, await image.toBuffer()))
      const [r, g, b] = await picture.read(0, 1)
      const off = Math.max(Math.abs(r! - 0xc0), Math.abs(g! - 0x80), Math.abs(b! - 0x40))
      expect(picture.channels).toBe(3)
      expect(off, name).toBeLessThanOrEqual(name === 'cmyk.jpg' ? 24 : 4)   // ink can't make every colour
    }
  })

  test('a photograph that lies on its side is turned upright', async () => {
    const lying = await sharp({ create: { width: 20, height: 10, channels: 3, background: 'red' } })
      .withMetadata({ orientation: 6 }).jpeg().toBuffer()
    const { picture } = await readImage(file('lying.jpg', lying))
    expect([picture.width, picture.height]).toEqual([10, 20])
  })

  test('grey with alpha, and 16 bits with alpha on its side', async () => {
    const grey = await sharp(Buffer.from([100, 40]), { raw: { width: 1, height: 1, channels: 2 } }).png().toBuffer()
    const one = await readImage(file('grey.png', grey))
    expect([...await one.picture.read(0, 1), ...await one.mask.read(0, 1)]).toEqual([100, 100, 100, 215])
    const deep = await sharp({ create: { width: 4, height: 2, channels: 4, background: { r: 200, g: 200, b: 200, alpha: 1 } } })
      .toColourspace('rgb16').withMetadata({ orientation: 6 }).png().toBuffer()
    const { picture, mask } = await readImage(file('deep.png', deep))
    expect([picture.width, picture.height, mask.width, mask.height]).toEqual([2, 4, 2, 4])
    expect([...await mask.read(0, 1)]).toEqual(Array(8).fill(0))
  })

  test('an animation becomes one frame a picture', async () => {
    const tall = await sharp(await noise(3, 16, 12, 3).read(0, 3), { raw: { width: 16, height: 36, channels: 3, pageHeight: 12 } })
      .webp({ lossless: true }).toBuffer()
    const { picture, mask } = await readImage(file('moving.webp', tall))
    expect([picture.count, picture.width, picture.height, mask.count]).toEqual([3, 16, 12, 3])
    expect(await picture.read(1, 2)).toEqual(await noise(3, 16, 12, 3).read(1, 2))
  })

  test('what the file is counts, not what it is called', async () => {
    await writeImage(noise(1, 8, 8, 3), join(folder, 'a.png'))
    expect((await readImage(file('a.jpg', readFileSync(join(folder, 'a.png'))))).picture.width).toBe(8)
  })
})

describe('what is refused', () => {
  const svg = '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>'
  test.each([
    ['SVG', 'a.png', svg], ['PDF', 'a.png', '%PDF-1.7\n'], ['TIFF', 'a.png', 'II*\0\x08\0\0\0'], ['nothing', 'a.png', ''],
    ['text', 'a.png', 'hello'],
  ])('%s under an allowed name', async (_name, name, content) => {
    expect((await failure(readImage(file(name, content)))).problem).toBe('it is not a PNG, JPEG, WebP or GIF picture')
  })

  test('a small file that would be a huge picture', async () => {
    const header = Buffer.alloc(13)
    header.writeUInt32BE(50_000, 0)
    header.writeUInt32BE(50_000, 4)
    header.set([1, 0, 0, 0, 0], 8)                                      // one bit a pixel, grey
    const rows = deflateSync(Buffer.alloc(6251 * 1000))
    const bomb = Buffer.concat([
      Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), pngChunk('IHDR', header), pngChunk('IDAT', rows), pngChunk('IEND', Buffer.alloc(0)),
    ])
    const error = await failure(readImage(file('bomb.png', bomb)))
    expect(error.message).toContain('bomb.png: it has more than 67108864 pixels. Scale it down first.')
  })

  test('an animation whose pictures together are too many', async () => {
    const gif = await sharp(await noise(40, 16, 16, 3).read(0, 40), { raw: { width: 16, height: 640, channels: 3, pageHeight: 16 } }).gif().toBuffer()
    expect((await failure(readImage(file('long.gif', gif), { maxPixels: 10_000 }))).problem).toContain('more than 10000 pixels')
    expect((await readImage(file('long.gif', gif), { maxPixels: 10_240 })).picture.count).toBe(40)
  })

  test('truncated at any place, or with bytes changed: a MediaError or a picture, never anything else', async () => {
    await writeImage(noise(1, 24, 24, 3), join(folder, 'a.png'))
    await writeImage(noise(1, 24, 24, 3), join(folder, 'a.jpg'))
    await writeImage(noise(1, 24, 24, 3), join(folder, 'a.webp'))
    await fc.assert(fc.asyncProperty(
      fc.constantFrom('a.png', 'a.jpg', 'a.webp'), fc.double({ min: 0, max: 0.999, noNaN: true }), fc.boolean(), fc.integer({ min: 0, max: 255 }),
      async (name, place, cut, value) => {
        const bytes = readFileSync(join(folder, name))
        const at = Math.floor(bytes.length * place)
        if (!cut) bytes[at] = value
        const result = await readImage(file('broken', cut ? bytes.subarray(0, at) : bytes)).catch((error: unknown) => error)
        if (result instanceof Error) expect(result).toBeInstanceOf(MediaError)
      }), runs(60))
  })

  test('missing files, folders, devices and pipes', async () => {
    expect((await failure(readImage(join(folder, 'none.png')))).message).toBe(`${join(folder, 'none.png')}: there is no such file. Check the path.`)
    expect((await failure(readImage(folder))).problem).toBe('it is not a file')
    expect((await failure(readImage('/dev/zero'))).problem).toBe('it is not a file')
    execFileSync('mkfifo', [join(folder, 'pipe')])
    expect((await failure(readImage(join(folder, 'pipe')))).problem).toBe('it is not a file')
    expect((await failure(readMetadata(join(folder, 'pipe')))).problem).toBe('it is not a file')
  })

  test('several frames, unknown endings, workflows in JPEG, quality, folders that are files', async () => {
    const metadata = { kinograph: '0', workflow: {} }
    const write = (name: string, options = {}) => failure(writeImage(noise(1, 8, 8, 3), join(folder, name), options))
    expect((await failure(writeImage(noise(2, 8, 8, 3), join(folder, 'a.png')))).problem).toBe('an image file holds one picture, got 2 frames')
    expect((await write('a.bmp')).problem).toContain('ends in none of .png, .jpg, .jpeg and .webp')
    expect((await write('a.jpg', { metadata })).message).toBe('a JPEG can\'t carry a workflow. Write PNG or WebP.')
    expect((await write('a.webp', { quality: 0 })).problem).toContain('quality must be from 1 to 100')
    file('plain', '')
    expect((await write('plain/a.png')).code).toBe('unwritable')
    expect((await failure(writeImage(noise(1, 17_000, 1, 3), join(folder, 'wide.webp')))).problem).toContain('can\'t be written as webp')
    expect(readdirSync(folder)).toEqual(['plain'])
  })
})
