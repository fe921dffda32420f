/** A parent's side of a worker: ask, hear the events of a run, cancel it, and survive its death. */
import type { RunEvent } from '../core/run/events.ts'
import { WorkflowError } from '../core/workflow/workflow-error.ts'
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

interface Waiting {
  resolve(answer: unknown): void
  reject(error: unknown): void
  readonly onEvent: ((event: RunEvent) => void) | undefined
  readonly running: RunningNodes
}

/** The worker ended before it answered. `running` are the nodes that ran at that moment. */
export class WorkerDiedError extends WorkflowError {
  readonly death: WorkerDeath
  constructor(death: WorkerDeath, running: RunningNodes) {
    const { problem, remedy } = explainDeath(death)
    super({ code: 'execution_failed', ...running.blame(), problem: running.sentence(problem), remedy })
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
  ask<R extends Request>(request: R, onEvent?: (event: RunEvent) => void): Promise<AnswerOf<R>> {
    return new Promise<AnswerOf<R>>((resolve, reject) => {
      // The answer to a request of type T is an Answers[T]: worker/serve.ts is typed by the same table.
      const settle = (answer: unknown) => resolve(answer as AnswerOf<R>)
      this.#waiting.set(request.id, { resolve: settle, reject, onEvent, running: new RunningNodes() })
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
    if (message.type === 'events') {
      for (const event of message.events) {
        waiting.running.note(event)
        waiting.onEvent?.(event)
      }
      return
    }
    this.#waiting.delete(message.id)
    if (message.type === 'answer') waiting.resolve(message.answer)
    else waiting.reject(WorkflowError.fromJSON(message.problem))
  }

  #bury(death: WorkerDeath): void {
    for (const { reject, running } of this.#waiting.values()) reject(new WorkerDiedError(death, running))
    this.#waiting.clear()
  }
}
