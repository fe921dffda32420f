import { expect, test } from 'vitest'
import type { Scene } from '../graph/scene.ts'
import { isSame, reconcile } from './reconcile.ts'
import { inputOf, nodeOf, NUMBER } from './testing/scenes.ts'

const sceneOf = (nodes: Scene['nodes'], path: Scene['path'] = []): Scene => ({ path, nodes, groups: [] })
const ids = (nodes: Scene['nodes']) => nodes.map(({ id }) => id)

test('names what is gone, new and changed, and leaves the rest alone', () => {
  const number = (value: number) => nodeOf('b', { inputs: [inputOf('steps', { widget: NUMBER, value })] })
  const { isOther, removed, added, changed } = reconcile(sceneOf([nodeOf('a'), number(1), nodeOf('c')]), sceneOf([nodeOf('a'), number(2), nodeOf('d')]))
  expect({ isOther, removed, added: ids(added), changed: ids(changed) }).toEqual({ isOther: false, removed: ['c'], added: ['d'], changed: ['b'] })
})

test('another graph is built anew, though its nodes be called the same', () => {
  const { isOther, removed, added, changed } = reconcile(sceneOf([nodeOf('a')]), sceneOf([nodeOf('a')], ['sub']))
  expect({ isOther, removed, added: ids(added), changed }).toEqual({ isOther: true, removed: ['a'], added: ['a'], changed: [] })
})

test('the first scene is all new', () => {
  expect(ids(reconcile(undefined, sceneOf([nodeOf('a')])).added)).toEqual(['a'])
})

test('isSame compares what plain data says', () => {
  expect(isSame({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toBe(true)
  expect(isSame({ a: undefined }, { b: undefined })).toBe(false)
  expect(isSame([1], { 0: 1 })).toBe(false)
  expect(isSame({ a: 1 }, { a: 1, b: 2 })).toBe(false)
  expect(isSame(null, {})).toBe(false)
})
