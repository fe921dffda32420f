import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatWorkflow } from './format.ts'
import { parseWorkflow } from './parse.ts'
import { inputOf, type InputValue, type Workflow } from './workflow.ts'

test('a workflow as text reads like this', () => {
  const workflow: Workflow = {
    nodes: [
      { inputs: { text: 'a red circle', many: [1, 2] }, type: 'TextEncode', id: 'prompt' },
      {
        id: 'sampler',
        type: 'Sampler',
        position: [400, 80],
        inputs: { positive: { output: 'conditioning', from: 'prompt' }, steps: 20, nothing: { value: {} } },
        title: 'Denoise',
      },
      { id: 'note', type: 'Note', inputs: {}, extra: { z: 1, a: { long: 'x'.repeat(100) } } },
    ],
    version: 1,
    parameters: [{ input: 'text', node: 'prompt', name: 'prompt' }],
  }
  expect(formatWorkflow(workflow)).toBe(`{
  "version": 1,
  "parameters": [{ "name": "prompt", "node": "prompt", "input": "text" }],
  "nodes": [
    {
      "id": "prompt",
      "type": "TextEncode",
      "inputs": {
        "text": "a red circle",
        "many": [1, 2]
      }
    },
    {
      "id": "sampler",
      "type": "Sampler",
      "title": "Denoise",
      "inputs": {
        "positive": { "from": "prompt", "output": "conditioning" },
        "steps": 20,
        "nothing": { "value": {} }
      },
      "position": [400, 80]
    },
    {
      "id": "note",
      "type": "Note",
      "inputs": {},
      "extra": {
        "z": 1,
        "a": {
          "long": "${'x'.repeat(100)}"
        }
      }
    }
  ]
}
`)
})

test('subgraphs and exposed outputs as text read like this', () => {
  const workflow: Workflow = {
    subgraphs: [
      {
        nodes: [{ type: 'Add', id: '1', inputs: { a: { output: 'x', from: '$inputs' } } }],
        outputs: [{ output: 'sum', from: '1', name: 'sum' }],
        inputs: [{ type: 'INT', name: 'x' }],
        name: 'Sum',
        id: 'sum',
      },
    ],
    nodes: [{ inputs: { x: 2 }, mode: 'mute', type: 'subgraph:sum', id: 'a' }],
    outputs: [{ output: 'sum', node: 'a', name: 'total' }],
    version: 1,
  }
  expect(formatWorkflow(workflow)).toBe(`{
  "version": 1,
  "outputs": [{ "name": "total", "node": "a", "output": "sum" }],
  "nodes": [
    {
      "id": "a",
      "type": "subgraph:sum",
      "mode": "mute",
      "inputs": {
        "x": 2
      }
    }
  ],
  "subgraphs": [
    {
      "id": "sum",
      "name": "Sum",
      "inputs": [{ "name": "x", "type": "INT" }],
      "outputs": [{ "name": "sum", "from": "1", "output": "sum" }],
      "nodes": [
        {
          "id": "1",
          "type": "Add",
          "inputs": {
            "a": { "from": "$inputs", "output": "x" }
          }
        }
      ]
    }
  ]
}
`)
})

const json = fc.jsonValue({ maxDepth: 3, noUnicodeString: false }).map((value) => JSON.parse(JSON.stringify(value)))
const oddNames = fc.constantFrom('__proto__', 'constructor', '7')
const name = fc.oneof(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), oddNames)
const input: fc.Arbitrary<InputValue> = fc.oneof(
  json.map(inputOf),
  fc.record({ from: name, output: fc.oneof(name, fc.nat()) }),
)
const pair = fc.tuple(fc.integer(), fc.integer())
const node = fc.record(
  {
    id: name,
    type: name,
    title: fc.string({ unit: 'grapheme' }),
    inputs: fc.array(fc.tuple(name, input)).map((entries): Record<string, InputValue> => Object.fromEntries(entries)),
    position: pair,
    extra: json.map((value) => ({ value })),
  },
  { requiredKeys: ['id', 'type'] },
)
const workflow: fc.Arbitrary<Workflow> = fc.record(
  { version: fc.constant(1 as const), title: fc.string({ unit: 'grapheme' }), nodes: fc.array(node) },
  { requiredKeys: ['version', 'nodes'] },
)

test('law: parsing the text gives the workflow back, and writing that gives the same text', () => {
  fc.assert(
    fc.property(workflow, (original) => {
      const text = formatWorkflow(original)
      const parsed = parseWorkflow(text)
      expect(parsed).toEqual(original)
      expect(formatWorkflow(parsed)).toBe(text)
    }),
  )
})

/** The same fields in reverse order. */
function turnedRound(value: object): object {
  return Object.fromEntries(Object.entries(value).reverse())
}

test('law: the order in which a program made the fields does not matter', () => {
  fc.assert(
    fc.property(workflow, (original) => {
      const reversed = turnedRound({ ...original, nodes: original.nodes.map(turnedRound) })
      expect(formatWorkflow(parseWorkflow(reversed))).toBe(formatWorkflow(original))
    }),
  )
})
