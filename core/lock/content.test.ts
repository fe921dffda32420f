import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { eachValue, typed } from '../run/lists.ts'
import { Blocked } from '../types/blocked.ts'
import { BUILT_IN_TYPES } from '../types/scalars.ts'
import { defineType, type TypedValue } from '../types/value-type.ts'
import { contentOf, fileContent } from './content.ts'

const folder = mkdtempSync(join(tmpdir(), 'kinograph-content-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array
const whole = { write: (value: Uint8Array) => value, read: (bytes: Uint8Array) => bytes }
const BYTES = defineType<Uint8Array>({ id: 'BYTES', check: isBytes, bytes: ({ length }) => length, store: whole })
const PIECES = defineType<Uint8Array>({
  id: 'PIECES', check: isBytes, bytes: ({ length }) => length,
  store: {
    size: ({ length }) => length,
    async *stream(value) { for (const byte of value) yield Uint8Array.of(byte) },
    open: (stored) => stored.read(0, stored.size),
  },
})
const LOST = defineType<object>({ id: 'LOST', check: (value): value is object => typeof value === 'object', bytes: () => 1, store: 'recompute' })
const types = new Map([...BUILT_IN_TYPES, BYTES, PIECES, LOST].map((type) => [type.id, type]))
const content = async (value: TypedValue) => {
  const found = await contentOf(value, (id) => types.get(id))
  if (typeof found === 'string') throw new Error(found)
  return found
}
const bytes = (...values: number[]) => typed(BYTES, Uint8Array.from(values))

test('equal values have one hash; another value, another type or another grouping has another', async () => {
  const { sha256, ...rest } = await content(bytes(1, 2, 3))
  expect(rest).toEqual({ type: 'BYTES', bytes: 3 })
  expect((await content(bytes(1, 2, 3))).sha256).toBe(sha256)
  const pieces = typed(PIECES, Uint8Array.of(1, 2, 3))
  expect((await content(pieces)).bytes).toBe(3)
  const list = (...values: number[][]) => eachValue(BYTES, values.map((one) => Uint8Array.from(one)))
  const all = [bytes(1, 2, 3), bytes(1, 2, 4), bytes(1, 2), pieces, list([1, 2, 3]), list([1], [2, 3]), list([1, 2], [3])]
  const hashes = await Promise.all(all.map(async (one) => (await content(one)).sha256))
  expect(new Set(hashes).size).toBe(all.length)
})

test('the keys of items say what made them, and are no part of the value', async () => {
  const values = [Uint8Array.of(1), Uint8Array.of(2)]
  expect(await content(eachValue(BYTES, values, ['a', 'b']))).toEqual(await content(eachValue(BYTES, values)))
})

test('numbers, short texts and booleans stand in a lock as they are', async () => {
  const plain = async (id: string, value: unknown) => (await content(typed(types.get(id)!, value))).value
  expect([await plain('INT', 6), await plain('STRING', 'red'), await plain('BOOLEAN', false)]).toEqual([6, 'red', false])
  expect(await plain('STRING', 'x'.repeat(1001))).toBeUndefined()
  expect((await content(typed(BYTES, new Blocked('stop')))).type).toBe('BLOCKED')
})

test('what is not stored can\'t be hashed, which is said', async () => {
  expect(await contentOf(typed(LOST, {}), (id) => types.get(id))).toBe('values of type LOST are not stored')
})

test('a file has the hash that sha256sum gives', async () => {
  const path = join(folder, 'abc')
  writeFileSync(path, 'abc')
  expect(await fileContent(path)).toEqual({ type: 'file', bytes: 3, sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' })
})
