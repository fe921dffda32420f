import { afterEach, expect, test } from 'vitest'
import { noteIntrinsics } from './intrinsics.ts'

const before = noteIntrinsics()
afterEach(() => { before.restore() })

test('finds nothing where nothing was changed', () => {
  const noted = noteIntrinsics()
  expect('text'.replace(/(t)/, '$1')).toBe('text') // changes RegExp.$1
  expect(noted.restore()).toEqual([])
})

test('undoes what was added, replaced and taken away, and names it', () => {
  const noted = noteIntrinsics()
  const push = Array.prototype.push
  Object.assign(Object.prototype, { polluted: 'yes' })
  Reflect.set(Array.prototype, 'push', () => 0)
  Reflect.deleteProperty(Map.prototype, 'forEach')
  Reflect.defineProperty(Array.prototype, 'last', { get: () => 1, configurable: true })
  JSON.parse = () => 'forged'
  const changed = noted.restore()

  expect(new Set(changed)).toEqual(new Set([
    'Object.prototype.polluted', 'Array.prototype.push', 'Map.prototype.forEach', 'Array.prototype.last', 'JSON.parse',
  ]))
  expect(Reflect.get({}, 'polluted')).toBeUndefined()
  expect(Array.prototype.push).toBe(push)
  expect('last' in []).toBe(false)
  expect(typeof Map.prototype.forEach).toBe('function')
  expect(JSON.parse('1')).toBe(1)
  expect(noted.restore()).toEqual([])
})

test('what is added beside the prototypes stays', () => {
  const noted = noteIntrinsics()
  Object.assign(Reflect, { metadata: () => {} })
  expect(noted.restore()).toEqual([])
  expect('metadata' in Reflect).toBe(true)
  Reflect.deleteProperty(Reflect, 'metadata')
})

test('looking takes well under a millisecond', () => {
  const noted = noteIntrinsics()
  for (let i = 0; i < 20; i++) noted.restore()
  const began = performance.now()
  for (let i = 0; i < 50; i++) noted.restore()
  expect((performance.now() - began) / 50).toBeLessThan(2) // 0.2 ms on an idle core
})
