import { signal } from '@preact/signals'
import { afterEach, expect, test, vi } from 'vitest'
import { deskKey, documentKey, takeDesk, type Desk, type DeskLocks } from './desk.ts'
import { Keeper } from './keeper.ts'
import { newRecord, OpenDocument } from './open-document.ts'
import { readDocuments } from './read-documents.ts'
import { MemoryStorage } from './testing/memory-storage.ts'
import { definitionsSignal, drawing } from './testing/small-workflows.ts'

afterEach(() => void vi.useRealTimers())

const open = () => new OpenDocument(newRecord(drawing), definitionsSignal)

/** A browser tab whose documents are kept. */
function keep(storage: MemoryStorage, ...documents: OpenDocument[]) {
  const all = signal(documents)
  const shown = signal(documents[0]!.id)
  const errors: unknown[] = []
  const keeper = new Keeper(storage, () => ({ documents: all.value, desk: { id: 'desk', shown: shown.value, view: 'graph' } }), (error) => errors.push(error))
  return { keeper, all, shown, errors }
}

test('a document comes back with its history, its path, its view and its job, sharing what it shared', async () => {
  const storage = new MemoryStorage()
  const document = open()
  const { keeper } = keep(storage, document)
  document.edit([{ type: 'set', node: 'draw', input: 'size', value: 8 }])
  document.edit([{ type: 'set', node: 'draw', input: 'size', value: 9 }])
  document.undo()
  document.view.value = { offset: [1, 2], scale: 3 }
  document.job.value = 'job-1'
  await keeper.flush()
  const [record] = await readDocuments(storage, [document.id])
  const again = new OpenDocument(record!, definitionsSignal)
  expect(again.record).toEqual(document.record)
  expect(again.workflow.value.nodes[1]).toBe(record!.base.nodes[1])
  again.undo()
  expect(again.workflow.value).toBe(record!.base)
  again.redo()
  again.redo()
  expect(again.workflow.value.nodes[0]!.inputs!['size']).toBe(9)
})

test('a change is written soon, and many changes at once', async () => {
  vi.useFakeTimers()
  const storage = new MemoryStorage()
  const document = open()
  keep(storage, document)
  await vi.runAllTimersAsync()
  const { writes } = storage
  for (let size = 1; size < 20; size++) document.edit([{ type: 'set', node: 'draw', input: 'size', value: 100 + size }])
  expect(storage.writes).toBe(writes)
  await vi.runAllTimersAsync()
  expect(storage.writes).toBe(writes + 1)
  expect(storage.values.get(documentKey(document.id))).toEqual(document.record)
})

test('only documents that changed are written, and closed ones are taken away', async () => {
  const storage = new MemoryStorage()
  const [one, two] = [open(), open()]
  const { keeper, all } = keep(storage, one, two)
  await keeper.flush()
  const written = storage.values.get(documentKey(two.id))
  one.edit([{ type: 'set', node: 'draw', input: 'size', value: 8 }])
  await keeper.flush()
  expect(storage.values.get(documentKey(two.id))).toBe(written)
  all.value = [one]
  await keeper.flush()
  expect([...storage.values.keys()].sort()).toEqual([deskKey('desk'), documentKey(one.id)].sort())
  expect((storage.values.get(deskKey('desk')) as Desk).documents).toEqual([one.id])
})

test('nothing is written where nothing changed', async () => {
  const storage = new MemoryStorage()
  const { keeper } = keep(storage, open())
  await keeper.flush()
  await keeper.flush()
  expect(storage.writes).toBe(1)
})

test('a write that fails is told, and tried again with the next one', async () => {
  class FullStorage extends MemoryStorage {
    isFull = true
    override async write(entries: readonly (readonly [string, unknown])[]): Promise<void> {
      if (this.isFull) throw new Error('full')
      return await super.write(entries)
    }
  }
  const storage = new FullStorage()
  const document = open()
  const { keeper, shown, errors } = keep(storage, document)
  await keeper.flush()
  expect(errors).toEqual([new Error('full')])
  storage.isFull = false
  shown.value = 'other'
  await keeper.flush()
  expect(storage.values.get(documentKey(document.id))).toEqual(document.record)
})

/** Tabs of one browser: who has which desk. */
function browser() {
  const held = new Set<string>()
  const tab = (own?: string): DeskLocks => ({
    own,
    take: async (id) => {
      if (held.has(id)) return false
      held.add(id)
      return true
    },
  })
  return { held, tab }
}

const desk = (id: string, touched: number): Desk => ({ id, touched, documents: [], shown: '', view: 'graph' })

async function storageWith(...desks: Desk[]): Promise<MemoryStorage> {
  const storage = new MemoryStorage()
  await storage.write(desks.map((one) => [deskKey(one.id), one]))
  return storage
}

test('a first visit begins a desk', async () => {
  const { held, tab } = browser()
  const { id, desk: found } = await takeDesk(new MemoryStorage(), tab())
  expect(found).toBeUndefined()
  expect(held).toEqual(new Set([id]))
})

test('a reloaded tab has its own desk again, though another was used later', async () => {
  const { tab } = browser()
  expect((await takeDesk(await storageWith(desk('mine', 1), desk('other', 2)), tab('mine'))).id).toBe('mine')
})

test('a new tab takes over the desk that was used last and that nobody has any more', async () => {
  const { held, tab } = browser()
  const storage = await storageWith(desk('a', 1), desk('b', 3), desk('c', 2))
  held.add('b')
  expect((await takeDesk(storage, tab())).id).toBe('c')
  expect((await takeDesk(storage, tab())).id).toBe('a')
  expect((await takeDesk(storage, tab())).desk).toBeUndefined()
})

test('a duplicated tab, which thinks that it is the other, gets a desk of its own', async () => {
  const { held, tab } = browser()
  held.add('mine')
  const { id } = await takeDesk(await storageWith(desk('mine', 1)), tab('mine'))
  expect(id).not.toBe('mine')
})

test('what another version of the editor left is not touched', async () => {
  const storage = new MemoryStorage()
  await storage.write([[deskKey('old'), { tabs: 3 }], [documentKey('old'), { text: '' }]])
  const { tab } = browser()
  expect((await takeDesk(storage, tab())).desk).toBeUndefined()
  expect(await readDocuments(storage, ['old', 'gone'])).toEqual([])
  expect(storage.values.size).toBe(2)
})
