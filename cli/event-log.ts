import { EVENT_VERSION } from '../core/run/events.ts'
import type { RunEvent, RunEventBody } from '../core/run/events.ts'
import type { Problem } from '../core/workflow/problem.ts'

type Ending =
  | { readonly status: 'done' | 'cancelled' | 'interrupted' }
  | { readonly status: 'refused' | 'failed'; readonly problem: Problem }

/**
 * The events of a run as JSON lines. Whoever reads them always gets a last one: where a run never began or its worker
 * died, `end` adds what is missing.
 */
export class EventLog {
  readonly #run: string
  readonly #write: ((line: string) => void) | undefined
  readonly #started = Date.now()
  #next = 0
  #ended = false

  constructor(run: string, write: ((line: string) => void) | undefined) {
    this.#run = run
    this.#write = write
  }

  add(event: RunEvent): void {
    this.#next = event.seq + 1
    this.#ended = event.type === 'run.done' || event.type === 'run.failed' || event.type === 'run.cancelled'
    this.#write?.(`${JSON.stringify(event)}\n`)
  }

  end(ending: Ending): void {
    if (this.#ended) return
    const seconds = (Date.now() - this.#started) / 1000
    const body: RunEventBody = 'problem' in ending
      ? { type: 'run.failed', seconds, error: ending.problem }
      : { type: ending.status === 'done' ? 'run.done' : 'run.cancelled', seconds }
    this.add({ v: EVENT_VERSION, run: this.#run, seq: this.#next, at: Date.now(), ...body })
  }
}
