/** Jobs: submit, follow to the end, look at, cancel. */
import type { Json } from '../../core/types/json.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import type { AnswerOf, Caller, Given } from './call.ts'
import type { Events } from './events.ts'
import { followJob, type FinishedJob, type RunOptions } from './run-job.ts'
import { uniqueId } from './unique-id.ts'

type SubmitBody = Extract<Given<'POST /jobs'>, { readonly body: unknown }>['body']

/** What may be said beside the workflow. */
export interface SubmitOptions {
  /** Values for the workflow's parameters, by name. */
  readonly inputs?: Readonly<Record<string, Json>>
  /** `node.input=value`, each. */
  readonly set?: readonly string[]
  /** Run up to these nodes. */
  readonly targets?: readonly string[]
  readonly device?: 'cpu' | 'cuda' | 'webgpu'
  /** Chosen by whoever submits; drawn when left out. */
  readonly id?: string
  readonly title?: string
  readonly strict?: boolean
  readonly place?: 'front' | 'end' | { readonly before: string }
  readonly client?: string
}

/** A workflow: ours, ComfyUI's, the name of a saved one, or a file that carries one. */
export type WorkflowInput = Workflow | Readonly<Record<string, unknown>> | string | Blob

/** The jobs of a server. */
export class Jobs {
  readonly #caller: Caller
  readonly #events: Events

  constructor(caller: Caller, events: Events) {
    this.#caller = caller
    this.#events = events
  }

  /** Submits a job and follows it to its end. @throws JobError when it ends otherwise than done; KinographError when it is refused */
  run(workflow: WorkflowInput, options: RunOptions & SubmitOptions = {}): Promise<FinishedJob> {
    const { onEvent, onRun, onPreview, onSnapshot, signal, ...rest } = options
    const id = rest.id ?? uniqueId()
    const follow = {
      ...(onEvent && { onEvent }), ...(onRun && { onRun }), ...(onPreview && { onPreview }), ...(onSnapshot && { onSnapshot }), ...(signal && { signal }),
    }
    return followJob({ caller: this.#caller, events: this.#events }, id, () => this.submit(workflow, { ...rest, id }), follow)
  }

  /** Puts a job into the queue; it is on the server's disk when this resolves. Sent again where the answer was lost. */
  submit(workflow: WorkflowInput, options: SubmitOptions = {}, key: string = uniqueId()): Promise<AnswerOf<'POST /jobs'>> {
    return this.#caller.call('POST /jobs', { headers: { 'idempotency-key': key }, body: submission(workflow, options) })
  }

  /** How a job stands, with its result once it has ended. */
  get(id: string): Promise<AnswerOf<'GET /jobs/{id}'>> {
    return this.#caller.call('GET /jobs/{id}', { params: { id } })
  }

  /** The same, once it has ended or after so many seconds. */
  result(id: string, wait = 0): Promise<AnswerOf<'GET /jobs/{id}/result'>> {
    return this.#caller.call('GET /jobs/{id}/result', { params: { id }, query: { wait } })
  }

  /** The workflow as it ran, without secrets. */
  workflow(id: string): Promise<Workflow> {
    return this.#caller.call('GET /jobs/{id}/workflow', { params: { id } })
  }

  /** One page: those alive in their order, then those that ended. */
  list(query: NonNullable<Given<'GET /jobs'>['query']> = {}): Promise<AnswerOf<'GET /jobs'>> {
    return this.#caller.call('GET /jobs', { query })
  }

  /** Cancels a job, whether it waits or runs; no error where it has ended. */
  cancel(id: string): Promise<AnswerOf<'POST /jobs/{id}/cancel'>> {
    return this.#caller.call('POST /jobs/{id}/cancel', { params: { id } })
  }

  /** Moves a job that waits. */
  move(id: string, to: 'front' | 'end' | { readonly before: string }): Promise<AnswerOf<'POST /jobs/{id}/move'>> {
    return this.#caller.call('POST /jobs/{id}/move', { params: { id }, body: { to: typeof to === 'string' ? to : { ...to } } })
  }

  /** Runs a job again, with other inputs where they are given. */
  rerun(id: string, body: Given<'POST /jobs/{id}/rerun'>['body'] = {}): Promise<AnswerOf<'POST /jobs/{id}/rerun'>> {
    return this.#caller.call('POST /jobs/{id}/rerun', { params: { id }, body })
  }

  /** How the workflow of one job differs from that of another. */
  diff(id: string, other: string): Promise<AnswerOf<'GET /jobs/{id}/diff/{other}'>> {
    return this.#caller.call('GET /jobs/{id}/diff/{other}', { params: { id, other } })
  }

  /** Removes a job that ended from the history. */
  async remove(id: string): Promise<void> {
    await this.#caller.open('DELETE /jobs/{id}', { params: { id } })
  }
}

function submission(workflow: WorkflowInput, options: SubmitOptions): SubmitBody {
  if (!(workflow instanceof Blob)) return { workflow, ...options }
  const form = new FormData()
  form.set('options', JSON.stringify(options))
  form.set('file', workflow)
  return form
}
