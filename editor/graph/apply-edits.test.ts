import { describe, expect, test } from 'vitest'
import { exportComfyUi } from '../../core/comfy/ui-export.ts'
import { importComfyUi } from '../../core/comfy/ui-import.ts'
import { validateWorkflow } from '../../core/workflow/validate.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { applyEdits } from './apply-edits.ts'
import type { Edit } from './edit.ts'
import { lookOf } from './look.ts'
import type { GraphPath } from './scene.ts'
import { definitions } from './testing/definitions.ts'
import { drawn, from, nested } from './testing/workflows.ts'

const edited = (workflow: Workflow, path: GraphPath, ...edits: readonly Edit[]) => applyEdits(workflow, path, edits, definitions)
const node = ({ nodes }: Pick<Workflow, 'nodes'>, id: string) => nodes.find((one) => one.id === id)
const inside = ({ subgraphs = [] }: Workflow) => subgraphs[0]!

describe('nodes', () => {
  test('are added once', () => {
    const added = edited(drawn, [], { type: 'add', nodes: [{ id: 'new', type: 'Note' }] })
    expect(added.nodes.at(-1)).toEqual({ id: 'new', type: 'Note' })
    expect(() => edited(drawn, [], { type: 'add', nodes: [{ id: 'load', type: 'Note' }] })).toThrow('the id "load" is taken')
    expect(() => edited(nested, ['make'], { type: 'add', nodes: [{ id: '$inputs', type: 'Note' }] })).toThrow('is taken')
  })

  test('go with their links and names', () => {
    const less = edited(drawn, [], { type: 'remove', nodes: ['text', 'decode', 'nobody'] })
    expect(less.nodes.map(({ id }) => id)).toEqual(['load', 'sampler', 'save'])
    expect(node(less, 'sampler')!.inputs).toEqual({ model: from('load', 'model'), steps: 30, seed: 'random' })
    expect(node(less, 'save')).not.toHaveProperty('inputs')
    expect(less).not.toHaveProperty('parameters')
    expect(less).not.toHaveProperty('outputs')
    expect(node(less, 'load')).toBe(node(drawn, 'load'))
  })

  test('that stood for a subgraph take it along when they were the last', () => {
    const one = edited(nested, [], { type: 'remove', nodes: ['make'] })
    expect(one.subgraphs).toBe(nested.subgraphs)
    expect(one).not.toHaveProperty('parameters')
    expect(edited(one, [], { type: 'remove', nodes: ['other'] })).not.toHaveProperty('subgraphs')
  })

  test('inside a subgraph take its outputs along, for all that read them', () => {
    const less = edited(nested, ['make'], { type: 'remove', nodes: ['decode'] })
    expect(inside(less).outputs).toEqual([])
    expect(node(less, 'save')).not.toHaveProperty('inputs')
    expect(node(less, 'again')).not.toHaveProperty('inputs')
    expect(less).not.toHaveProperty('outputs')
  })

  test('are moved, sized, named, silenced and coloured; the same again changes nothing', () => {
    const edits: Edit[] = [
      { type: 'move', nodes: [{ id: 'load', position: [5, 6] }, { id: 'nobody', position: [1, 1] }] }, { type: 'resize', id: 'load', size: [7, 8] },
      { type: 'rename', id: 'load', title: ' Mine ' }, { type: 'mode', nodes: ['load'], mode: 'mute' }, { type: 'look', nodes: ['load'], look: { collapsed: true, color: '#AABBCC' } },
    ]
    const after = edited(drawn, [], ...edits)
    expect(node(after, 'load')).toEqual({
      ...node(drawn, 'load'), position: [5, 6], size: [7, 8], title: 'Mine', mode: 'mute', extra: { editor: { collapsed: true, color: '#aabbcc' } },
    })
    expect(edited(after, [], ...edits)).toBe(after)
    expect(node(edited(after, [], { type: 'rename', id: 'load' }, { type: 'mode', nodes: ['load'] }, { type: 'look', nodes: ['load'], look: { collapsed: false, color: null } }), 'load'))
      .toEqual({ ...node(drawn, 'load'), position: [5, 6], size: [7, 8] })
  })

  test('keep what else stands under their extra', () => {
    const workflow: Workflow = { version: 1, nodes: [{ id: 'a', type: 'Note', extra: { comfy: { ui: {} }, editor: { other: 1 } } }] }
    const after = edited(workflow, [], { type: 'look', nodes: ['a'], look: { pinned: true } })
    expect(after.nodes[0]!.extra).toEqual({ comfy: { ui: {} }, editor: { other: 1, pinned: true } })
    expect(lookOf(after.nodes[0]!)).toEqual({ collapsed: false, pinned: true, color: null })
  })

  test('that are not there are no silent success', () => {
    expect(() => edited(drawn, [], { type: 'set', node: 'nobody', input: 'a', value: 1 })).toThrow('there is no node nobody here')
    expect(() => edited(drawn, ['load'], { type: 'set', node: 'text', input: 'text', value: '' })).toThrow('there is no subgraph at load')
  })
})

describe('values', () => {
  test('are written, wrapped where they look like links, and taken back', () => {
    const set = edited(drawn, [], { type: 'set', node: 'sampler', input: 'cfg', value: 5 }, { type: 'set', node: 'sampler', input: 'model', value: { from: 'x' } })
    expect(node(set, 'sampler')!.inputs).toMatchObject({ cfg: 5, model: { value: { from: 'x' } } })
    expect(edited(set, [], { type: 'set', node: 'sampler', input: 'cfg', value: 5 })).toBe(set)
    expect(node(edited(set, [], { type: 'set', node: 'sampler', input: 'cfg' }), 'sampler')!.inputs).not.toHaveProperty('cfg')
  })

  test('keep names that objects have of themselves', () => {
    const set = edited(drawn, [], { type: 'set', node: 'load', input: '__proto__', value: 5 })
    expect(Object.entries(node(set, 'load')!.inputs!)).toEqual([['name', 'tiny'], ['__proto__', 5]])
  })
})

describe('links', () => {
  test('are drawn by the name of the output', () => {
    const after = edited(drawn, [], { type: 'connect', from: 'load', output: 1, to: 'sampler', input: 'positive' })
    expect(node(after, 'sampler')!.inputs!['positive']).toEqual(from('load', 'clip'))
    expect(Object.keys(node(after, 'sampler')!.inputs!)).toEqual(Object.keys(node(drawn, 'sampler')!.inputs!))
  })

  test('are taken away; values are not', () => {
    const after = edited(drawn, [], { type: 'disconnect', to: 'sampler', input: 'model' }, { type: 'disconnect', to: 'sampler', input: 'steps' })
    expect(Object.keys(node(after, 'sampler')!.inputs!)).toEqual(['positive', 'steps', 'seed'])
  })

  test('go through a reroute that is put into them', () => {
    const after = edited(drawn, [], { type: 'reroute', to: 'decode', input: 'latent', position: [1, 2] })
    expect(node(after, 'reroute')).toEqual({ id: 'reroute', type: 'Reroute', inputs: { value: from('sampler', 'latent') }, position: [1, 2] })
    expect(node(after, 'decode')!.inputs!['latent']).toEqual(from('reroute', 'value'))
    expect(validateWorkflow(after, definitions)).toEqual(validateWorkflow(drawn, definitions))
    expect(edited(drawn, [], { type: 'reroute', to: 'decode', input: 'nothing', position: [1, 2] })).toBe(drawn)
    expect(inside(edited(nested, ['make'], { type: 'reroute', to: '$outputs', input: 'image', position: [1, 2] })).outputs)
      .toEqual([{ name: 'image', from: 'reroute', output: 'value' }])
  })

  test('from the border promote an input, with what was written inside for all that stand for the subgraph', () => {
    const after = edited(nested, ['make'], { type: 'connect', from: '$inputs', output: '', to: 'sampler', input: 'steps' })
    expect(inside(after).inputs.map(({ name }) => name)).toEqual(['model', 'positive', 'steps'])
    expect(node(inside(after), 'sampler')!.inputs!['steps']).toEqual(from('$inputs', 'steps'))
    expect(['make', 'other'].map((id) => node(after, id)!.inputs!['steps'])).toEqual([30, 30])
    expect(inside(edited(after, ['make'], { type: 'connect', from: '$inputs', output: '', to: 'decode', input: 'latent' })).inputs.at(-1)).toEqual({ name: 'latent' })
  })

  test('to the border promote an output, and take it back', () => {
    const after = edited(nested, ['make'], { type: 'connect', from: 'sampler', output: 'latent', to: '$outputs', input: '' })
    expect(inside(after).outputs.at(-1)).toEqual({ name: 'latent', from: 'sampler', output: 'latent' })
    const moved = edited(after, ['make'], { type: 'connect', from: 'decode', output: 'image', to: '$outputs', input: 'latent' })
    expect(inside(moved).outputs.at(-1)).toEqual({ name: 'latent', from: 'decode', output: 'image' })
    const less = edited(after, ['make'], { type: 'disconnect', to: '$outputs', input: 'image' })
    expect(inside(less).outputs.map(({ name }) => name)).toEqual(['latent'])
    expect(node(less, 'again')).not.toHaveProperty('inputs')
  })

  test('move the numbers of outputs that come after one that goes', () => {
    const more = edited(nested, ['make'], { type: 'connect', from: 'sampler', output: 'latent', to: '$outputs', input: '' })
    const read: Workflow = { ...more, nodes: [...more.nodes, { id: 'late', type: 'Decode', inputs: { latent: from('make', 1) } }] }
    expect(node(edited(read, ['make'], { type: 'disconnect', to: '$outputs', input: 'image' }), 'late')!.inputs).toEqual({ latent: from('make', 0) })
  })
})

describe('the rest', () => {
  test('groups', () => {
    const more = edited(drawn, [], { type: 'addGroup', title: 'B', bounds: [0, 0, 1, 1], color: '#112233' }, { type: 'changeGroup', index: 0, title: 'C', bounds: [1, 2, 3, 4] })
    expect(more.groups).toEqual([{ title: 'C', bounds: [1, 2, 3, 4] }, { title: 'B', bounds: [0, 0, 1, 1], color: '#112233' }])
    expect(edited(more, [], { type: 'changeGroup', index: 0, title: 'C', bounds: [1, 2, 3, 4] }, { type: 'removeGroup', index: 9 })).toBe(more)
    expect(edited(more, [], { type: 'removeGroup', index: 1 }, { type: 'removeGroup', index: 0 })).not.toHaveProperty('groups')
  })

  test('groups of a file of ComfyUI keep what it says of them', () => {
    const group = (title: string, id: number) => ({ id, title, bounding: [0, 0, 9, 9], font_size: id })
    const file = { version: 0.4, last_node_id: 0, last_link_id: 0, nodes: [], links: [], groups: [group('A', 1), group('B', 2), group('C', 3)] }
    const less = edited(importComfyUi(file, definitions), [], { type: 'removeGroup', index: 1 })
    expect(exportComfyUi(less, definitions)['groups']).toEqual([group('A', 1), group('C', 3)])
  })

  test('names of inputs', () => {
    const named = edited(nested, ['make'], { type: 'expose', node: 'decode', input: 'latent', name: 'noise', description: 'To begin with' })
    expect(named.parameters!.at(-1)).toEqual({ name: 'noise', node: 'make/decode', input: 'latent', description: 'To begin with' })
    expect(() => edited(named, [], { type: 'expose', node: 'load', input: 'name', name: 'noise' })).toThrow('taken by another input')
    expect(() => edited(named, [], { type: 'expose', node: 'load', input: 'name', name: 'a b' })).toThrow('expected a name of letters')
    expect(edited(named, ['make'], { type: 'expose', node: 'decode', input: 'latent', name: 'other' }).parameters!.at(-1)).toMatchObject({ name: 'other', description: 'To begin with' })
    expect(edited(named, ['make'], { type: 'expose', node: 'decode', input: 'latent' }).parameters).toEqual(nested.parameters)
  })

  test('title and description', () => {
    expect(edited(drawn, [], { type: 'describe', title: 'New' })).toEqual({ ...drawn, title: 'New' })
    expect(edited(drawn, [], { type: 'describe', title: '' })).not.toHaveProperty('title')
    expect(edited(drawn, [], { type: 'describe', title: 'Drawn' })).toBe(drawn)
  })

  test('places of a subgraph’s borders', () => {
    const after = edited(nested, ['make'], { type: 'move', nodes: [{ id: '$inputs', position: [-9, 9] }] })
    expect(inside(after).extra).toEqual({ editor: { inputs: [-9, 9] } })
    expect(edited(after, ['make'], { type: 'move', nodes: [{ id: '$inputs', position: [-9, 9] }] })).toBe(after)
  })
})
