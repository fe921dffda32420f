/** The browser's own database (IndexedDB). */
import { createStore, delMany, get, keys, setMany } from 'idb-keyval'
import type { Storage } from './storage.ts'

/** The editor's store in this browser; each write is one transaction. */
export function browserStorage(): Storage {
  const store = createStore('kinograph', 'editor')
  return {
    read: (key) => get<unknown>(key, store),
    write: (entries) => setMany(entries.map(([key, value]): [string, unknown] => [key, value]), store),
    remove: (names) => delMany([...names], store),
    keys: () => keys<string>(store),
  }
}
