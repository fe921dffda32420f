import { expect, test } from 'vitest'
import { definitionMap, describeNode } from './definition.ts'
import { defineNode } from './node-type.ts'
import { port } from './port.ts'

const node = defineNode({
  type: 'Everything',
  version: 3,
  category: 'test/all',
  title: 'All kinds of ports',
  summary: 'Has one of each.',
  resource: 'device',
  output: true,
  idempotent: false,
  experimental: true,
  inputs: {
    steps: port.int({ default: 20, min: 1, max: 100, step: 1, tooltip: 'How many.' }),
    text: port.string({ multiline: true }),
    method: port.choice(['near', 'far'], { default: 'far' }),
    file: port.choice(() => ['a.png']),
    seed: port.seed(),
    maybe: port.any().optional(),
    many: port.list(port.union([port.int(), port.string()])),
    id: port.hidden('node_id'),
  },
  outputs: { text: port.string({ tooltip: 'What came out.' }), count: port.int() },
  validate: () => undefined,
  run: ({ text, steps }) => ({ text, count: steps }),
})

test('a node type as data holds everything that an editor needs, and survives JSON', () => {
  const definition = describeNode(node, 'plugin-a')
  expect(JSON.parse(JSON.stringify(definition))).toEqual(definition)
  expect(definition).toEqual({
    type: 'Everything',
    version: 3,
    category: 'test/all',
    title: 'All kinds of ports',
    summary: 'Has one of each.',
    resource: 'device',
    output: true,
    idempotent: false,
    experimental: true,
    plugin: 'plugin-a',
    hooks: { validate: true, fingerprint: false },
    inputs: [
      { name: 'steps', socket: 'INT', required: false, default: 20, min: 1, max: 100, step: 1, tooltip: 'How many.' },
      { name: 'text', socket: 'STRING', required: true, multiline: true },
      { name: 'method', socket: 'COMBO', required: false, default: 'far', choices: ['near', 'far'] },
      { name: 'file', socket: 'COMBO', required: true, computed: true },
      { name: 'seed', socket: 'INT', required: false, default: 0, min: 0, max: Number.MAX_SAFE_INTEGER, seed: true },
      { name: 'maybe', socket: '*', required: false },
      { name: 'many', socket: { list: { anyOf: ['INT', 'STRING'] } }, required: true },
      { name: 'id', socket: '*', required: false, hidden: 'node_id' },
    ],
    outputs: [
      { name: 'text', socket: 'STRING', tooltip: 'What came out.' },
      { name: 'count', socket: 'INT' },
    ],
  })
})

test('what is left out has its usual value', () => {
  const plain = defineNode({ type: 'Plain', category: '', inputs: {}, outputs: {}, run: () => ({}) })
  expect(describeNode(plain)).toEqual({
    type: 'Plain',
    version: 1,
    title: 'Plain',
    category: '',
    resource: 'cpu',
    output: false,
    idempotent: true,
    inputs: [],
    outputs: [],
    hooks: { validate: false, fingerprint: false },
  })
})

test('definitionMap finds definitions by type', () => {
  expect(definitionMap([describeNode(node)]).get('Everything')?.version).toBe(3)
})
