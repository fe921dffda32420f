import { describe, expect, test } from 'vitest'
import { importComfyUi } from '../../core/comfy/ui-import.ts'
import { validateWorkflow } from '../../core/workflow/validate.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { applyEdits } from './apply-edits.ts'
import { sceneOf } from './scene-of.ts'
import type { GraphPath } from './scene.ts'
import { definitions } from './testing/definitions.ts'
import { drawn, from, nested } from './testing/workflows.ts'

const nodeOf = (workflow: Workflow, id: string, path: GraphPath = []) =>
  sceneOf(workflow, path, definitions, validateWorkflow(workflow, definitions)).nodes.find((node) => node.id === id)!
const inputOf = (workflow: Workflow, id: string, input: string, path: GraphPath = []) =>
  nodeOf(workflow, id, path).inputs.find(({ name }) => name === input)!
const one = (...nodes: Workflow['nodes']): Workflow => ({ version: 1, nodes })

describe('sceneOf', () => {
  test('shows each input with its widget, its value and where it comes from', () => {
    const { inputs, outputs, title, kind, isOutput } = nodeOf(drawn, 'sampler')
    expect({ title, kind, isOutput }).toEqual({ title: 'Sampler', kind: 'node', isOutput: false })
    expect(inputs.map(({ name, value, isDefault, link, widget, hasSocket }) => [name, value, isDefault, link?.from, widget?.kind, hasSocket])).toEqual([
      ['model', undefined, false, 'load', undefined, true],
      ['positive', undefined, false, 'text', undefined, true],
      ['latent', undefined, true, undefined, undefined, true],
      ['seed', 'random', false, undefined, 'seed', true],
      ['steps', 30, false, undefined, 'number', true],
      ['cfg', 7, true, undefined, 'number', true],
      ['scheduler', 'euler', true, undefined, 'choice', true],
      ['tile', false, true, undefined, 'toggle', false],
    ])
    expect(outputs).toEqual([{ name: 'latent', key: 'latent', label: 'latent', socket: 'LATENT' }])
  })

  test('calls outputs in links as the nodes that give them do', () => {
    expect(inputOf(drawn, 'save', 'image').link).toEqual(from('decode', 'image'))
  })

  test('numbers the places of a variadic input, and offers one more until there are enough', () => {
    const images = (taken: readonly number[]) => nodeOf(one({ id: 'a', type: 'Batch', inputs: Object.fromEntries(taken.map((place) => [`images.${place}`, from('x', 'y')])) }), 'a')
      .inputs.map(({ name }) => name)
    expect(images([])).toEqual(['images.0'])
    expect(images([0])).toEqual(['images.0', 'images.1'])
    expect(images([0, 2])).toEqual(['images.0', 'images.1', 'images.2'])
    expect(images([0, 1, 2, 3])).toEqual(['images.0', 'images.1', 'images.2', 'images.3'])
  })

  test('keeps what an unknown node holds, and gives it the outputs that links name', () => {
    const workflow = one({ id: 'u', type: 'Unheard', inputs: { a: 1, b: { value: { c: 2 } } } }, { id: 'd', type: 'Decode', inputs: { latent: from('u', 2) } }, { id: 'e', type: 'Decode', inputs: { latent: from('u', 'named') } })
    const node = nodeOf(workflow, 'u')
    expect(node.kind).toBe('unknown')
    expect(node.inputs.map(({ name, value, widget }) => [name, value, widget?.kind])).toEqual([['a', 1, 'json'], ['b', { c: 2 }, 'json']])
    expect(node.outputs.map(({ key }) => key)).toEqual([2, 'named'])
    expect(node.problems.map(({ code }) => code)).toEqual(['missing_node_type'])
  })

  test('takes the sockets of an unknown node from the file that it came in', () => {
    const file = {
      version: 0.4, last_node_id: 2, last_link_id: 1, links: [[1, 1, 1, 2, 0, 'LATENT']],
      nodes: [
        { id: 1, type: 'Unheard', pos: [0, 0], inputs: [{ name: 'clip', type: 'CLIP', link: null }], outputs: [{ name: 'A', type: 'MODEL', links: null }, { name: 'B', type: 'LATENT', links: [1] }] },
        { id: 2, type: 'Decode', pos: [9, 9], inputs: [{ name: 'latent', type: 'LATENT', link: 1 }], outputs: [] },
      ],
    }
    const workflow = importComfyUi(file, definitions)
    const { inputs, outputs } = nodeOf(workflow, '1')
    expect(inputs.map(({ name, socket }) => [name, socket])).toEqual([['clip', 'CLIP']])
    expect(outputs.map(({ key, name, socket }) => [key, name, socket])).toEqual([[0, 'A', 'MODEL'], [1, 'B', 'LATENT']])
    expect(inputOf(workflow, '2', 'latent').link).toEqual(from('1', 1))
  })

  test('gives a reroute the type of what comes through it', () => {
    const workflow = applyEdits(drawn, [], [{ type: 'reroute', to: 'decode', input: 'latent', position: [700, 0] }], definitions)
    expect(nodeOf(workflow, 'reroute').kind).toBe('reroute')
    expect(nodeOf(workflow, 'reroute').outputs[0]!.socket).toBe('LATENT')
    const lone = applyEdits(workflow, [], [{ type: 'disconnect', to: 'reroute', input: 'value' }], definitions)
    expect(nodeOf(lone, 'reroute').outputs[0]!.socket, 'of what reads it').toBe('LATENT')
  })

  test('gives what holds a value for others the widget of what reads it', () => {
    const workflow = one({ id: 'p', type: 'PrimitiveNode', inputs: { value: 'ddim' } }, { id: 's', type: 'Sampler', inputs: { scheduler: from('p', 'value') } })
    expect(inputOf(workflow, 'p', 'value').widget).toMatchObject({ kind: 'choice', choices: ['euler', 'ddim'] })
    expect(nodeOf(workflow, 'p').outputs[0]!.socket).toBe('COMBO')
  })

  test('draws no widget where a socket is wanted, until something is written there', () => {
    expect(inputOf(one({ id: 'a', type: 'ImageScale' }), 'a', 'factor').widget).toBeUndefined()
    expect(inputOf(one({ id: 'a', type: 'ImageScale', inputs: { factor: 3 } }), 'a', 'factor').widget?.kind).toBe('number')
    expect(inputOf(one({ id: 'a', type: 'Switch' }), 'a', 'a').widget).toBeUndefined()
    expect(inputOf(one({ id: 'a', type: 'Switch', inputs: { a: 3 } }), 'a', 'a').widget?.kind).toBe('json')
  })

  test('shows the inside of a subgraph between its borders, with places for more', () => {
    const scene = sceneOf(nested, ['make'], definitions)
    expect(scene.nodes.map(({ id, kind }) => [id, kind])).toEqual([['sampler', 'node'], ['decode', 'node'], ['$inputs', 'inputs'], ['$outputs', 'outputs']])
    const [, , inputs, outputs] = scene.nodes
    expect(inputs!.outputs.map(({ key, socket }) => [key, socket])).toEqual([['model', 'MODEL'], ['positive', 'CONDITIONING'], ['', '*']])
    expect(outputs!.inputs.map(({ name, socket, link }) => [name, socket, link])).toEqual([['image', 'IMAGE', from('decode', 'image')], ['', '*', undefined]])
    expect(nodeOf(nested, 'make')).toMatchObject({ kind: 'subgraph', title: 'Make' })
  })

  test('puts a problem where it shows: on the input, on the node, and on what it is inside of', () => {
    const broken = applyEdits(nested, ['make'], [{ type: 'set', node: 'sampler', input: 'steps', value: 0 }], definitions)
    expect(inputOf(broken, 'sampler', 'steps', ['make']).problem?.code).toBe('value_smaller_than_min')
    expect(nodeOf(broken, 'make').problems.map(({ code }) => code)).toEqual(['value_smaller_than_min'])
    expect(nodeOf(broken, 'load').problems).toEqual([])
    expect(inputOf(one({ id: 'a', type: 'Batch' }), 'a', 'images.0').problem?.code).toBe('required_input_missing')
  })

  test('places what has no place, without overlap, and leaves the rest', () => {
    const scene = sceneOf(nested, [], definitions)
    const places = scene.nodes.map(({ position }) => position.join())
    expect(new Set(places).size).toBe(places.length)
    expect(sceneOf(drawn, [], definitions).nodes.map(({ position }) => position[0])).toEqual([0, 300, 600, 900, 1200])
  })

  test('gives the same node as before where nothing about it has changed', () => {
    const before = sceneOf(drawn, [], definitions)
    const after = sceneOf(applyEdits(drawn, [], [{ type: 'set', node: 'sampler', input: 'steps', value: 31 }], definitions), [], definitions)
    expect(after.nodes.filter((node, index) => node !== before.nodes[index]).map(({ id }) => id)).toEqual(['sampler'])
  })

  test('shows the graph around a place that is gone', () => {
    expect(sceneOf(drawn, ['make', 'deeper'], definitions).path).toEqual([])
  })
})
