/** Runs of open documents: which job each shows, what the server refused of it, and queueing it. */
import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals'
import { problemText, type Problem } from '../../core/workflow/problem.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { KinographError, type Job } from '../../server/client/index.ts'
import type { EditorDocument } from '../app/document.ts'
import type { NodeActivity } from '../graph/canvas.ts'
import { t } from '../i18n/index.ts'
import { afterQueued } from './control-values.ts'
import type { RunHost } from './create-run-book.ts'
import type { JobBook } from './job-book.ts'
import { problemsOf, refusedActivity } from './refused.ts'
import { reveal } from './reveal.ts'
import type { JobView, RunOptions, RunPicture } from './run-book.ts'
import { tellRefusal } from './tell-refusal.ts'

const NOTHING: RunPicture = { activity: new Map<string, NodeActivity>(), media: new Map() }
const NONE: readonly Problem[] = []

/** What runs are to one document. */
export interface DocumentRun {
  readonly shown: ReadonlySignal<JobView | undefined>
  readonly picture: ReadonlySignal<RunPicture>
  readonly refusals: ReadonlySignal<readonly Problem[]>
  /** As it was queued last, with what queueing changed in it: values that count on by themselves. */
  queued?: Workflow
  readonly refused: Signal<{ readonly workflow: Workflow; readonly problems: readonly Problem[] } | undefined>
}

export class DocumentRuns {
  readonly #host: RunHost
  readonly #book: JobBook
  readonly #runs = new WeakMap<EditorDocument, DocumentRun>()
  readonly #stop: () => void

  constructor(host: RunHost, book: JobBook) {
    this.#host = host
    this.#book = book
    this.#stop = book.onJob((job, what) => {
      const document = host.documents.peek().find(({ id }) => id === job.client)
      if (document === undefined) return
      if (what === 'started') document.job.value = job.id
      if (what === 'ended' && job.problem && (job.state === 'failed' || job.state === 'quarantined')) this.#tell(document, [job.problem])
    })
  }

  of(document: EditorDocument): DocumentRun {
    const known = this.#runs.get(document)
    if (known) return known
    const run = this.#open(document)
    this.#runs.set(document, run)
    return run
  }

  /** Queues the document's workflow. Gives the jobs that were taken; what is refused is told. */
  async run(document: EditorDocument, { front = false, targets, times = this.#host.settings.value.batch }: RunOptions = {}): Promise<readonly Job[]> {
    const { refused } = this.of(document)
    const jobs: Job[] = []
    try {
      for (let count = 0; count < Math.max(1, times); count++) {
        const { job } = await this.#submit(document, { front, ...(targets && { targets }) })
        jobs.push(job)
        refused.value = undefined
        this.#show(document, job)
      }
    } catch (error) {
      this.#refuse(document, error)
    }
    return jobs
  }

  dispose(): void {
    this.#stop()
  }

  async #submit(document: EditorDocument, { front, targets }: RunOptions) {
    const workflow = document.workflow.peek()
    const answer = await this.#host.client.jobs.submit(workflow, {
      client: document.id, title: document.title.peek(), ...(targets && { targets: targets.map((id) => [...document.path.peek(), id].join('/')) }), ...(front && { place: 'front' }),
    })
    this.#book.submitted(answer.job)
    const next = afterQueued(workflow, this.#host.definitions.peek())
    if (next !== workflow) document.replace((now) => afterQueued(now, this.#host.definitions.peek()))
    this.of(document).queued = document.workflow.peek()
    return answer
  }

  /** A document shows the job that it started last, once that one runs; until then, what it shows. */
  #show(document: EditorDocument, job: Job): void {
    const before = document.job.peek()
    const state = before === undefined ? undefined : this.#book.view(before).peek()?.job.state
    if (state !== 'running' && state !== 'queued') document.job.value = job.id
  }

  #refuse(document: EditorDocument, error: unknown): void {
    const { dialogs } = this.#host
    const problems = error instanceof KinographError ? problemsOf(error) : []
    if (problems.length === 0) return tellRefusal(dialogs, error)
    this.of(document).refused.value = { workflow: document.workflow.peek(), problems }
    this.#tell(document, problems)
  }

  /** Says what is wrong, with the way to the node. */
  #tell(document: EditorDocument, problems: readonly Problem[]): void {
    const first = problems[0]!
    const at = problems.flatMap(({ node, problems: parts = [] }) => [node, ...parts.map((one) => one.node)]).find((node) => node)
    const text = problems.length === 1 ? problemText(first) : t('run.refused', { count: problems.length, first: problemText(first) })
    this.#host.dialogs.tell({ kind: 'error', text, ...(at && { action: { label: t('run.showNode'), run: () => reveal(this.#host, document, at.id) } }) })
  }

  /** The run before, while the one that is shown has not come to its end: what it made stays where nothing newer is. */
  #earlier(document: EditorDocument): string | undefined {
    const id = document.job.value
    const job = id === undefined ? undefined : this.#book.view(id).value?.job
    if (job === undefined || job.client !== document.id || job.state === 'done') return undefined
    return this.#book.queue.value.ended.find(({ client, state, seq }) => client === document.id && state === 'done' && seq < job.seq)?.id
  }

  #open(document: EditorDocument): DocumentRun {
    const refused: DocumentRun['refused'] = signal(undefined)
    const refusals = computed(() => (refused.value?.workflow === document.workflow.value ? refused.value.problems : NONE))
    const shown = computed(() => (document.job.value === undefined ? undefined : this.#book.view(document.job.value).value))
    const earlier = computed(() => this.#earlier(document))
    const picture = computed((): RunPicture => {
      const path = document.path.value
      const now = shown.value?.inside(path) ?? NOTHING
      const before = earlier.value === undefined ? undefined : this.#book.view(earlier.value).value?.inside(path)
      const drawn = before === undefined || before.media.size === 0 ? now : { ...now, media: new Map([...before.media, ...now.media]) }
      return refusals.value.length === 0 ? drawn : { ...drawn, activity: new Map([...drawn.activity, ...refusedActivity(refusals.value, path)]) }
    })
    return { shown, picture, refusals, refused }
  }
}
