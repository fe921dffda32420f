import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { withFile } from './byte-source.ts'
import { EBML, elements, findElement, readUint } from './ebml.ts'
import { encodeVideo } from './encode-video.ts'
import type { EncodeVideoOptions, VideoFormat } from './encode-video.ts'
import { MediaError } from './error.ts'
import { findFfmpeg } from './ffmpeg.ts'
import { frameWriter } from './frame-writer.ts'
import { frameLength, framesOf } from './frames.ts'
import type { Channels, Frames } from './frames.ts'
import { readFields, readMetadata } from './metadata.ts'

let folder = ''
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'kinograph-kinds-')) })
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
  vi.unstubAllEnvs()
})

/** A slope that moves a little with each frame. */
function moving(count: number, width = 48, height = 32, channels: Channels = 3): Frames<'u8'> {
  const shape = { count, width, height, channels, dtype: 'u8' } as const
  const data = new Uint8Array(count * frameLength(shape))
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / channels)
    const frame = Math.floor(pixel / (width * height))
    data[i] = 20 + frame * 2 + pixel % width * 2 + (i % channels) * 20
  }
  return framesOf(data, shape)
}

const still = (count: number) => framesOf(new Uint8Array(count * 16 * 16 * 3).fill(99), { count, width: 16, height: 16, channels: 3, dtype: 'u8' })

type Variant = Pick<EncodeVideoOptions, 'format' | 'codec' | 'quality'> & { readonly format: VideoFormat }
const VARIANTS: readonly (readonly [name: string, variant: Variant, leastPsnr: number])[] = [
  ['VP9 in webm', { format: 'webm' }, 38], ['VP8 in webm', { format: 'webm', codec: 'vp8' }, 36],
  ['gif', { format: 'gif' }, 30], ['webp', { format: 'webp' }, 35], ['webp, lossless', { format: 'webp', quality: 'lossless' }, 99],
]
const pathOf = ({ format }: Variant, name = 'v') => join(folder, `${name}.${format}`)

/** The file's pictures as RGB: GIF and WebP by libvips, webm by ffmpeg. */
async function decode(path: string): Promise<Buffer> {
  if (/\.(gif|webp)$/.test(path)) return sharp(path, { pages: -1 }).removeAlpha().raw().toBuffer()
  const { path: ffmpeg } = await findFfmpeg()
  return execFileSync(ffmpeg, ['-v', 'error', '-i', path, '-vf', 'scale=flags=accurate_rnd+full_chroma_int',
    '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'], { maxBuffer: 2 ** 30 })
}

function psnr(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length)
  const squares = a.reduce((sum, value, index) => sum + (value - b[index]!) ** 2, 0)
  return squares === 0 ? 100 : 10 * Math.log10(255 ** 2 / (squares / a.length))
}

const failure = async (work: Promise<unknown>): Promise<MediaError> => {
  const error = await work.then(() => null, (reason: unknown) => reason)
  expect(error).toBeInstanceOf(MediaError)
  return error as MediaError                                            // asserted above
}

describe.each(VARIANTS)('%s', (_name, variant, leastPsnr) => {
  const encode = (frames: Frames, options: Partial<EncodeVideoOptions> = {}, name = 'v') =>
    encodeVideo(frames, pathOf(variant, name), { fps: 8, ...variant, ...options })

  test('shows the frames: decoded pixels, their number and order', async () => {
    const frames = moving(30)
    const video = await encode(frames)
    expect(video).toMatchObject({ width: 48, height: 32, frames: 30, seconds: 3.75, bytes: readFileSync(video.path).length })
    const decoded = await decode(video.path)
    const bytes = decoded.length / 30
    for (let i = 0; i < 30; i++) {                                      // each: one that is shown twice is another picture
      expect(psnr(decoded.subarray(i * bytes, (i + 1) * bytes), await frames.read(i, i + 1))).toBeGreaterThan(leastPsnr - 2)
    }
  })

  test('is the same bytes for the same frames', async () => {
    const metadata = { kinograph: '0.1.0', workflow: { nodes: [] } }
    const [a, b] = await Promise.all(['a', 'b'].map((name) => encode(moving(9), { metadata }, name)))
    expect(readFileSync(a!.path).equals(readFileSync(b!.path))).toBe(true)
  })

  test('carries 2 MB of workflow, quotes, newlines and all, and is still whole', async () => {
    const metadata = {
      kinograph: '0.1.0', seeds: { 'sampler.seed': 7 },
      workflow: { text: '=;#\\\n\r\t"\'é中文😀<&>\u0000\ud800\u007f', long: 'x'.repeat(2_000_000) },
    }
    const frames = moving(4)
    const { path } = await encode(frames, { metadata })
    expect(JSON.stringify(await readMetadata(path)) === JSON.stringify(metadata)).toBe(true)       // no 2 MB diff
    expect(psnr(await decode(path), await frames.read(0, 4))).toBeGreaterThan(leastPsnr)
    expect((await readFields(path)).format).toBe(variant.format)
  })

  test('without metadata reads back as null', async () => {
    expect(await readMetadata((await encode(moving(2))).path)).toBeNull()
  })

  test.each([[33, 17], [1, 1], [2, 31]])('%i×%i', async (width, height) => {
    const frames = moving(2, width, height)
    const video = await encode(frames)
    const even = variant.format === 'webm'
    expect([video.width, video.height]).toEqual(even ? [width + width % 2, height + height % 2] : [width, height])
    expect((await decode(video.path)).length).toBe(video.width * video.height * 3 * 2)
  })

  test('takes grey, RGBA and float frames, and reports each', async () => {
    for (const channels of [1, 4] as const) {
      const size = { count: 3, width: 16, height: 16, channels, dtype: 'f32' as const }
      const seen: number[] = []
      const video = await encode(framesOf(new Float32Array(3 * frameLength(size)).fill(0.5), size), { onFrame: (done) => seen.push(done) })
      expect(seen).toEqual([1, 2, 3])
      expect(Math.abs((await decode(video.path))[300]! - 127)).toBeLessThanOrEqual(3)
    }
  })

  test('keeps every frame of a picture that never moves, and of a single one', async () => {
    expect((await decode((await encode(still(5))).path)).length).toBe(5 * 16 * 16 * 3)
    expect((await decode((await encode(still(1), {}, 'one')).path)).length).toBe(16 * 16 * 3)
  })

  test('takes frames that are still being written', async () => {
    const { frames, push, finish } = frameWriter({ count: 3, width: 16, height: 16, channels: 3, dtype: 'u8' })
    const video = encode(frames)
    for (let i = 0; i < 3; i++) await push(new Uint8Array(16 * 16 * 3).fill(i * 50))
    finish()
    expect((await video).frames).toBe(3)
  })

  test('a cancel, a writer\'s failure and a folder in its place leave what was there', async () => {
    writeFileSync(pathOf(variant), 'the old video')
    const expectUntouched = () => {
      expect(readdirSync(folder)).toEqual([`v.${variant.format}`])
      expect(readFileSync(pathOf(variant), 'utf8')).toBe('the old video')
    }
    const stop = new AbortController()
    const reason = new Error('stopped by the user')
    const endless: Frames<'u8'> = {
      count: 1000, width: 64, height: 64, channels: 3, dtype: 'u8',
      async read(index) {
        if (index === 12) stop.abort(reason)
        return new Uint8Array(64 * 64 * 3)
      },
    }
    await expect(encode(endless, { signal: stop.signal })).rejects.toBe(reason)
    expectUntouched()
    const { frames, push, fail } = frameWriter({ count: 3, width: 16, height: 16, channels: 3, dtype: 'u8' })
    const crash = new Error('the decoder broke')
    const rejected = expect(encode(frames)).rejects.toBe(crash)
    await push(new Uint8Array(16 * 16 * 3))
    fail(crash)
    await rejected
    expectUntouched()
    expect((await failure(encodeVideo(moving(2), join(pathOf(variant), 'x'), { fps: 8, ...variant }))).code).toBe('unwritable')
    expectUntouched()
  })
})

describe('timing and loops', () => {
  const describeAnimation = async (path: string) => {
    const { pages, loop, delay } = await sharp(path, { pages: -1 }).metadata()
    return { pages, loop, delay }
  }
  test.each([
    ['gif', 24, [40, 40, 50, 40]], ['gif', 50, [20, 20, 20, 20]], ['webp', 24, [42, 41, 42, 42]], ['webp', 8, [125, 125, 125, 125]],
  ] as const)('%s at %i frames a second', async (format, fps, delays) => {
    const { path } = await encodeVideo(moving(48), join(folder, `t.${format}`), { fps, format })
    const { delay = [] } = await describeAnimation(path)
    expect(delay.slice(0, 4)).toEqual(delays)
    expect(Math.abs(delay.reduce((sum, one) => sum + one, 0) - 48_000 / fps)).toBeLessThanOrEqual(10)
  })
  test.each([['gif', 0], ['gif', 1], ['gif', 3], ['webp', 0], ['webp', 1], ['webp', 3]] as const)('%s, played %i times (0: for ever)', async (format, loop) => {
    const { path } = await encodeVideo(moving(3), join(folder, `l.${format}`), { fps: 8, format, loop })
    expect((await describeAnimation(path)).loop).toBe(loop)
  })
  test('webp keeps alpha', async () => {
    const { path } = await encodeVideo(moving(2, 16, 16, 4), join(folder, 'a.webp'), { fps: 8, format: 'webp', quality: 'lossless' })
    expect(await sharp(path, { pages: -1 }).raw().toBuffer()).toEqual(Buffer.from(await moving(2, 16, 16, 4).read(0, 2)))
  })
})

test('every position in a webm points to what it says', async () => {
  // Enough frames for several clusters and key frames.
  const { path } = await encodeVideo(moving(200, 64, 48), join(folder, 'long.webm'),
    { fps: 8, format: 'webm', metadata: { kinograph: '1', workflow: {} } })
  await withFile(path, async (source) => {
    const segment = (await findElement(source, 0, source.size, EBML.segment))!
    expect(segment.end).toBe(source.size)
    const idAt = async (position: number) => {
      for await (const { id } of elements(source, segment.content + position, segment.end)) return id
      return null
    }
    const children = []
    for await (const child of elements(source, segment.content, segment.end)) children.push(child)
    expect(children.slice(0, 5).map(({ id }) => id)).toEqual([EBML.seekHead, EBML.info, EBML.tracks, EBML.tags, EBML.cues])
    const clusters = children.filter(({ id }) => id === EBML.cluster)
    expect(clusters.length).toBeGreaterThan(2)
    for await (const seek of elements(source, children[0]!.content, children[0]!.end)) {
      const id = await readUint(source, (await findElement(source, seek.content, seek.end, EBML.seekId))!)
      const position = await readUint(source, (await findElement(source, seek.content, seek.end, EBML.seekPosition))!)
      expect(await idAt(position)).toBe(id)
    }
    const cues = children[4]!
    let points = 0
    for await (const point of elements(source, cues.content, cues.end)) {
      const track = (await findElement(source, point.content, point.end, EBML.cueTrackPositions))!
      const position = await readUint(source, (await findElement(source, track.content, track.end, EBML.cueClusterPosition))!)
      expect(clusters.map(({ start }) => start - segment.content)).toContain(position)
      points++
    }
    expect(points).toBeGreaterThan(0)
  })
})

describe('what can\'t be encoded is refused before anything is written', () => {
  test.each([
    [{ fps: 8, format: 'mp4', codec: 'vp9' }, 'a mp4 file can\'t hold vp9. Use h264, or another format.'],
    [{ fps: 8, format: 'gif', codec: 'h264' }, 'a gif file can\'t hold h264'],
    [{ fps: 60, format: 'gif' }, 'a GIF shows at most 50 frames per second, got 60'],
    [{ fps: 8, format: 'webm', crf: 64 }, 'crf must be from 0 to 63, got 64'],
    [{ fps: 8, format: 'webp', quality: 0 }, 'quality must be from 1 to 100, got 0'],
    [{ fps: 8, format: 'gif', loop: -1 }, 'loop must be a whole number from 0 to 65535, got -1'],
  ] as const)('%j', async (options, message) => {
    const error = await failure(encodeVideo(moving(1), join(folder, 'x'), options))
    expect(error.message).toContain(message)
    expect(readdirSync(folder)).toEqual([])
  })
})

test.each([['webm'], ['gif']] as const)('an ffmpeg that ends well without having written a %s', async (format) => {
  const { path: real } = await findFfmpeg()
  const other = mkdtempSync(join(tmpdir(), 'kinograph-ffmpeg-'))
  writeFileSync(join(other, 'ffmpeg'), `#!/bin/sh\ncase "$*" in *-encoders*|*-formats*|*-filters*) exec ${real} "$@";; esac\ncat >/dev/null; exit 0\n`)
  chmodSync(join(other, 'ffmpeg'), 0o755)
  vi.stubEnv('FFMPEG_PATH', join(other, 'ffmpeg'))
  const error = await failure(encodeVideo(moving(2), join(folder, `v.${format}`), { fps: 8, format }))
  expect(error.code).toMatch(/ffmpeg_failed|not_found/)
  rmSync(other, { recursive: true })
  expect(readdirSync(folder)).toEqual([])
})

describe('damaged files are told as such', () => {
  test.each(['webm', 'gif', 'webp'] as const)('%s cut anywhere: metadata, null, or a clear error', async (format) => {
    const metadata = { kinograph: '1', workflow: { text: 'é'.repeat(400) } }
    const { path } = await encodeVideo(moving(3), join(folder, `d.${format}`), { fps: 8, format, metadata })
    const whole = readFileSync(path)
    for (let length = 0; length < whole.length; length += Math.ceil(whole.length / 60)) {
      writeFileSync(join(folder, 'cut'), whole.subarray(0, length))
      const read = await readMetadata(join(folder, 'cut')).catch((error: unknown) => error)
      expect(read === null || read instanceof MediaError || JSON.stringify(read) === JSON.stringify(metadata)).toBe(true)
    }
    const noise = Buffer.from(whole)
    for (let at = 40; at < noise.length; at += 37) noise[at] = (noise[at]! * 7 + 13) & 255
    writeFileSync(join(folder, 'noise'), noise)
    await readMetadata(join(folder, 'noise')).catch((error: unknown) => expect(error).toBeInstanceOf(MediaError))
  })
})
