import { expect, test } from 'vitest'
import { nextPace, secondsUntil, type Pace } from './pace.ts'

const after = (reports: readonly (readonly [value: number, at: number])[]) =>
  reports.reduce<Pace | undefined>((pace, [value, at]) => nextPace(pace, value, at), undefined)!

test('one report says nothing of the pace', () => {
  expect(secondsUntil(after([[1, 5000]]), 20, 5000)).toBeUndefined()
})

test('an even pace is measured exactly, whatever came before the first step', () => {
  const pace = after([[1, 90_000], [2, 92_000], [3, 94_000]])
  expect(pace.secondsPerStep).toBe(2)
  expect(secondsUntil(pace, 20, 94_000)).toBe(34)
})

test('time that passes since the last report counts, and never below nothing', () => {
  const pace = after([[1, 0], [2, 2000]])
  expect(secondsUntil(pace, 4, 3500)).toBe(2.5)
  expect(secondsUntil(pace, 4, 60_000)).toBe(0)
})

test('a single slow step moves the rate by less than a third', () => {
  const pace = after([[1, 0], [2, 1000], [3, 2000], [4, 12_000]])
  expect(pace.secondsPerStep).toBeCloseTo(1 + 9 * 0.3)
})

test('steps that came together weigh as much as one by one', () => {
  const together = after([[0, 0], [1, 1000], [5, 13_000]])
  const single = after([[0, 0], [1, 1000], [2, 4000], [3, 7000], [4, 10_000], [5, 13_000]])
  expect(together.secondsPerStep).toBeCloseTo(single.secondsPerStep!)
})

test('a value that fell begins anew; one that stays changes nothing', () => {
  const pace = after([[1, 0], [2, 1000]])
  expect(nextPace(pace, 2, 9000)).toBe(pace)
  expect(nextPace(pace, 1, 9000)).toEqual({ value: 1, at: 9000 })
})
