import { join } from 'node:path'
import type { RunEvent } from '../core/run/index.ts'
import type { Json } from '../core/types/json.ts'
import type { Folders, ProducedFile } from './protocol.ts'

/**
 * The files that output nodes of a run say they made: `{ filename, subfolder, type }`, in ComfyUI's form. Wherever the
 * node stands, in the file, a subgraph, a loop: its events tell. In order, each file once.
 */
export class ProducedFiles {
  readonly #folders: Pick<Folders, 'output' | 'temp'>
  /** By their paths. */
  readonly #files = new Map<string, ProducedFile>()

  constructor(folders: Pick<Folders, 'output' | 'temp'>) {
    this.#folders = folders
  }

  /** What was made so far. */
  get list(): readonly ProducedFile[] {
    return [...this.#files.values()]
  }

  see(event: RunEvent): void {
    if ((event.type !== 'node.done' && event.type !== 'node.cached') || event.ui === undefined) return
    const { node, shown } = event
    for (const made of Object.values(event.ui).flat()) {
      const file = shownFile(made, this.#folders)
      // What stands around a node may show what is made in it again, at its own end.
      if (file && !this.#files.has(file.path)) this.#files.set(file.path, { node: shown, ...(node !== shown && { within: node }), ...file })
    }
  }
}

/** The file that a node shows, where what it shows is one; its path is absolute. */
export function shownFile(shown: Json, folders: Pick<Folders, 'output' | 'temp'>): Pick<ProducedFile, 'path' | 'temporary'> | undefined {
  if (typeof shown !== 'object' || shown === null) return undefined
  const [filename, subfolder = '', type] = ['filename', 'subfolder', 'type'].map((field): unknown => Reflect.get(shown, field))
  if (typeof filename !== 'string' || typeof subfolder !== 'string') return undefined
  const temporary = type === 'temp'
  return { path: join(temporary ? folders.temp : folders.output, subfolder, filename), temporary }
}
