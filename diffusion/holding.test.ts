import { expect, test } from 'vitest'
import type { Device, TensorEntry } from '../tensor/index.ts'
import { chooseHold, resolveHold, type HoldWish } from './holding.ts'

const MB = 2 ** 20

test.each<[string, HoldWish, number, HoldWish]>([
  ['three quarters of the memory', 'auto', 750 * MB, 'auto:float'],
  ['more than that', 'auto', 751 * MB, 'auto:int8'],
  ['a small model, however little memory there is', 'auto', 64 * MB, 'auto:float'],
  ['what was chosen', 'packed', 5000 * MB, 'packed'],
])('auto is decided by the memory there is: %s', (what, wish, bytes, expected) => {
  expect(resolveHold(wish, bytes, what.startsWith('a small') ? 10 * MB : 1000 * MB)).toBe(expected)
})

test('one process decides once: the same model is named alike in all its keys', () => {
  expect(resolveHold('auto', 2000 * MB)).toBe(resolveHold('auto', 2000 * MB))
})

/** A device as far as it is asked here: what it is, and what it may take. */
const device = (kind: Device['kind'], budget: number) => ({ kind, memory: async () => ({ resident: 0, budget, sessions: [] }) }) as unknown as Device
const entries = (bytes: number) =>
  new Map([['w', { dtype: 'float16', shape: [bytes / 2], bytes } as unknown as TensorEntry]]) // the fields that are read
const choose = (wanted: HoldWish, kind: Device['kind'] = 'cpu', budget = 1000 * MB) =>
  chooseHold(device(kind, budget), entries(400 * MB), { name: 'model', wanted, activationBytes: 100 * MB })

test('what was decided is what the device does, though its memory has changed since', async () => {
  expect(await choose('auto:float')).toBe('mapped')
  expect(await choose('auto:int8')).toBe('int8')
  await expect(choose('auto:float', 'cpu', 450 * MB)).rejects.toThrow('Use int8')
  expect(await choose('auto', 'cpu', 450 * MB)).toBe('int8')
})

test('other devices copy floats in any case', async () => {
  expect([await choose('auto:float', 'cuda'), await choose('auto:int8', 'cuda')]).toEqual(['packed', 'packed'])
})
