import { expect, test } from 'vitest'
import { definitionMap, describeNode } from '../types/definition.ts'
import { literalProblem } from '../types/literal.ts'
import { defineNode } from '../types/node-type.ts'
import { port } from '../types/port.ts'
import { WITHHELD } from '../types/withheld.ts'
import { listParameters } from './overrides.ts'
import { withoutSecrets } from './secrets.ts'
import { validateWorkflow } from './validate.ts'
import type { Workflow } from './workflow.ts'

const login = defineNode({
  type: 'Login', category: 'test', output: true,
  inputs: { user: port.string({ default: '' }), key: port.string({ secret: true }), more: port.variadic(port.string({ secret: true }), { min: 0 }) },
  outputs: { ok: port.boolean() }, run: () => ({ ok: true }),
})
const text = defineNode({
  type: 'Text', category: 'test', inputs: { value: port.string({ default: '' }), how: port.choice(['as it is', 'trimmed']), before: port.string().optional() },
  outputs: { text: port.string() }, run: ({ value }) => ({ text: value }),
})
const definitions = definitionMap([login, text].map((node) => describeNode(node)))
const open = (nodes: Workflow['nodes'], more: Partial<Workflow> = {}) => withoutSecrets({ version: 1, nodes, ...more }, definitions)

test('texts at secret inputs are taken out, others stay', () => {
  const { workflow, texts } = open([{ id: '1', type: 'Login', inputs: { user: 'me', key: 'abc', 'more.0': 'd"e', 'more.1': '', extra: 'x' } }])
  expect(workflow.nodes[0]!.inputs).toEqual({ user: 'me', key: WITHHELD, 'more.0': WITHHELD, 'more.1': '', extra: 'x' })
  expect(texts).toEqual(['abc', 'd"e'])
})

//  a (before) ─► b ─► key of login          other
test('so are those that lead there through links, but for choices', () => {
  const { workflow, texts } = open([
    { id: 'a', type: 'Text', inputs: { value: 'long-secret', how: 'trimmed' } },
    { id: 'b', type: 'Text', inputs: { value: 'Bearer ', before: { from: 'a', output: 'text' } } },
    { id: 'login', type: 'Login', inputs: { user: 'me', key: { from: 'b', output: 0 } } },
    { id: 'other', type: 'Text', inputs: { value: 'stays as it is' } },
  ])
  expect(workflow.nodes.map(({ inputs }) => inputs)).toEqual([
    { value: WITHHELD, how: 'trimmed' }, { value: WITHHELD, before: { from: 'a', output: 'text' } },
    { user: 'me', key: { from: 'b', output: 0 } }, { value: 'stays as it is' },
  ])
  expect(texts).toEqual(['long-secret']) // what is shorter than 8 characters is a word or a separator
})

test('inside subgraphs, into them, and out of them', () => {
  const { workflow, texts } = open([
    { id: 'in', type: 'subgraph:in', inputs: { secret: 'given-outside' } },
    { id: 'out', type: 'subgraph:out' },
    { id: 'login', type: 'Login', inputs: { key: { from: 'out', output: 'it' } } },
  ], {
    subgraphs: [
      { id: 'in', name: 'in', inputs: [{ name: 'secret' }], outputs: [], nodes: [{ id: 'l', type: 'Login', inputs: { key: { from: '$inputs', output: 'secret' }, 'more.0': 'inside-it' } }] },
      { id: 'out', name: 'out', inputs: [], outputs: [{ name: 'it', from: 't', output: 0 }], nodes: [{ id: 't', type: 'Text', inputs: { value: 'made-inside' } }] },
    ],
  })
  expect(workflow.nodes[0]!.inputs).toEqual({ secret: WITHHELD })
  expect(workflow.subgraphs!.map(({ nodes }) => nodes[0]!.inputs)).toEqual([{ key: { from: '$inputs', output: 'secret' }, 'more.0': WITHHELD }, { value: WITHHELD }])
  expect([...texts].sort()).toEqual(['given-outside', 'inside-it', 'made-inside'])
})

test('a ring of links is walked once; a workflow without secrets is given back itself', () => {
  const ring: Workflow = { version: 1, nodes: [
    { id: 'a', type: 'Text', inputs: { value: 'round and round', before: { from: 'b', output: 0 } } }, { id: 'b', type: 'Text', inputs: { before: { from: 'a', output: 0 } } },
    { id: 'login', type: 'Login', inputs: { key: { from: 'b', output: 0 } } },
  ] }
  expect(withoutSecrets(ring, definitions).texts).toEqual(['round and round'])
  const plain: Workflow = { version: 1, nodes: [{ id: 'a', type: 'Text', inputs: { value: 'x' } }] }
  expect(withoutSecrets(plain, definitions).workflow).toBe(plain)
})

test('what was taken out is asked for, and a secret is not repeated', () => {
  const problems = (key: unknown) => validateWorkflow({ version: 1, nodes: [{ id: '1', type: 'Login', inputs: { key: key as string } }] }, definitions)
  expect(problems(WITHHELD)).toMatchObject([{ code: 'required_input_missing', input: 'key', remedy: 'Give it again: set NODE.INPUT=VALUE.' }])
  expect(problems(1234)).toMatchObject([{ problem: 'expected a text, got a value that is not shown' }])
  expect(problems('good')).toEqual([])
  const url = literalProblem(describeNode(text).inputs[0]!, `https://me:${WITHHELD}@host`)
  expect(url?.problem).toContain('expected a text that holds a secret')
  const workflow: Workflow = { version: 1, nodes: [{ id: '1', type: 'Login', inputs: { key: 'k' } }], parameters: [{ name: 'key', node: '1', input: 'key' }] }
  expect(listParameters(workflow, definitions)[0]!.value).toBe(WITHHELD)
})

test('a secret has no default and is no output', () => {
  const define = (inputs: object, outputs: object) => () => defineNode({ type: 'Bad', category: '', inputs: inputs as {}, outputs: outputs as {}, run: () => ({}) })
  expect(define({ key: port.string({ secret: true, default: 'x' }) }, {})).toThrow('a secret can\'t have a default')
  expect(define({}, { key: port.string({ secret: true }) })).toThrow('an output can\'t be secret')
})
