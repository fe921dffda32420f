import { expect, test, vi } from 'vitest'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { saveByItself } from './autosave.ts'
import { lookAround } from './follow-saved.ts'
import { saveDocument } from './save-document.ts'
import { drawing } from './testing/small-workflows.ts'
import { testSession } from './testing/test-session.ts'
import { WorkflowShelf } from './testing/workflow-shelf.ts'

const withSize = (size: number): Workflow => ({
  ...drawing, nodes: drawing.nodes.map((node) => (node.id === 'draw' ? { ...node, inputs: { ...node.inputs, size } } : node)),
})
const sizeOf = ({ nodes }: Workflow) => nodes.find(({ id }) => id === 'draw')?.inputs?.['size']

/** A document that was opened from `cat`. */
async function opened() {
  const shelf = new WorkflowShelf()
  const etag = shelf.put('cat', drawing)
  const { session } = await testSession(undefined, { answer: shelf.answer })
  session.open(drawing, { name: 'cat', etag })
  const document = session.tabs.shown.value
  const set = (size: number) => document.edit([{ type: 'set', node: 'draw', input: 'size', value: size }])
  /** Waits for a dialog, and answers it. */
  const answer = async (given: unknown) => {
    await vi.waitUntil(() => session.dialogs.open.value.length > 0)
    session.dialogs.open.value[0]!.close(given)
  }
  const there = () => sizeOf(shelf.saved.get('cat')!.workflow)
  return { shelf, session, document, set, answer, there }
}

test('a save is known as one', async () => {
  const { session, document, set, there, shelf } = await opened()
  set(8)
  expect(await saveDocument(session, document)).toBe(true)
  expect([there(), document.isChanged.value, document.saved.value?.etag]).toEqual([8, false, shelf.saved.get('cat')!.etag])
})

test.each([
  ['mine', 8, 8], ['theirs', 9, 9], [undefined, 8, 9],
])('somebody was faster, and the answer is %s', async (choice, here, after) => {
  const { session, document, set, answer, there, shelf } = await opened()
  set(8)
  shelf.put('cat', withSize(9))
  const saving = saveDocument(session, document)
  await answer(choice)
  expect(await saving).toBe(choice !== undefined)
  expect([sizeOf(document.workflow.value), there()]).toEqual([here, after])
})

test('both changes are merged, and a third one meanwhile is asked about again', async () => {
  const { session, document, set, answer, shelf } = await opened()
  set(8)
  shelf.put('cat', { ...drawing, title: 'Cat' })
  const saving = saveDocument(session, document)
  await vi.waitUntil(() => session.dialogs.open.value.length > 0)
  shelf.put('cat', { ...drawing, title: 'Cat', description: 'Purrs.' })
  await answer('merge')
  await answer('merge')
  expect(await saving).toBe(true)
  expect(shelf.saved.get('cat')!.workflow).toEqual({ ...withSize(8), title: 'Cat', description: 'Purrs.' })
})

test('a second save waits for the first one: it is nobody else\'s', async () => {
  const { session, document, set, there, shelf } = await opened()
  let open = () => {}
  shelf.gate = new Promise((resolve) => { open = resolve })
  set(8)
  const first = saveDocument(session, document)
  set(9)
  const second = saveDocument(session, document)
  open()
  expect([await first, await second, there(), document.isChanged.value]).toEqual([true, true, 9, false])
})

test('looking around tells of others once, and never of a save of one\'s own', async () => {
  const { session, document, set, shelf } = await opened()
  const told = new Map<string, string>()
  let open = () => {}
  shelf.gate = new Promise((resolve) => { open = resolve })
  set(8)
  const saving = saveDocument(session, document)
  await vi.waitUntil(() => shelf.saved.get('cat')!.etag === 'e2')
  await lookAround(session, told)
  open()
  await saving
  await lookAround(session, told)
  expect(session.dialogs.toasts.value).toEqual([])
  shelf.put('cat', withSize(9))
  await lookAround(session, told)
  await lookAround(session, told)
  expect(session.dialogs.toasts.value.map(({ text }) => text)).toEqual(['cat was saved by someone else.'])
})

test('saving by itself: after a quiet while, only where it was saved before, and not where somebody else was faster', async () => {
  const { session, document, set, there, shelf } = await opened()
  const stop = saveByItself(session, 20)
  set(8)
  await vi.waitUntil(() => there() === 8)
  await vi.waitUntil(() => !document.isChanged.value)
  shelf.put('cat', withSize(9))
  set(10)
  await vi.waitUntil(() => session.dialogs.toasts.value.length > 0)
  set(11)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect([there(), session.dialogs.toasts.value.length]).toEqual([9, 1])
  session.changeSettings({ autosave: false })
  stop()
})

test('a session that ends comes back with what was open', async () => {
  const { session, storage } = await testSession(drawing)
  session.document.value.edit([{ type: 'set', node: 'draw', input: 'size', value: 8 }])
  session.view.value = 'list'
  await session.keep()
  const again = (await testSession(undefined, { storage })).session
  expect([sizeOf(again.document.value.workflow.value), again.view.value, again.documents.value.length]).toEqual([8, 'list', 2])
  again.document.value.undo()
  expect(again.document.value.workflow.value).toEqual(drawing)
})
