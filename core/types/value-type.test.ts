import { describe, expect, test } from 'vitest'
import { BOOLEAN, BUILT_IN_TYPES, FLOAT, INT, STRING } from './scalars.ts'
import { defineType, listType, unionType, type ValueType } from './value-type.ts'

describe('defineType', () => {
  test('refuses an id that would not read as a type on the wire', () => {
    const options = { check: (value: unknown): value is string => typeof value === 'string', bytes: () => 0 }
    expect(() => defineType<string>({ id: 'latent', store: 'recompute', ...options })).toThrow(
      'defineType: expected an id of capitals, digits and _ (like LATENT), got "latent"',
    )
  })
})

describe('types made of others', () => {
  test('a list checks, weighs and names its items', () => {
    const texts = listType(STRING)
    expect(texts.check(['a', 'b'])).toBe(true)
    expect(texts.check(['a', 1])).toBe(false)
    expect(texts.check('a')).toBe(false)
    expect(texts.bytes(['ab', 'c'])).toBe(16 + 6)
    expect(texts.socket).toEqual({ list: 'STRING' })
  })

  test('a union lets the member speak whose check holds', () => {
    const either = unionType<string | boolean>([STRING, BOOLEAN])
    expect([either.check('a'), either.check(true), either.check(1)]).toEqual([true, true, false])
    expect([either.bytes('abc'), either.bytes(true)]).toEqual([6, 4])
    expect(either.members && [...either.members(true)]).toEqual([{ type: BOOLEAN, value: true }])
  })
})

describe('built-in types', () => {
  test.each<[string, ValueType<unknown>, unknown[], unknown[]]>([
    ['INT', INT, [0, -5, 2 ** 53 - 1], [0.5, 2 ** 53, NaN, '1', 1n]],
    ['FLOAT', FLOAT, [0.5, -1e300], [Infinity, NaN, '1']],
    ['BOOLEAN', BOOLEAN, [true], [0, 'true', null]],
  ])('%s checks its values', (_, type, good, bad) => {
    expect(good.map((value) => type.check(value))).toEqual(good.map(() => true))
    expect(bad.map((value) => type.check(value))).toEqual(bad.map(() => false))
  })

  test('are stored as JSON and come back, but not as another type', async () => {
    for (const type of BUILT_IN_TYPES) {
      const value = [7, 0.5, 'text', true].find((one) => type.check(one))
      if (type.store === 'recompute' || 'stream' in type.store) throw new Error(`${type.id} is not stored in one piece`)
      expect(await type.store.read(await type.store.write(value))).toBe(value)
    }
    if (INT.store === 'recompute' || 'stream' in INT.store) throw new Error('INT is not stored in one piece')
    const { read } = INT.store
    expect(() => read(new TextEncoder().encode('"seven"'))).toThrow('the stored value is of another type')
  })
})
