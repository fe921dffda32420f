import { expect, test } from 'vitest'
import { sym } from '../graph/dim.ts'
import { Graph } from '../graph/graph.ts'
import { noise, tensor } from '../ops/test-op.ts'
import { weightSet } from './weights.ts'

const set = () =>
  weightSet(
    new Map([
      ['blocks.0.norm.weight', noise([4])],
      ['blocks.0.ff.weight', noise([8, 4])],
      ['blocks.0.ids', tensor([2], Int32Array.of(1, 2))],
    ]),
    { hold: 'packed', source: 'model.safetensors', branches: [{ path: 'blocks.0.ff', in: 4, out: 8 }] },
  )

test('a view deeper in the set sees the names below its path', () => {
  const ff = set().at('blocks').at('0.ff')
  expect(ff.path).toBe('blocks.0.ff')
  expect([ff.has('weight'), ff.has('bias')]).toEqual([true, false])
  expect(ff.shapeOf('weight')).toEqual([8, 4])
  expect(ff.branch).toEqual({ path: 'blocks.0.ff', in: 4, out: 8 })
  expect(set().at('blocks.0.norm').branch).toBeUndefined()
})

test('what was asked for, and what nothing asked for, is known', () => {
  const weights = set(),
    g = new Graph()
  weights.at('blocks.0.norm').tensor(g, 'weight', [4])
  expect([...weights.asked.keys()]).toEqual(['blocks.0.norm.weight'])
  expect(weights.unused()).toEqual(['blocks.0.ff.weight', 'blocks.0.ids'])
})

test('a missing weight names file and full key', () => {
  expect(() => set().at('blocks.0.norm').tensor(new Graph(), 'bias', [4])).toThrow(
    'model.safetensors, weight "blocks.0.norm.bias": expected a tensor [4], found none. ' +
      'Check that the file belongs to this model and is complete.',
  )
})

test('a weight of another shape or kind is refused', () => {
  const g = new Graph()
  expect(() =>
    set()
      .at('blocks.0.norm')
      .tensor(g, 'weight', [sym('n')]),
  ).toThrow('"blocks.0.norm.weight": expected [n], found [4]')
  expect(() => set().at('blocks.0').tensor(g, 'ids')).toThrow('expected floating-point numbers, found int32')
  expect(() => set().at('blocks.0.norm').matrix(g)).toThrow('expected a matrix, found [4]')
})
