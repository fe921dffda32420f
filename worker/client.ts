/** A parent's side of a worker: ask, hear the events of a run, cancel it, and survive its death. */
import type { RunEvent } from '../core/run/events.ts'
import { idInFlight } from '../core/workflow/run-id.ts'
import { WorkflowError } from '../core/workflow/workflow-error.ts'
import { nodeText } from '../core/workflow/problem.ts'
import type { NodeRef } from '../core/workflow/problem.ts'
import { explainDeath, startWorkerProcess } from './process.ts'
import type { DeathReason, WorkerDeath, WorkerProcess } from './process.ts'
import { LoadingWatch } from './client-plugins.ts'
import type { PublishedName, PublishMessage, SamplerPreview, StagedFile } from './protocol-files.ts'
import type { AnswerOf, DeviceName, FromWorker, FromWorkerMessage, PluginReport, PluginSettings, Request, ToWorker, ToWorkerMessage } from './protocol.ts'
import { RunningNodes } from './running-nodes.ts'

export interface WorkerClientOptions {
  /** Opened while the worker still loads, for a run that is sure to come. */
  readonly device?: DeviceName
  /** dist/worker/main.js, unless a test has another. */
  readonly entry?: string
  /** Where plugins are; none are loaded without it. */
  readonly plugins?: PluginSettings
  /** Told what became of the plugins, whenever they were loaded. */
  readonly onPlugins?: (plugins: readonly PluginReport[]) => void
  /** The device is open, its runtime imported; or why it can't be. */
  readonly onOpened?: (problem: string | undefined) => void
  /** A model, or a part of one, was loaded: how long that took. */
  readonly onLoaded?: (device: DeviceName, seconds: number) => void
  /** Told of every sign of life. */
  readonly onSign?: () => void
  /** Gets what the worker and its plugins print, in pieces of any length; it goes to stderr when left out. */
  readonly onOutput?: (text: string) => void
}

/** Messages that travel together: as many large workflows as fit a message. */
const BATCH = 4

/** What a parent hears while its request is being worked on. */
export interface Listener {
  /** How the nodes of the run are called, before its first event. */
  onGraph?(nodes: readonly NodeRef[]): void
  onEvent?(event: RunEvent): void
  /** Gives a file its name and moves it there; for a run that `publishes`. A failure is the failure of the node that made it. */
  onPublish?(file: StagedFile): Promise<PublishedName>
  onPreview?(preview: SamplerPreview): void
}

interface Waiting {
  readonly request: Request
  /** Whether the worker has said something of it: then it can't be asked again of another. */
  isHeard: boolean
  /** Whether the worker could die of it. */
  hasBegun: boolean
  resolve(answer: unknown): void
  reject(error: unknown): void
  readonly listener: Listener
  readonly running: RunningNodes
}

/** What a worker was at when it died. */
export interface LastWork {
  /** Whether the work on this request had begun. */
  readonly hasBegun: boolean
  /** Whether nothing else had begun that it may have died of. */
  readonly isAlone: boolean
}

/** The worker ended before it answered. `running` are the nodes that ran at that moment. */
export class WorkerDiedError extends WorkflowError {
  readonly death: WorkerDeath
  readonly work: LastWork
  constructor(death: WorkerDeath, running: RunningNodes, work: LastWork) {
    const [node, ...others] = running.list()
    const { problem, remedy } = explainDeath(death)
    const beside = others.length === 0 ? '' : `, beside ${others.map(nodeText).join(' and ')}`
    super({ code: 'execution_failed', ...(node && { node }), problem: `${problem}${node ? ' while this node ran' : ''}${beside}`, remedy })
    this.death = death
    this.work = work
  }
}

/**
 * One worker process. Everything asked of it is answered, or rejected when it dies. A worker that dies or hangs while
 * it loads a plugin is replaced by one that leaves this plugin out.
 */
export class WorkerClient {
  /** How the process ended, once it has and was not replaced. */
  readonly died: Promise<WorkerDeath>
  readonly #options: WorkerClientOptions
  readonly #loading: LoadingWatch
  readonly #waiting = new Map<string, Waiting>()
  #process: WorkerProcess
  #settleDeath: (death: WorkerDeath) => void = () => {}
  #isLetGo = false
  /** What waits for the end of this turn, something having been sent in it; undefined while nothing has. */
  #held: ToWorkerMessage[] | undefined

  constructor(options: WorkerClientOptions = {}) {
    this.#options = options
    this.#loading = new LoadingWatch(options.plugins?.limit, () => this.#process.kill())
    this.died = new Promise((resolve) => { this.#settleDeath = resolve })
    this.#process = this.#start()
  }

  get pid(): number | undefined {
    return this.#process.child.pid
  }

  /** @throws WorkerDiedError when the worker ends first; WorkflowError when it cannot answer */
  ask<R extends Request>(request: R, listener: Listener = {}): Promise<AnswerOf<R>> {
    return new Promise<AnswerOf<R>>((resolve, reject) => {
      if (this.#waiting.has(request.id)) return reject(idInFlight(request.id))
      // The answer to a request of type T is an Answers[T]: worker/serve.ts is typed by the same table.
      const settle = (answer: unknown) => resolve(answer as AnswerOf<R>)
      this.#waiting.set(request.id, { request, isHeard: false, hasBegun: false, resolve: settle, reject, listener, running: new RunningNodes() })
      this.#send(request)
    })
  }

  /** Asks a run to stop at its next opportunity; its answer is then `cancelled`. */
  cancel(id: string): void {
    this.#send({ type: 'cancel', id })
  }

  /** Asks a run to save its state and stop; its answer is then `interrupted`, or what it was if it ended first. */
  suspend(id: string): void {
    this.#send({ type: 'suspend', id })
  }

  /** SIGKILL to the worker and to what it started. What it was asked fails, for this reason where one is given. */
  kill(reason?: DeathReason): void {
    this.#isLetGo = true
    this.#process.kill(reason)
  }

  /** Asks for a sign of life: any message of the worker's is one. */
  ping(): void {
    this.#send({ type: 'ping' })
  }

  /** Lets an idle worker go; it ends by itself. */
  close(): void {
    this.#isLetGo = true
    this.#loading.stop()
    this.#flush()
    const { child } = this.#process
    if (child.connected) child.disconnect()
    child.stdout?.destroy()
    child.stderr?.destroy()
    child.unref()
  }

  #start(): WorkerProcess {
    const { device, plugins, entry, onOutput } = this.#options
    const settings = plugins && JSON.stringify({ ...plugins, avoid: [...plugins.avoid ?? [], ...this.#loading.avoided] })
    const started = startWorkerProcess([device ?? 'none', ...(settings === undefined ? [] : [settings])], entry, onOutput)
    started.child.on('message', (message) => {
      this.#options.onSign?.()
      this.#receive(message as FromWorker) // only our own worker writes here
    })
    void started.died.then((death) => this.#bury(death))
    return started
  }

  /** The first of a turn goes at once, the others together at its end: each message costs a call of the system here and there. */
  #send(message: ToWorkerMessage): void {
    if (this.#held !== undefined) return void this.#held.push(message)
    this.#held = []
    setImmediate(() => this.#flush())
    this.#post(message)
  }

  #flush(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (let from = 0; from < held.length; from += BATCH) {
      const messages = held.slice(from, from + BATCH)
      this.#post(messages.length === 1 ? messages[0]! : { type: 'batch', messages })
    }
  }

  #post(message: ToWorker): void {
    if (this.#process.child.connected) this.#process.child.send(message, () => {}) // a failure shows as the worker's death
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case 'batch':
        for (const one of message.messages) this.#receive(one)
        return
      case 'ready':
      case 'pong':
        return
      case 'opened':
        return this.#options.onOpened?.(message.problem)
      case 'loaded':
        return this.#options.onLoaded?.(message.device, message.seconds)
      case 'plugin.loading':
        return this.#loading.begin(message.plugin)
      case 'plugin.loaded':
        return this.#loading.stop()
      case 'plugins':
        return this.#options.onPlugins?.(message.plugins)
      default:
        return this.#hear(message)
    }
  }

  #hear(message: Extract<FromWorkerMessage, { readonly id: string }>): void {
    const waiting = this.#waiting.get(message.id)
    if (waiting === undefined) return
    // That it begins is nothing that a second one could not say again.
    if (message.type !== 'begun') waiting.isHeard = true
    const { listener, running } = waiting
    switch (message.type) {
      case 'begun':
        waiting.hasBegun = true
        return
      case 'graph':
        running.know(message.nodes)
        listener.onGraph?.(message.nodes)
        return
      case 'events':
        for (const event of message.events) {
          running.note(event)
          listener.onEvent?.(event)
        }
        return
      case 'publish':
        return void this.#publish(message, listener)
      case 'preview': {
        const { type: _type, id: _id, ...preview } = message
        return listener.onPreview?.(preview)
      }
      case 'answer':
        this.#waiting.delete(message.id)
        waiting.resolve(message.answer)
        return
      case 'failure':
        this.#waiting.delete(message.id)
        waiting.reject(WorkflowError.fromJSON(message.problem))
        return
      default:
        message satisfies never
    }
  }

  async #publish({ id, ask, file }: PublishMessage, listener: Listener): Promise<void> {
    try {
      if (!listener.onPublish) throw new WorkflowError({ code: 'execution_failed', problem: 'nobody here gives names to files', remedy: 'Ask for the run without `publishes`.' })
      this.#send({ type: 'published', id, ask, file: await listener.onPublish(file) })
    } catch (error) {
      const problem = error instanceof WorkflowError ? error : new WorkflowError({ code: 'execution_failed', problem: error instanceof Error ? error.message : String(error) })
      this.#send({ type: 'published', id, ask, problem: problem.toJSON() })
    }
  }

  /** A worker has died: what was asked of it is asked again of the next one where a plugin killed it while loading. */
  #bury(death: WorkerDeath): void {
    const isReplaced = this.#loading.blame(death) && !this.#isLetGo
    const begun = [...this.#waiting.values()].filter(({ hasBegun }) => hasBegun).length
    for (const [id, waiting] of this.#waiting) {
      const { isHeard, hasBegun, reject, running } = waiting
      if (isReplaced && !isHeard) {
        waiting.hasBegun = false // the next one begins anew
        continue
      }
      this.#waiting.delete(id)
      reject(new WorkerDiedError(death, running, { hasBegun, isAlone: begun === (hasBegun ? 1 : 0) }))
    }
    if (!isReplaced) return this.#settleDeath(death)
    this.#held = undefined
    this.#process = this.#start()
    for (const { request } of this.#waiting.values()) this.#send(request)
  }
}
