import { Worker } from 'node:worker_threads'

import type { TensorData } from '../graph/dtype.ts'
import type {
  DeviceKind,
  DeviceMemory,
  DeviceOptions,
  RunOptions,
  RunResult,
  SessionOptions,
  TensorRef,
} from './device.ts'
import { DeviceError, errorFrom } from './error.ts'
import type { Feeds, Host, HostModel } from './host.ts'
import type { HostCall, Reply, Request, ThreadData } from './messages.ts'

interface Waiting {
  readonly resolve: (result: never) => void
  readonly reject: (error: Error) => void
}

/**
 * A host in a thread of its own, so that its runs don't block this one. Feeds are copied over (the caller's arrays stay
 * usable), results move. The thread keeps the process alive only while it owes an answer.
 */
export class RemoteHost implements Host {
  readonly kind: DeviceKind
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  readonly #ended: Promise<void>
  #nextId = 1
  #closing: Promise<void> | undefined
  #failure: Error | undefined

  constructor(kind: DeviceKind, options: DeviceOptions, entry: URL) {
    this.kind = kind
    const workerData: ThreadData = { kind, options }
    this.#worker = new Worker(entry, { workerData, name: `device ${kind}` })
    this.#worker.unref()
    this.#worker.on('message', (reply: Reply) => this.#settle(reply))
    this.#worker.on('error', (cause) => this.#fail(cause))
    this.#ended = new Promise((resolve) =>
      this.#worker.once('exit', () => {
        this.#fail(undefined)
        resolve()
      }),
    )
  }

  has(key: string): Promise<boolean> {
    return this.#call('has', [key])
  }

  create(key: string, model: HostModel, options: SessionOptions): Promise<void> {
    return this.#call('create', [key, model, options])
  }

  run(key: string, feeds: Feeds, options: RunOptions): Promise<RunResult | null> {
    return this.#call('run', [key, feeds, options])
  }

  endProfile(key: string): Promise<string | null> {
    return this.#call('endProfile', [key])
  }

  store(tensors: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorRef>> {
    return this.#call('store', [tensors])
  }

  fetch(ref: TensorRef): Promise<TensorData> {
    return this.#call('fetch', [ref])
  }

  release(refs: readonly number[]): Promise<void> {
    return this.#call('release', [refs])
  }

  memory(): Promise<DeviceMemory> {
    return this.#call('memory', [])
  }

  putOut(): Promise<void> {
    return this.#call('putOut', [])
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  async #close(): Promise<void> {
    if (this.#failure) return
    const answered = this.#call<void>('close', [])
    this.#failure = new DeviceError({ problem: 'the device was closed', remedy: 'Open another one.' })
    await answered
    this.#worker.ref()
    await this.#ended
  }

  /** Sends a call; `Host` says what each gives, and `OrtHost` on the other side implements it. */
  #call<T>(call: HostCall, args: readonly unknown[]): Promise<T> {
    if (this.#failure) return Promise.reject(this.#failure)
    const request: Request = { id: this.#nextId++, call, args }
    return new Promise<T>((resolve, reject) => {
      this.#worker.postMessage(request, []) // nothing moves: what is fed stays the caller's
      if (this.#waiting.size === 0) this.#worker.ref()
      this.#waiting.set(request.id, { resolve, reject })
    })
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if (this.#waiting.size === 0) this.#worker.unref()
    if ('error' in reply) waiting?.reject(errorFrom(reply.error))
    else waiting?.resolve(reply.result as never) // the type that the caller of #call named
  }

  /** The thread is gone: what waits for it fails, and so does what comes later. */
  #fail(cause: unknown): void {
    this.#failure ??= new DeviceError({
      cause,
      problem: `the device's thread ended${cause instanceof Error ? `: ${cause.message}` : ''}`,
      remedy: 'Start the job again; if it happens again, report it with the workflow.',
    })
    for (const { reject } of this.#waiting.values()) reject(this.#failure)
    this.#waiting.clear()
  }
}
