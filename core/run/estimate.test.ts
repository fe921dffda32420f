import { describe, expect, test } from 'vitest'
import { estimateOf } from './estimate.ts'
import { byType, type Measurement } from './time-keeper.ts'

const took = (seconds: number, work: Partial<Measurement> = {}): Measurement => ({ type: 'Work', version: 1, size: 'a', seconds, ...work })
const estimate = (work: Partial<Measurement>, ...known: Measurement[]) => estimateOf(took(0, work), byType(known))

describe('an estimate', () => {
  test('is the middle of the latest five of the same size', () => {
    expect(estimate({}, took(100), took(100), took(1), took(2), took(3), took(4), took(50))).toEqual({ seconds: 3, runs: 5, isSame: true })
    expect(estimate({}, took(1), took(2))).toEqual({ seconds: 1.5, runs: 2, isSame: true })
  })

  test('is scaled by cost where the size is another, from what is nearest', () => {
    expect(estimate({ size: 'b', cost: 20 }, took(5, { cost: 10 }))).toEqual({ seconds: 10, runs: 1, isSame: false })
    const near = Array.from({ length: 5 }, () => took(1, { cost: 10 }))
    expect(estimate({ size: 'b', cost: 20 }, took(9999, { cost: 1000 }), ...near)?.seconds).toBe(2)
  })

  test('goes by the numbers where nothing says the size', () => {
    expect(estimate({ size: 'b', numbers: 'n' }, took(5, { numbers: 'n' }), took(9, { numbers: 'm' }), took(9))).toEqual({ seconds: 5, runs: 1, isSame: true })
  })

  test.each([{ type: 'Other' }, { version: 2 }, { size: 'b' }, { size: 'b', cost: 1 }, { size: 'b', numbers: 'n' }])('is unknown for %j', (work) => {
    expect(estimate(work, took(5))).toBeUndefined()
  })
})
