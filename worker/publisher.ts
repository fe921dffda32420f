/** Files that wait for the names that the parent gives them. */
import { join } from 'node:path'
import { fileContent } from '../core/lock/content.ts'
import type { NodePlace } from '../core/types/node-type.ts'
import { WorkflowError } from '../core/workflow/workflow-error.ts'
import { withStage } from '../media/staging.ts'
import { writeTo } from '../nodes/save/numbered.ts'
import type { SavedFile } from '../nodes/save/numbered.ts'
import type { Outputs } from '../nodes/services.ts'
import { failpoint } from './failpoint.ts'
import type { PublishedMessage, PublishedName, PublishMessage, StagedFile } from './protocol-files.ts'

/** Files of one item of a list that are told apart; a node's files are numbered item by item. */
const FILES_OF_ITEM = 2 ** 20

const NOBODY = new WorkflowError({ code: 'cancelled', problem: 'the server is gone, so nobody gives the file its name', remedy: 'The next server runs the job again.' })

/** Asks the parent for names, and hears its answers. */
export class Publisher {
  readonly #post: (message: PublishMessage) => void
  readonly #asked = new Map<number, { resolve(name: PublishedName): void; reject(error: WorkflowError): void }>()
  #asks = 0
  #isAbandoned = false

  constructor(post: (message: PublishMessage) => void) {
    this.#post = post
  }

  /** Where the nodes of a run save: each file is made beside `folder`, and the parent moves it to its name. */
  outputs(id: string, folder: string): Outputs {
    const counts = new Map<string, number>()
    return {
      save: (place, prefix, extension, write) => {
        const index = nextIndex(counts, place) // before anything is awaited: in the order in which the node saves
        return withStage(`${join(folder, prefix)}.${extension}`, async (stage) => {
          const name = `made.${extension}`
          const staged = stage.path(name)
          await writeTo(staged, folder, write)
          await stage.flush(name)
          const { bytes, sha256 } = await fileContent(staged)
          failpoint('worker-staged')
          return savedFile(folder, await this.#ask(id, { node: place.path, index, prefix, extension, staged, bytes, sha256 }))
        })
      },
    }
  }

  /** The parent has answered. */
  settle({ ask, file, problem }: PublishedMessage): void {
    const waiting = this.#asked.get(ask)
    this.#asked.delete(ask)
    if (file) waiting?.resolve(file)
    else waiting?.reject(problem ? WorkflowError.fromJSON(problem) : new WorkflowError({ code: 'execution_failed', problem: 'the file got no name' }))
  }

  /** The parent is gone: nobody answers any more. */
  abandon(): void {
    this.#isAbandoned = true
    for (const { reject } of this.#asked.values()) reject(NOBODY)
    this.#asked.clear()
  }

  /** Also a run that was cancelled waits for the answer: until then the parent may be moving the file. */
  #ask(id: string, file: StagedFile): Promise<PublishedName> {
    if (this.#isAbandoned) return Promise.reject(NOBODY)
    const ask = this.#asks++
    return new Promise((resolve, reject) => {
      this.#asked.set(ask, { resolve, reject })
      this.#post({ type: 'publish', id, ask, file })
    })
  }
}

function nextIndex(counts: Map<string, number>, { path, item }: NodePlace): number {
  const key = JSON.stringify([path, item])
  const count = counts.get(key) ?? 0
  counts.set(key, count + 1)
  return (item ?? 0) * FILES_OF_ITEM + count
}

const savedFile = (folder: string, { filename, subfolder }: PublishedName): SavedFile =>
  ({ path: join(folder, subfolder, filename), filename, subfolder })
