/** Results of ended jobs for the rows that are on the screen: each is asked for once, the newest few hundred are held. */
import { signal, type ReadonlySignal, type Signal } from '@preact/signals'
import type { JobResult, KinographClient } from '../../../server/client/index.ts'

const MOST = 300

export class Details {
  readonly #client: KinographClient
  readonly #known = new Map<string, Signal<JobResult | undefined>>()

  constructor(client: KinographClient) {
    this.#client = client
  }

  /** What a job left, once that is there. */
  of(id: string): ReadonlySignal<JobResult | undefined> {
    const known = this.#known.get(id)
    if (known) return known
    const result = signal<JobResult | undefined>(undefined)
    this.#known.set(id, result)
    for (const old of this.#known.keys()) {
      if (this.#known.size <= MOST) break
      this.#known.delete(old)
    }
    void this.#client.jobs.get(id).then((answer) => { result.value = answer.result }, () => this.#known.delete(id)) // asked for again when its row is shown again
    return result
  }
}
