import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { MediaError } from './error.ts'
import { encodeVideo } from './encode-video.ts'
import { findFfmpeg } from './ffmpeg.ts'
import { frameWriter } from './frame-writer.ts'
import { frameLength, framesOf } from './frames.ts'
import type { Frames, FrameShape } from './frames.ts'
import { readFields, readMetadata } from './metadata.ts'

let folder: string
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'kinograph-encode-')) })
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

const shape = (count: number, width: number, height: number): FrameShape<'u8'> =>
  ({ count, width, height, channels: 3, dtype: 'u8' })

/** A coloured square that moves over a coloured ground: flat areas, edges and motion. */
function movingSquare(count: number, width: number, height: number, square = [230, 40, 30], ground = [20, 60, 200]) {
  const data = new Uint8Array(count * frameLength(shape(count, width, height)))
  for (let i = 0; i < data.length / 3; i++) {
    const frame = Math.floor(i / (width * height))
    const x = i % width - frame * 2
    const y = Math.floor(i / width) % height
    const inside = x >= 4 && x < width / 2 && y >= height / 4 && y < height * 3 / 4
    data.set(inside ? square : ground, i * 3)
  }
  return framesOf(data, shape(count, width, height))
}

/** Grey slopes: nothing that halved colour could lose. */
function slope(count: number, width: number, height: number) {
  const data = new Uint8Array(count * frameLength(shape(count, width, height)))
  for (let i = 0; i < data.length; i++) data[i] = 20 + Math.floor(i / 3) % width * 3 + Math.floor(i / 3 / width) % height
  return framesOf(data, shape(count, width, height))
}

/** Frames made when they are asked for: large runs that take no memory. */
const endless = (size: FrameShape<'u8'>, make: (index: number) => Promise<Uint8Array>): Frames<'u8'> =>
  ({ ...size, read: (from) => make(from) })

async function decode(path: string, filters: string[] = []): Promise<Buffer> {
  const { path: ffmpeg } = await findFfmpeg()
  return execFileSync(ffmpeg, ['-v', 'error', '-i', path, ...filters, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'],
    { maxBuffer: 2 ** 30 })
}

/** Peak signal to noise ratio in dB, of 8-bit samples. */
function psnr(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length)
  const squares = a.reduce((sum, value, index) => sum + (value - b[index]!) ** 2, 0)
  return 10 * Math.log10(255 ** 2 / (squares / a.length))
}

const failure = async (work: Promise<unknown>): Promise<MediaError> => {
  const error = await work.then(() => null, (reason: unknown) => reason)
  expect(error).toBeInstanceOf(MediaError)
  return error as MediaError                                            // asserted above
}

const keep = () => writeFileSync(join(folder, 'v.mp4'), 'the old video')
const expectUntouched = () => {
  expect(readdirSync(folder)).toEqual(['v.mp4'])
  expect(readFileSync(join(folder, 'v.mp4'), 'utf8')).toBe('the old video')
}
const few = () => movingSquare(2, 32, 32)
const encodeFew = () => failure(encodeVideo(few(), join(folder, 'v.mp4'), { fps: 8 }))

describe('the video', () => {
  test('shows the frames: decoded pixels, their number and order', async () => {
    const frames = movingSquare(12, 96, 64)
    const video = await encodeVideo(frames, join(folder, 'a.mp4'), { fps: 8 })
    expect(video).toMatchObject({ width: 96, height: 64, frames: 12, fps: 8, seconds: 1.5 })
    expect(video.bytes).toBe(readFileSync(video.path).length)
    expect(psnr(await decode(video.path), await frames.read(0, 12))).toBeGreaterThan(30)
  })

  test.each([
    ['red', [230, 20, 20]], ['green', [20, 200, 40]], ['blue', [30, 40, 220]], ['skin', [224, 172, 140]],
    ['white', [255, 255, 255]], ['black', [0, 0, 0]],
  ])('%s comes back as it was, by the matrix that the file names', async (_name, colour) => {
    const video = await encodeVideo(movingSquare(4, 64, 64, colour, colour), join(folder, 'c.mp4'), { fps: 8 })
    const bt709 = ['-vf', 'scale=in_color_matrix=bt709:in_range=tv:flags=accurate_rnd+full_chroma_int']
    const pixels = await decode(video.path, bt709)
    for (const [channel, value] of colour.entries()) expect(Math.abs(pixels[3000 + channel]! - value)).toBeLessThanOrEqual(2)
    // and a reader that follows the tags alone picks the same matrix
    const tagged = await decode(video.path, ['-vf', 'scale=flags=accurate_rnd+full_chroma_int'])
    for (const [channel, value] of colour.entries()) expect(Math.abs(tagged[3000 + channel]! - value)).toBeLessThanOrEqual(2)
  })

  test('names BT.709 in the container and in the stream', async () => {
    const { path } = await encodeVideo(movingSquare(2, 64, 64), join(folder, 'a.mp4'), { fps: 8 })
    const colr = Buffer.from('colrnclx\0\x01\0\x01\0\x01', 'latin1')
    expect(readFileSync(path).includes(colr)).toBe(true)
    const { path: ffmpeg } = await findFfmpeg()
    const described = execFileSync('sh', ['-c', '"$0" -i "$1" 2>&1 || true', ffmpeg, path]).toString()
    expect(described).toMatch(/h264.*yuv420p\(tv, bt709[,)].*64x64.*8 fps/)
  })

  test('is the same bytes for the same frames, with its index in front', async () => {
    const metadata = { kinograph: '0.1.0', workflow: { nodes: [] } }
    const [a, b] = await Promise.all(['a.mp4', 'b.mp4'].map((name) =>
      encodeVideo(movingSquare(9, 64, 48), join(folder, name), { fps: 8, metadata })))
    const bytes = readFileSync(a!.path)
    expect(bytes.equals(readFileSync(b!.path))).toBe(true)
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'))
    expect(bytes.includes('Lavf')).toBe(false)
  })

  test.each([[63, 64], [64, 47], [1, 1], [33, 17]])('%i×%i is made even by its own edge', async (width, height) => {
    const frames = slope(3, width, height)
    const video = await encodeVideo(frames, join(folder, 'odd.mp4'), { fps: 8, crf: 0 })
    expect([video.width % 2, video.height % 2]).toEqual([0, 0])
    const crop = ['-vf', `scale=flags=accurate_rnd+full_chroma_int,crop=${width}:${height}:0:0:exact=1`]
    expect((await decode(video.path)).length).toBe(video.width * video.height * 9)
    if (width > 2) expect(psnr(await decode(video.path, crop), await frames.read(0, 3))).toBeGreaterThan(40)
  })

  test.each([[1, 8], [1, 23.976], [5, 0.5], [2, 1000], [3, 29.97]])('%i frames at %d fps', async (count, fps) => {
    const video = await encodeVideo(movingSquare(count, 32, 32), join(folder, 'r.mp4'), { fps })
    expect((await decode(video.path)).length).toBe(count * 32 * 32 * 3)
  })

  test('takes grey, RGBA and float frames', async () => {
    for (const channels of [1, 3, 4] as const) {
      const size = { count: 2, width: 32, height: 32, channels, dtype: 'f32' as const }
      const video = await encodeVideo(framesOf(new Float32Array(2 * frameLength(size)).fill(0.5), size), join(folder, 'k.mp4'), { fps: 8 })
      expect(Math.abs((await decode(video.path))[1000]! - 127)).toBeLessThanOrEqual(2)
    }
  })

  test('carries 2 MB of workflow, quotes, newlines and all, and reports each frame', async () => {
    const metadata = {
      kinograph: '0.1.0', seeds: { 'sampler.seed': 7, big: '18446744073709551615' },
      models: [{ file: 'a.safetensors', hash: 'ab' }],
      workflow: { text: '=;#\\\n\r\t"\'é中文😀\u0000\ud800', long: 'x'.repeat(2_000_000) },
    }
    const seen: number[] = []
    const video = await encodeVideo(movingSquare(5, 32, 32), join(folder, 'm.mp4'),
      { fps: 8, metadata, onFrame: (done) => seen.push(done) })
    expect(JSON.stringify(await readMetadata(video.path)) === JSON.stringify(metadata)).toBe(true)   // no 2 MB diff
    expect((await decode(video.path)).length).toBe(5 * 32 * 32 * 3)     // chunk positions survived the move
    expect(seen).toEqual([1, 2, 3, 4, 5])
  })

  test('without metadata reads back as null', async () => {
    const { path } = await encodeVideo(movingSquare(1, 32, 32), join(folder, 'n.mp4'), { fps: 8 })
    expect(await readMetadata(path)).toBeNull()
    expect((await readFields(path)).fields.size).toBe(0)
  })

  test('streams: frames are read as ffmpeg takes them, so a gigabyte passes through a few megabytes', async () => {
    const size = shape(240, 1280, 1280)
    const frame = new Uint8Array(frameLength(size)).fill(90)
    const before = process.memoryUsage().rss
    let peak = 0
    const frames = endless(size, async () => {
      peak = Math.max(peak, process.memoryUsage().rss)
      return frame.slice()
    })
    await encodeVideo(frames, join(folder, 'long.mp4'), { fps: 24 })
    expect(peak - before).toBeLessThan(250 * 2 ** 20)
  })

  test('begins while its frames are still being written', async () => {
    const { frames, push, finish } = frameWriter(shape(6, 32, 32))
    const seen: number[] = []
    const video = encodeVideo(frames, join(folder, 'live.mp4'), { fps: 8, onFrame: (done) => seen.push(done) })
    const all = await movingSquare(6, 32, 32).read(0, 6)
    for (let index = 0; index < 6; index++) {
      await push(all.slice(index * 3072, (index + 1) * 3072))
      await vi.waitFor(() => expect(seen).toContain(index + 1), { timeout: 10_000 })   // encoded before the next exists
    }
    finish()
    expect((await video).frames).toBe(6)
  })
})

describe('what can\'t be encoded is refused before anything is written', () => {
  test.each([
    ['zero fps', few, { fps: 0 }, 'fps must be from 0.01 to 1000, got 0'],
    ['fps that is no number', few, { fps: Number.NaN }, 'got NaN'],
    ['endless fps', few, { fps: Number.POSITIVE_INFINITY }, 'got Infinity'],
    ['crf', few, { fps: 8, crf: 99 }, 'crf must be from 0 to 51, got 99'],
    ['no frames', () => ({ ...few(), count: 0 }), { fps: 8 }, 'there are no frames'],
    ['a huge frame', () => ({ ...few(), width: 20_000 }), { fps: 8 }, 'larger than H.264 allows'],
  ])('%s', async (_name, frames, options, message) => {
    const error = await failure(encodeVideo(frames(), join(folder, 'x.mp4'), options))
    expect(error.message).toContain(message)
    expect(error.code).toBe('bad_input')
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('a failure leaves the folder as it was', () => {
  test('cancel in mid-encode kills ffmpeg and gives the reason', async () => {
    keep()
    const stop = new AbortController()
    const reason = new Error('stopped by the user')
    const frames = endless(shape(1000, 256, 256), async (index) => {
      if (index === 20) stop.abort(reason)
      return new Uint8Array(256 * 256 * 3)
    })
    await expect(encodeVideo(frames, join(folder, 'v.mp4'), { fps: 8, signal: stop.signal })).rejects.toBe(reason)
    expectUntouched()
    expect(ffmpegsOf(folder)).toEqual([])
  })

  test('cancel while it waits for a frame, and before it starts', async () => {
    keep()
    const { frames } = frameWriter(shape(3, 32, 32))
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 300)
    const waiting = encodeVideo(frames, join(folder, 'v.mp4'), { fps: 8, signal: stop.signal })
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
    const late = encodeVideo(movingSquare(1, 32, 32), join(folder, 'v.mp4'), { fps: 8, signal: AbortSignal.abort() })
    await expect(late).rejects.toMatchObject({ name: 'AbortError' })
    expectUntouched()
  })

  test('the writer\'s failure comes through as it was', async () => {
    keep()
    const { frames, push, fail } = frameWriter(shape(3, 32, 32))
    const video = encodeVideo(frames, join(folder, 'v.mp4'), { fps: 8 })
    const crash = new Error('VAEDecode (node 4): out of memory')
    const rejected = expect(video).rejects.toBe(crash)
    await push(new Uint8Array(3072))
    fail(crash)
    await rejected
    expectUntouched()
  })

  test('a frame of another size than announced never reaches ffmpeg', async () => {
    const { push } = frameWriter(shape(3, 32, 32))
    const error = await failure(push(new Uint8Array(3000)))
    expect(error.message).toContain('frame 1 has 3000 samples (Uint8Array), expected 3072 for 3 frames of 32×32, RGB, u8')
  })

  test('ffmpeg killed in mid-encode', async () => {
    keep()
    const frames = endless(shape(1000, 256, 256), async (index) => {
      if (index === 20) for (const pid of ffmpegsOf(folder)) process.kill(pid, 'SIGKILL')
      return new Uint8Array(256 * 256 * 3)
    })
    const error = await failure(encodeVideo(frames, join(folder, 'v.mp4'), { fps: 8 }))
    expect(error.message).toMatch(/v\.mp4: ffmpeg was ended by SIGKILL before the video was complete/)
    expectUntouched()
  })

  test('ffmpeg asked to stop, as by Ctrl-C in a terminal', async () => {
    keep()
    const frames = endless(shape(1000, 256, 256), async (index) => {
      if (index === 20) for (const pid of ffmpegsOf(folder)) process.kill(pid, 'SIGINT')
      return new Uint8Array(256 * 256 * 3)
    })
    expect((await failure(encodeVideo(frames, join(folder, 'v.mp4'), { fps: 8 }))).code).toBe('ffmpeg_failed')
    expectUntouched()
  })

  test('FFMPEG_PATH that is not there, that can\'t run, that is something else', async () => {
    keep()
    vi.stubEnv('FFMPEG_PATH', '/nowhere/ffmpeg')
    expect((await encodeFew()).message).toBe('/nowhere/ffmpeg: the variable FFMPEG_PATH names an ffmpeg that is not there. '
      + 'Run "npm install" again, or install ffmpeg (with libx264) and set FFMPEG_PATH to its path.')
    const other = mkdtempSync(join(tmpdir(), 'kinograph-ffmpeg-'))
    writeFileSync(join(other, 'ffmpeg'), '#!/bin/sh\nexit 3\n')
    chmodSync(join(other, 'ffmpeg'), 0o644)
    vi.stubEnv('FFMPEG_PATH', join(other, 'ffmpeg'))
    expect((await encodeFew()).message).toContain('could not be started (EACCES)')
    chmodSync(join(other, 'ffmpeg'), 0o755)
    expect((await encodeFew()).message).toContain('ffmpeg failed')
    rmSync(other, { recursive: true })
    expectUntouched()
  })

  test('an ffmpeg that ends well without having written the frames', async () => {
    keep()
    const { path: real } = await findFfmpeg()
    const other = mkdtempSync(join(tmpdir(), 'kinograph-ffmpeg-'))
    writeFileSync(join(other, 'ffmpeg'), `#!/bin/sh\ncase "$*" in *-encoders*|*-formats*) exec ${real} "$@";; esac\ncat >/dev/null; exit 0\n`)
    chmodSync(join(other, 'ffmpeg'), 0o755)
    vi.stubEnv('FFMPEG_PATH', join(other, 'ffmpeg'))
    const error = await failure(encodeVideo(movingSquare(2, 32, 32), join(folder, 'v.mp4'), { fps: 8 }))
    expect(error.code).toMatch(/ffmpeg_failed|not_found/)
    rmSync(other, { recursive: true })
    expectUntouched()
  })

  test('a folder that can\'t be made', async () => {
    keep()
    const error = await failure(encodeVideo(movingSquare(2, 32, 32), join(folder, 'v.mp4', 'below', 'x.mp4'), { fps: 8 }))
    expect(error.message).toContain('could not be written')
    const asFolder = await failure(encodeVideo(movingSquare(2, 32, 32), '/proc/x.mp4', { fps: 8 }))
    expect(asFolder.code).toBe('unwritable')
    expectUntouched()
  })

  test('a name that is a folder already', async () => {
    keep()
    const error = await failure(encodeVideo(movingSquare(2, 32, 32), folder, { fps: 8 }))
    expect(error.path).toBe(folder)
    expectUntouched()
  })
})

/** Ids of the ffmpeg processes whose command line names this folder. */
function ffmpegsOf(name: string): number[] {
  return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)).filter((pid) => {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      return line.includes('ffmpeg') && line.includes(name)
    } catch {
      return false
    }
  }).map(Number)
}
