import { expect, test } from 'vitest'
import { definitionMap, type NodeDefinition } from '../../../core/types/definition.ts'
import type { Workflow } from '../../../core/workflow/workflow.ts'
import { sceneOf } from '../../graph/scene-of.ts'
import { isTaken, loadersOf, useEdits } from './use-model.ts'

const loader = (type: string, choices: readonly string[]): NodeDefinition => ({
  type, title: type, category: 'load', version: 1, resource: 'io', output: false, idempotent: true, hooks: { validate: false, fingerprint: false }, outputs: [],
  inputs: [{ name: 'model', socket: 'COMBO', required: true, choices, computed: true }],
})
const DEFINITIONS = definitionMap([loader('LoadA', ['one', 'two']), loader('LoadB', ['two']), loader('LoadC', ['three'])])
const WORKFLOW: Workflow = { version: 1, nodes: [{ id: 'a', type: 'LoadA', inputs: { model: 'one' } }, { id: 'b', type: 'LoadB', inputs: { model: 'two' } }, { id: 'a2', type: 'LoadA', inputs: { model: 'one' } }] }
const { nodes } = sceneOf(WORKFLOW, [], DEFINITIONS)

test('a model is set wherever it can be chosen and is not yet; in what is selected, where that takes it', () => {
  const names = (selected: readonly string[], name: string) => useEdits(nodes, new Set(selected), name).map((edit) => ('node' in edit ? edit.node : undefined))
  expect([names([], 'two'), names(['a2'], 'two'), names(['b'], 'one'), names([], 'three')]).toEqual([['a', 'a2'], ['a2'], [], []])
  expect([isTaken(nodes, 'two'), isTaken(nodes, 'three')]).toEqual([true, false])
})

test('definitions say which nodes load it', () => {
  expect(loadersOf(DEFINITIONS, 'two').map(({ type }) => type)).toEqual(['LoadA', 'LoadB'])
  expect(loadersOf(DEFINITIONS, 'none')).toEqual([])
})
