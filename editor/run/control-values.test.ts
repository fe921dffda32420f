import { expect, test } from 'vitest'
import type { InputDefinition } from '../../core/types/definition.ts'
import { definitionMap, type NodeDefinition } from '../../core/types/definition.ts'
import type { Json } from '../../core/types/json.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { afterQueued, controlOf, nextValue, withControl, type Control } from './control-values.ts'

const int = (more: Partial<InputDefinition> = {}): InputDefinition => ({ name: 'n', socket: 'INT', required: true, ...more })
const choice: InputDefinition = { name: 'c', socket: 'COMBO', required: true, choices: ['a', 'b', 'c'] }
const seed = int({ name: 'seed', seed: true, min: 0 })

test.each<[input: InputDefinition, value: Json, control: Control, next: Json | undefined]>([
  [int(), 5, 'fixed', undefined],
  [int(), 5, 'increment', 6],
  [int(), 5, 'decrement', 4],
  [int({ step: 8, max: 64 }), 64, 'increment', 64],
  [int({ min: 5 }), 5, 'decrement', 5],
  [int({ min: 0, max: 10 }), 5, 'randomize', 5],
  [int({ min: 16, max: 64, step: 16 }), 16, 'randomize', 48],
  [choice, 'a', 'increment', 'b'],
  [choice, 'c', 'increment', 'c'],
  [choice, 'b', 'decrement', 'a'],
  [choice, 'a', 'randomize', 'b'],
  [seed, 'random', 'fixed', undefined],
  [seed, 'increment 43', 'fixed', 'increment 44'],
  [seed, `increment ${Number.MAX_SAFE_INTEGER}`, 'fixed', 'increment 0'],
  [seed, 43, 'fixed', undefined],
  [seed, 43, 'increment', 44],
])('%j with %j: %s gives %j', (input, value, control, next) => {
  expect(nextValue(input, value, control, () => 0.5)).toEqual(next)
})

const definitions = definitionMap([{
  type: 'N', version: 1, title: 'N', category: '', resource: 'cpu', output: false, idempotent: true, outputs: [], hooks: { validate: false, fingerprint: false },
  inputs: [int({ default: 1 }), seed],
} satisfies NodeDefinition])

test('only what is said to change changes, also inside subgraphs; the file keeps its other values', () => {
  const node = { id: '1', type: 'N', inputs: { n: 7, seed: 'increment 1' }, extra: { editor: { control: { n: 'increment' } } } }
  const workflow: Workflow = {
    version: 1,
    nodes: [node, { id: '2', type: 'Unknown', inputs: { n: 1 } }, { id: '3', type: 'N', inputs: { n: { from: '1', output: 0 } }, extra: { editor: { control: { n: 'increment' } } } }],
    subgraphs: [{ id: 's', name: 'S', inputs: [], outputs: [], nodes: [{ id: 'in', type: 'N', extra: { editor: { control: { n: 'decrement' } } } }] }],
  }
  const next = afterQueued(workflow, definitions)
  expect(next.nodes[0]).toEqual({ ...node, inputs: { n: 8, seed: 'increment 2' } })
  expect(next.nodes.slice(1)).toEqual(workflow.nodes.slice(1))
  expect(next.subgraphs![0]!.nodes[0]!.inputs).toEqual({ n: 0 })
})

test('what is said of an input is kept beside how the node looks, and leaves no trace when it is fixed again', () => {
  const node = { id: '1', type: 'N', extra: { editor: { color: '#123456' }, other: 1 } }
  const counted = withControl(withControl(node, 'n', 'increment'), 'm', 'randomize')
  expect([controlOf(counted, 'n'), controlOf(counted, 'm'), controlOf(counted, 'toString')]).toEqual(['increment', 'randomize', 'fixed'])
  expect(counted.extra).toEqual({ other: 1, editor: { color: '#123456', control: { n: 'increment', m: 'randomize' } } })
  expect(withControl(withControl(counted, 'n', 'fixed'), 'm', 'fixed')).toEqual(node)
  expect(withControl(withControl({ id: '1', type: 'N' }, 'n', 'increment'), 'n', 'fixed')).toEqual({ id: '1', type: 'N' })
})

test('where nothing changes it is the same workflow', () => {
  const workflow: Workflow = { version: 1, nodes: [{ id: '1', type: 'N', inputs: { seed: 'random' } }] }
  expect(afterQueued(workflow, definitions)).toBe(workflow)
})
