import { expect, test } from 'vitest'
import { framesOf } from './frames.ts'
import { mapFrames, shellOf } from './map-frames.ts'

const frames = framesOf(Uint8Array.of(10, 20, 30, 40, 50, 60), { count: 2, height: 1, width: 1, channels: 3, dtype: 'u8' })

test('changes each frame when it is read', async () => {
  let calls = 0
  const mapped = mapFrames(frames, (frame, index) => {
    calls++
    return frame.map((sample) => sample + index)
  })
  expect(calls).toBe(0)
  expect([...await mapped.read(0, 2)]).toEqual([10, 20, 30, 41, 51, 61])
  expect([...await mapped.read(1, 2)]).toEqual([41, 51, 61])
  expect(mapped).toMatchObject({ count: 2, height: 1, width: 1, channels: 3, dtype: 'u8' })
})

test('to another size, in floats, asynchronously, and from plain numbers', async () => {
  const grey = mapFrames(frames, async (frame) => [(frame[0]! + frame[1]! + frame[2]!) / 3], { channels: 1, dtype: 'f32' })
  expect((await grey.read(0, 2))[0]).toBeCloseTo(20 / 255)
  const loud = mapFrames(frames, (frame) => [...frame].map((sample) => sample * 10))
  expect([...await loud.read(1, 2)]).toEqual([255, 255, 255])
  const buffer = mapFrames(frames, (frame) => Buffer.from(frame))
  expect((await buffer.read(0, 1)).constructor).toBe(Uint8Array)
})

test('refuses a frame of another size than announced', async () => {
  await expect(mapFrames(frames, () => [1]).read(0, 1)).rejects.toThrow('frame 1 came out with 1 samples, expected 1×1×3 = 3')
  await expect(mapFrames(frames, () => undefined as never).read(0, 1)).rejects.toThrow('frame 1 came out with no samples')
  expect(() => mapFrames(frames, (frame) => frame, { width: 0 })).toThrow('width')
})

test('a shell keeps the original from what is done to it', async () => {
  const shell = shellOf(frames)
  Object.assign(shell, { count: 99, read: () => { throw new Error('spoiled') } })
  expect(frames.count).toBe(2)
  expect([...await frames.read(0, 1)]).toEqual([10, 20, 30])
  expect(shell.close).toBeUndefined()
})
