import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ProgressGate, type Progress } from './progress.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('lets ten a second through: the first at once, then the newest', () => {
  const sent: Progress[] = []
  const gate = new ProgressGate((progress) => sent.push(progress))
  for (let ms = 0; ms < 1000; ms++) {
    gate.report({ value: ms, max: 1000 })
    vi.advanceTimersByTime(1)
  }
  expect(sent[0]).toEqual({ value: 0, max: 1000 })
  expect(sent.length).toBeGreaterThanOrEqual(10)
  expect(sent.length).toBeLessThanOrEqual(11) // both ends of the second
  expect(sent.slice(1).map(({ value }) => value % 100)).toEqual(sent.slice(1).map(() => 99))
})

test('sends nothing more once it is closed', () => {
  const sent: Progress[] = []
  const gate = new ProgressGate((progress) => sent.push(progress))
  gate.report({ value: 1, max: 2 })
  gate.report({ value: 2, max: 2 })
  gate.close()
  vi.advanceTimersByTime(1000)
  expect(sent).toEqual([{ value: 1, max: 2 }])
})
