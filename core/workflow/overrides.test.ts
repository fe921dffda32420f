import { describe, expect, test } from 'vitest'
import { definitionMap, describeNode } from '../types/definition.ts'
import { defineNode } from '../types/node-type.ts'
import { port } from '../types/port.ts'
import { flattenSubgraphs } from './flatten.ts'
import { applyOverrides, listParameters } from './overrides.ts'
import { validateWorkflow } from './validate.ts'
import type { Workflow } from './workflow.ts'

const encode = defineNode({
  type: 'TextEncode',
  category: 'test',
  inputs: { text: port.string(), clean: port.boolean({ default: true }), steps: port.int({ default: 9 }) },
  outputs: { out: port.string() },
  run: ({ text }) => ({ out: text }),
})
const definitions = definitionMap([describeNode(encode)])

const workflow: Workflow = {
  version: 1,
  parameters: [
    { name: 'prompt', node: 'pos', input: 'text', description: 'What to show' },
    { name: 'steps', node: 'pos', input: 'steps' },
    { name: 'lost', node: 'gone', input: 'text' },
  ],
  nodes: [
    { id: 'pos', type: 'TextEncode', inputs: { text: 'a cat', steps: 20 } },
    { id: 'neg.1', type: 'TextEncode', inputs: { text: { from: 'pos', output: 'out' } } },
    { id: 'neg', type: 'TextEncode', inputs: {} },
  ],
}

const inputsOf = (id: string, changed: Workflow) => changed.nodes.find((node) => node.id === id)?.inputs

describe('applyOverrides', () => {
  test('sets inputs and parameters, and leaves the workflow itself alone', () => {
    const changed = applyOverrides(
      workflow,
      { set: ['neg.1.text=a dog', 'neg.clean=false', 'pos.steps=5'], parameters: { prompt: 'a = b.c' } },
      definitions,
    )
    expect(inputsOf('pos', changed)).toEqual({ text: 'a = b.c', steps: 5 })
    expect(inputsOf('neg.1', changed)).toEqual({ text: 'a dog' })
    expect(inputsOf('neg', changed)).toEqual({ clean: false })
    expect(inputsOf('pos', workflow)).toEqual({ text: 'a cat', steps: 20 })
  })

  test.each([
    ['a text for a text input, whatever it looks like', 'pos.text=42', { text: '42', steps: 20 }],
    ['nothing at all', 'pos.text=', { text: '', steps: 20 }],
    ['a number', 'pos.steps=3', { text: 'a cat', steps: 3 }],
    ['a number written wrongly, left for validation to refuse', 'pos.steps=3x', { text: 'a cat', steps: '3x' }],
    ['a list', 'pos.steps=[1, 2]', { text: 'a cat', steps: [1, 2] }],
    ['an object, wrapped', 'pos.steps={"from": 1}', { text: 'a cat', steps: { value: { from: 1 } } }],
  ])('reads %s, with definitions or going by what is there', (_, set, inputs) => {
    expect(inputsOf('pos', applyOverrides(workflow, { set: [set] }, definitions))).toEqual(inputs)
    expect(inputsOf('pos', applyOverrides(workflow, { set: [set] }))).toEqual(inputs)
  })

  test('takes a parameter that is a value as it is', () => {
    const changed = applyOverrides(workflow, { parameters: { steps: 7, prompt: '7' } })
    expect(inputsOf('pos', changed)).toEqual({ text: '7', steps: 7 })
  })

  test('sets an input called __proto__ without touching any prototype', () => {
    const changed = applyOverrides(workflow, { set: ['neg.__proto__=1'] })
    expect(Object.entries(inputsOf('neg', changed)!)).toEqual([['__proto__', 1]])
  })

  test.each([
    [{ set: ['steps=5'] }, 'expected node.input=value, got "steps=5". For example: sampler.steps=30.'],
    [{ set: ['pos.steps'] }, 'expected node.input=value, got "pos.steps".'],
    [{ set: ['poz.steps=5'] }, 'the workflow has no node "poz". Did you mean "pos"?'],
    [{ set: ['sampler.steps=5'] }, 'the workflow has no node "sampler". There are the nodes pos, neg.1, neg.'],
    [{ set: ['pos.step=5'] }, 'TextEncode (node pos), input "step": TextEncode has no input of that name. Did you'],
    [{ parameters: { promt: 'x' } }, 'the workflow has no parameter "promt". Did you mean "prompt"?'],
    [{ parameters: { size: 1 } }, 'the workflow has no parameter "size". There are the parameters prompt, steps, lost'],
    [{ parameters: { lost: 'x' } }, 'parameter "lost" means node gone, which the workflow does not have.'],
  ])('says what can not be set: %j', (overrides, message) => {
    expect(() => applyOverrides(workflow, overrides, definitions)).toThrow(message)
  })

  test('names everything that is wrong at once', () => {
    const overrides = { set: ['poz.steps=5', 'steps'], parameters: { promt: 'x' } }
    const apply = () => applyOverrides(workflow, overrides, definitions)
    expect(apply).toThrow(/there are 3 problems:.*promt.*poz.*"steps"/s)
  })
})

test('listParameters says what each stands at', () => {
  const [prompt, steps, lost] = listParameters(workflow, definitions)
  expect(prompt).toMatchObject({ name: 'prompt', value: 'a cat', description: 'What to show' })
  expect(prompt?.definition?.socket).toBe('STRING')
  expect(steps).toMatchObject({ name: 'steps', value: 20 })
  expect(lost).toEqual({ name: 'lost', node: 'gone', input: 'text' })
})

describe('a node that stands for a subgraph', () => {
  const packed: Workflow = {
    version: 1,
    parameters: [{ name: 'num_steps', node: 's', input: 'steps' }, { name: 'what-to-show', node: 's', input: 'text' }],
    nodes: [{ id: 's', type: 'subgraph:in', inputs: { steps: 20 } }],
    subgraphs: [{
      id: 'in', name: 'In', inputs: [{ name: 'steps' }, { name: 'text' }], outputs: [],
      nodes: [{
        id: 'e', type: 'TextEncode',
        inputs: { steps: { from: '$inputs', output: 'steps' }, text: { from: '$inputs', output: 'text' } },
      }],
    }],
  }

  test('takes what the inputs behind its own take', () => {
    const changed = applyOverrides(packed, { set: ['s.steps=5'], parameters: { what_to_show: '42' } }, definitions)
    expect(inputsOf('s', changed)).toEqual({ steps: 5, text: '42' })
    expect(() => applyOverrides(packed, { set: ['s.clean=true'] }, definitions)).toThrow('subgraph:in has no input of that name')
  })

  test('lists its parameters as those inputs are described; - and _ in names are the same', () => {
    expect(listParameters(packed, definitions)).toMatchObject([
      { name: 'num_steps', value: 20, definition: { name: 'steps', socket: 'INT', default: 9 } },
      { name: 'what-to-show', definition: { name: 'text', socket: 'STRING' } },
    ])
    expect(inputsOf('s', applyOverrides(packed, { parameters: { 'num-steps': '7' } }, definitions))).toEqual({ steps: 7 })
  })
})

//  x(S), y(S), o(O):  S = e (reads $inputs.text) ──► join    O = in(S)
describe('inside subgraphs', () => {
  const join = defineNode({
    type: 'Join', category: 'test', inputs: { image: port.variadic(port.string()) }, outputs: { out: port.string() }, run: () => ({ out: '' }),
  })
  const types = definitionMap([describeNode(encode), describeNode(join)])
  const nested: Workflow = {
    version: 1,
    parameters: [{ name: 'deep', node: 'o/in/e', input: 'steps' }],
    nodes: [{ id: 'x', type: 'subgraph:s', inputs: { text: 'x' } }, { id: 'y', type: 'subgraph:s', inputs: { text: 'y' } }, { id: 'o', type: 'subgraph:o' }],
    subgraphs: [
      { id: 's', name: 'S', inputs: [{ name: 'text' }], outputs: [], nodes: [
        { id: 'e', type: 'TextEncode', inputs: { text: { from: '$inputs', output: 'text' }, steps: 1 } },
        { id: 'join', type: 'Join', inputs: { 'image.0': { from: 'e', output: 'out' } } },
      ] },
      { id: 'o', name: 'O', inputs: [], outputs: [], nodes: [{ id: 'in', type: 'subgraph:s', inputs: { text: 'in' } }] },
    ],
  }
  const flat = (changed: Workflow) => Object.fromEntries(flattenSubgraphs(changed).workflow.nodes.map(({ id, inputs }) => [id, inputs]))

  test('a value is set in that place alone, whatever fed it before', () => {
    const changed = applyOverrides(nested, { set: ['x/e.steps=5', 'x/e.text=new', 'o/in/join.image.1=more'] }, types)
    const [before, after] = [flat(nested), flat(changed)]
    expect(after).toEqual({
      ...before, 'x/e': { text: 'new', steps: 5 }, 'o/in/join': { ...before['o/in/join'], 'image.1': 'more' },
    })
    expect(flat(nested)).toEqual(before)
  })

  test('a parameter may point there, is listed with what it stands at, and validates', () => {
    expect(flat(applyOverrides(nested, { parameters: { deep: '9' } }, types))['o/in/e']).toEqual({ text: 'in', steps: 9 })
    expect(listParameters(nested, types)).toMatchObject([{ name: 'deep', value: 1, definition: { socket: 'INT' } }])
    expect(validateWorkflow(nested, types).filter(({ code }) => code === 'unknown_parameter')).toEqual([])
    const lost = { ...nested, parameters: [{ name: 'deep', node: 'o/on/e', input: 'steps' }] }
    expect(validateWorkflow(lost, types)).toContainEqual(expect.objectContaining({ code: 'unknown_parameter', remedy: 'Did you mean "o/in/e"?' }))
  })

  test.each([
    ['x/f.steps=5', 'the workflow has no node "x/f". Did you mean "x/e"?'],
    ['o/in/e.step=5', 'TextEncode (node o/in/e), input "step": TextEncode has no input of that name. Did you mean "steps"?'],
    ['x/join.image=5', 'has no input of that name. There is the input image.0.'],
    ['x/joim.image.0=5', 'Did you mean "x/join"?'],
    [`${'x/'.repeat(5000)}e.steps=5`, 'the workflow has no node'],
  ])('%s is refused', (set, message) => {
    expect(() => applyOverrides(nested, { set: [set] }, types)).toThrow(message)
  })

  test('ids that lead everywhere and nowhere take no time', () => {
    const ids = ['a', 'a/a', 'a/a/a'].map((id) => ({ id, type: 'subgraph:r' }))
    const endless: Workflow = { version: 1, nodes: ids, subgraphs: [{ id: 'r', name: 'R', inputs: [], outputs: [], nodes: ids }] }
    expect(() => applyOverrides(endless, { set: [`${'a/'.repeat(300)}b.x=1`] })).toThrow('the workflow has no node')
  })
})
