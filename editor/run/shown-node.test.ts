import { expect, test } from 'vitest'
import { nodeBelow, previewedNode, shownOf } from './shown-node.ts'

test.each([
  ['sampler', ['sampler'], 'sampler'],
  ['outer/inner', ['outer', 'save'], 'outer'],
  ['outer/inner/deep', ['outer'], 'outer'],
  ['a/b', ['a/b', 'a'], 'a/b'],
  ['a/b/c', ['a/b'], 'a/b'],
  ['57:8/1', ['57:8'], '57:8'],
  ['lost/inner', [], 'lost'],
  ['/odd', [], '/odd'],
])('the node of the file that %j lies in, among %j, is %j', (path, ids, shown) => {
  expect(shownOf(path, new Set(ids))).toBe(shown)
})

test.each([['outer/a', 'outer/', 'a'], ['outer/a/b', 'outer/', 'a'], ['outer/a/b', 'outer/a/', 'b'], ['outerx/a', 'outer/', undefined], ['outer', 'outer/', undefined], ['a', '', 'a']])(
  '%j below %j is drawn in %j', (path, prefix, node) => expect(nodeBelow(path, prefix)).toBe(node))

test('what previews behind a node show is the node\'s own', () => {
  expect(previewedNode('preview of decode.IMAGE')).toBe('decode')
  expect(previewedNode('preview of a.b.IMAGE')).toBe('a.b')
  expect(previewedNode('decode')).toBeUndefined()
})
