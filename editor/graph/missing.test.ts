import { expect, test } from 'vitest'
import { importComfyUi } from '../../core/comfy/ui-import.ts'
import type { Definitions, InputDefinition, NodeDefinition } from '../../core/types/definition.ts'
import type { JsonObject } from '../../core/types/json.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { missingOf } from './missing.ts'
import { definitions } from './testing/definitions.ts'
import { drawn, nested } from './testing/workflows.ts'

const withInput = (type: string, changes: Partial<InputDefinition>): Definitions => {
  const definition = definitions.get(type)!
  const inputs = definition.inputs.map((input) => (input.choices ? { ...input, ...changes } : input))
  return new Map<string, NodeDefinition>([...definitions, [type, { ...definition, inputs }]])
}
const folders = withInput('LoadModel', { computed: true })
const load = (name: string): Workflow => ({ ...drawn, nodes: drawn.nodes.map((node) => (node.id === 'load' ? { ...node, inputs: { name } } : node)) })

test('nothing is missing where all is there', () => {
  expect(missingOf(drawn, folders)).toEqual({ types: [], files: [] })
  expect(missingOf(nested, folders)).toEqual({ types: [], files: [] })
})

test('types are named once, with what the file says of where they come from', () => {
  const node = (id: number, type: string, properties: JsonObject) => ({ id, type, pos: [0, 0], properties })
  const file = {
    version: 0.4, last_node_id: 9, last_link_id: 0, links: [],
    nodes: [node(1, 'WanVideoSampler', { cnr_id: 'wan-wrapper', ver: '1.2' }), node(2, 'WanVideoSampler', {}), node(3, 'Samplr', { aux_id: 'someone/nodes' }), node(4, 'Odd', { aux_id: 'javascript:alert(1)' }), node(5, 'Note', {})],
  }
  expect(missingOf(importComfyUi(file, definitions), definitions).types).toEqual([
    { type: 'WanVideoSampler', isSubgraph: false, places: [{ path: [], node: '1' }, { path: [], node: '2' }], source: { id: 'wan-wrapper', version: '1.2' } },
    { type: 'Samplr', isSubgraph: false, places: [{ path: [], node: '3' }], source: { repository: 'someone/nodes' }, like: 'Sampler' },
    { type: 'Odd', isSubgraph: false, places: [{ path: [], node: '4' }] },
  ])
})

test('what is inside a subgraph stands once, with a way to it', () => {
  const inner = { ...nested.subgraphs![0]!, nodes: [{ id: 'x', type: 'Unheard' }] }
  const { types } = missingOf({ ...nested, subgraphs: [inner], nodes: [...nested.nodes, { id: 'y', type: 'subgraph:none' }] }, definitions)
  expect(types.map(({ type, places, isSubgraph }) => [type, places, isSubgraph])).toEqual([
    ['subgraph:none', [{ path: [], node: 'y' }], true], ['Unheard', [{ path: ['make'], node: 'x' }], false],
  ])
})

test('models that choices name are missed, with what could be taken instead', () => {
  expect(missingOf(load('tiny2'), folders).files).toEqual([
    { name: 'tiny2', kind: 'model', label: 'name', places: [{ path: [], node: 'load', input: 'name' }], choices: ['tiny', 'large'] },
  ])
  expect(missingOf(load('tiny2'), definitions).files, 'of choices that no folder gives').toEqual([])
  expect(missingOf(load('cat.png'), withInput('LoadModel', { upload: 'image' })).files[0]!.kind).toBe('upload')
})

test('files of ComfyUI say where models can be had; only web addresses count', () => {
  const models: JsonObject[] = [{ name: 'folder/big.safetensors', url: 'https://example.org/big', directory: 'checkpoints' }, { name: 'bad', url: 'javascript:alert(1)' }]
  const file = (name: string) => ({
    version: 0.4, last_node_id: 9, last_link_id: 0, links: [],
    nodes: [{ id: 1, type: 'LoadModel', pos: [0, 0], widgets_values: [name], properties: { models } }],
  })
  const [found] = missingOf(importComfyUi(file('big.safetensors'), folders), folders).files
  expect(found).toMatchObject({ url: 'https://example.org/big', directory: 'checkpoints' })
  expect(missingOf(importComfyUi(file('bad'), folders), folders).files[0]).not.toHaveProperty('url')
})
