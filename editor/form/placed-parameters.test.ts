import { expect, test } from 'vitest'
import { definitionMap, type NodeDefinition } from '../../core/types/definition.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { labelOf, moved, placedParameters } from './placed-parameters.ts'

const TYPE: NodeDefinition = {
  type: 'Blur', title: 'Blur', category: 'image', version: 1, resource: 'cpu', output: false, idempotent: true, hooks: { validate: false, fingerprint: false }, outputs: [],
  inputs: [{ name: 'radius', socket: 'INT', required: false, default: 3 }],
}
const DEFINITIONS = definitionMap([TYPE])
const WORKFLOW: Workflow = {
  version: 1,
  parameters: [
    { name: 'inner', node: 'pack/one', input: 'radius' }, { name: 'outer', node: 'a/b', input: 'radius' },
    { name: 'lost', node: 'nowhere', input: 'radius' }, { name: 'wrong', node: 'a/b', input: 'nothing' },
  ],
  nodes: [{ id: 'a/b', type: 'Blur', inputs: { radius: 5 } }, { id: 'pack', type: 'subgraph:s' }],
  subgraphs: [{ id: 's', name: 'S', inputs: [], outputs: [], nodes: [{ id: 'one', type: 'Blur' }] }],
}

test('parameters are found at the top and inside subgraphs, in their order; those that lead nowhere stay', () => {
  const found = placedParameters(WORKFLOW, DEFINITIONS)
  expect(found.map(({ parameter, path, at }) => [parameter.name, path, at?.node.id, at?.input.value])).toEqual([
    ['inner', ['pack'], 'one', 3], ['outer', [], 'a/b', 5], ['lost', [], undefined, undefined], ['wrong', [], undefined, undefined],
  ])
})

test('names become labels', () => {
  expect(['negative_prompt', 'CFG', 'two--words', 'x'].map(labelOf)).toEqual(['Negative prompt', 'CFG', 'Two words', 'X'])
})

test('an item goes up and down, and nowhere beyond the ends', () => {
  expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b'])
  expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c'])
  const list = ['a']
  expect([moved(list, 0, 1), moved(list, 0, -1), moved(list, 4, 0)]).toEqual([list, list, list])
})
