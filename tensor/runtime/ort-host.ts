import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import type { Tensor } from 'onnxruntime-node'

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
import { DeviceError, MemoryError, runtimeMessage } from './error.ts'
import type { Feeds, Host, HostModel } from './host.ts'
import { gigabytes } from './gigabytes.ts'
import { availableMemory, privateMemory } from './memory.ts'
import { checkFeeds, fromOrt, toOrt } from './ort-tensor.ts'
import { createOrtSession, defaultThreads } from './ort.ts'
import { SessionCache, type CachedSession } from './session-cache.ts'

/** ONNX Runtime in this thread: its `run` blocks it. Calls follow each other in order of asking. */
export class OrtHost implements Host {
  readonly kind: DeviceKind
  readonly #options: DeviceOptions
  readonly #sessions = new SessionCache()
  readonly #refs = new Map<number, { readonly tensor: TensorData }>()
  #nextRef = 1
  #last: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(kind: DeviceKind, options: DeviceOptions = {}) {
    this.kind = kind
    this.#options = options
  }

  has(key: string): Promise<boolean> {
    return this.#inTurn(() => this.#sessions.use(key) !== undefined)
  }

  create(key: string, model: HostModel, options: SessionOptions): Promise<void> {
    return this.#inTurn(() => this.#create(key, model, options))
  }

  run(key: string, feeds: Feeds, options: RunOptions): Promise<RunResult | null> {
    return this.#inTurn(() => {
      const cached = this.#sessions.use(key)
      return cached ? this.#run(key, cached, feeds, options) : null
    })
  }

  store(tensors: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorRef>> {
    return this.#inTurn(() =>
      Object.fromEntries(
        Object.entries(tensors).map(([name, tensor]) => [name, this.#keep({ ...tensor, data: tensor.data.slice() })]),
      ),
    )
  }

  fetch(ref: TensorRef): Promise<TensorData> {
    return this.#inTurn(() => {
      const tensor = this.#held(ref)
      return { ...tensor, data: tensor.data.slice() }
    })
  }

  release(refs: readonly number[]): Promise<void> {
    return this.#inTurn(() => refs.forEach((ref) => this.#refs.delete(ref)))
  }

  memory(): Promise<DeviceMemory> {
    return this.#inTurn(() => {
      const resident = this.#sessions.bytes + this.#refBytes()
      return { resident, budget: this.#budget(), sessions: this.#sessions.list() }
    })
  }

  putOut(): Promise<void> {
    return this.#inTurn(() => this.#sessions.clear())
  }

  endProfile(key: string): Promise<string | null> {
    return this.#inTurn(async () => {
      const cached = this.#sessions.use(key)
      if (cached?.profile === undefined) return null
      cached.session.endProfiling()
      return newestWithPrefix(cached.profile)
    })
  }

  async close(): Promise<void> {
    if (this.#closed) return
    const closing = this.#inTurn(() => {
      this.#refs.clear()
      return this.#sessions.clear()
    })
    this.#closed = true
    await closing
  }

  /** Runs `task` after everything that was asked before. */
  #inTurn<T>(task: () => T | Promise<T>): Promise<T> {
    if (this.#closed) {
      return Promise.reject(new DeviceError({ problem: 'the device was closed', remedy: 'Open another one.' }))
    }
    const result = this.#last.then(task)
    this.#last = result.catch(() => undefined)
    return result
  }

  async #create(key: string, model: HostModel, options: SessionOptions): Promise<void> {
    const expected = expectedBytes(model)
    await this.#makeRoom(key, expected)
    const before = privateMemory() ?? 0
    const session = await createOrtSession(this.kind, key, model, options, this.#options.threads ?? defaultThreads())
    const { profile } = options
    const grown = (privateMemory() ?? 0) - before // folded constants are in no estimate
    this.#sessions.add(key, {
      session,
      bytes: Math.max(expected, grown),
      ...(profile === undefined ? {} : { profile }),
    })
    while (this.#sessions.bytes + this.#refBytes() > this.#budget() && (await this.#sessions.evict(key)));
  }

  /** Puts out sessions until `bytes` more fit. */
  async #makeRoom(key: string, bytes: number): Promise<void> {
    while (this.#sessions.bytes + this.#refBytes() + bytes > this.#budget()) {
      if (await this.#sessions.evict()) continue
      const available = Math.max(0, this.#budget() - this.#refBytes())
      throw new MemoryError({
        needed: bytes,
        available,
        problem: `the model "${key}" needs ${gigabytes(bytes)} of private memory, there are ${gigabytes(available)}`,
        remedy: 'Hold its weights mapped or as int8, or close other programs.',
      })
    }
  }

  /** Bytes that sessions and refs may take in all. */
  #budget(): number {
    return this.#options.memoryBudget ?? this.#sessions.bytes + this.#refBytes() + 0.9 * availableMemory()
  }

  #refBytes(): number {
    return Array.from(this.#refs.values(), ({ tensor }) => tensor.data.byteLength).reduce((a, b) => a + b, 0)
  }

  async #run(
    key: string,
    { session }: CachedSession,
    feeds: Feeds,
    { outputs, keep = [] }: RunOptions,
  ): Promise<RunResult> {
    checkFeeds(key, session, feeds)
    const wanted = checkOutputs(key, session.outputNames, outputs ?? session.outputNames, keep)
    const tensors = Object.fromEntries(
      Object.entries(feeds).map(([name, feed]) => [name, toOrt(name, this.#tensorOf(feed))]),
    )
    const results = await session.run(tensors, wanted).catch((cause: unknown) => {
      throw new DeviceError({
        problem: `the model "${key}" failed: ${runtimeMessage(cause)}`,
        cause,
        remedy: 'If memory ran out, make the video smaller or shorter; else report this with the workflow.',
      })
    })
    return this.#sort(results, wanted, keep)
  }

  #sort(results: Readonly<Record<string, Tensor>>, wanted: readonly string[], keep: readonly string[]): RunResult {
    const outputs: Record<string, TensorData> = {}
    const kept: Record<string, TensorRef> = {}
    for (const name of wanted) {
      const tensor = fromOrt(name, results[name]!)
      if (keep.includes(name)) kept[name] = this.#keep(tensor)
      else outputs[name] = tensor
    }
    return { outputs, kept }
  }

  #keep(tensor: TensorData): TensorRef {
    const ref = this.#nextRef++
    this.#refs.set(ref, { tensor })
    return { ref, dtype: tensor.dtype, shape: tensor.shape }
  }

  #tensorOf(feed: TensorData | TensorRef): TensorData {
    return 'ref' in feed ? this.#held(feed) : feed
  }

  #held({ ref }: TensorRef): TensorData {
    const held = this.#refs.get(ref)
    if (!held)
      throw new DeviceError({
        problem: `the tensor ${ref} was released, or is another device's`,
        remedy: 'Store it again.',
      })
    return held.tensor
  }
}

/** Private memory that a model's weights will take: mapped ones none, packed ones a float32 copy. */
const expectedBytes = ({ prepack, weightBytes, bytes }: HostModel): number =>
  bytes.byteLength + (prepack ? weightBytes.float32 : 0)

function checkOutputs(
  key: string,
  has: readonly string[],
  wanted: readonly string[],
  keep: readonly string[],
): string[] {
  const all = [...new Set([...wanted, ...keep])]
  const unknown = all.find((name) => !has.includes(name))
  if (unknown === undefined && all.length) return all
  throw new DeviceError({
    problem: `model "${key}": ${unknown === undefined ? 'no output is asked for' : `there is no output "${unknown}"`}`,
    remedy: `It has ${has.join(', ')}.`,
  })
}

/** The file that ONNX Runtime made of a profile's prefix: it adds the time. */
async function newestWithPrefix(prefix: string): Promise<string | null> {
  const names = await readdir(dirname(prefix))
  const newest = names
    .filter((name) => name.startsWith(`${basename(prefix)}_`))
    .sort()
    .at(-1)
  return newest === undefined ? null : join(dirname(prefix), newest)
}
