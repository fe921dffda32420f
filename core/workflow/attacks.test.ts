/** Attacks 20 to 22 on workflow files: what must be refused is refused with a reason, what may stand stays as it is. */
import { describe, expect, test } from 'vitest'
import { definitionMap, describeNode } from '../types/definition.ts'
import { defineNode } from '../types/node-type.ts'
import { port } from '../types/port.ts'
import { diffWorkflows } from './diff.ts'
import { flattenSubgraphs } from './flatten.ts'
import { formatWorkflow } from './format.ts'
import { graphOf } from './graph.ts'
import { JSON_LIMITS } from './json-text.ts'
import { mergeWorkflows } from './merge.ts'
import { migrateNodes } from './migrate-nodes.ts'
import { applyOverrides } from './overrides.ts'
import { packSubgraph } from './pack.ts'
import { parseWorkflow } from './parse.ts'
import { problemText } from './problem.ts'
import { unpackSubgraph } from './unpack.ts'
import { validateWorkflow } from './validate.ts'
import type { InputValue, Workflow, WorkflowNode } from './workflow.ts'

const sampler = defineNode({
  type: 'Sampler',
  version: 2,
  category: 'test',
  output: true,
  inputs: { seed: port.seed(), steps: port.int({ default: 20, min: 1, max: 100 }), share: port.float({ default: 1 }), in: port.any().optional() },
  outputs: { out: port.any() },
  migrate: { 1: { inputs: { count: 'steps' }, outputs: { result: 'out' } } },
  run: () => ({ out: 1 }),
})
const definitions = definitionMap([describeNode(sampler)])

const nodeText = (inputs: string) => `{"version": 1, "nodes": [{"id": "1", "type": "Sampler", "inputs": ${inputs}}]}`
const told = (inputs: string) => validateWorkflow(parseWorkflow(nodeText(inputs)), definitions).map(problemText)

describe('20: names that JavaScript knows', () => {
  const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__']
  const nodes = NAMES.map((name, n) => `{"id": "${name}", "type": "${name}", "title": "${name}", "inputs": {
    "${name}": {"from": "${NAMES[(n + 1) % NAMES.length]}", "output": "${name}"}, "value": {"value": {"${name}": {"polluted": true}}}
  }, "extra": {"${name}": {"polluted": true}}}`).join(', ')
  const subgraph = NAMES.map((name) => `{"id": "${name}", "name": "x", "inputs": [{"name": "${name}"}], "nodes": [
    {"id": "${name}", "type": "${name}", "inputs": {"${name}": {"from": "$inputs", "output": "${name}"}}}
  ], "outputs": [{"name": "${name}", "from": "${name}", "output": "${name}"}]}`).join(', ')
  const uses = NAMES.map((name) => `{"id": "use ${name}", "type": "subgraph:${name}", "inputs": {"${name}": 1}}`).join(', ')
  const text = `{"version": 1, "nodes": [${nodes}, ${uses}], "subgraphs": [${subgraph}], "extra": {"__proto__": {"polluted": true}}}`
  const workflow = parseWorkflow(text)

  test('are kept through every step, as names', () => {
    expect(formatWorkflow(parseWorkflow(formatWorkflow(workflow)))).toBe(formatWorkflow(workflow))
    expect(JSON.parse(formatWorkflow(workflow))).toEqual(JSON.parse(text))
    const flat = flattenSubgraphs(workflow).workflow
    expect(flat.nodes.slice(-NAMES.length).map(({ id, inputs }) => [id, Object.entries(inputs!)])).toEqual(
      NAMES.map((name) => [`use ${name}/${name}`, [[name, 1]]]),
    )
    expect(diffWorkflows(workflow, parseWorkflow(text)).changes).toEqual([])
    expect(formatWorkflow(mergeWorkflows(workflow, workflow, parseWorkflow(text)).workflow)).toBe(formatWorkflow(workflow))
    expect(migrateNodes(workflow, [sampler]).workflow).toBe(workflow)
    const packed = packSubgraph(workflow, { nodes: NAMES.slice(0, 3), id: 'packed' })
    expect(JSON.parse(formatWorkflow(unpackSubgraph(packed.workflow, packed.node)))).toEqual(JSON.parse(text))
  })

  test('are set as inputs, parameters and settings like any other', () => {
    const set = NAMES.map((name) => `${name}.${name}=1`)
    const changed = applyOverrides(workflow, { set }, definitions)
    expect(NAMES.map((name, n) => Object.getOwnPropertyDescriptor(changed.nodes[n]!.inputs!, name)?.value)).toEqual(NAMES.map(() => 1))
    expect(() => applyOverrides(workflow, { parameters: Object.fromEntries(NAMES.map((name) => [name, 1])) })).toThrow('has no parameter "constructor"')
  })

  test('are no types, inputs or outputs of anything', () => {
    const problems = validateWorkflow(workflow, definitions)
    expect(problems.filter(({ code }) => code === 'missing_node_type').map(({ node }) => node!.type)).toEqual([...NAMES, ...NAMES])
    for (const name of NAMES) {
      expect(told(`{"${name}": 1}`)).toEqual([expect.stringContaining(`input "${name}": Sampler has no input of that name`)])
      expect(told(`{"in": {"from": "1", "output": "${name}"}}`)[0]).toContain('which has no such output')
    }
  })

  test('change nothing for anybody else', () => {
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
    expect(Object.keys(Object.prototype)).toEqual([])
  })
})

describe('21: sizes', () => {
  test('a body of 100 MB is refused by its length', () => {
    const text = nodeText(`{"text": "${'x'.repeat(100 * 2 ** 20)}"}`)
    expect(() => parseWorkflow(text)).toThrow(`expected at most ${JSON_LIMITS.characters} characters, got ${text.length}`)
  })

  test('a million nodes are read, walked and written', () => {
    const nodes = Array.from({ length: 1e6 }, (_, n) => `{"id":"${n}","type":"A"}`).join(',')
    const workflow = parseWorkflow(`{"version":1,"nodes":[${nodes}]}`)
    expect(graphOf(workflow).size).toBe(1e6)
    expect(flattenSubgraphs(workflow).workflow).toBe(workflow)
  }, 60_000)

  test('nesting of 100,000 is refused, not walked', () => {
    const deep = (open: string, close: string) => `${open.repeat(1e5)}1${close.repeat(1e5)}`
    expect(() => parseWorkflow(nodeText(`{"a": ${deep('[', ']')}}`))).toThrow('expected at most 64 levels of nesting')
    expect(() => parseWorkflow(nodeText(`{"a": {"value": ${deep('{"value":', '}')}}}`))).toThrow('expected at most 64 levels of nesting')
  })

  test('a text of 10^7 characters is kept, also beside a long number', () => {
    const text = '\\"'.repeat(5e6)
    const workflow = parseWorkflow(nodeText(`{"a": "${text}", "b": 9007199254740992}`))
    expect(workflow.nodes[0]!.inputs!['a']).toHaveLength(5e6)
    expect(formatWorkflow(workflow)).toHaveLength(1e7 + 164)
  })

  test('an id or type of 201 characters is refused', () => {
    expect(() => parseWorkflow({ version: 1, nodes: [{ id: 'x'.repeat(201), type: 'A' }] })).toThrow('NOT have more than 200 characters')
  })

  test('a hundred thousand wrong inputs are summed up, not listed', () => {
    const inputs = Array.from({ length: 1e5 }, (_, n) => `"${n}": {"x": 1}`).join(', ')
    const refused = () => parseWorkflow(nodeText(`{${inputs}}`))
    expect(refused).toThrow('and 80 more')
    try {
      refused()
    } catch (error) {
      expect(JSON.stringify(error).length).toBeLessThan(50_000)
    }
  })
})

describe('21: values', () => {
  test.each<[string, string]>([
    ['{"steps": 1, "steps": 2}', 'the key "steps" stands twice in one object'],
    ['{"steps": NaN}', 'the text is not JSON'],
    ['{"steps": Infinity}', 'the text is not JSON'],
    ['{"steps": 1e400}', 'expected numbers below 1.8e308, got Infinity'],
    ['{"seed": 9007199254740993}', 'the number 9007199254740993 can\'t be kept: it would become 9007199254740992'],
    ['{"title": "\\ud83d"}', 'holds half a character (a lone surrogate)'],
    ['{"\\ude00": 1}', 'holds half a character (a lone surrogate)'],
  ])('%s is refused where it stands', (inputs, message) => expect(() => parseWorkflow(nodeText(inputs))).toThrow(message))

  test.each<[string, string]>([
    ['{"seed": 9007199254740992}', 'input "seed": expected a whole number from 0 to 9007199254740991, got 9007199254740992'],
    ['{"seed": -1}', 'expected a whole number from 0 to 9007199254740991, got -1'],
    ['{"seed": 0.5}', 'expected a whole number from 0 to 9007199254740991, got 0.5'],
    ['{"seed": "7"}', 'expected a whole number from 0 to 9007199254740991, got "7"'],
    ['{"steps": "20"}', 'expected a whole number from 1 to 100, got "20"'],
    ['{"steps": 1e300}', 'expected a whole number from 1 to 100, got 1e+300'],
    ['{"steps": true}', 'got true'],
    ['{"steps": [20]}', 'got a list of 1'],
    ['{"steps": null}', 'got null'],
    ['{"share": "1"}', 'expected a number, got "1"'],
  ])('%s is told by validation', (inputs, message) => {
    expect(told(inputs)).toHaveLength(1)
    expect(told(inputs)[0]).toContain(message)
  })

  test('values that no text can hold are refused as values too', () => {
    for (const value of [NaN, Infinity, -Infinity]) {
      expect(() => parseWorkflow({ version: 1, nodes: [{ id: '1', type: 'A', inputs: { a: value } }] })).toThrow('expected numbers below 1.8e308')
    }
  })

  test('-0 is 0', () => {
    expect(told('{"seed": -0}')).toEqual([])
    expect(formatWorkflow(parseWorkflow(nodeText('{"seed": -0}')))).toContain('"seed": 0\n')
  })

  test('whole characters of any plane, in names too, are kept', () => {
    const workflow = parseWorkflow(nodeText('{"\\ud83d\\ude00": "\\ud83d\\ude00 e\\u0301 \\u202e \\u0000"}'))
    expect(Object.entries(workflow.nodes[0]!.inputs!)).toEqual([['😀', '😀 e\u0301 \u202e \0']])
    expect(parseWorkflow(formatWorkflow(workflow))).toEqual(workflow)
  })
})

describe('22: links', () => {
  test('to itself, and around', () => {
    expect(told('{"in": {"from": "1", "output": "out"}}')).toEqual([
      'Sampler (node 1): its result depends on itself: 1 → 1. Remove one of these links.',
    ])
    const ring: Workflow = {
      version: 1,
      nodes: ['a', 'b', 'c'].map((id, n, all) => ({ id, type: 'Sampler', inputs: { in: { from: all[(n + 1) % 3]!, output: 0 } } })),
    }
    expect(validateWorkflow(ring, definitions).map(problemText)).toEqual([expect.stringContaining('depends on itself: ')])
  })

  test.each<[string, string]>([
    ['{"in": {"from": "1", "output": 1}}', 'linked to output 1 of Sampler (node 1), which has no such output. There is the output out.'],
    ['{"in": {"from": "1", "output": 4294967296}}', 'which has no such output'],
    ['{"in": {"from": "9", "output": 0}}', 'linked to node 9, which the workflow does not have'],
    ['{"in": {"from": "$inputs", "output": "x"}}', 'linked to node $inputs, which the workflow does not have'],
  ])('%s is told', (inputs, message) => expect(told(inputs)[0]).toContain(message))

  test.each(['-1', '0.5', '1e400', 'null', '[0]', 'true'])('an output of %s is refused by the format', (output) => {
    expect(() => parseWorkflow(nodeText(`{"in": {"from": "1", "output": ${output}}}`))).toThrow()
  })

  test('a diamond of 40 levels is validated once a node, not once a way', () => {
    const pairOf = (n: number): Record<string, InputValue> =>
      (n === 0 ? {} : { a: { from: `l${n - 1}`, output: 0 }, b: { from: `r${n - 1}`, output: 0 } })
    const level = (n: number) => ['l', 'r'].map((side): WorkflowNode => ({ id: `${side}${n}`, type: 'Pair', inputs: pairOf(n) }))
    const pair = defineNode({
      type: 'Pair', category: 'test', output: true, inputs: { a: port.any().optional(), b: port.any().optional() }, outputs: { out: port.any() },
      run: () => ({ out: 1 }),
    })
    const diamond: Workflow = { version: 1, nodes: Array.from({ length: 40 }, (_, n) => level(n)).flat() }
    expect(validateWorkflow(diamond, definitionMap([describeNode(pair)]))).toEqual([])
    const changed = { ...diamond, nodes: diamond.nodes.map((node) => ({ ...node, id: `${node.id}x`, inputs: {} })) }
    expect(mergeWorkflows(diamond, diamond, changed).conflicts).toEqual([])
  })
})

test('nodes of unknown types survive untouched, with all that they say', () => {
  const text = formatWorkflow({
    version: 1,
    nodes: [
      {
        id: '57:8', type: 'Some/Plugin Node (v3)', version: 7, title: 'Ünknown', mode: 'bypass', position: [1.5, -2], size: [3, 4],
        inputs: { a: [1, [2, { b: null }]], b: { value: { from: 'x' } }, c: { from: 'gone', output: 3 }, d: 1e-7, e: '' },
        extra: { anything: [{ at: 'all' }] },
      },
      { id: '2', type: 'subgraph:nobody', inputs: { x: 1 } },
    ],
  })
  const through = [
    parseWorkflow(text),
    migrateNodes(parseWorkflow(text), [sampler]).workflow,
    flattenSubgraphs(parseWorkflow(text)).workflow,
    mergeWorkflows(parseWorkflow(text), parseWorkflow(text), parseWorkflow(text)).workflow,
    applyOverrides(parseWorkflow(text), {}, definitions),
  ]
  for (const workflow of through) expect(formatWorkflow(workflow)).toBe(text)
})
