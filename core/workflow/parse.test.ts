import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
// @ts-expect-error a plain script, run by node; it has no declarations
import { compileSchema } from './compile-schema.js'
import { parseWorkflow } from './parse.ts'
import { isLink, literalOf, type Workflow } from './workflow.ts'
import { WorkflowError } from './workflow-error.ts'

const node = { id: '7', type: 'Sampler' }

const withInput = (a: unknown) => ({ version: 1, nodes: [{ ...node, inputs: { a } }] })

function problemsOf(source: unknown): string[] {
  try {
    parseWorkflow(source)
    return []
  } catch (error) {
    if (!(error instanceof WorkflowError)) throw error
    return error.problems.map((problem) => new WorkflowError(problem).message)
  }
}

describe('parseWorkflow', () => {
  test('reads everything that the format has', () => {
    const workflow: Workflow = {
      $schema: './workflow.schema.json',
      version: 1,
      title: 'A title',
      description: 'What it does',
      parameters: [{ name: 'prompt', node: '7', input: 'text', description: 'What to show' }],
      outputs: [{ name: 'latent', node: '57:8', output: 0, description: 'What came out' }],
      nodes: [
        { id: '7', type: 'TextEncode', version: 2, title: 'Prompt', inputs: { text: 'a cat', list: [1], none: null } },
        {
          id: '57:8',
          type: 'Sampler',
          inputs: { a: { from: '7', output: 'out' }, b: { from: '7', output: 0 }, c: { value: { from: 'no link' } } },
          position: [10, -20.5],
          size: [200, 100],
          extra: { color: 'red' },
        },
        { id: 'second', type: 'subgraph:pass', mode: 'bypass', inputs: { latent: { from: '57:8', output: 'latent' } } },
        { id: 'off', type: 'Sampler', mode: 'mute' },
      ],
      subgraphs: [
        {
          id: 'pass',
          name: 'Second pass',
          inputs: [{ name: 'latent', type: 'LATENT' }, { name: 'any', type: { anyOf: ['INT', { list: 'FLOAT' }] } }],
          outputs: [{ name: 'latent', from: '1', output: 0 }, { name: 'same', from: '$inputs', output: 'latent' }],
          nodes: [{ id: '1', type: 'Sampler', inputs: { latent: { from: '$inputs', output: 'latent' } } }],
          groups: [{ title: 'Inside', bounds: [0, 0, 1, 1] }],
          extra: {},
        },
      ],
      groups: [{ title: 'Group', bounds: [0, 0, 10, 10], color: '#fff' }],
      extra: { anything: { at: ['all'] } },
    }
    expect(parseWorkflow(JSON.stringify(workflow))).toEqual(workflow)
    expect(parseWorkflow(workflow)).toBe(workflow)
  })

  test('keeps names that JavaScript knows as names', () => {
    const text = '{"id": "__proto__", "type": "toString", "inputs": {"__proto__": 5, "constructor": 6}}'
    const [first] = parseWorkflow(`{"version": 1, "nodes": [${text}]}`).nodes
    expect(first).toMatchObject({ id: '__proto__', type: 'toString' })
    expect(Object.entries(first!.inputs!)).toEqual([['__proto__', 5], ['constructor', 6]])
  })

  test.each<[string, unknown, string[]]>([
    ['no object', 'null', ['expected a workflow, an object with "version" and "nodes", got null. Give a workflow of Kinograph, or one that ComfyUI saved or exported.']],
    ['an array', [], ['expected a workflow, an object with "version" and "nodes", got a list of 0. Give a workflow of Kinograph, or one that ComfyUI saved or exported.']],
    ['a newer version', { version: 2, nodes: [] }, [
      'version: expected a workflow of version 1, got version 2. A newer Kinograph wrote this file; update to open it.',
    ]],
    ['another version', { version: '1', nodes: [] }, ['version: expected 1, got "1".']],
    ['nothing in it', {}, ['the field "version" is missing. Add it.', 'the field "nodes" is missing. Add it.']],
    ['nodes as an object', { version: 1, nodes: { 7: node } }, ['nodes: expected array, got an object.']],
    ['an unknown field', { version: 1, nodes: [{ ...node, titel: 'x' }] }, [
      'Sampler (node 7), nodes[0]: the format has no field "titel" here. Did you mean "title"?',
    ]],
    ['a number as id', { version: 1, nodes: [{ id: 7, type: 'Sampler' }] }, ['nodes[0].id: expected string, got 7.']],
    ['a link without output', withInput({ from: '1' }), [
      'Sampler (node 7), nodes[0].inputs.a: the field "output" is missing. Add it.',
    ]],
    ['a negative index', withInput({ from: '1', output: -1 }), [
      'Sampler (node 7), nodes[0].inputs.a.output: expected >= 0, got -1.',
    ]],
    ['a fractional index', withInput({ from: '1', output: 0.5 }), [
      'Sampler (node 7), nodes[0].inputs.a.output: expected string,integer, got 0.5.',
    ]],
    ['another mode', { version: 1, nodes: [{ ...node, mode: 'off' }] }, [
      'Sampler (node 7), nodes[0].mode: expected one of "bypass", "mute", got "off".',
    ]],
    ['a node in a subgraph', {
      version: 1,
      nodes: [],
      subgraphs: [{ id: 'a', name: 'A', inputs: [], outputs: [], nodes: [{ ...node, size: 3 }] }],
    }, ['Sampler (node 7), subgraphs[0].nodes[0].size: expected array, got 3.']],
    ['an object literal that is not wrapped', withInput({ x: 1 }), [
      'Sampler (node 7), nodes[0].inputs.a: the field "value" is missing. Add it.',
      'Sampler (node 7), nodes[0].inputs.a: the format has no field "x" here. Remove it, or keep it under "extra".',
    ]],
  ])('says of %s what is wrong and where', (_, source, messages) => {
    expect(problemsOf(source)).toEqual(messages)
  })

  test('sums several problems up in one message', () => {
    expect(() => parseWorkflow({})).toThrow(
      'there are 2 problems:\n  - the field "version" is missing. Add it.\n  - the field "nodes" is missing. Add it.',
    )
  })
})

test('an input is a literal, a link or a wrapped literal', () => {
  expect(isLink({ from: 'a', output: 'b' })).toBe(true)
  expect([5, null, 'text', [1, 2], { value: 1 }].map(isLink)).toEqual([false, false, false, false, false])
  expect([literalOf([1]), literalOf({ value: { from: 'a' } }), literalOf('text')]).toEqual([[1], { from: 'a' }, 'text'])
})

test('check-schema.js is what the schema compiles to, and imports nothing', () => {
  const code = readFileSync(join(import.meta.dirname, 'check-schema.js'), 'utf8')
  expect(code, 'run: node core/workflow/compile-schema.js').toBe(compileSchema())
  expect(code).not.toMatch(/\b(require\(|import )/)
})
