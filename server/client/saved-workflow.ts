/** One saved workflow as a function of its named inputs. */
import type { Json } from '../../core/types/json.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import type { AnswerOf, Caller } from './call.ts'
import type { Events } from './events.ts'
import { followJob, type FinishedJob, type RunOptions } from './run-job.ts'
import { uniqueId } from './unique-id.ts'

/** A saved workflow. `I` types its inputs: what `GET /api/workflows/{name}/types.d.ts` declares as `Inputs`. */
export class SavedWorkflow<I extends object = Readonly<Record<string, Json>>> {
  readonly name: string
  readonly #caller: Caller
  readonly #events: Events

  constructor(caller: Caller, events: Events, name: string) {
    this.#caller = caller
    this.#events = events
    this.name = name
  }

  /** Runs it and waits for its end. @throws JobError when it ends otherwise than done; KinographError when an input is refused */
  run(inputs: Partial<I> = {}, options: RunOptions & { readonly front?: boolean; readonly device?: 'cpu' | 'cuda' | 'webgpu' } = {}): Promise<FinishedJob> {
    const { front, device, ...follow } = options
    const id = uniqueId()
    const query = { id, ...(front !== undefined && { front }), ...(device && { device }) }
    const submit = () => this.#caller.call('POST /run/{workflow+}', {
      params: { workflow: this.name }, query, headers: { 'idempotency-key': id }, body: inputs as Readonly<Record<string, Json>>, // the server checks each
    })
    return followJob({ caller: this.#caller, events: this.#events }, id, submit, follow)
  }

  /** Its file, with the ETag that `save` takes. */
  async get(version?: string): Promise<{ readonly workflow: Workflow; readonly etag: string }> {
    const response = await this.#caller.open('GET /workflows/{name}', { params: { name: this.name }, query: { ...(version !== undefined && { version }) } })
    const etag = (response.headers.get('etag') ?? '').replace(/^(?:W\/)?"(.*)"$/, '$1')
    return { workflow: await response.json() as Workflow, etag } // the server writes what it has checked
  }

  /**
   * Saves it. @param expected the ETag that it has, or null where there must be none yet; whatever is there, when left out
   * @throws KinographError 412 where somebody else has changed it
   */
  save(workflow: Workflow | Readonly<Record<string, unknown>>, expected?: string | null): Promise<AnswerOf<'PUT /workflows/{name}'>> {
    const headers = expected === undefined ? {} : expected === null ? { 'if-none-match': '*' } : { 'if-match': `"${expected}"` }
    return this.#caller.call('PUT /workflows/{name}', { params: { name: this.name }, headers, body: workflow })
  }

  /** What can be set in it by name, and what comes out by name. */
  inputs(): Promise<AnswerOf<'GET /workflows/{name}/inputs'>> {
    return this.#caller.call('GET /workflows/{name}/inputs', { params: { name: this.name } })
  }

  /** Its last versions, newest first. */
  versions(): Promise<AnswerOf<'GET /workflows/{name}/versions'>> {
    return this.#caller.call('GET /workflows/{name}/versions', { params: { name: this.name } })
  }

  /** TypeScript declarations of its inputs and nodes. */
  async types(): Promise<string> {
    return (await this.#caller.open('GET /workflows/{name}/types.d.ts', { params: { name: this.name } })).text()
  }

  /** Gives it another name. */
  move(to: string, overwrite = false): Promise<AnswerOf<'POST /workflows/{name}/move'>> {
    return this.#caller.call('POST /workflows/{name}/move', { params: { name: this.name }, body: { to, overwrite } })
  }

  async remove(expected?: string): Promise<void> {
    await this.#caller.open('DELETE /workflows/{name}', { params: { name: this.name }, headers: expected === undefined ? {} : { 'if-match': `"${expected}"` } })
  }
}
