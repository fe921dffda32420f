import { expect, test } from 'vitest'
import { timestepSinusoid } from './timestep-embedding.ts'

test('gives cosines first, from frequency 1 down to just above 1/10000', () => {
  const table = timestepSinusoid([0, 10.5], 8)
  const frequencies = [1, 0.1, 0.01, 0.001]
  expect([...table.subarray(0, 8)]).toEqual([1, 1, 1, 1, 0, 0, 0, 0])
  const wanted = [...frequencies.map((f) => Math.cos(10.5 * f)), ...frequencies.map((f) => Math.sin(10.5 * f))]
  expect([...table.subarray(8)]).toEqual(wanted.map((n) => expect.closeTo(n, 5)))
})
