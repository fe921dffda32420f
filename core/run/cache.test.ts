import { describe, expect, test } from 'vitest'
import { STRING } from '../types/scalars.ts'
import { defineType, type TypedValue } from '../types/value-type.ts'
import { MemoryCache } from './cache.ts'
import { hold, letGo } from './holdings.ts'
import type { NodeResult } from './result.ts'

interface Clip {
  readonly name: string
}

let disposed: string[] = []
const CLIP = defineType<Clip>({
  id: 'CLIP',
  check: (value): value is Clip => typeof value === 'object' && value !== null && 'name' in value,
  bytes: () => 0,
  store: 'recompute',
  dispose: ({ name }) => void disposed.push(name),
})

function result(bytes: number, value: TypedValue = { type: STRING, value: 'x' }): NodeResult {
  return { outputs: new Map([['out', value]]), warnings: [], bytes, seconds: 0 }
}

const clip = (name: string): TypedValue => ({ type: CLIP, value: { name } })

describe('MemoryCache', () => {
  test('drops what was unused for longest when it is full', () => {
    const cache = new MemoryCache(100)
    cache.set('a', result(40))
    cache.set('b', result(40))
    expect(cache.get('a')).toBeDefined() // now b is the oldest use
    cache.set('c', result(40))
    expect(['a', 'b', 'c'].filter((key) => cache.get(key))).toEqual(['a', 'c'])
    expect(cache.bytes).toBe(80)
    expect(cache.size).toBe(2)
  })

  test('counts a result once when it comes again', () => {
    const cache = new MemoryCache(100)
    cache.set('a', result(40))
    cache.set('a', result(60))
    expect([cache.bytes, cache.size]).toEqual([60, 1])
  })

  test('does not empty itself for a result larger than the whole', () => {
    const cache = new MemoryCache(100)
    cache.set('a', result(40))
    cache.set('big', result(101))
    expect([cache.get('a') !== undefined, cache.get('big')]).toEqual([true, undefined])
  })

  test('disposes of what it drops, unless somebody still holds it', () => {
    disposed = []
    const cache = new MemoryCache(100)
    const first = clip('first')
    hold([first])
    cache.set('a', result(60, first))
    cache.set('b', result(60, clip('second')))
    expect(disposed).toEqual([])
    letGo([first])
    expect(disposed).toEqual(['first'])
    cache.clear()
    expect(disposed).toEqual(['first', 'second'])
    expect([cache.bytes, cache.size]).toEqual([0, 0])
  })
})
