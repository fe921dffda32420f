/** Reads documents out of the browser's database. */
import { documentKey } from './desk.ts'
import type { DocumentRecord } from './open-document.ts'
import type { Storage } from './storage.ts'

/** The documents that can be opened again, in this order. What another version of the editor wrote stays where it is. */
export async function readDocuments(storage: Storage, ids: readonly string[]): Promise<DocumentRecord[]> {
  const values = await Promise.all(ids.map((id) => storage.read(documentKey(id))))
  return values.filter(isRecord)
}

function isRecord(value: unknown): value is DocumentRecord {
  const { id, workflow, base, history, path } = (value ?? {}) as Partial<DocumentRecord> // looked at field by field
  return typeof id === 'string' && isWorkflow(workflow) && isWorkflow(base) && Array.isArray(path)
    && Array.isArray(history?.past) && Array.isArray(history.future)
}

/** The editor alone writes here, and only what it could open: the rough form tells its versions apart. */
function isWorkflow(value: unknown): boolean {
  const { version, nodes } = (value ?? {}) as { readonly version?: unknown; readonly nodes?: unknown } // looked at right here
  return version === 1 && Array.isArray(nodes)
}
