/**
 * `kinograph/client`: a server's jobs, events, nodes, files and workflows, for browsers and Node. Uses fetch, and
 * socket.io-client once somebody listens to events.
 */
import { Assets } from './assets.ts'
import { Caller, type AnswerOf, type ClientOptions, type Given, type RouteName } from './call.ts'
import { Events } from './events.ts'
import { Jobs, type WorkflowInput } from './jobs.ts'
import { SavedWorkflow } from './saved-workflow.ts'
import type { Json } from '../../core/types/json.ts'

export { JobError, KinographError } from './errors.ts'
export type { AnswerOf, ClientOptions, Given, RouteName } from './call.ts'
export type { EventListener, Events, Subscription } from './events.ts'
export type { Jobs, SubmitOptions, WorkflowInput } from './jobs.ts'
export type { FinishedJob, RunOptions } from './run-job.ts'
export type { SavedWorkflow } from './saved-workflow.ts'
export type { Assets, Root } from './assets.ts'
export type { Job, JobResult, NodeOutcome, PublishedFile } from '../job/job.ts'
export type { JobState } from '../job/states.ts'
export type { FeedEntry, JobEvent, JobSnapshot, Preview, QueueEvent, Snapshot } from '../events/feed.ts'
export type { RunEvent } from '../../core/run/events.ts'
export type { NodeDefinition, InputDefinition, OutputDefinition } from '../../core/types/definition.ts'
export type { Problem } from '../../core/workflow/problem.ts'
export type { Workflow, WorkflowNode } from '../../core/workflow/workflow.ts'
export type { Json } from '../../core/types/json.ts'

/** Speaks to one server. */
export class KinographClient {
  readonly jobs: Jobs
  readonly events: Events
  readonly assets: Assets
  readonly #caller: Caller

  constructor(options: ClientOptions = {}) {
    this.#caller = new Caller(options)
    this.events = new Events(this.#caller)
    this.jobs = new Jobs(this.#caller, this.events)
    this.assets = new Assets(this.#caller)
  }

  /** A saved workflow by its name: `client.workflow('night city').run({ prompt: '…' })`. */
  workflow<I extends object = Readonly<Record<string, Json>>>(name: string): SavedWorkflow<I> {
    return new SavedWorkflow<I>(this.#caller, this.events, name)
  }

  /** Names, ETags and times of the saved workflows. */
  async workflows(): Promise<AnswerOf<'GET /workflows'>['workflows']> {
    return (await this.#caller.call('GET /workflows', {})).workflows
  }

  /** Definitions of all node types. */
  async nodes(): Promise<AnswerOf<'GET /nodes'>['nodes']> {
    return (await this.#caller.call('GET /nodes', {})).nodes
  }

  /** Everything that is wrong with a workflow. */
  validate(workflow: Exclude<WorkflowInput, Blob>): Promise<AnswerOf<'POST /validate'>> {
    return this.#caller.call('POST /validate', { body: { workflow } })
  }

  /** What a run would do and take. */
  plan(workflow: Exclude<WorkflowInput, Blob>): Promise<AnswerOf<'POST /plan'>> {
    return this.#caller.call('POST /plan', { body: { workflow } })
  }

  /** Any route by its key, typed: `client.call('GET /queue/state', {})`. @throws KinographError for a refusal */
  call<K extends RouteName>(key: K, given: Given<K>): Promise<AnswerOf<K>> {
    return this.#caller.call(key, given)
  }

  /** The address of a template's picture, or of a file that it reads, for an element of a page. */
  templateUrl(name: string, file?: string): string {
    return file === undefined ? this.#caller.address('/templates/{name}/thumbnail', { params: { name } })
      : this.#caller.address('/templates/{name}/files/{path+}', { params: { name, path: file } })
  }

  /** Closes the connection of the events. */
  close(): void {
    this.events.close()
  }
}

/** A client for a server: `createClient({ url: 'http://127.0.0.1:8188', token })`. */
export function createClient(options: ClientOptions = {}): KinographClient {
  return new KinographClient(options)
}
