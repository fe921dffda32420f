/** `npm run demo` honours its prompt and seed: twelve videos, looked at frame by frame. */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import ffmpeg from '@ffmpeg-installer/ffmpeg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { look } from './check.ts'
import type { Clip, Seen } from './check.ts'

const execute = promisify(execFile)
const root = resolve(import.meta.dirname, '../..')
const SIDE = 64

/** Prompts in the manner of the README, without `pulse` and `still`, which the model does not always manage. */
const WANTED: readonly { prompt: string; seed: number; seen: Seen }[] = [
  { prompt: 'a small red circle moves to the right on a dark blue background', seed: 1, seen: { colour: 'red', shape: 'circle', motion: 'right', background: 'dark blue' } },
  { prompt: 'a yellow heart moves to the left on a black background', seed: 2, seen: { colour: 'yellow', shape: 'heart', motion: 'left', background: 'black' } },
  { prompt: 'a white square moves up on a dark green background', seed: 3, seen: { colour: 'white', shape: 'square', motion: 'up', background: 'dark green' } },
  { prompt: 'a blue circle falls against a light yellow background', seed: 4, seen: { colour: 'blue', shape: 'circle', motion: 'down', background: 'light yellow' } },
  { prompt: 'a small pink square moves in a circle on a gray background', seed: 5, seen: { colour: 'pink', shape: 'square', motion: 'circle', background: 'gray' } },
  { prompt: 'an orange heart bounces on a dark red background', seed: 6, seen: { colour: 'orange', shape: 'heart', motion: 'bounce', background: 'dark red' } },
  { prompt: 'a purple circle grows on a white background', seed: 7, seen: { colour: 'purple', shape: 'circle', motion: 'grow', background: 'white' } },
  { prompt: 'a large green square shrinks on a black background', seed: 8, seen: { colour: 'green', shape: 'square', motion: 'shrink', background: 'black' } },
  { prompt: 'a large yellow triangle spins on a dark blue background', seed: 9, seen: { colour: 'yellow', shape: 'triangle', motion: 'rotate', background: 'dark blue' } },
  { prompt: 'a red heart drifts to the right at sunset', seed: 10, seen: { colour: 'red', shape: 'heart', motion: 'right', background: 'sunset' } },
  { prompt: 'a white ring floats up in the ocean', seed: 11, seen: { colour: 'white', shape: 'ring', motion: 'up', background: 'ocean' } },
  { prompt: 'an orange triangle slides to the left in front of a night sky', seed: 12, seen: { colour: 'orange', shape: 'triangle', motion: 'left', background: 'night sky' } },
]

let folder: string
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'kinograph-prompts-')) })
afterAll(() => rm(folder, { recursive: true, force: true }))

async function framesOf(video: string): Promise<Clip> {
  const { stdout } = await execute(ffmpeg.path, ['-v', 'error', '-i', video, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'],
    { encoding: 'buffer', maxBuffer: 1 << 28 })
  const bytes = SIDE * SIDE * 3
  const frames = Array.from({ length: stdout.length / bytes }, (_, i) => new Uint8Array(stdout.subarray(i * bytes, (i + 1) * bytes)))
  return { frames, width: SIDE, height: SIDE }
}

test('the videos show the colour, background, motion and shape that their prompts name', { timeout: 600_000 }, async () => {
  const right = { colour: 0, background: 0, motion: 0, shape: 0 }
  for (const { prompt, seed, seen } of WANTED) {
    const out = join(folder, String(seed))
    await execute('npm', ['run', '--silent', 'demo', '--', '--prompt', prompt, '--seed', String(seed), '--out', out], { cwd: root })
    const video = (await readdir(out)).find((name) => name.endsWith('.mp4'))
    const clip = await framesOf(join(out, video!))
    expect(clip.frames).toHaveLength(16)
    const found = look(clip)
    for (const key of ['colour', 'background', 'motion', 'shape'] as const) {
      if (found[key] === seen[key]) right[key]++
      else console.log(`"${prompt}" (seed ${seed}): ${key} looks like ${found[key]}`)
    }
  }
  expect(right.colour).toBe(12)
  expect(right.background).toBe(12)
  expect(right.motion).toBeGreaterThanOrEqual(11)
  expect(right.shape).toBeGreaterThanOrEqual(8)
})
