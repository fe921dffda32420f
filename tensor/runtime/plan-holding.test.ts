import { expect, test } from 'vitest'

import { planHolding, type HoldingNeeds } from './plan-holding.ts'

const t5: HoldingNeeds = {
  name: 'text_encoder',
  float32Bytes: 21e9,
  fileBytes: 21e9,
  fileDType: 'float32',
  wanted: 'auto',
  activationBytes: 0.3e9,
}

test.each([
  [32e9, 'mapped', 'float32 mapped: 21.3 GB of the 32.0 GB there are'],
  [16e9, 'int8', 'int8: 5.5 GB of the 16.0 GB there are'],
])('auto with %d bytes is %s', (available, hold, reason) => {
  expect(planHolding(t5, { available })).toEqual({ hold, reason })
})

test('half precision on disk is mapped where float32 would not fit', () => {
  expect(planHolding({ ...t5, fileBytes: 10.5e9, fileDType: 'bfloat16' }, { available: 16e9 })).toEqual({
    hold: 'mapped',
    reason: 'bfloat16 mapped: 10.8 GB of the 16.0 GB there are',
  })
})

test('what is asked for is given while it fits', () => {
  for (const wanted of ['mapped', 'packed', 'int8'] as const) {
    expect(planHolding({ ...t5, wanted }, { available: 32e9 }).hold).toBe(wanted)
  }
})

test("what doesn't fit is refused, with the numbers and what would fit", () => {
  expect(() => planHolding({ ...t5, wanted: 'mapped' }, { available: 7.9e9 })).toThrow(
    'text_encoder needs 21.3 GB as float32 mapped, there are 7.9 GB. Use int8 (5.5 GB).',
  )
  expect(() => planHolding(t5, { available: 3e9 })).toThrow(
    'text_encoder needs 5.5 GB as int8, there are 3.0 GB. Close other programs, use a smaller model, or a machine with more memory.',
  )
})
