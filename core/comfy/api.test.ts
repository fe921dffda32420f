import { describe, expect, test } from 'vitest'
import { definitionMap, describeNode } from '../types/definition.ts'
import { defineNode } from '../types/node-type.ts'
import { port, portOf } from '../types/port.ts'
import { defineType } from '../types/value-type.ts'
import type { Workflow } from '../workflow/workflow.ts'
import { exportComfyApi } from './api-export.ts'
import { importComfyApi } from './api-import.ts'
import { formatOf } from './detect.ts'
import { withoutVirtualNodes } from './resolve.ts'
import { comfyText, readComfyText } from './text.ts'

const latent = portOf(defineType<string>({ id: 'LATENT', check: (v): v is string => typeof v === 'string', bytes: () => 0, store: 'recompute' }))
const pass = defineNode({
  type: 'Pass', category: 'test',
  inputs: { latent: latent().optional(), seed: port.seed(), strength: port.float({ default: 0.5 }) },
  outputs: { latent: latent(), count: port.int() },
  run: () => ({ latent: '', count: 0 }),
})
const definitions = definitionMap([describeNode(pass)])

describe('the API format', () => {
  test('passes over the button for uploads that older exports hold, and writes it back', () => {
    const prompt = { '1': { class_type: 'Pass', inputs: { seed: 7, strength: 0.5, upload: 'image' } }, '2': { class_type: 'Other', inputs: { upload: 'image' } } }
    const workflow = importComfyApi(prompt, definitions)
    expect(workflow.nodes.map(({ inputs }) => inputs)).toEqual([{ seed: 7, strength: 0.5 }, { upload: 'image' }])
    expect(exportComfyApi(workflow, definitions)).toEqual(prompt)
  })

  test('comes in with links, literals, wrapped lists, titles, and what else there is', () => {
    const prompt = {
      '3': { class_type: 'Pass', inputs: { seed: 7 }, _meta: { title: 'First' } },
      '57:8': { class_type: 'Pass', inputs: { latent: ['3', 0], strength: 0.25 }, _meta: { title: 'Second', colour: 'red' } },
      '9': {
        class_type: 'PythonNode',
        inputs: { size: { __value__: [512, 512] }, from: ['57:8', 1], past: ['57:8', 7], odd: { a: 1 } },
        is_changed: [null],
      },
    }
    const workflow = importComfyApi(prompt, definitions)
    expect(workflow).toEqual({
      version: 1,
      nodes: [
        {
          id: '3', type: 'Pass', title: 'First', inputs: { seed: 7 },
        },
        {
          id: '9', type: 'PythonNode',
          inputs: {
            size: [512, 512], from: { from: '57:8', output: 'count' }, past: { from: '57:8', output: 7 }, odd: { value: { a: 1 } },
          },
          extra: { comfy: { api: { is_changed: [null] } } },
        },
        {
          id: '57:8', type: 'Pass', title: 'Second',
          inputs: { latent: { from: '3', output: 'latent' }, strength: 0.25 },
          extra: { comfy: { api: { _meta: { colour: 'red' } } } },
        },
      ].sort((a, b) => Object.keys(prompt).indexOf(a.id) - Object.keys(prompt).indexOf(b.id)),
    })
    expect(exportComfyApi(workflow, definitions)).toEqual(prompt)
  })

  test.each([
    [{ '1': { class_type: 'A', inputs: { x: ['2'] } } }, 'A (node 1), input "x": expected a link ["node id", output number], got ["2"].'],
    [{ '1': { class_type: 'A', inputs: { x: ['2', -1] } } }, 'got ["2",-1].'],
    [{ '1': { class_type: 'A', inputs: { x: ['2', 0.5] } } }, 'got ["2",0.5].'],
    [{ '1': { class_type: 'A', inputs: 5 } }, 'A (node 1), inputs: expected an object, got 5.'],
    [{ '1': { inputs: {} } }, 'node "1": expected a class_type, got nothing.'],
    [{ '1': { class_type: 'A' }, '2': 7 }, 'node "2": expected an object, got 7.'],
  ])('%j is refused by name', (prompt, message) => {
    expect(() => importComfyApi(prompt)).toThrow(message)
  })

  //  1 ─► r ─► r2 ─► 2 (bypass) ─► 3        p ─► 3.seed        4 is muted, n is a note
  test('goes out with reroutes, primitives, notes, mute and bypass resolved', () => {
    const from = (id: string, output: string | number = 0) => ({ from: id, output })
    const workflow: Workflow = {
      version: 1,
      nodes: [
        { id: '1', type: 'Pass' },
        { id: 'r', type: 'Reroute', inputs: { value: from('1', 'latent') } },
        { id: 'r2', type: 'Reroute', inputs: { value: from('r', 'value') } },
        { id: '2', type: 'Pass', mode: 'bypass', inputs: { latent: from('r2') } },
        { id: 'p', type: 'PrimitiveNode', inputs: { value: 42 } },
        { id: '4', type: 'Pass', mode: 'mute' },
        { id: 'n', type: 'Note', inputs: { text: 'read me' } },
        { id: '3', type: 'Pass', inputs: { latent: from('2', 'latent'), seed: from('p') } },
        { id: '5', type: 'Pass', inputs: { latent: from('4', 'latent') } },
      ],
    }
    expect(exportComfyApi(workflow, definitions)).toEqual({
      '1': { class_type: 'Pass', inputs: {} },
      '3': { class_type: 'Pass', inputs: { latent: ['1', 0], seed: 42 } },
      '5': { class_type: 'Pass', inputs: {} },
    })
    expect(exportComfyApi(workflow, definitions, { defaults: true })['5']).toEqual(
      { class_type: 'Pass', inputs: { seed: 0, strength: 0.5 } })
    expect(withoutVirtualNodes(workflow, definitions).nodes.map(({ id }) => id)).toEqual(['1', '2', '4', '3', '5'])
  })

  test('lays subgraphs open under ComfyUI\'s names', () => {
    const workflow: Workflow = {
      version: 1,
      nodes: [
        { id: '1', type: 'subgraph:s', inputs: { x: 5 } },
        { id: '2', type: 'Pass', inputs: { latent: { from: '1', output: 'y' } } },
      ],
      subgraphs: [{
        id: 's', name: 'S', inputs: [{ name: 'x' }], outputs: [{ name: 'y', from: '7', output: 'latent' }],
        nodes: [{ id: '7', type: 'Pass', inputs: { seed: { from: '$inputs', output: 'x' } } }],
      }],
    }
    expect(exportComfyApi(workflow, definitions)).toEqual({
      '1:7': { class_type: 'Pass', inputs: { seed: 5 } },
      '2': { class_type: 'Pass', inputs: { latent: ['1:7', 0] } },
    })
  })

  test('can\'t say a name of an output of an unknown type, and says so', () => {
    const workflow: Workflow = {
      version: 1,
      nodes: [{ id: 'a', type: 'Odd' }, { id: 'b', type: 'Pass', inputs: { latent: { from: 'a', output: 'x' } } }],
    }
    expect(() => exportComfyApi(workflow, definitions)).toThrow(
      'Pass (node b), input "latent": its link to output "x" of node a, of the type Odd, which is not known here, ' +
      'can\'t be written: ComfyUI\'s API wants the output\'s number.')
  })

  test('reroutes in a circle are refused with the way round, long ones walked without recursion', () => {
    const reroute = (id: string, source: string) => ({ id, type: 'Reroute', inputs: { value: { from: source, output: 0 } } })
    const consumer = { id: 'c', type: 'Pass', inputs: { latent: { from: 'a', output: 0 } } }
    const circle: Workflow = { version: 1, nodes: [reroute('a', 'b'), reroute('b', 'a'), consumer] }
    expect(() => exportComfyApi(circle, definitions)).toThrow('Reroute (node a): it passes on what comes from itself: a → b → a.')
    const chain = Array.from({ length: 50_000 }, (_, i) => reroute(`r${i}`, i === 0 ? 'start' : `r${i - 1}`))
    const users = Array.from({ length: 50_000 }, (_, i) => ({ ...consumer, id: `c${i}`, inputs: { latent: { from: `r${i}`, output: 0 } } }))
    const long: Workflow = { version: 1, nodes: [{ id: 'start', type: 'Pass' }, ...chain, ...users] }
    expect(exportComfyApi(long, definitions)['c49999']).toEqual({ class_type: 'Pass', inputs: { latent: ['start', 0] } })
  })
})

describe('text', () => {
  test('keeps whole numbers of 64 bits to the last digit, and reads what Python writes', () => {
    const text = '{"1": {"class_type": "A", "inputs": {"seed": 18446744073709551615, "low": -9223372036854775807, ' +
      '"exact": 9007199254740992, "text": "18446744073709551615 NaN", "f": 1e400000000000000000}, "is_changed": [NaN, -Infinity]}}'
    expect(() => readComfyText(text)).toThrow('expected numbers below 1.8e308')
    const sound = text.replace(', "f": 1e400000000000000000', '')
    const value = readComfyText(sound)
    const workflow = importComfyApi(value)
    expect(workflow.nodes[0]!.inputs).toEqual({
      seed: { value: { __integer__: '18446744073709551615' } },
      low: { value: { __integer__: '-9223372036854775807' } },
      exact: 2 ** 53,
      text: '18446744073709551615 NaN',
    })
    const written = comfyText(exportComfyApi(workflow))
    expect(written).toContain('"seed": 18446744073709551615,')
    expect(readComfyText(written)).toEqual(value)
  })
})

describe('formatOf', () => {
  test.each([
    ['kinograph', { version: 1, nodes: [] }],
    ['kinograph', { version: 1, nodes: [{ id: 'a', type: 'A' }] }],
    ['kinograph', []],
    ['kinograph', { anything: 1 }],
    ['comfy-ui', { version: 0.4, nodes: [] }],
    ['comfy-ui', { version: 1, state: {}, nodes: [] }],
    ['comfy-ui', { nodes: [{ id: 3, type: 'A' }] }],
    ['comfy-api', { nodes: { class_type: 'A' } }],
    ['comfy-api', { prompt: { '1': { class_type: 'A' } } }],
  ])('says %s', (format, value) => expect(formatOf(value)).toBe(format))
})
