/** Queues the shown document by itself: when it has changed, or as soon as its last run has ended. */
import { effect } from '@preact/signals'
import type { Workflow } from '../../core/workflow/workflow.ts'
import type { Job } from '../../server/client/index.ts'
import type { EditorDocument } from '../app/document.ts'
import type { RunHost } from './create-run-book.ts'
import type { DocumentRuns } from './document-runs.ts'
import type { JobBook } from './job-book.ts'

/** Milliseconds without a change until it is queued, and between a run's end and the next. */
const QUIET = 600
const BREATH = 300

export class AutoQueue {
  readonly #host: RunHost
  readonly #book: JobBook
  readonly #runs: DocumentRuns
  readonly #stops: (() => void)[]
  #timer: ReturnType<typeof setTimeout> | undefined
  /** The document that is watched, as it was when that began. */
  #began: { readonly document: string; readonly workflow: Workflow } | undefined
  #isDue = false

  constructor(host: RunHost, book: JobBook, runs: DocumentRuns) {
    this.#host = host
    this.#book = book
    this.#runs = runs
    this.#stops = [effect(() => this.#watch()), book.onJob((job, what) => this.#heard(job, what))]
  }

  dispose(): void {
    clearTimeout(this.#timer)
    for (const stop of this.#stops) stop()
  }

  #watch(): void {
    const { settings, document } = this.#host
    const mode = settings.value.autoQueue
    const shown = document.value
    const workflow = shown.workflow.value
    if (mode !== 'change') {
      this.#began = undefined
      return clearTimeout(this.#timer)
    }
    if (this.#began?.document !== shown.id) this.#began = { document: shown.id, workflow }
    else if (this.#isNew(shown)) this.#later(QUIET)
  }

  /** Whether it is something else than was queued last, or stood there when watching began. */
  #isNew(document: EditorDocument): boolean {
    const workflow = document.workflow.peek()
    return workflow !== this.#began?.workflow && workflow !== this.#runs.of(document).queued
  }

  #heard(job: Job, what: 'queued' | 'started' | 'ended'): void {
    const { settings, document } = this.#host
    if (job.client !== document.peek().id) return
    if (what === 'started' && this.#isDue) this.#later(0)
    // A run that failed or was cancelled would do so again.
    if (what === 'ended' && settings.peek().autoQueue === 'instant' && job.state === 'done') this.#later(BREATH)
  }

  #later(wait: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#queue(), wait)
  }

  /** One may wait at most: a change meanwhile is queued when that one starts. */
  async #queue(): Promise<void> {
    const document = this.#host.document.peek()
    if (this.#host.settings.peek().autoQueue === 'change' && !this.#isNew(document)) return
    this.#isDue = this.#book.queue.peek().queued.some(({ client }) => client === document.id)
    if (this.#isDue || document.problems.peek().length > 0) return
    await this.#runs.run(document, { times: 1 })
  }
}
