import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Announcer } from './announcer.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('says the first change at once, then the newest of those that come close together, and nothing when nothing changes', () => {
  let length = 0
  const said: number[] = []
  const announcer = new Announcer(() => said.push(length))
  for (length = 1; length < 100; length++) announcer.soon()
  expect(said).toEqual([1])
  vi.advanceTimersByTime(60)
  expect(said).toEqual([1, 100])
  vi.advanceTimersByTime(1000)
  expect(said).toEqual([1, 100])
  length = 0
  announcer.soon()
  expect(said).toEqual([1, 100, 0])
})

test('is silent once it is closed', () => {
  const said: number[] = []
  const announcer = new Announcer(() => said.push(1))
  announcer.soon()
  announcer.soon()
  announcer.close()
  vi.advanceTimersByTime(1000)
  expect(said).toEqual([1])
})
