import { expect, expectTypeOf, test } from 'vitest'
import { blocked, defineNode, type Port } from '../core/types/index.ts'
import { framesOf } from '../media/index.ts'
import { items, testNode } from './testing.ts'
import { port } from './types/index.ts'

const scale = defineNode({
  type: 'Scale',
  category: 'test',
  inputs: { x: port.float({ min: 0, max: 10 }), by: port.int({ default: 3 }), image: port.image().optional() },
  outputs: { y: port.float(), image: port.image().optional() },
  run: ({ x, by, image }, { warn }) => {
    if (by > 5) warn('that is much')
    return { y: x * by, image }
  },
})

test('runs a node in the engine and gives what it gave', async () => {
  const { outputs, events, warnings } = await testNode(scale, { x: 2 })
  expect(outputs.y).toBe(6)
  expect(warnings).toEqual([])
  expect(events.map(({ type }) => type)).toEqual(['run.started', 'node.started', 'node.done', 'run.done'])
  expect((await testNode(scale, { x: 2, by: 6 })).warnings).toEqual([{ message: 'that is much' }])
})

test('values that no workflow can hold come in by a link, and are checked like any', async () => {
  const image = framesOf(Uint8Array.of(1, 2, 3), { count: 1, height: 1, width: 1, channels: 3, dtype: 'u8' })
  const { outputs } = await testNode(scale, { x: 1, image })
  expect(outputs.image).toMatchObject({ count: 1, width: 1 })
  await expect(testNode(scale, { x: 1, image: { width: 7 } as never })).rejects.toThrow('Scale (node tested), input "image"')
})

test.each([
  [{ x: 11 }, 'Scale (node tested), input "x": expected a number from 0 to 10, got 11.'],
  [{}, 'Scale (node tested), input "x": expected a value of type FLOAT, got nothing.'],
  [{ x: Number.NaN }, 'Scale (node tested), input "x"'],
  [{ x: 1, y: 2 }, 'Scale (node tested), input "y": Scale has no input of that name.'],
])('refuses %o as a workflow would', async (inputs, message) => {
  await expect(testNode(scale, inputs)).rejects.toThrow(message)
})

test('reports what the node throws, and outputs that are not what it declares', async () => {
  const make = (run: () => never) => defineNode({ type: 'Wrong', category: 'test', inputs: {}, outputs: { y: port.float() }, run })
  await expect(testNode(make(() => { throw new Error('no luck') }))).rejects.toThrow('Wrong (node tested): no luck.')
  await expect(testNode(make(() => ({ y: Number.NaN }) as never))).rejects.toThrow('output "y" should be FLOAT, got NaN')
  await expect(testNode(make(() => ({}) as never))).rejects.toThrow('it gave no output "y"')
})

test('lists, variadic inputs, blocked outputs and expansions', async () => {
  const sum = defineNode({
    type: 'SumOf', category: 'test', inputs: { terms: port.variadic(port.float()) }, outputs: { sum: port.float() },
    run: ({ terms }) => ({ sum: terms.reduce((a, b) => a + b, 0) }),
  })
  expect((await testNode(sum, { terms: [1, 2, 3] })).outputs.sum).toBe(6)
  expect((await testNode(scale, { x: items([1, 2]), by: 2 })).outputs.y).toEqual([2, 4])

  const block = defineNode({
    type: 'Block', category: 'test', inputs: {}, outputs: { y: port.float() }, run: () => ({ y: blocked('not today') }),
  })
  expect((await testNode(block)).outputs.y).toMatchObject({ message: 'not today' })

  const twice = defineNode({
    type: 'Twice', category: 'test', inputs: { x: port.float() }, outputs: { y: port.float() },
    run: ({ x }, { expand }) => expand((g) => ({ y: g.node('SumOf', { 'terms.0': x, 'terms.1': x }).out('sum') })),
  })
  expect((await testNode(twice, { x: 4 }, { nodes: [sum] })).outputs.y).toBe(8)
})

test('a node gets copies of its inputs', async () => {
  const rows = defineNode({
    type: 'Rows', category: 'test', inputs: { rows: port.any() }, outputs: { rows: port.any() },
    run: ({ rows }) => ({ rows: (rows as number[]).reverse() }),
  })
  const mine = [1, 2, 3]
  expect((await testNode(rows, { rows: mine })).outputs.rows).toEqual([3, 2, 1])
  expect(mine).toEqual([1, 2, 3])
})

test('types are inferred', async () => {
  const { outputs } = await testNode(scale, { x: 2 })
  expectTypeOf(outputs.y).toExtend<number | object>()
  // @ts-expect-error a text is no number
  await expect(testNode(scale, { x: 'two' })).rejects.toThrow('input "x"')
  expectTypeOf(scale.inputs.x).toEqualTypeOf<Port<number>>()
})
