import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runs } from '../../test/laws.ts'
import { MemoryCache } from './cache.ts'
import { outcomeOf, plainGraphs, plainOutcomeOf, reordered, richGraphs } from './testing/random-graphs.ts'

// Laws over graphs that list, block, expand, loop, ask for what they need, and have muted and bypassed nodes.

test('law: every such graph runs, and each node gives something', async () => {
  await fc.assert(
    fc.asyncProperty(richGraphs, async (workflow) => {
      const { status, problem, values } = await outcomeOf(workflow)
      expect([status, problem]).toEqual(['done', undefined])
      for (const given of Object.values(values)) expect(given.length).toBeGreaterThan(0)
    }),
    runs(150),
  )
})

test('law: a run comes to what its nodes mean, worked out one by one', async () => {
  await fc.assert(
    fc.asyncProperty(plainGraphs, async (workflow) => {
      const { status, values } = await outcomeOf(workflow, { cache: new MemoryCache(1e6) })
      expect({ status, values }).toEqual({ status: 'done', values: plainOutcomeOf(workflow) })
    }),
    runs(150),
  )
})

test('law: with lists, blocking, lazy inputs, expansions and loops too, a run with a cache gives what one without gives', async () => {
  await fc.assert(
    fc.asyncProperty(richGraphs, richGraphs, fc.integer({ min: 0, max: 20_000 }), async (first, second, bytes) => {
      const cache = new MemoryCache(bytes)
      await outcomeOf(first, { cache })
      expect((await outcomeOf(second, { cache })).values).toEqual((await outcomeOf(second)).values)
    }),
    runs(150),
  )
})

test('law: neither the order in the file, nor how many run at a time, nor whether nodes get copies, changes a result', async () => {
  await fc.assert(
    fc.asyncProperty(reordered(richGraphs), fc.integer({ min: 1, max: 6 }), async ([workflow, other], width) => {
      const wide = await outcomeOf(other, { widths: { cpu: width }, trusted: true })
      expect(wide.values).toEqual((await outcomeOf(workflow, { widths: { cpu: 1 } })).values)
    }),
    runs(150),
  )
})

test('law: with room for all, nothing but what is blocked is looked at again', async () => {
  await fc.assert(
    fc.asyncProperty(richGraphs, async (workflow) => {
      const cache = new MemoryCache(1e9)
      const first = await outcomeOf(workflow, { cache })
      const second = await outcomeOf(workflow, { cache })
      expect([second.executed, second.values]).toEqual([[], first.values])
    }),
    runs(150),
  )
})
