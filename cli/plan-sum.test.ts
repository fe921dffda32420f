import { expect, test } from 'vitest'
import { sumPlans } from './plan-sum.ts'

const row = (key: string, runs: 'yes' | 'no' | 'maybe', seconds?: number, bytes = 0) => ({
  node: key, key, ref: { id: key, type: 'T' }, runs,
  ...(seconds !== undefined && { time: { seconds, runs: 1, isSame: true } }),
  memory: { bytes, weights: 0, activations: bytes, fits: true },
})
const plan = (nodes: ReturnType<typeof row>[], ok = true) => ({ ok, nodes, left: 0, time: { seconds: 0, unknown: 0 } })

test('what rows have in common counts once: the first makes it, the others find it', () => {
  const plans = [plan([row('load', 'yes', 3), row('sample 1', 'yes', 10, 500)]), plan([row('load', 'yes', 3), row('sample 2', 'yes', 10), row('old', 'no')])]
  expect(sumPlans(plans)).toEqual({ ok: true, running: 3, cached: 2, time: { seconds: 23, unknown: 0 }, peak: 500 })
})

test('what may run is no part of the sum; one row that can\'t run is told', () => {
  expect(sumPlans([plan([row('a', 'maybe')]), plan([row('b', 'yes')], false)])).toEqual({
    ok: false, running: 1, cached: 0, time: { seconds: 0, unknown: 1 }, peak: 0,
  })
})
