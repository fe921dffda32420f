import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { openingArguments } from './decode-command.ts'
import { encodeVideo } from './encode-video.ts'
import { MediaError } from './error.ts'
import { findDecoder } from './find-decoder.ts'
import { frameLength, framesOf } from './frames.ts'
import type { Frames } from './frames.ts'
import { openVideo } from './open-video.ts'

let folder = ''
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'kinograph-open-')) })
afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(() => { vi.unstubAllEnvs() })
const file = (name: string) => join(folder, name)

const failure = async (work: Promise<unknown>): Promise<MediaError> => {
  const error = await work.then(() => null, (reason: unknown) => reason)
  expect(error).toBeInstanceOf(MediaError)
  return error as MediaError                                            // asserted above
}

/** Each frame has a grey of its own, with a slope on it: which frame it is can be read off. */
function numbered(count: number, width = 64, height = 48): Frames<'u8'> {
  const shape = { count, width, height, channels: 3, dtype: 'u8' } as const
  const data = new Uint8Array(count * frameLength(shape))
  const bytes = width * height * 3
  for (let i = 0; i < data.length; i++) data[i] = 16 + Math.floor(i / bytes) * 4 % 200 + Math.floor(i / 3) % width / 4
  return framesOf(data, shape)
}
/** The number of each frame, by its mean. */
function numbersOf(data: Uint8Array, count: number): number[] {
  const bytes = data.length / count
  return Array.from({ length: count }, (_, i) => {
    const mean = data.subarray(i * bytes, (i + 1) * bytes).reduce((sum, value) => sum + value, 0) / bytes
    return Math.abs(Math.round((mean - 16 - 7.5) / 4))
  })
}
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)

function ffmpegsOf(path: string): number[] {
  return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)).filter((pid) => {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      return line.includes('ffmpeg') && line.includes(path)
    } catch {
      return false
    }
  }).map(Number)
}

describe('without a decoder', () => {
  test('none on the PATH: what to install', async () => {
    await encodeVideo(numbered(2), file('none.mp4'), { fps: 8 })
    vi.stubEnv('PATH', '/nowhere')
    vi.stubEnv('FFMPEG_PATH', '')
    const error = await failure(openVideo(file('none.mp4')))
    expect(error.code).toBe('not_found')
    expect(error.message).toBe('reading videos needs ffmpeg 5 or newer, and there is none on the PATH. '
      + 'Install it (apt install ffmpeg), or set FFMPEG_PATH to its path.')
  })
  test('the one of 2018 that npm installs is refused', async () => {
    const { default: installed } = await import('@ffmpeg-installer/ffmpeg')
    vi.stubEnv('FFMPEG_PATH', installed.path)
    const error = await failure(findDecoder())
    expect(error.message).toMatch(/reading videos needs ffmpeg 5 or newer, .*ffmpeg is [N4]/)
  })
  test('GIF and WebP are read all the same, with their timing', async () => {
    vi.stubEnv('PATH', '/nowhere')
    for (const format of ['gif', 'webp'] as const) {
      await encodeVideo(numbered(6), file(`own.${format}`), { fps: 8, format })
      const { frames, fps, seconds } = await openVideo(file(`own.${format}`))
      expect([frames.count, frames.width, frames.height, fps, seconds]).toEqual([6, 64, 48, 8, 0.75])
      expect(numbersOf(await frames.read(0, 6), 6)).toEqual(upTo(6))
      expect((await openVideo(file(`own.${format}`), { start: 0.25, seconds: 0.25 })).frames.count).toBe(2)
    }
  })
})

describe('what is no video never reaches ffmpeg', () => {
  const playlist = '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n'
  test.each([
    ['playlist.mp4', playlist], ['playlist.avi', playlist], ['concat.mp4', 'ffconcat version 1.0\nfile /etc/passwd\n'],
    ['address.mp4', 'http://127.0.0.1:1/x'], ['sub.mp4', 'subfile,,start,0,end,64,,:/etc/passwd'], ['picture.mp4', '<svg/>'],
    ['text.webm', 'hello'],
  ])('%s', async (name, content) => {
    writeFileSync(file(name), content)
    const error = await failure(openVideo(file(name)))
    expect(error.message).toContain('it is no video of a kind that is read (mp4, mov, webm, mkv, avi, ts, gif, webp)')
  })
  test('an empty file, a folder, a missing one, a device, an address', async () => {
    writeFileSync(file('empty.mp4'), '')
    expect((await failure(openVideo(file('empty.mp4')))).message).toContain('it is empty')
    expect((await failure(openVideo(folder))).message).toContain('it is not a file')
    expect((await failure(openVideo('/dev/zero'))).message).toContain('it is not a file')
    for (const path of ['http://127.0.0.1/x.mp4', 'concat:/etc/passwd', '-i', file('%d.mp4')]) {
      expect((await failure(openVideo(path))).code).toBe('not_found')
    }
  })
  test('a start or length below 0', async () => {
    expect((await failure(openVideo(file('x.mp4'), { start: -1 }))).code).toBe('bad_input')
    expect((await failure(openVideo(file('x.mp4'), { seconds: Number.NaN }))).code).toBe('bad_input')
  })
  test('ffmpeg is told its demuxer, and may open nothing but this file', () => {
    const decoder = { path: 'ffmpeg', version: '5', hasFpsMode: true }
    const given = openingArguments({ path: '-x.mp4', kind: 'mov', decoder, start: 0, seconds: 0, maxPixels: 100 })
    expect(given.join(' ')).toContain('-nostdin')
    expect(given.join(' ')).toContain('-protocol_whitelist file,pipe -format_whitelist mov')
    expect(given.join(' ')).toContain(`-enable_drefs 0 -use_absolute_path 0 -f mov -i file:${process.cwd()}/-x.mp4`)
  })
})

const decoder = await findDecoder().catch(() => null)

// `npm test` does without it; CI (KINOGRAPH_TEST_ALL) installs it, and fails here where it is missing.
describe.skipIf(!decoder && process.env['KINOGRAPH_TEST_ALL'] !== '1')('with ffmpeg 5 or newer', () => {
  const make = (name: string, ...args: string[]) => {
    execFileSync(decoder?.path ?? 'ffmpeg', ['-v', 'error', '-y', ...args, file(name)])
    return file(name)
  }

  test.each([['mp4', 'h264'], ['webm', 'vp9'], ['webm', 'vp8']] as const)('%s, %s: what we wrote comes back', async (format, codec) => {
    const path = file(`round.${codec}.${format}`)
    await encodeVideo(numbered(30), path, { fps: 24, format, codec, crf: 4 })
    const { frames, fps, seconds, complaints } = await openVideo(path)
    expect({ ...frames, read: null, close: null }).toMatchObject({ count: 30, width: 64, height: 48, channels: 3, dtype: 'u8' })
    expect([fps, seconds, complaints]).toEqual([24, 1.25, []])
    expect(numbersOf(await frames.read(0, 30), 30)).toEqual(upTo(30))
    await frames.close!()
  })

  test.each([['mkv', ['-c:v', 'ffv1']], ['mov', ['-c:v', 'prores']], ['avi', ['-c:v', 'mpeg4', '-q:v', '2']], ['ts', ['-c:v', 'mpeg2video', '-q:v', '2']]])(
    '%s', async (ending, codec) => {
      const source = file('source.mp4')
      await encodeVideo(numbered(20), source, { fps: 25, crf: 1 })
      const { frames, fps } = await openVideo(make(`kind.${ending}`, '-i', source, ...codec))
      expect([frames.count, fps]).toEqual([20, 25])
      expect(numbersOf(await frames.read(0, 20), 20)).toEqual(upTo(20))
    })

  test('reads in any order, by several readers at once', async () => {
    const path = file('order.mp4')
    await encodeVideo(numbered(40), path, { fps: 8 })
    const { frames } = await openVideo(path)
    const all = await frames.read(0, 40)
    const bytes = all.length / 40
    const frame = (index: number) => all.subarray(index * bytes, (index + 1) * bytes)
    const same = async (index: number) => expect(Buffer.from(await frames.read(index, index + 1)).equals(frame(index))).toBe(true)
    for (const index of [5, 4, 3, 39, 0, 20, 21, 22, 19]) await same(index)
    await Promise.all(upTo(40).map(same))
    await Promise.all([7, 1, 30].map(async (from) => {
      for (let index = from; index < from + 8; index++) await same(index)
    }))
    const late = await openVideo(path)
    for (let index = 39; index >= 0; index--) await expect(late.frames.read(index, index + 1)).resolves.toEqual(Uint8Array.from(frame(index)))
    await Promise.all([frames.close!(), late.frames.close!()])
    await vi.waitFor(() => expect(ffmpegsOf(path)).toEqual([]))
    expect((await failure(frames.read(0, 1))).code).toBe('closed')
  })

  test('a part by seconds', async () => {
    const path = file('part.mp4')
    await encodeVideo(numbered(40), path, { fps: 8 })
    const { frames, seconds } = await openVideo(path, { start: 1, seconds: 2 })
    expect([frames.count, seconds]).toEqual([16, 2])
    expect(numbersOf(await frames.read(0, 16), 16)).toEqual(upTo(16).map((i) => i + 8))
    expect((await openVideo(path, { start: 4 })).frames.count).toBe(8)
    expect((await failure(openVideo(path, { start: 99 }))).code).toBe('unreadable')
  })

  test('is turned upright', async () => {
    const source = file('wide.mp4')
    await encodeVideo(numbered(2, 64, 48), source, { fps: 8 })
    const { frames } = await openVideo(make('turned.mp4', '-i', source, '-c', 'copy', '-metadata:s:v', 'rotate=90'))
    expect([frames.width, frames.height]).toEqual([48, 64])
    expect((await frames.read(0, 2)).length).toBe(48 * 64 * 3 * 2)
  })

  test('frames of uneven length are spread over their time', async () => {
    const source = file('even.mp4')
    await encodeVideo(numbered(12), source, { fps: 10 })
    // Frames 0 to 5 at ten a second, the rest at half the speed.
    const uneven = make('uneven.mkv', '-i', source, '-vf', 'setpts=if(lt(N\\,6)\\,N\\,6+(N-6)*2)/10/TB', '-fps_mode', 'passthrough', '-c:v', 'ffv1')
    const { frames, fps, seconds } = await openVideo(uneven)
    expect(fps).toBeCloseTo(11 / 1.6, 1)
    expect(seconds).toBeCloseTo(1.6 + 1 / fps, 1)
    const seen = numbersOf(await frames.read(0, frames.count), frames.count)
    expect(seen[0]).toBe(0)
    expect(seen.at(-1)).toBe(11)
    expect([...seen].sort((a, b) => a - b)).toEqual(seen)
  })

  test('a size that changes on the way is brought to that of the first frame', async () => {
    const parts = [[64, 48], [96, 64]].map(([width, height], i) =>
      make(`size${i}.ts`, '-f', 'lavfi', '-i', `color=gray:s=${width}x${height}:r=8:d=1`, '-c:v', 'mpeg2video'))
    writeFileSync(file('sizes.ts'), Buffer.concat(parts.map((path) => readFileSync(path))))
    const { frames } = await openVideo(file('sizes.ts'))
    expect([frames.width, frames.height]).toEqual([64, 48])
    expect(frames.count).toBeGreaterThanOrEqual(15)
    expect((await frames.read(0, frames.count)).length).toBe(frames.count * 64 * 48 * 3)
  })

  test('sound without pictures, pictures with sound', async () => {
    const sound = make('sound.mp4', '-f', 'lavfi', '-i', 'sine=d=1', '-c:a', 'aac')
    expect((await failure(openVideo(sound))).message).toContain('it has no video, sound at most. Choose another file.')
    const both = make('both.mp4', '-f', 'lavfi', '-i', 'sine=d=1', '-f', 'lavfi', '-i', 'testsrc=s=64x48:r=8:d=1', '-c:a', 'aac', '-c:v', 'libx264', '-pix_fmt', 'yuv420p')
    const { frames, complaints } = await openVideo(both)
    expect([frames.count, complaints]).toEqual([8, []])
  })

  test('cut off anywhere: what remains, or a clear error; always soon', async () => {
    for (const format of ['mp4', 'webm'] as const) {
      const path = file(`cut.${format}`)
      await encodeVideo(numbered(20), path, { fps: 8, format })
      const whole = readFileSync(path)
      for (const share of [0.02, 0.3, 0.6, 0.95]) {
        writeFileSync(path, whole.subarray(0, Math.floor(whole.length * share)))
        const opened = await openVideo(path).catch((error: unknown) => error)
        if (opened instanceof MediaError) expect(opened.code).toBe('unreadable')
        else {
          const { frames } = opened as Awaited<ReturnType<typeof openVideo>>   // not an error, as tested
          expect(frames.count).toBeLessThanOrEqual(20)
          expect((await frames.read(0, frames.count)).length).toBe(frames.count * 64 * 48 * 3)
        }
      }
    }
  })

  test('limits on frames and pixels hold, whatever the file claims', async () => {
    const path = file('limits.mp4')
    await encodeVideo(numbered(30), path, { fps: 8 })
    expect((await failure(openVideo(path, { maxFrames: 29 }))).message).toContain('it has more than 29 frames')
    expect((await failure(openVideo(path, { maxPixels: 64 * 47 }))).message).toContain('its frames have more than 3008 pixels')
    await vi.waitFor(() => expect(ffmpegsOf(path)).toEqual([]))
  })

  test('a mp4 that claims 10⁹ frames, none a second, or a billion ticks', async () => {
    const path = file('claims.mp4')
    await encodeVideo(numbered(8), path, { fps: 8 })
    const whole = readFileSync(path)
    const patched = (box: string, offset: number, value: number) => {
      const bytes = Buffer.from(whole)
      bytes.writeUInt32BE(value, bytes.indexOf(box) + 4 + offset)
      writeFileSync(path, bytes)
    }
    const bounded = async () => {
      const opened = await openVideo(path, { maxSeconds: 30 }).catch((error: unknown) => error)
      if (opened instanceof MediaError) return
      const { frames, fps } = opened as Awaited<ReturnType<typeof openVideo>>   // not an error, as tested
      expect(frames.count).toBeLessThan(200_001)
      expect(fps).toBeGreaterThan(0)
      expect((await frames.read(0, 1)).length).toBe(64 * 48 * 3)
      await frames.close?.()
    }
    patched('stsz', 8, 1_000_000_000)
    await bounded()
    patched('mdhd', 12, 1_000_000_000)
    await bounded()
    patched('mdhd', 12, 0)
    await bounded()
    patched('stts', 12, 0)
    await bounded()
    patched('tkhd', 76, 0xffff_0000)
    await bounded()
  })

  test('a codec that few know is named, not decoded', async () => {
    const path = make('rare.avi', '-f', 'lavfi', '-i', 'testsrc=s=64x48:r=8:d=1', '-c:v', 'cinepak')
    expect((await failure(openVideo(path))).message).toMatch(/it is encoded as cinepak, which is not decoded\. Convert it to H\.264 first/)
  })

  test('a name of dashes, colons and per cents is a name', async () => {
    for (const name of ['-i.mp4', 'a:b.mp4', '%03d.mp4', 'http:.mp4', 'a b\'"$(id).mp4']) {
      await encodeVideo(numbered(2), file(name), { fps: 8 })
      expect((await openVideo(file(name))).frames.count).toBe(2)
    }
  })

  test('stops when it is told: while it looks, and while frames are read', async () => {
    const path = make('long.mp4', '-f', 'lavfi', '-i', 'testsrc=s=320x240:r=30:d=60', '-c:v', 'libx264', '-preset', 'ultrafast')
    await expect(openVideo(path, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' })
    const looking = new AbortController()
    setTimeout(() => looking.abort(new Error('enough')), 50)
    await expect(openVideo(path, { signal: looking.signal })).rejects.toThrow('enough')
    const { frames } = await openVideo(path)
    expect(frames.count).toBe(1800)
    const reading = new AbortController()
    setTimeout(() => reading.abort(new Error('enough')), 100)
    await expect(frames.read(0, 1800, reading.signal)).rejects.toThrow('enough')
    await frames.close!()
    await vi.waitFor(() => expect(ffmpegsOf(path)).toEqual([]))
  })

  test('a long video takes no memory', async () => {
    const path = make('big.mp4', '-f', 'lavfi', '-i', 'testsrc=s=1280x720:r=30:d=20', '-c:v', 'libx264', '-preset', 'ultrafast')
    const { frames } = await openVideo(path)
    const before = process.memoryUsage().rss
    for (let index = 0; index < frames.count; index++) await frames.read(index, index + 1)         // 1.7 GB in all
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 2 ** 20)
    expect(frames.residentBytes).toBeLessThanOrEqual(64 * 2 ** 20)
    await frames.close!()
  })
})
