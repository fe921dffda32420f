import type { Worker } from 'node:worker_threads'
import type { Call, FromThread, Opened, Operations, OperationName, ToThread } from './operations.ts'
import { StoreError } from './store-error.ts'

interface Waiting {
  resolve(value: unknown): void
  reject(error: StoreError): void
}

/** So many calls are a batch: the thread writes it while the rest of the turn goes on. Fewer would be many small writes. */
const BATCH = 12

/** Calls of the thread's operations, in their order. Those of one turn of the event loop go in few messages. */
export class ThreadLink {
  /** Resolves once the database is open. @throws StoreError */
  readonly opened: Promise<Opened>
  readonly #thread: Worker
  readonly #waiting = new Map<number, Waiting>()
  readonly #ended: Promise<StoreError | undefined>
  readonly #exited: Promise<unknown>
  #calls: Call[] = []
  #count = 0
  #failures = 0
  #end: StoreError | undefined

  constructor(thread: Worker) {
    this.#thread = thread
    this.#exited = new Promise((resolve) => thread.once('exit', resolve))
    let endWith: (error: StoreError | undefined) => void = () => {}
    this.#ended = new Promise((resolve) => {
      endWith = resolve
    })
    this.opened = new Promise((resolve, reject) => {
      thread.on('message', (message: FromThread) => {
        if ('answers' in message) for (const answer of message.answers) this.#settle(answer)
        else if ('opened' in message) resolve(message.opened)
        else if ('refused' in message) this.#end = new StoreError(message.refused) // told once the thread is gone, and with it its locks
        else endWith(message.problem && new StoreError(message.problem))
      })
      const fail = (error: StoreError) => {
        reject(error)
        endWith(error)
        this.#endAll(error)
      }
      thread.on('error', (error) => fail(died(error)))
      thread.on('exit', () => fail(this.#end ?? died()))
    })
  }

  /** Calls that failed for other reasons than what they were given. */
  get failures(): number {
    return this.#failures
  }

  call<N extends OperationName>(name: N, ...args: Parameters<Operations[N]>): Promise<ReturnType<Operations[N]>> {
    if (this.#end !== undefined) return Promise.reject(this.#end)
    return new Promise((resolve, reject) => {
      const call = ++this.#count
      this.#waiting.set(call, { resolve: (value) => resolve(value as ReturnType<Operations[N]>), reject }) // the thread ran N
      if (this.#calls.length === 0) setImmediate(() => this.#send())
      this.#calls.push([call, name, ...args])
      if (this.#calls.length === BATCH) this.#send()
    })
  }

  /** Answers what was asked before, then ends the thread. @throws StoreError when the log can't be written back: nothing is lost */
  async close(): Promise<void> {
    if (this.#end === undefined) {
      this.#send()
      this.#end = new StoreError({ code: 'closed', problem: 'the store is closed' })
      this.#thread.postMessage('close' satisfies ToThread, [])
    }
    const problem = await this.#ended
    await this.#exited // only then has SQLite let go of its files
    if (problem !== undefined) throw problem
  }

  #send(): void {
    if (this.#calls.length === 0) return
    this.#thread.postMessage(this.#calls satisfies ToThread, [])
    this.#calls = []
  }

  #settle([call, value, problem]: readonly [number, unknown, ConstructorParameters<typeof StoreError>[0]?]): void {
    const waiting = this.#waiting.get(call)
    this.#waiting.delete(call)
    if (problem !== undefined && problem.code !== 'invalid') this.#failures++
    if (problem === undefined) waiting?.resolve(value)
    else waiting?.reject(new StoreError(problem))
  }

  #endAll(error: StoreError): void {
    this.#end = error
    this.#failures++
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}

const died = (cause?: unknown): StoreError => new StoreError({
  code: 'failed',
  problem: `the thread of the database ended${cause instanceof Error ? `: ${cause.message}` : ''}`,
  remedy: 'Restart the server: what was acknowledged is on the disk.',
}, { cause })
