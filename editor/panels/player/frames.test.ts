import { expect, test } from 'vitest'
import { clockOf, frameAt, stepFrom, timeOf } from './frames.ts'

test.each([8, 23.976, 24, 29.97, 60])('each frame is found again by its own time, and by when it begins, at %f per second', (fps) => {
  const clock = { frames: 300, fps }
  for (let frame = 0; frame < clock.frames; frame++) {
    expect(frameAt(clock, timeOf(clock, frame))).toBe(frame)
    expect(frameAt(clock, Math.round((frame / fps) * 12_800) / 12_800)).toBe(frame) // ticks of an mp4
  }
})

test('before the first and after the last are these', () => {
  const clock = { frames: 16, fps: 8 }
  expect([frameAt(clock, -1), frameAt(clock, 2), frameAt(clock, 99)]).toEqual([0, 15, 15])
})

test('steps stop at the ends, or go round', () => {
  const clock = { frames: 16, fps: 8 }
  expect([stepFrom(clock, 0, -1, false), stepFrom(clock, 15, 1, false), stepFrom(clock, 0, -1, true), stepFrom(clock, 15, 1, true), stepFrom(clock, 3, 1, true)]).toEqual([0, 15, 15, 0, 4])
})

test('pictures have no frames to step through; where a file does not say how many, its length does', () => {
  expect(clockOf({ kind: 'image', frames: 1, fps: 8 })).toBeUndefined()
  expect(clockOf({ kind: 'video', frames: 16 })).toBeUndefined()
  expect(clockOf({ kind: 'video', fps: 8, duration: 2 })).toEqual({ frames: 16, fps: 8 })
  expect(clockOf({ kind: 'video', fps: 8, frames: 15, duration: 2 })).toEqual({ frames: 15, fps: 8 })
})
