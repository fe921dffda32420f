import { expect, test } from 'vitest'
import { definitionMap, type NodeDefinition } from '../../core/types/definition.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { addedNode } from './add-node.ts'

function node(type: string, inputs: NodeDefinition['inputs'], outputs: NodeDefinition['outputs'], version = 1): NodeDefinition {
  return { type, version, title: type, category: 'test', resource: 'cpu', output: false, idempotent: true, inputs, outputs, hooks: { validate: false, fingerprint: false } }
}

const definitions = definitionMap([
  node('Load', [], [{ name: 'mask', socket: 'MASK' }, { name: 'image', socket: 'IMAGE' }]),
  node('Scale', [{ name: 'hint', socket: '*', required: true }, { name: 'second', socket: 'IMAGE', required: false }, { name: 'image', socket: 'IMAGE', required: true }], [{ name: 'out', socket: 'IMAGE' }], 3),
  node('Batch', [{ name: 'images', socket: 'IMAGE', required: true, variadic: { min: 1, max: 5 } }], []),
  node('Words', [{ name: 'text', socket: 'STRING', required: true, socketless: true }], [{ name: 'text', socket: 'STRING' }]),
])
const workflow: Workflow = { version: 1, nodes: [{ id: 'load', type: 'Load' }] }
const ground = { workflow, path: [], definitions }

//  load ──image──► ?
test('a link from an output goes to the required input of that very type', () => {
  expect(addedNode(ground, 'Scale', [10.4, 20], { from: 'load', output: 'image' })).toEqual({
    id: 'scale',
    edits: [
      { type: 'add', nodes: [{ id: 'scale', type: 'Scale', version: 3, position: [10, 20] }] },
      { type: 'connect', from: 'load', output: 'image', to: 'scale', input: 'image' },
    ],
  })
})

test('an input of any number of values gets its first', () => {
  expect(addedNode(ground, 'Batch', [0, 0], { from: 'load', output: 'image' }).edits[1]).toMatchObject({ input: 'images.0' })
})

//  ? ──► scale.image
test('a link to an input comes from the output of that type, from a node to the left', () => {
  const given: Workflow = { version: 1, nodes: [{ id: 'scale', type: 'Scale' }] }
  const { id, edits } = addedNode({ ...ground, workflow: given }, 'Load', [300, 0], { to: 'scale', input: 'image' })
  expect(edits).toEqual([
    { type: 'add', nodes: [{ id, type: 'Load', position: [60, 0] }] },
    { type: 'connect', from: id, output: 'image', to: 'scale', input: 'image' },
  ])
})

test('ids stay unique', () => {
  expect(addedNode(ground, 'Load', [0, 0]).id).toBe('load_2')
})

test('what has no socket for a link is added without one', () => {
  expect(addedNode(ground, 'Words', [0, 0], { from: 'load', output: 'image' }).edits).toHaveLength(1)
})
