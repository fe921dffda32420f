/** The browser's own database (IndexedDB). */
import { createStore, delMany, get, keys, promisifyRequest } from 'idb-keyval'
import type { Storage } from './storage.ts'

/** The editor's store in this browser; each write is one transaction. */
export function browserStorage(): Storage {
  const store = createStore('kinograph', 'editor')
  return {
    read: (key) => get<unknown>(key, store),
    write: (entries) => store('readwrite', (table) => {
      for (const [key, value] of entries) table.put(value, key)
      table.transaction.commit() // at once: a page that is being left could not do it later
      return promisifyRequest(table.transaction)
    }),
    remove: (names) => delMany([...names], store),
    keys: () => keys<string>(store),
  }
}
