import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import * as fc from 'fast-check'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runs } from '../test/laws.ts'
import { encodeVideo } from './encode-video.ts'
import { MediaError } from './error.ts'
import { findFfmpeg } from './ffmpeg.ts'
import { framesOf } from './frames.ts'
import { readFields, readMetadata } from './metadata.ts'
import type { EmbeddedMetadata } from './metadata.ts'
import { makeBox } from './mp4-boxes.ts'
import { makeUdta } from './mp4-metadata.ts'
import { addPngField, pngChunk } from './png-metadata.ts'
import { writeImage } from './write-image.ts'

let folder: string
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'kinograph-metadata-')) })
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const picture = framesOf(new Uint8Array(32 * 32 * 3).fill(77), { count: 1, width: 32, height: 32, channels: 3, dtype: 'u8' })

const file = (content: Uint8Array | string): string => {
  const path = join(folder, 'file')
  writeFileSync(path, content)
  return path
}

async function write(kind: 'png' | 'webp' | 'mp4', metadata: EmbeddedMetadata): Promise<string> {
  const path = join(folder, `a.${kind}`)
  await (kind === 'mp4' ? encodeVideo(picture, path, { fps: 8, metadata }) : writeImage(picture, path, { metadata }))
  return path
}

const failure = async (work: Promise<unknown>): Promise<MediaError> => {
  const error = await work.then(() => null, (reason: unknown) => reason)
  expect(error).toBeInstanceOf(MediaError)
  return error as MediaError                                            // asserted above
}

/** A PNG without a picture in it. */
const png = (...chunks: Buffer[]) => Buffer.concat([
  Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), pngChunk('IHDR', Buffer.alloc(13)), ...chunks, pngChunk('IEND', Buffer.alloc(0)),
])
const text = (keyword: string, value: string) => pngChunk('tEXt', Buffer.from(`${keyword}\0${value}`, 'latin1'))
const dataBox = (value: string) => makeBox('data', Buffer.from([0, 0, 0, 1, 0, 0, 0, 0]), Buffer.from(value))
const mp4 = (...parts: Buffer[]) => Buffer.concat([makeBox('ftyp', Buffer.alloc(8)), ...parts])

const KINDS = ['png', 'webp', 'mp4'] as const

describe.each(KINDS)('%s', (kind) => {
  test('gives back any JSON, whatever its characters', async () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'=;#\\\n\r\t"\'<>&\0\u2028\ufffe\ud800é中😀]') }))
    const json = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, text, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(),
        fc.constant(null), fc.array(tie('value')), fc.dictionary(text, tie('value'))),
    })).value
    await fc.assert(fc.asyncProperty(json, text, async (workflow, name) => {
      const metadata = { kinograph: '0.1.0', workflow, seeds: { [`${name}.seed`]: 5 }, models: [{ file: name, hash: 'f0' }] }
      expect(await readMetadata(await write(kind, metadata))).toEqual(JSON.parse(JSON.stringify(metadata)))
    }), runs(kind === 'mp4' ? 12 : 40))
  })

  test('carries 2 MB and 20 MB, and the picture stays as it was', async () => {
    for (const size of [2_000_000, 20_000_000]) {
      const metadata = { kinograph: '0.1.0', workflow: { long: '中&"\\'.repeat(size / 8) } }
      const path = await write(kind, metadata)
      const back = await readMetadata(path)
      expect(JSON.stringify(back) === JSON.stringify(metadata)).toBe(true)
      if (kind !== 'mp4') expect((await sharp(path).raw().toBuffer())[1000]).toBe(77)
    }
  })

  test('damaged in any way gives metadata, null or a MediaError, and no other end', async () => {
    const whole = readFileSync(await write(kind, { kinograph: '0.1.0', workflow: { a: [1, 2, 3] }, seeds: { s: 1 } }))
    const edits = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 4 })
    await fc.assert(fc.asyncProperty(edits, fc.option(fc.nat(whole.length)), async (changes, cut) => {
      const bytes = Buffer.from(whole)
      for (const [at, value] of changes) bytes[at] = value
      const result = await readMetadata(file(cut === null ? bytes : bytes.subarray(0, cut))).catch((error: unknown) => error)
      if (result instanceof Error) expect(result).toBeInstanceOf(MediaError)
    }), runs(400))
  })

  test('any bytes behind a right beginning likewise', async () => {
    const start = readFileSync(await write(kind, { kinograph: '0.1.0', workflow: 1 })).subarray(0, kind === 'png' ? 33 : 12)
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (rest) => {
      const result = await readMetadata(file(Buffer.concat([start, rest]))).catch((error: unknown) => error)
      if (result !== null && result instanceof Error) expect(result).toBeInstanceOf(MediaError)
    }), runs(200))
  })
})

describe('what is not ours', () => {
  test('ComfyUI\'s PNG: prompt and workflow as they stand', async () => {
    const path = file(png(text('prompt', '{"3": {"class_type": "KSampler"}}'), text('workflow', '{"nodes": []}')))
    expect(await readMetadata(path)).toBeNull()
    const { format, fields } = await readFields(path)
    expect([format, ...fields]).toEqual(['png', ['prompt', '{"3": {"class_type": "KSampler"}}'], ['workflow', '{"nodes": []}']])
  })

  test('compressed and translated texts of PNG', async () => {
    const latin = pngChunk('zTXt', Buffer.concat([Buffer.from('prompt\0\0'), deflateSync(Buffer.from('caf\xe9', 'latin1'))]))
    const utf8 = pngChunk('iTXt', Buffer.concat([Buffer.from('workflow\0\x01\0de\0Ablauf\0'), deflateSync(Buffer.from('中'))]))
    expect([...(await readFields(file(png(latin, utf8)))).fields]).toEqual([['prompt', 'café'], ['workflow', '中']])
  })

  test('ComfyUI\'s WebP: EXIF texts, in both byte orders', async () => {
    for (const order of ['II', 'MM'] as const) {
      const webp = riff(['VP8X', Buffer.alloc(10)], ['EXIF', exif(order, [[0x010f, 'workflow:{"nodes": []}'], [0x0110, 'prompt:{"1": {}}']])])
      const { format, fields } = await readFields(file(webp))
      expect([format, ...fields]).toEqual(['webp', ['workflow', '{"nodes": []}'], ['prompt', '{"1": {}}']])
    }
  })

  test('ComfyUI\'s mp4, as ffmpeg writes it; and ours, as ffmpeg reads it', async () => {
    const { path: ffmpeg } = await findFfmpeg()
    const ours = await write('mp4', { kinograph: '0.1.0', workflow: 'a=b;c' })
    const theirs = join(folder, 'theirs.mp4')
    execFileSync(ffmpeg, ['-v', 'error', '-y', '-i', ours, '-c', 'copy', '-metadata', 'prompt={"1": {}}', '-movflags', 'use_metadata_tags', theirs])
    const { fields } = await readFields(theirs)
    expect(fields.get('prompt')).toBe('{"1": {}}')
    expect(JSON.parse(fields.get('kinograph')!)).toEqual({ kinograph: '0.1.0', workflow: 'a=b;c' })     // copied by ffmpeg: it read ours
    expect(await readMetadata(theirs)).toEqual({ kinograph: '0.1.0', workflow: 'a=b;c' })
  })

  test('QuickTime\'s layout and iTunes\' names', async () => {
    const meta = makeBox('meta', makeBox('hdlr', Buffer.alloc(25)), makeBox('ilst', makeBox('\xa9nam', dataBox('a title'))))
    expect([...(await readFields(file(Buffer.concat([makeBox('ftyp', Buffer.alloc(8)), makeBox('moov', meta)])))).fields]).toEqual([['\xa9nam', 'a title']])
  })

  test('plain pictures and videos carry nothing', async () => {
    expect(await readMetadata(file(await sharp(Buffer.alloc(12), { raw: { width: 2, height: 2, channels: 3 } }).png().toBuffer()))).toBeNull()
    expect(await readMetadata(file(await sharp(Buffer.alloc(12), { raw: { width: 2, height: 2, channels: 3 } }).webp().toBuffer()))).toBeNull()
  })

  test.each([
    ['text', 'hello'], ['nothing', ''], ['a JPEG', '\xff\xd8\xff\xe0'],
  ])('%s is none of the kinds', async (_name, content) => {
    const error = await failure(readMetadata(file(Buffer.from(content, 'latin1'))))
    expect(error.problem).toBe('this file is none of the kinds that can carry a workflow')
  })

  test.each([
    ['no JSON', 'hello', 'its embedded workflow is not JSON'], ['a list', '[]', 'it is not an object'],
    ['no version', '{"workflow": 1}', '"kinograph" is not a version'], ['no workflow', '{"kinograph": "1"}', '"workflow" is missing'],
    ['seeds', '{"kinograph": "1", "workflow": 1, "seeds": [1]}', '"seeds" are not numbers by name'],
    ['models', '{"kinograph": "1", "workflow": 1, "models": [{"file": 1}]}', '"models" are not files with hashes'],
    ['deep nesting', '['.repeat(200_000), 'its embedded workflow is not JSON'],
  ])('our field with %s', async (_name, value, problem) => {
    expect((await failure(readMetadata(file(png(text('kinograph', value)))))).problem).toContain(problem)
  })

  test('__proto__ in a workflow stays data', async () => {
    const found = await readMetadata(file(png(text('kinograph', '{"kinograph": "1", "workflow": {"__proto__": {"polluted": 1}}}'))))
    expect(Object.keys(found!.workflow as object)).toEqual(['__proto__'])
    expect('polluted' in {}).toBe(false)
  })
})

describe('attacks', () => {
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
  const header = Buffer.concat([signature, pngChunk('IHDR', Buffer.alloc(13))])

  test('a compressed text of a gigabyte', async () => {
    const bomb = pngChunk('zTXt', Buffer.concat([Buffer.from('kinograph\0\0'), deflateSync(Buffer.alloc(2 ** 30))]))
    expect((await failure(readMetadata(file(Buffer.concat([header, bomb]))))).problem).toBe('one of its compressed texts is damaged or too large')
  })

  test('a wrong checksum', async () => {
    const bytes = addPngField(Buffer.concat([header, pngChunk('IEND', Buffer.alloc(0))]), 'kinograph', '{"kinograph":"1","workflow":1}')
    bytes[70] = bytes[70]! ^ 1
    expect((await failure(readMetadata(file(bytes)))).problem).toBe('the checksum of its chunk "iTXt" is wrong')
  })

  test('a chunk that claims more than there is, or 2 GB that are there but sparse', async () => {
    const claim = Buffer.from('\x7f\xff\xff\xfftEXt', 'latin1')
    expect((await failure(readMetadata(file(Buffer.concat([header, claim]))))).problem).toBe('its chunk "tEXt" is truncated')
    const path = file(Buffer.concat([header, Buffer.from('\x60\0\0\0tEXt', 'latin1')]))
    execFileSync('truncate', ['-s', '2G', path])
    expect((await failure(readMetadata(path))).problem).toContain('is larger than the 67108864 that are read')
  })

  test('millions of empty chunks, and no end', async () => {
    const path = file(Buffer.concat([header, Buffer.concat(Array.from({ length: 600_000 }, () => pngChunk('abCd', Buffer.alloc(0))))]))
    expect((await failure(readMetadata(path))).problem).toBe('it has more than 500000 chunks')
    expect((await failure(readMetadata(file(header)))).problem).toBe('it ends before its IEND chunk')
  })


  test.each([
    ['no moov', mp4(makeBox('mdat')), 'it has no "moov" box: its writer did not finish it'],
    ['a box of size 3', mp4(Buffer.from('\0\0\0\x03moov', 'latin1')), 'its box "moov" has an impossible size of 3 bytes'],
    ['a box of 2^63 bytes', mp4(Buffer.from('\0\0\0\x01moov\x7f\xff\xff\xff\xff\xff\xff\xff', 'latin1')), 'its box "moov" is truncated'],
    ['a child larger than its parent', mp4(makeBox('moov', Buffer.from('\0\0\xff\xffudta', 'latin1'))), 'its box "udta" is truncated'],
    ['stray bytes', mp4(makeBox('moov'), Buffer.alloc(3)), '3 stray bytes follow the last box'],
    ['20,000 boxes', mp4(Buffer.concat(Array.from({ length: 20_000 }, () => makeBox('free')))), 'it has more than 10000 boxes in a row'],
    ['a key of 2 kB', mp4(makeBox('moov', makeUdta(new Map([['k'.repeat(2000), 'x']])))), 'is longer than 1024 bytes'],
  ])('mp4 with %s', async (_name, bytes, problem) => {
    expect((await failure(readMetadata(file(bytes)))).problem).toContain(problem)
  })

  test('an item whose key is not there is passed over', async () => {
    const udta = makeUdta(new Map([['kinograph', '{"kinograph":"1","workflow":1}']]))
    udta.writeUInt32BE(7, udta.indexOf('ilst') + 8)
    expect(await readMetadata(file(mp4(makeBox('moov', udta))))).toBeNull()
  })

  test('EXIF that points outside itself', async () => {
    const chunk = exif('II', [[0x010f, 'workflow:{}']])
    chunk.writeUInt32LE(0xffff_fff0, 4)
    expect((await readFields(file(riff(['EXIF', chunk])))).fields.size).toBe(0)
  })
})

function riff(...chunks: [string, Buffer][]): Buffer {
  const parts = chunks.map(([type, content]) => {
    const head = Buffer.alloc(8)
    head.write(type, 'latin1')
    head.writeUInt32LE(content.length, 4)
    return Buffer.concat([head, content, Buffer.alloc(content.length % 2)])
  })
  const body = Buffer.concat([Buffer.from('WEBP'), ...parts])
  const head = Buffer.from('RIFF\0\0\0\0')
  head.writeUInt32LE(body.length, 4)
  return Buffer.concat([head, body])
}

/** A TIFF directory with these ASCII tags. */
function exif(order: 'II' | 'MM', tags: [number, string][]): Buffer {
  const texts = tags.map(([, text]) => Buffer.from(`${text}\0`))
  const tiff = Buffer.alloc(10 + tags.length * 12 + 4)
  const u16 = (value: number, at: number) => order === 'II' ? tiff.writeUInt16LE(value, at) : tiff.writeUInt16BE(value, at)
  const u32 = (value: number, at: number) => order === 'II' ? tiff.writeUInt32LE(value, at) : tiff.writeUInt32BE(value, at)
  tiff.write(order, 'latin1')
  u16(42, 2)
  u32(8, 4)
  u16(tags.length, 8)
  let at = tiff.length
  for (const [index, [tag]] of tags.entries()) {
    const entry = 10 + index * 12
    u16(tag, entry)
    u16(2, entry + 2)
    u32(texts[index]!.length, entry + 4)
    u32(at, entry + 8)
    at += texts[index]!.length
  }
  return Buffer.concat([tiff, ...texts])
}
