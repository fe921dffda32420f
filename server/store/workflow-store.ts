import { createHash } from 'node:crypto'
import type { WorkflowStore } from './store.ts'
import { StoreError } from './store-error.ts'
import type { ThreadLink } from './thread-link.ts'

/** Saved workflows. An ETag is the text's hash: the same text has the same one. */
export function workflowStore(link: ThreadLink, now: () => number): WorkflowStore {
  return {
    list: () => link.call('listWorkflows'),
    read: async (name, etag) => isStorable(name) ? link.call('readWorkflow', name, etag) : undefined,
    versions: async (name) => isStorable(name) ? link.call('versions', name) : [],
    async write(name, text, expected) {
      check('name', name)
      check('text', text)
      return link.call('writeWorkflow', name, text, Buffer.byteLength(text), etagOf(text), expected, Math.round(now()))
    },
    async move(from, to, overwrite) {
      check('name', to)
      return isStorable(from) ? link.call('moveWorkflow', from, to, overwrite) : 'missing'
    },
    remove: async (name, expected) => isStorable(name) ? link.call('removeWorkflow', name, expected) : 'missing',
  }
}

const etagOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)

/** SQLite ends a text at a zero character, and UTF-8 has no halves of characters. */
const isStorable = (text: string): boolean => !text.includes('\0') && !/[\ud800-\udfff]/u.test(text)

function check(what: 'name' | 'text', text: string): void {
  if (isStorable(text)) return
  throw new StoreError({ code: 'invalid', problem: `the ${what} of the workflow holds a zero character or half of a character pair` })
}
