import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { encodeVideo } from './encode-video.ts'
import { framesOf } from './frames.ts'
import { probeFile, writeThumbnail } from './still.ts'

let folder = ''
const file = (name: string) => join(folder, name)
const clip = (count: number) => framesOf(Uint8Array.from({ length: count * 64 * 48 * 3 }, (_, i) => i % 3 === 0 ? 220 : 20), { count, width: 64, height: 48, channels: 3, dtype: 'u8' })
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kinograph-still-'))
  await sharp({ create: { width: 400, height: 100, channels: 3, background: 'red' } }).png().toFile(file('wide.png'))
  await sharp({ create: { width: 30, height: 20, channels: 3, background: 'red' } }).jpeg().withMetadata({ orientation: 6 }).toFile(file('turned.jpg'))
  for (const format of ['mp4', 'webm', 'gif', 'webp'] as const) await encodeVideo(clip(8), file(`clip.${format}`), { fps: 4, format })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(() => { vi.unstubAllEnvs() })

test('pictures', async () => {
  expect(await probeFile(file('wide.png'))).toMatchObject({ kind: 'image', format: 'png', width: 400, height: 100, frames: 1 })
  expect(await probeFile(file('turned.jpg'))).toMatchObject({ kind: 'image', format: 'jpeg', width: 20, height: 30 })
})

test.each(['mp4', 'webm', 'gif', 'webp'])('%s videos', async (format) => {
  expect(await probeFile(file(`clip.${format}`))).toMatchObject({ kind: 'video', format, width: 64, height: 48, frames: 8, fps: 4, duration: 2 })
  const made = file(`${format}-thumb.webp`)
  expect(await writeThumbnail(file(`clip.${format}`), made, 32)).toMatchObject({ width: 32, height: 24 })
  const { channels } = await sharp(made).stats()
  expect(channels[0]!.mean).toBeGreaterThan(150)
  expect(channels[1]!.mean).toBeLessThan(90)
})

test('thumbnails are no larger than asked, and no larger than the picture', async () => {
  expect(await writeThumbnail(file('wide.png'), file('a.webp'), 100)).toMatchObject({ width: 100, height: 25 })
  expect(await writeThumbnail(file('turned.jpg'), file('b.webp'), 100)).toMatchObject({ width: 20, height: 30 })
})

test.each([
  ['more pixels', 'wide.png', { pixels: 1000 }, 'it has more than 1000 pixels'],
  ['more frames', 'clip.mp4', { frames: 5 }, '5'],
  ['more frames of a gif', 'clip.gif', { frames: 5 }, '5'],
  ['longer', 'clip.mp4', { duration: 1 }, '2.0 seconds are more than the 1 that are taken'],
  ['larger frames', 'clip.webm', { pixels: 100 }, '100'],
])('%s than are taken are refused', async (_, name, limits, said) => {
  await expect(probeFile(file(name), limits)).rejects.toThrow(said)
})

// ATTACKS 38 to 41: files that would have the decoder read others, or run something.
test.each([
  ['a playlist', '#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n'],
  ['a concat script', 'ffconcat version 1.0\nfile /etc/passwd\n'],
  ['an svg', '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'],
  ['a pdf', '%PDF-1.4\n'],
  ['nothing', ''],
  ['a cut png', '\x89PNG\r\n\x1a\n'],
])('%s is refused whatever it is called, and leaves nothing', async (_, text) => {
  for (const name of ['attack.mp4', 'attack.png']) {
    writeFileSync(file(name), text, 'latin1')
    await expect(probeFile(file(name))).rejects.toThrow(/Convert it|Download|again|damaged|decoded/)
    await expect(writeThumbnail(file(name), file('attack.webp'), 64)).rejects.toThrow(file(name))
    expect(existsSync(file('attack.webp'))).toBe(false)
  }
})

test('a folder, a device, a link to one', async () => {
  symlinkSync('/dev/zero', file('zero.png'))
  for (const path of [folder, file('zero.png')]) await expect(probeFile(path)).rejects.toThrow('it is not a file')
})

test('without an ffmpeg that decodes, a video says what to install, pictures are read', async () => {
  vi.stubEnv('PATH', '/nowhere')
  vi.stubEnv('FFMPEG_PATH', '')
  await expect(probeFile(file('clip.mp4'))).rejects.toThrow(/[Ii]nstall/)
  await expect(writeThumbnail(file('clip.mp4'), file('c.webp'), 64)).rejects.toThrow(/[Ii]nstall/)
  expect(await probeFile(file('clip.gif'))).toMatchObject({ kind: 'video', frames: 8 })
})
