import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../test/laws.ts'
import { formatWorkflow } from '../../core/workflow/format.ts'
import { parseWorkflow } from '../../core/workflow/parse.ts'
import { validateWorkflow } from '../../core/workflow/validate.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { applyEdits } from './apply-edits.ts'
import { insertNode, removeAndReconnect, toPrimitive } from './insert.ts'
import { sceneOf } from './scene-of.ts'
import { definitions } from './testing/definitions.ts'
import { drawn, from, nested, workflows } from './testing/workflows.ts'

const node = ({ nodes }: Pick<Workflow, 'nodes'>, id: string) => nodes.find((one) => one.id === id)
const empty: Workflow = { version: 1, nodes: [] }

describe('a new node', () => {
  test('has what its type needs and has no default for', () => {
    const { workflow, id } = insertNode(empty, [], 'Sampler', [5, 6], definitions)
    expect(node(workflow, id)).toEqual({ id: 'sampler', type: 'Sampler', inputs: { seed: 'random' }, position: [5, 6] })
    expect(node(insertNode(workflow, [], 'LoadModel', [0, 0], definitions).workflow, 'load_model')!.inputs).toEqual({ name: 'tiny' })
    expect(insertNode(workflow, [], 'Sampler', [0, 0], definitions).id).toBe('sampler_2')
  })

  test('is linked to what was dropped on nothing, at the socket that fits best', () => {
    const linked = (type: string, link: Parameters<typeof insertNode>[5] & object) => {
      const { workflow, id } = insertNode(drawn, [], type, [0, 0], definitions, link)
      return { own: node(workflow, id)!.inputs, workflow, id }
    }
    expect(linked('Decode', { link: { from: 'sampler', output: 'latent' } }).own).toEqual({ latent: from('sampler', 'latent') })
    expect(linked('Sampler', { link: { from: 'load', output: 0 } }).own).toEqual({ seed: 'random', model: from('load', 'model') })
    const { workflow, id } = linked('EmptyLatent', { link: { to: 'sampler', input: 'latent' } })
    expect(node(workflow, 'sampler')!.inputs!['latent']).toEqual(from(id, 'latent'))
    expect(linked('Note', { link: { from: 'sampler', output: 'latent' } }).own, 'where none fits').toBeUndefined()
  })

  test('goes into a link where it fits both ends', () => {
    const { workflow, id } = insertNode(drawn, [], 'ImageScale', [0, 0], definitions, { into: { to: 'save', input: 'image' } })
    expect(node(workflow, id)!.inputs).toEqual({ image: from('decode', 'image') })
    expect(node(workflow, 'save')!.inputs!['image']).toEqual(from(id, 'image'))
    const not = insertNode(drawn, [], 'Decode', [0, 0], definitions, { into: { to: 'save', input: 'image' } })
    expect(node(not.workflow, 'save')).toBe(node(drawn, 'save'))
  })

  test('goes into the links to the borders of a subgraph', () => {
    const { workflow, id } = insertNode(nested, ['make'], 'ImageScale', [0, 0], definitions, { into: { to: '$outputs', input: 'image' } })
    expect(workflow.subgraphs![0]!.outputs).toEqual([{ name: 'image', from: id, output: 'image' }])
    const after = insertNode(nested, ['make'], 'Reroute', [0, 0], definitions, { into: { to: 'sampler', input: 'model' } })
    expect(node(after.workflow.subgraphs![0]!, after.id)!.inputs).toEqual({ value: from('$inputs', 'model') })
  })
})

describe('toPrimitive', () => {
  test('puts a value into a node of its own', () => {
    const { workflow, id } = toPrimitive(drawn, [], 'sampler', 'steps', definitions)!
    expect(node(workflow, id)).toEqual({ id: 'steps', type: 'PrimitiveInt', title: 'steps', inputs: { value: 30 }, position: [320, 0] })
    expect(node(workflow, 'sampler')!.inputs!['steps']).toEqual(from('steps', 'INT'))
    expect(validateWorkflow(workflow, definitions)).toEqual(validateWorkflow(drawn, definitions))
  })

  test('takes what holds any value for choices and seeds', () => {
    expect(node(toPrimitive(drawn, [], 'sampler', 'scheduler', definitions)!.workflow, 'scheduler')).toMatchObject({ type: 'PrimitiveNode', inputs: { value: 'euler' } })
    expect(node(toPrimitive(drawn, [], 'sampler', 'seed', definitions)!.workflow, 'seed')).toMatchObject({ type: 'PrimitiveNode', inputs: { value: 'random' } })
  })

  test('leaves links, and what takes none', () => {
    expect(toPrimitive(drawn, [], 'sampler', 'model', definitions)).toBeUndefined()
    expect(toPrimitive(drawn, [], 'sampler', 'tile', definitions)).toBeUndefined()
    expect(toPrimitive(drawn, [], 'sampler', 'latent', definitions)).toBeUndefined()
  })
})

describe('removeAndReconnect', () => {
  const scaled = insertNode(drawn, [], 'ImageScale', [0, 0], definitions, { into: { to: 'save', input: 'image' } }).workflow

  test('links what is left past what goes', () => {
    const less = removeAndReconnect(scaled, [], ['image_scale'], definitions)
    expect(less.nodes.map(({ id }) => id)).toEqual(drawn.nodes.map(({ id }) => id))
    expect(node(less, 'save')!.inputs).toEqual({ image: from('decode', 'image') })
  })

  test('goes past several, and through reroutes', () => {
    const routed = applyEdits(scaled, [], [{ type: 'reroute', to: 'save', input: 'image', position: [0, 0] }], definitions)
    expect(node(removeAndReconnect(routed, [], ['reroute', 'image_scale'], definitions), 'save')!.inputs).toEqual({ image: from('decode', 'image') })
  })

  test('takes the link away where nothing of its type comes in', () => {
    expect(node(removeAndReconnect(drawn, [], ['decode'], definitions), 'save')).not.toHaveProperty('inputs')
  })

  test('keeps outputs that have a name', () => {
    const named: Workflow = { ...scaled, outputs: [{ name: 'frames', node: 'image_scale', output: 'image' }] }
    expect(removeAndReconnect(named, [], ['image_scale'], definitions).outputs).toEqual([{ name: 'frames', node: 'decode', output: 'image' }])
    const routed = applyEdits(nested, ['make'], [{ type: 'reroute', to: '$outputs', input: 'image', position: [0, 0] }], definitions)
    expect(removeAndReconnect(routed, ['make'], ['reroute'], definitions).subgraphs![0]!.outputs).toEqual(nested.subgraphs![0]!.outputs)
  })
})

test('law: what is inserted and taken out again leaves a sound file', () => {
  fc.assert(fc.property(workflows, fc.constantFrom(...definitions.keys()), fc.nat(), fc.nat(), (workflow, type, a, b) => {
    const scene = sceneOf(workflow, [], definitions)
    const reader = scene.nodes[a % Math.max(1, scene.nodes.length)]
    const input = reader?.inputs[b % Math.max(1, reader.inputs.length)]
    const into = reader && input ? { to: reader.id, input: input.name } : undefined
    const { workflow: more, id } = insertNode(workflow, [], type, [0, 0], definitions, into && { into })
    expect(parseWorkflow(formatWorkflow(more))).toEqual(JSON.parse(JSON.stringify(more)))
    const less = removeAndReconnect(more, [], [id], definitions)
    expect(less.nodes.map((one) => one.id)).toEqual(workflow.nodes.map((one) => one.id))
    expect(parseWorkflow(formatWorkflow(less))).toEqual(JSON.parse(JSON.stringify(less)))
  }), runs(200))
})
