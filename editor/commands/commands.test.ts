/** What commands do to a session, and when they can be done, without a page. */
import { expect, test } from 'vitest'
import { packSubgraph } from '../../core/workflow/pack.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { drawing } from '../app/testing/small-workflows.ts'
import { testSession, type TestSession } from '../app/testing/test-session.ts'
import type { CanvasTarget } from '../graph/canvas.ts'
import type { Command } from './command.ts'
import { createCommandTable } from './command-table.ts'

interface Given {
  readonly workflow?: Workflow
  readonly nodes?: readonly string[]
  readonly groups?: readonly number[]
  readonly path?: readonly string[]
}

async function given({ workflow = drawing, nodes = [], groups = [], path = [] }: Given): Promise<TestSession> {
  const test = await testSession(workflow)
  const document = test.session.document.value
  document.path.value = path
  document.selection.value = { nodes: new Set(nodes), groups: new Set(groups) }
  return test
}

/** Runs a command, and gives what the workflow is then. */
async function after(id: string, what: Given, target?: CanvasTarget): Promise<Workflow> {
  const { session } = await given(what)
  await session.commands.run(id, target)
  expect(session.dialogs.toasts.value).toEqual([])
  return session.document.value.workflow.value
}

const node = (workflow: Workflow, id: string) => workflow.nodes.find((one) => one.id === id)
const grouped: Workflow = { ...drawing, groups: [{ title: 'A', bounds: [0, 0, 10, 10] }, { title: 'B', bounds: [0, 0, 20, 20] }] }
const packed = packSubgraph(drawing, { nodes: ['blur'], name: 'Soft' })
const input = (id: string, name: string): CanvasTarget => ({ kind: 'input', id, input: name })

test.each(['mute', 'bypass'] as const)('%s: all of them, and back when all are so', async (mode) => {
  const { session } = await given({ nodes: ['draw', 'blur'] })
  session.document.value.edit([{ type: 'mode', nodes: ['blur'], mode }])
  const modes = () => session.document.value.workflow.value.nodes.map((one) => one.mode)
  await session.commands.run(`node.${mode}`)
  expect(modes()).toEqual([mode, mode, undefined])
  await session.commands.run(`node.${mode}`)
  expect(modes()).toEqual([undefined, undefined, undefined])
})

test('what was clicked is meant, unless it is one of those that are selected', async () => {
  const { session } = await given({ nodes: ['draw', 'blur'] })
  const modes = () => session.document.value.workflow.value.nodes.map((one) => one.mode)
  await session.commands.run('node.mute', { kind: 'node', id: 'show' })
  expect(modes()).toEqual([undefined, undefined, 'mute'])
  await session.commands.run('node.mute', { kind: 'node', id: 'blur' })
  expect(modes()).toEqual(['mute', 'mute', 'mute'])
})

test('nodes go and leave nothing linked to them', async () => {
  const workflow = await after('edit.delete', { nodes: ['blur'] })
  expect([workflow.nodes.length, node(workflow, 'show')?.inputs?.['image']]).toEqual([2, undefined])
})

test('nodes go, and what they read is read instead', async () => {
  expect(node(await after('graph.deleteBridged', { nodes: ['blur'] }), 'show')?.inputs?.['image']).toEqual({ from: 'draw', output: 'image' })
})

test('frames go from the last, so that all of them do', async () => {
  expect((await after('edit.delete', { workflow: grouped, groups: [0, 1] })).groups ?? []).toEqual([])
})

test.each([
  ['arrange.alignLeft', [0, 0, 0], 0], ['arrange.alignRight', [600, 600, 600], 0], ['arrange.snap', [0, 300, 600], 0],
])('%s moves what is selected', async (id, lefts) => {
  const workflow = await after(id, { nodes: ['draw', 'blur', 'show'] })
  const [first] = lefts
  if (id !== 'arrange.alignRight') expect(workflow.nodes.map(({ position }) => position![0])).toEqual(lefts)
  else expect(workflow.nodes[0]!.position![0]).toBeGreaterThan(first! - 600)
})

test('a subgraph is made, entered, left and unpacked', async () => {
  const { session } = await given({ nodes: ['blur'] })
  const { path, selection, workflow } = session.document.value
  await session.commands.run('subgraph.make')
  expect(workflow.value.subgraphs).toHaveLength(1)
  await session.commands.run('subgraph.enter')
  expect(path.value).toHaveLength(1)
  await session.commands.run('subgraph.leave')
  expect([path.value, selection.value.nodes.size]).toEqual([[], 1])
  await session.commands.run('subgraph.unpack')
  expect([workflow.value.subgraphs ?? [], [...selection.value.nodes]]).toEqual([[], ['blur']])
})

test('an input inside becomes one of the subgraph, and is taken back', async () => {
  const { session } = await given({ workflow: packed.workflow, path: [packed.node] })
  const inputs = () => session.document.value.workflow.value.subgraphs![0]!.inputs.map(({ name }) => name)
  await session.commands.run('subgraph.promote', input('blur', 'radius'))
  expect(inputs()).toContain('radius')
  await session.commands.run('subgraph.demote', input('blur', 'radius'))
  expect(inputs()).not.toContain('radius')
})

test('a value becomes a node, a link gets a point, a link goes, a value goes back to its default', async () => {
  const primitive = await after('graph.addPrimitive', {}, input('draw', 'size'))
  expect(node(primitive, 'draw')?.inputs?.['size']).toMatchObject({ from: expect.any(String) })
  const rerouted = await after('graph.reroute', {}, { kind: 'link', to: 'show', input: 'image' })
  expect(rerouted.nodes.map(({ type }) => type)).toContain('Reroute')
  expect(node(await after('graph.disconnect', {}, input('show', 'image')), 'show')?.inputs?.['image']).toBeUndefined()
  expect(node(await after('graph.reset', {}, input('blur', 'radius')), 'blur')?.inputs?.['radius']).toBeUndefined()
})

test('groups are made around nodes, and removed without them', async () => {
  const workflow = await after('graph.group', { nodes: ['draw', 'blur'] })
  const [x, y, width] = workflow.groups![0]!.bounds
  expect([x < 0, y < 0, width > 300]).toEqual([true, true, true])
  const without = await after('graph.ungroup', { workflow: grouped }, { kind: 'group', index: 0 })
  expect([without.groups!.map(({ title }) => title), without.nodes.length]).toEqual([['B'], 3])
})

test('colours are those of nodes and frames alike', async () => {
  const workflow = await after('node.colorRed', { workflow: grouped, nodes: ['draw'], groups: [1] })
  expect([node(workflow, 'draw')?.extra, workflow.groups!.map(({ color }) => color)]).toEqual([{ editor: { color: '#8f3535' } }, [undefined, '#8f3535']])
})

test('pinned nodes stay where they are', async () => {
  const { session } = await given({ nodes: ['draw', 'blur'] })
  await session.commands.run('node.pin', { kind: 'node', id: 'draw' })
  session.document.value.edit([{ type: 'look', nodes: ['blur'], look: { pinned: false } }])
  await session.commands.run('node.moveRight')
  expect(session.document.value.workflow.value.nodes.map(({ position }) => position![0])).toEqual([0, 310, 600])
})

test('runs: first, up to a node, cancel, pause', async () => {
  const { session, asked, queue } = await given({ nodes: ['blur'] })
  for (const id of ['run.queue', 'run.front', 'run.toNode', 'run.cancel', 'run.pause', 'run.resume']) await session.commands.run(id)
  expect(asked).toEqual(['run {}', 'run {"front":true}', 'run {"targets":["blur"]}', 'pause'])
  queue({ isPaused: true })
  await session.commands.run('run.resume')
  expect(asked.at(-1)).toBe('resume')
})

test('settings: what is chosen already can not be chosen', async () => {
  const { session } = await given({})
  const can = (id: string) => session.commands.get(id)!.isEnabled!(session)
  expect([can('view.themeSystem'), can('view.themeDark'), can('run.autoOff'), can('run.batchLess')]).toEqual([false, true, false, false])
  await session.commands.run('view.themeDark')
  await session.commands.run('run.batchMore')
  expect(session.settings.value).toMatchObject({ theme: 'dark', batch: 2 })
  expect([can('view.themeSystem'), can('view.themeDark'), can('run.batchLess')]).toEqual([true, false, true])
})

/** Commands with what must be selected before they can be done. */
const NEEDS: readonly (readonly [id: string, given: Given, isEnabled: boolean, target?: CanvasTarget])[] = [
  ['node.mute', {}, false], ['node.mute', { nodes: ['draw'] }, true], ['node.mute', {}, true, { kind: 'node', id: 'draw' }],
  ['edit.undo', {}, false], ['edit.redo', {}, false], ['edit.delete', {}, false], ['edit.delete', { workflow: grouped, groups: [0] }, true],
  ['edit.copy', {}, false], ['edit.selectNone', {}, false], ['edit.selectNone', { nodes: ['draw'] }, true],
  ['arrange.alignTop', { nodes: ['draw'] }, false], ['arrange.alignTop', { nodes: ['draw', 'blur'] }, true],
  ['arrange.distributeX', { nodes: ['draw', 'blur'] }, false], ['arrange.distributeX', { nodes: ['draw', 'blur', 'show'] }, true],
  ['subgraph.enter', { nodes: ['draw'] }, false], ['subgraph.enter', { workflow: packed.workflow, nodes: [packed.node] }, true],
  ['subgraph.leave', { workflow: packed.workflow }, false], ['subgraph.leave', { workflow: packed.workflow, path: [packed.node] }, true],
  ['subgraph.promote', {}, false, input('draw', 'text')], ['subgraph.promote', { workflow: packed.workflow, path: [packed.node] }, true, input('blur', 'radius')],
  ['graph.reroute', {}, false, input('draw', 'text')], ['graph.reroute', {}, true, input('blur', 'image')],
  ['graph.reset', {}, true, input('draw', 'text')], ['graph.ungroup', {}, false], ['run.toNode', {}, false], ['run.cancel', {}, false],
  ['tab.next', {}, true], ['view.graph', {}, false], ['view.form', {}, true], ['file.clear', {}, true],
]

test.each(NEEDS.map(([id, what, isEnabled, target]) => ({ id, what, isEnabled, target })))('$id with $what: $isEnabled', async ({ id, what, isEnabled, target }) => {
  const { session } = await given(what)
  const command = session.commands.get(id)!
  expect(command.isEnabled!(session, target)).toBe(isEnabled)
})

test('a command that can not be done does nothing, and what one throws is told', async () => {
  const { session } = await given({ nodes: ['draw'] })
  await session.commands.run('edit.undo')
  await session.commands.run('no.such')
  expect([session.document.value.workflow.value, session.dialogs.toasts.value]).toEqual([drawing, []])
  const failing: Command = { id: 'test.fail', title: 'app.save', run: ({ document }) => document.peek().edit([{ type: 'rename', id: 'gone', title: '' }]) }
  await createCommandTable(session, [failing]).run('test.fail')
  expect(session.dialogs.toasts.value).toMatchObject([{ kind: 'error', text: expect.stringContaining('gone') }])
})
