/** A parent's side of a worker: ask, hear the events of a run, cancel it, and survive its death. */
import type { RunEvent } from '../core/run/events.ts'
import { WorkflowError } from '../core/workflow/workflow-error.ts'
import { nodeText } from '../core/workflow/problem.ts'
import type { NodeRef } from '../core/workflow/problem.ts'
import { explainDeath, startWorkerProcess } from './process.ts'
import type { WorkerDeath, WorkerProcess } from './process.ts'
import type { AnswerOf, DeviceName, FromWorker, Request, ToWorker } from './protocol.ts'
import { RunningNodes } from './running-nodes.ts'

export interface WorkerClientOptions {
  /** Opened while the worker still loads, for a run that is sure to come. */
  readonly device?: DeviceName
  /** dist/worker/main.js, unless a test has another. */
  readonly entry?: string
}

/** What a parent hears while its request is being worked on. */
export interface Listener {
  /** How the nodes of the run are called, before its first event. */
  onGraph?(nodes: readonly NodeRef[]): void
  onEvent?(event: RunEvent): void
}

interface Waiting {
  resolve(answer: unknown): void
  reject(error: unknown): void
  readonly listener: Listener
  readonly running: RunningNodes
}

/** The worker ended before it answered. `running` are the nodes that ran at that moment. */
export class WorkerDiedError extends WorkflowError {
  readonly death: WorkerDeath
  constructor(death: WorkerDeath, running: RunningNodes) {
    const [node, ...others] = running.list()
    const { problem, remedy } = explainDeath(death)
    const beside = others.length === 0 ? '' : `, beside ${others.map(nodeText).join(' and ')}`
    super({ code: 'execution_failed', ...(node && { node }), problem: `${problem}${node ? ' while this node ran' : ''}${beside}`, remedy })
    this.death = death
  }
}

/** One worker process. Everything asked of it is answered, or rejected when it dies. */
export class WorkerClient {
  readonly pid: number | undefined
  /** How the process ended, once it has. */
  readonly died: Promise<WorkerDeath>
  readonly #process: WorkerProcess
  readonly #waiting = new Map<string, Waiting>()

  constructor({ device, entry }: WorkerClientOptions = {}) {
    this.#process = startWorkerProcess(device === undefined ? [] : [device], entry)
    this.pid = this.#process.child.pid
    this.#process.child.on('message', (message) => this.#receive(message as FromWorker)) // only our own worker writes here
    this.died = this.#process.died
    void this.died.then((death) => this.#bury(death))
  }

  /** @throws WorkerDiedError when the worker ends first; WorkflowError when it cannot answer */
  ask<R extends Request>(request: R, listener: Listener = {}): Promise<AnswerOf<R>> {
    return new Promise<AnswerOf<R>>((resolve, reject) => {
      // The answer to a request of type T is an Answers[T]: worker/serve.ts is typed by the same table.
      const settle = (answer: unknown) => resolve(answer as AnswerOf<R>)
      this.#waiting.set(request.id, { resolve: settle, reject, listener, running: new RunningNodes() })
      this.#send(request)
    })
  }

  /** Asks a run to stop at its next opportunity; its answer is then `cancelled`. */
  cancel(id: string): void {
    this.#send({ type: 'cancel', id })
  }

  /** SIGKILL to the worker and to what it started. */
  kill(): void {
    this.#process.kill()
  }

  /** Lets an idle worker go; it ends by itself. */
  close(): void {
    const { child } = this.#process
    if (child.connected) child.disconnect()
    child.stdout?.destroy()
    child.stderr?.destroy()
    child.unref()
  }

  #send(message: ToWorker): void {
    if (this.#process.child.connected) this.#process.child.send(message, () => {}) // a failure shows as the worker's death
  }

  #receive(message: FromWorker): void {
    if (message.type === 'ready') return
    const waiting = this.#waiting.get(message.id)
    if (waiting === undefined) return
    const { listener, running } = waiting
    switch (message.type) {
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

  #bury(death: WorkerDeath): void {
    for (const { reject, running } of this.#waiting.values()) reject(new WorkerDiedError(death, running))
    this.#waiting.clear()
  }
}
