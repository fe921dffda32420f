import { expect, test } from 'vitest'
import { defineNode, describeNode, port } from '../../../core/types/index.ts'
import { nodeInfo } from './node-info.ts'

const node = defineNode({
  type: 'Everything', title: 'All of it', category: 'a/b', summary: 'Takes everything.', output: true, deprecated: true, experimental: true,
  inputs: {
    picture: port.any({ tooltip: 'any', title: 'Picture' }),
    steps: port.int({ default: 20, min: 1, max: 50, step: 2, display: 'slider', advanced: true }),
    strength: port.float({ default: 1, round: 0.01 }),
    seed: port.seed(),
    on: port.boolean({ default: true, labelOn: 'yes', labelOff: 'no' }),
    text: port.string({ default: '', multiline: true, dynamicPrompt: true }),
    key: port.string({ secret: true }),
    kind: port.choice(['x', 'y'], { controlAfterGenerate: true }),
    kinds: port.list(port.choice(['x', 'y'])),
    numbers: port.list(port.int()),
    either: port.union([port.int(), port.string()]),
    file: port.string({ upload: 'image' }),
    far: port.choice([], { remote: { route: '/far', refresh: 5, refreshButton: true, timeout: 9, maxRetries: 2, controlAfterRefresh: 'first' } }),
    many: port.variadic(port.float(), { min: 2, max: 5 }),
    later: port.int().optional().lazy(),
    id: port.hidden('node_id'),
    graph: port.hidden('prompt'),
  },
  outputs: { one: port.int({ tooltip: 'the first' }), list: port.string().each() },
  run: () => ({ one: 1, list: [] }),
})

test('every option of our ports has its place in ComfyUI\'s first schema', () => {
  const info = nodeInfo(describeNode(node, 'mine'), (kind) => [`a ${kind}`])
  const { required, optional, hidden } = info['input'] as Record<string, Record<string, unknown>>
  expect(required).toEqual({
    picture: ['*', { tooltip: 'any', display_name: 'Picture' }],
    steps: ['INT', { default: 20, min: 1, max: 50, step: 2, display: 'slider', advanced: true }],
    strength: ['FLOAT', { default: 1, round: 0.01 }],
    seed: ['INT', { default: 0, min: 0, max: Number.MAX_SAFE_INTEGER, control_after_generate: true }],
    on: ['BOOLEAN', { default: true, label_on: 'yes', label_off: 'no' }],
    text: ['STRING', { default: '', multiline: true, dynamicPrompts: true }],
    key: ['STRING', { password: true }],
    kind: [['x', 'y'], { control_after_generate: true }],
    kinds: [['x', 'y'], { is_list: true, multiselect: true }],
    numbers: ['INT', { is_list: true }],
    either: ['INT,STRING', {}],
    file: [['a image'], { image_upload: true, image_folder: 'input' }],
    far: [[], { remote: { route: '/far', refresh: 5, refresh_button: true, timeout: 9, max_retries: 2, control_after_refresh: 'first' } }],
    'many.0': ['FLOAT', { variadic: { name: 'many', min: 2, max: 5 } }],
    'many.1': ['FLOAT', { variadic: { name: 'many', min: 2, max: 5 } }],
  })
  expect(optional).toEqual({ 'many.2': ['FLOAT', { variadic: { name: 'many', min: 2, max: 5 } }], later: ['INT', { lazy: true }] })
  expect(hidden).toEqual({ id: 'UNIQUE_ID', graph: 'PROMPT' })
  expect(info).toMatchObject({
    input_order: { required: Object.keys(required!), optional: ['many.2', 'later'], hidden: ['id', 'graph'] },
    output: ['INT', 'STRING'], output_is_list: [false, true], output_name: ['one', 'list'], output_tooltips: ['the first', ''],
    name: 'Everything', display_name: 'All of it', description: 'Takes everything.', python_module: 'custom_nodes.mine', category: 'a/b',
    output_node: true, deprecated: true, experimental: true,
  })
})
