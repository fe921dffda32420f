import { expect, test } from 'vitest'
import { runNode, each } from '../testing/run-node.ts'
test('smoke', async () => {
  expect((await runNode('Calculate', { a: 1, b: 2 })).outputs).toEqual({ FLOAT: 3, INT: 3 })
  expect((await runNode('ComfySwitchNode', { switch: true, on_true: 5 })).outputs).toEqual({ output: 5 })
  expect((await runNode('ListLength', { list: each(1, 2, 3) })).outputs).toEqual({ length: 3 })
  expect((await runNode('ListSlice', { list: each(1, 2, 3), start: 1 })).outputs).toEqual({ list: [2, 3] })
})
