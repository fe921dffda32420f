/**
 * A desk is the set of documents of one browser tab. Two tabs never have the same one: who has a desk holds a lock that
 * the browser takes back when the tab is closed, crashes, or is left. A tab that is reloaded gets its desk again; a new
 * tab takes over a desk that nobody has any more, the one used last first, or begins a new one.
 */
import { uniqueId } from '../../server/client/unique-id.ts'
import type { Storage } from './storage.ts'
import type { ViewName } from './session.ts'

export interface Desk {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly touched: number
  /** Ids of the open documents, in the order of their tabs. */
  readonly documents: readonly string[]
  readonly shown: string
  readonly view: ViewName
  readonly panel?: string
}

/** Who has which desk. */
export interface DeskLocks {
  /** The desk that this tab had before it was reloaded. */
  readonly own: string | undefined
  /** Takes a desk unless another tab has it. @param isOwn our last page may be about to let go of it */
  take(id: string, isOwn: boolean): Promise<boolean>
}

export const deskKey = (id: string) => `desk:${id}`
export const documentKey = (id: string) => `document:${id}`

/** The desk that this tab works at from now on; `undefined` beside its id when nothing lies on it yet. */
export async function takeDesk(storage: Storage, locks: DeskLocks): Promise<{ readonly id: string; readonly desk: Desk | undefined }> {
  const desks = (await readDesks(storage)).sort((a, b) => b.touched - a.touched)
  const own = desks.find(({ id }) => id === locks.own)
  if (own && await locks.take(own.id, true)) return { id: own.id, desk: own }
  for (const desk of desks) if (desk !== own && await locks.take(desk.id, false)) return { id: desk.id, desk }
  const id = uniqueId()
  await locks.take(id, false)
  return { id, desk: undefined }
}

async function readDesks(storage: Storage): Promise<Desk[]> {
  const keys = (await storage.keys()).filter((key) => key.startsWith(deskKey('')))
  const values = await Promise.all(keys.map((key) => storage.read(key)))
  return values.filter(isDesk)
}

/** What another version of the editor wrote is left alone. */
function isDesk(value: unknown): value is Desk {
  const { id, touched, documents, shown } = (value ?? {}) as Partial<Desk> // looked at field by field
  return typeof id === 'string' && typeof touched === 'number' && typeof shown === 'string' && Array.isArray(documents)
}
