import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diffWorkflows } from './diff.ts'
import { mergeWorkflows } from './merge.ts'
import type { InputValue, Subgraph, Workflow, WorkflowNode } from './workflow.ts'

const node = (id: string, type: string, inputs: Record<string, InputValue> = {}, more: Partial<WorkflowNode> = {}) =>
  ({ id, type, inputs, ...more }) satisfies WorkflowNode
const from = (id: string, output: string | number = 'out') => ({ from: id, output })
const workflow = (...nodes: WorkflowNode[]): Workflow => ({ version: 1, nodes })

//  load ──► s ──► save
const load = node('load', 'Load', { name: 'tiny' })
const sampler = node('s', 'Sampler', { model: from('load'), steps: 20, seed: 1 })
const save = node('save', 'Save', { images: from('s') })
const base = workflow(load, sampler, save)
const sampling = (inputs: Record<string, InputValue>, more: Partial<WorkflowNode> = {}) =>
  node('s', 'Sampler', { ...sampler.inputs, ...inputs }, more)

const texts = (ours: Workflow, theirs: Workflow, was = base) => mergeWorkflows(was, ours, theirs).conflicts.map(({ text }) => text)

describe('what goes together', () => {
  test('different inputs of one node, a title, positions', () => {
    const ours = workflow(load, sampling({ steps: 30 }, { title: 'First', position: [1, 1] }), save)
    const theirs = workflow(load, sampling({ seed: 7 }, { position: [9, 9] }), save)
    expect(mergeWorkflows(base, ours, theirs)).toEqual({
      workflow: workflow(load, sampling({ steps: 30, seed: 7 }, { title: 'First', position: [1, 1] }), save),
      conflicts: [],
      notes: [],
    })
  })

  test('nodes that either side added, each after the one it followed', () => {
    const ours = workflow(load, node('a', 'A'), sampler, save)
    const theirs = workflow(load, sampler, node('b', 'B'), save, node('c', 'C'))
    const { workflow: merged, conflicts } = mergeWorkflows(base, ours, theirs)
    expect(merged.nodes.map(({ id }) => id)).toEqual(['load', 'a', 's', 'b', 'save', 'c'])
    expect(conflicts).toEqual([])
  })

  test('an order that they changed, unless we did', () => {
    const theirs = workflow(save, load, sampler)
    expect(mergeWorkflows(base, workflow(load, sampler, save, node('a', 'A')), theirs).workflow.nodes.map(({ id }) => id))
      .toEqual(['save', 'a', 'load', 's'])
  })

  test('a node that one side removed and the other left alone', () => {
    const theirs = workflow(load, sampling({ steps: 5 }))
    expect(mergeWorkflows(base, base, theirs)).toMatchObject({ workflow: theirs, conflicts: [] })
    expect(mergeWorkflows(base, theirs, base)).toMatchObject({ workflow: theirs, conflicts: [] })
  })

  test('an id that one side changed, while the other changed the node', () => {
    const ours = workflow(load, node('first', 'Sampler', sampler.inputs), node('save', 'Save', { images: from('first') }))
    const theirs = workflow(load, sampling({ steps: 30 }), save, node('look', 'Preview', { images: from('s') }))
    const merged = workflow(
      load,
      node('first', 'Sampler', { ...sampler.inputs, steps: 30 }),
      node('save', 'Save', { images: from('first') }),
      node('look', 'Preview', { images: from('first') }),
    )
    expect(mergeWorkflows(base, ours, theirs)).toEqual({ workflow: merged, conflicts: [], notes: [] })
    expect(mergeWorkflows(base, theirs, ours)).toEqual({ workflow: merged, conflicts: [], notes: [] })
  })

  test('different nodes that both sides gave one id: theirs gets another', () => {
    const ours = workflow(load, sampler, save, node('4', 'Note', { text: 'x' }))
    const theirs = workflow(load, sampler, save, node('4', 'Scale'), node('5', 'Preview', { images: from('4') }))
    const { workflow: merged, conflicts, notes } = mergeWorkflows(base, ours, theirs)
    expect(merged.nodes.slice(3)).toEqual([
      node('4', 'Note', { text: 'x' }),
      node('4-2', 'Scale'),
      node('5', 'Preview', { images: from('4-2') }),
    ])
    expect(conflicts).toEqual([])
    expect(notes).toEqual(['both sides added a node 4: ours is Note; theirs, Scale, is now node 4-2'])
  })

  test('parameters, outputs, titles and extra, each by its name', () => {
    const was: Workflow = { ...base, title: 'A', extra: { a: { x: 1, y: 1 } } }
    const ours: Workflow = { ...was, title: 'B', parameters: [{ name: 'p', node: 's', input: 'steps' }], extra: { a: { x: 2, y: 1 } } }
    const theirs: Workflow = { ...was, outputs: [{ name: 'o', node: 's', output: 0 }], extra: { a: { x: 1, y: 2 }, b: 1 } }
    expect(mergeWorkflows(was, ours, theirs)).toEqual({
      workflow: { ...ours, outputs: theirs.outputs, extra: { a: { x: 2, y: 2 }, b: 1 } },
      conflicts: [],
      notes: [],
    })
  })

  test('the insides of subgraphs', () => {
    const inner = (steps: number, seed: number, name = 'In'): Subgraph => ({
      id: 'in', name, inputs: [{ name: 'x' }], outputs: [{ name: 'y', from: 'i', output: 0 }],
      nodes: [node('i', 'Sampler', { latent: from('$inputs', 'x'), steps, seed })],
    })
    const file = (subgraph: Subgraph): Workflow => ({ ...base, subgraphs: [subgraph] })
    expect(mergeWorkflows(file(inner(1, 1)), file(inner(2, 1)), file(inner(1, 3, 'Out')))).toMatchObject({
      workflow: { subgraphs: [inner(2, 3, 'Out')] }, conflicts: [],
    })
    expect(texts(file(inner(2, 1)), file(inner(3, 1)), file(inner(1, 1)))).toEqual(['In › Sampler.steps: ours 2, theirs 3 (was 1)'])
    expect(texts(file(inner(2, 1)), base, file(inner(1, 1)))).toEqual([
      'subgraph "In": theirs removed it, ours changed it; it is kept',
    ])
  })

  test('a file without an ancestor: what is equal stays, what differs is told', () => {
    const empty = workflow()
    expect(texts(base, base, empty)).toEqual([])
    expect(texts(base, workflow(load, sampling({ steps: 3 })), empty)).toEqual(['Sampler.steps: ours 20, theirs 3'])
  })
})

describe('what does not go together', () => {
  test('one input, changed to different values: ours stays', () => {
    const merged = mergeWorkflows(base, workflow(load, sampling({ steps: 30 }), save), workflow(load, sampling({ steps: 40 }), save))
    expect(merged.workflow.nodes[1]!.inputs!['steps']).toBe(30)
    expect(merged.conflicts).toEqual([{
      node: { id: 's', type: 'Sampler' }, name: 'steps', base: 20, ours: 30, theirs: 40,
      text: 'Sampler.steps: ours 30, theirs 40 (was 20)',
    }])
  })

  test('a literal here, a link there; left out here, changed there', () => {
    const { seed, ...rest } = sampler.inputs
    expect(seed).toBe(1)
    expect(texts(workflow(load, sampling({ steps: from('load') }), save), workflow(load, sampling({ steps: 5 }), save))).toEqual([
      'Sampler.steps: ours from Load.out, theirs 5 (was 20)',
    ])
    expect(texts(workflow(load, node('s', 'Sampler', rest), save), workflow(load, sampling({ seed: 5 }), save))).toEqual([
      'Sampler.seed: ours nothing, theirs 5 (was 1)',
    ])
  })

  test('a node removed here and changed there is kept', () => {
    const without = workflow(load, save)
    const merged = mergeWorkflows(base, without, workflow(load, sampling({ steps: 3 }), save))
    expect(merged.conflicts[0]!.text).toBe('Sampler: ours removed it, theirs changed it; it is kept')
    expect(merged.workflow.nodes.map(({ id }) => id)).toEqual(['load', 's', 'save'])
  })

  test('a link to a node that the other side removed', () => {
    const theirs = workflow(load, sampler, save, node('look', 'Preview', { images: from('s') }))
    expect(texts(workflow(load, node('save', 'Save')), theirs)).toEqual([
      'Preview.images comes from Sampler.out, which the other side removed',
    ])
  })

  test('links that make a circle only together', () => {
    const was = workflow(node('a', 'A'), node('b', 'B'))
    const ours = workflow(node('a', 'A', { x: from('b') }), node('b', 'B'))
    const theirs = workflow(node('a', 'A'), node('b', 'B', { x: from('a') }))
    expect(texts(ours, theirs, was)).toEqual([expect.stringMatching(/^the links of both sides together make a circle: [AB] → /)])
  })
})

const graph = fc.array(fc.tuple(fc.nat(5), fc.constantFrom('A', 'B'), fc.nat(3), fc.nat(9)), { maxLength: 6 }).map((rows) =>
  workflow(...rows.map(([source, type, value, id], n) =>
    node(`${id}`, type, { value, ...(source < n && { source: from(`${rows[source]![3]}`) }) }))
    .filter(({ id }, n, all) => all.findIndex((one) => one.id === id) === n)))

/** Says the same, whatever the order. */
const same = (a: Workflow, b: Workflow) => expect(diffWorkflows(a, b).changes).toEqual([])

test('law: a side that changed nothing gives way, and two sides that agree are that', () => {
  fc.assert(fc.property(graph, graph, (was, changed) => {
    for (const [ours, theirs] of [[was, changed], [changed, was], [changed, changed]] as const) {
      const merged = mergeWorkflows(was, ours, theirs)
      same(merged.workflow, changed)
      expect(merged.conflicts).toEqual([])
    }
  }))
})

test('law: changes of different inputs go together whole, whichever side is ours', () => {
  const values = fc.array(fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2)), { minLength: 1, maxLength: 5 })
  fc.assert(fc.property(values, (rows) => {
    const version = (own: number, others: number) =>
      workflow(...rows.map(([a, b, c], n) => node(`${n}`, 'A', { a: own === 1 ? `new${a}` : a, b: others === 1 ? `new${b}` : b, c })))
    for (const [ours, theirs] of [[version(1, 0), version(0, 1)], [version(0, 1), version(1, 0)]] as const) {
      expect(mergeWorkflows(version(0, 0), ours, theirs)).toEqual({ workflow: version(1, 1), conflicts: [], notes: [] })
    }
  }))
})
