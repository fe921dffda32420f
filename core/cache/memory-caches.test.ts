import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hold, letGo } from '../run/holdings.ts'
import type { NodeResult } from '../run/result.ts'
import { STRING } from '../types/scalars.ts'
import { defineType, type TypedValue } from '../types/value-type.ts'
import { CountedCache } from './counted-cache.ts'
import { LastRunCache } from './last-run-cache.ts'
import { LayeredCache } from './layered-cache.ts'
import { NoCache } from './no-cache.ts'
import { WeighedCache } from './weighed-cache.ts'

let disposed: string[] = []
const CLIP = defineType<{ readonly name: string }>({
  id: 'CLIP',
  check: (value): value is { name: string } => typeof value === 'object' && value !== null && 'name' in value,
  bytes: () => 0,
  store: 'recompute',
  dispose: ({ name }) => void disposed.push(name),
})
const clip = (name: string): TypedValue => ({ type: CLIP, value: { name } })

function result(bytes: number, seconds = 1, value: TypedValue = { type: STRING, value: 'x' }): NodeResult {
  return { outputs: new Map([['out', value]]), warnings: [], bytes, seconds }
}

describe('WeighedCache', () => {
  test('lets go what is the cheapest to make again per byte', () => {
    const cache = new WeighedCache(100)
    cache.set('dear', result(40, 60))
    cache.set('cheap', result(40, 1))
    cache.set('middling', result(40, 5))
    expect(['dear', 'cheap', 'middling'].filter((key) => cache.get(key))).toEqual(['dear', 'middling'])
  })

  test('does not take in what would be the next to go', () => {
    disposed = []
    const cache = new WeighedCache(100)
    cache.set('dear', result(90, 60))
    cache.set('cheap', result(90, 1, clip('cheap')))
    expect([cache.get('dear') !== undefined, cache.get('cheap'), disposed]).toEqual([true, undefined, []])
  })

  test('what was dear but is not used any more goes in the end', () => {
    const cache = new WeighedCache(100)
    cache.set('dear', result(90, 10))
    for (let turn = 0; turn < 30; turn++) cache.set(`${turn}`, result(90, 1))
    expect(cache.get('dear')).toBeUndefined()
  })

  test('what is used stays longer', () => {
    const cache = new WeighedCache(100)
    cache.set('a', result(50, 1))
    cache.set('b', result(50, 1))
    cache.get('b')
    cache.set('c', result(50, 1))
    expect(['a', 'b', 'c'].filter((key) => cache.get(key))).toEqual(['b', 'c'])
  })

  test('disposes of what it lets go, unless somebody still holds it', () => {
    disposed = []
    const cache = new WeighedCache(100)
    const first = clip('first')
    hold([first])
    cache.set('a', result(60, 1, first))
    cache.set('b', result(60, 1, clip('second')))
    cache.set('b', result(60, 1, clip('third')))
    expect(disposed).toEqual(['second'])
    letGo([first])
    cache.clear()
    expect([disposed, cache.bytes, cache.size]).toEqual([['second', 'first', 'third'], 0, 0])
  })

  test('law: never over its limit; what it says it holds is what it holds; nothing is lost or let go twice', () => {
    const steps = fc.array(fc.record({
      key: fc.nat({ max: 15 }).map(String), bytes: fc.nat({ max: 60 }), seconds: fc.double({ min: 0, max: 100, noNaN: true }), isGet: fc.boolean(),
    }), { maxLength: 200 })
    fc.assert(fc.property(steps, fc.nat({ max: 120 }), (all, limit) => {
      disposed = []
      const cache = new WeighedCache(limit)
      const given = new Map<string, NodeResult>()
      all.forEach(({ key, bytes, seconds, isGet }, step) => {
        if (!isGet) {
          given.set(key, result(bytes, seconds, clip(`${step}`)))
          cache.set(key, given.get(key)!)
        }
        const found = cache.get(key)
        if (found) expect(found).toBe(given.get(key))
        expect(cache.bytes).toBeLessThanOrEqual(limit)
      })
      const there = [...given].filter(([key]) => cache.get(key))
      expect(there.reduce((sum, [, { bytes }]) => sum + bytes, 0)).toBe(cache.bytes)
      expect(there.length).toBe(cache.size)
      const clips = there.map(([, { outputs }]) => (outputs.get('out')!.value as { name: string }).name)
      expect(clips.filter((name) => disposed.includes(name))).toEqual([])
      expect(new Set(disposed).size).toBe(disposed.length)
    }))
  })

  test('ten thousand results pass through a full cache in linear time', () => {
    const cache = new WeighedCache(100_000)
    const began = performance.now()
    for (let turn = 0; turn < 50_000; turn++) cache.set(`${turn}`, result(100, 1 + (turn % 7)))
    expect([cache.size <= 1000, performance.now() - began < 2000]).toEqual([true, true])
  })
})

describe('CountedCache', () => {
  test('keeps the last so many results that were used', () => {
    const cache = new CountedCache(2)
    cache.set('a', result(1e9))
    cache.set('b', result(1))
    cache.get('a')
    cache.set('c', result(1))
    expect(['a', 'b', 'c'].filter((key) => cache.get(key))).toEqual(['a', 'c'])
    expect(cache.size).toBe(2)
  })
})

describe('LastRunCache', () => {
  test('keeps what the run that begins may need and drops the rest', () => {
    disposed = []
    const cache = new LastRunCache()
    cache.set('a', result(1, 1, clip('a')))
    cache.set('b', result(1))
    cache.planned(['b', 'c'])
    expect([cache.get('a'), cache.get('b') !== undefined, disposed]).toEqual([undefined, true, ['a']])
  })
})

describe('LayeredCache', () => {
  test('offers what it found behind to the front, and does not let it go before it is taken hold of', async () => {
    disposed = []
    const back = new LastRunCache()
    const far = result(10, 1, clip('far'))
    // A disk gives a value of its own each time.
    const layered = new LayeredCache(new NoCache(), { get: async () => far, set: (key, one) => back.set(key, one) })
    const found = await layered.get('a')
    expect([found, disposed]).toEqual([far, []])
    hold(found!.outputs.values())
    await new Promise(setImmediate)
    expect(disposed).toEqual([])
    letGo(found!.outputs.values())
    expect(disposed).toEqual(['far'])
  })

  test('gives at once what lies in front', () => {
    const front = new CountedCache(5)
    front.set('a', result(1))
    expect(new LayeredCache(front, new NoCache()).get('a')).toBe(front.get('a'))
  })
})
