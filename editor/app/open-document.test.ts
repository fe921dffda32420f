import { expect, test } from 'vitest'
import { packSubgraph } from '../../core/workflow/pack.ts'
import { parseWorkflow } from '../../core/workflow/parse.ts'
import type { Edit } from '../graph/edit.ts'
import { defaultWorkflow } from './default-workflow.ts'
import { MAX_STEPS } from './history.ts'
import { newRecord, OpenDocument } from './open-document.ts'
import { definitionsSignal, drawing } from './testing/small-workflows.ts'

function open(workflow = drawing) {
  const clock = { now: 0 }
  const document = new OpenDocument(newRecord(workflow), definitionsSignal, () => clock.now)
  return { document, clock }
}

const set = (input: string, value: string | number): Edit => ({ type: 'set', node: 'draw', input, value })

const EDITS: Record<Edit['type'], Edit> = {
  add: { type: 'add', nodes: [{ id: 'more', type: 'Draw' }] },
  remove: { type: 'remove', nodes: ['blur'] },
  move: { type: 'move', nodes: [{ id: 'draw', position: [5, 6] }] },
  resize: { type: 'resize', id: 'draw', size: [400, 300] },
  connect: { type: 'connect', from: 'draw', output: 'image', to: 'show', input: 'image' },
  disconnect: { type: 'disconnect', to: 'show', input: 'image' },
  set: set('size', 8),
  rename: { type: 'rename', id: 'draw', title: 'Cat' },
  mode: { type: 'mode', nodes: ['blur'], mode: 'bypass' },
  look: { type: 'look', nodes: ['blur'], look: { collapsed: true } },
  addGroup: { type: 'addGroup', title: 'Frame', bounds: [0, 0, 100, 100] },
  changeGroup: { type: 'changeGroup', index: 0, title: 'Other' },
  removeGroup: { type: 'removeGroup', index: 0 },
  reroute: { type: 'reroute', to: 'show', input: 'image', position: [500, 0] },
  expose: { type: 'expose', node: 'draw', input: 'text', name: 'prompt' },
  describe: { type: 'describe', title: 'A cat' },
}

test.each(Object.values(EDITS).map((edit) => [edit.type, edit] as const))('%s is one step, back and forth by identity', (_, edit) => {
  const before = { ...drawing, groups: [{ title: 'Group', bounds: [0, 0, 10, 10] as const }] }
  const { document } = open(before)
  document.edit([edit])
  const after = document.workflow.value
  expect(after).not.toEqual(before)
  expect(document.isChanged.value).toBe(true)
  document.undo()
  expect(document.workflow.value).toBe(before)
  expect([document.canUndo.value, document.canRedo.value, document.isChanged.value]).toEqual([false, true, false])
  document.redo()
  expect(document.workflow.value).toBe(after)
})

test('what changes nothing makes no step', () => {
  const { document } = open()
  document.edit([set('size', 64)])
  document.replace((workflow) => structuredClone(workflow))
  expect(document.canUndo.value).toBe(false)
  expect(document.workflow.value).toBe(drawing)
})

test('a refused edit changes nothing', () => {
  const { document } = open()
  expect(() => document.edit([set('size', 8), { type: 'rename', id: 'gone', title: 'x' }])).toThrow('gone')
  expect(document.workflow.value).toBe(drawing)
  expect(document.canUndo.value).toBe(false)
})

test('a text that is typed on is one step within a second, and another input or a pause begins a new one', () => {
  const { document, clock } = open()
  for (const text of ['a', 'a c', 'a co', 'a cow']) {
    clock.now += 300
    document.edit([set('text', text)])
  }
  clock.now += 1100
  document.edit([set('text', 'a cow at night')])
  document.edit([set('size', 8)])
  document.edit([set('size', 9)])
  const texts: unknown[] = []
  while (document.canUndo.value) {
    document.undo()
    texts.push([document.workflow.value.nodes[0]!.inputs!['text'], document.workflow.value.nodes[0]!.inputs!['size']])
  }
  expect(texts).toEqual([['a cow at night', 8], ['a cow at night', 64], ['a cow', 64], ['a cat', 64]])
})

test('undo ends what was typed: the next letter is a step of its own', () => {
  const { document } = open()
  document.edit([set('text', 'a')])
  document.undo()
  document.edit([set('text', 'b')])
  document.undo()
  expect(document.workflow.value).toBe(drawing)
})

test('a new change takes away what could be redone', () => {
  const { document } = open()
  document.edit([set('size', 1)])
  document.undo()
  document.edit([set('size', 2)])
  expect(document.canRedo.value).toBe(false)
})

test('the last 200 steps and more can be undone, and there is an end to it', () => {
  const { document } = open()
  for (let size = 1; size <= MAX_STEPS + 10; size++) document.edit([set('size', 1000 + size)])
  let steps = 0
  for (; document.canUndo.value; steps++) document.undo()
  expect(steps).toBe(MAX_STEPS)
  expect(MAX_STEPS).toBeGreaterThanOrEqual(200)
  expect(document.workflow.value.nodes[0]!.inputs!['size']).toBe(1010)
})

test('undo goes to the graph in which the change was made; a graph that is gone is left', () => {
  const { workflow, node } = packSubgraph(drawing, { nodes: ['blur'] })
  const { document } = open()
  document.replace(() => workflow)
  document.path.value = [node]
  document.edit([{ type: 'move', nodes: [{ id: 'blur', position: [1, 2] }] }])
  document.path.value = []
  document.undo()
  expect(document.path.value).toEqual([node])
  document.undo()
  expect([document.path.value, document.workflow.value]).toEqual([[], drawing])
})

test('what is removed is not selected any more', () => {
  const { document } = open()
  document.selection.value = { nodes: new Set(['draw', 'blur']), groups: new Set() }
  document.edit([{ type: 'remove', nodes: ['blur'] }])
  expect([...document.selection.value.nodes]).toEqual(['draw'])
})

test('each graph keeps its view', () => {
  const { workflow, node } = packSubgraph(drawing, { nodes: ['blur'] })
  const { document } = open(workflow)
  const view = { offset: [1, 2] as const, scale: 0.5 }
  document.view.value = view
  document.path.value = [node]
  expect(document.view.value).toBeUndefined()
  document.path.value = []
  expect(document.view.value).toBe(view)
})

test('saved: nothing is changed until the next edit, and going back to what was saved is no change', () => {
  const { document } = open()
  document.edit([set('size', 8)])
  document.markSaved({ name: 'cat', etag: '1' }, document.workflow.value)
  expect([document.isChanged.value, document.title.value]).toEqual([false, 'cat'])
  document.edit([set('size', 9)])
  expect(document.isChanged.value).toBe(true)
  document.undo()
  expect(document.isChanged.value).toBe(false)
  document.undo()
  expect(document.isChanged.value).toBe(true)
})

test('what was edited while it was being saved is still a change', () => {
  const { document } = open()
  const sent = document.workflow.value
  document.edit([set('size', 8)])
  document.markSaved({ name: 'cat', etag: '1' }, sent)
  expect(document.isChanged.value).toBe(true)
})

test('the workflow of a first visit is one, and nothing of it is wrong', () => {
  expect(parseWorkflow(defaultWorkflow)).toEqual(defaultWorkflow)
})
