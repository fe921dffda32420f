/** A device that has every session of it profiled, and can then say where the work was done. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { flopsByProvider } from '../../tensor/index.ts'
import type { BuiltModel, Device, ProfileEvent, RunOptions, Session, SessionOptions, TensorData, TensorRef, Value } from '../../tensor/index.ts'

type Feeds = Readonly<Record<string, TensorData | TensorRef>>

interface Watched {
  readonly session: Session
  readonly model: BuiltModel
  /** Those of the last run. */
  feeds: Feeds | null
}

/** What one session computed. */
export interface Work {
  readonly session: string
  /** GFLOP of one run, in all. */
  readonly gflop: number
  /** GFLOP by execution provider; `unknown`: of nodes that no profile event names. */
  readonly byProvider: ReadonlyMap<string, number>
}

export class ProfiledDevice implements Device {
  readonly kind
  readonly #device: Device
  readonly #folder: string
  readonly #watched: Watched[] = []
  #asked = 0

  /** @param folder where profiles go; no other device's may be there */
  constructor(device: Device, folder: string) {
    this.kind = device.kind
    this.#device = device
    this.#folder = folder
  }

  /** The device's own session, with a profile; the graph is optimised as the product has it. */
  async session(key: string, build: () => BuiltModel | Promise<BuiltModel>, options: SessionOptions = {}): Promise<Session> {
    let model: BuiltModel | undefined
    const profile = join(this.#folder, `session${this.#asked++}`)
    const session = await this.#device.session(key, async () => model = await build(), { ...options, profile })
    if (!model) return this.#watched.find((known) => known.session.key === key)!.session
    const watched: Watched = { session, model, feeds: null }
    this.#watched.push(watched)
    return {
      key, endProfile: () => session.endProfile(),
      run: (feeds: Feeds, runOptions?: RunOptions) => {
        watched.feeds = feeds
        return session.run(feeds, runOptions)
      },
    }
  }

  /** Ends the profiles, and tells of every session that has run where its operations ran. */
  async endProfiles(): Promise<Work[]> {
    const works: Work[] = []
    for (const { session, model, feeds } of this.#watched.splice(0)) {
      const path = await session.endProfile()
      if (!feeds || path === null) continue
      const events = JSON.parse(await readFile(path, 'utf8')) as ProfileEvent[]        // what ONNX Runtime writes
      const { total, byNode } = model.flops(sizesOf(model.inputs, feeds))
      const byProvider = new Map([...flopsByProvider(events, byNode)].map(([provider, flops]) => [provider, flops / 1e9]))
      works.push({ session: session.key, gflop: total / 1e9, byProvider })
    }
    return works
  }

  store<Name extends string>(tensors: Readonly<Record<Name, TensorData>>) { return this.#device.store(tensors) }
  fetch(ref: TensorRef) { return this.#device.fetch(ref) }
  release(refs: Iterable<TensorRef>) { this.#device.release(refs) }
  memory() { return this.#device.memory() }
  putOut() { return this.#device.putOut() }
  close() { return this.#device.close() }
}

/** What the symbols in a model's input shapes stand for, read off the feeds: from axes of one symbol, or so many times it. */
function sizesOf(inputs: readonly Value[], feeds: Feeds): Record<string, number> {
  const sizes: Record<string, number> = {}
  for (const { name, shape } of inputs) {
    for (const [axis, dim] of shape.entries()) {
      if (typeof dim === 'number' || dim.terms.length !== 1) continue
      const { coefficient, atoms } = dim.terms[0]!
      if (atoms.length === 1) sizes[atoms[0]!.text] = feeds[name]!.shape[axis]! / coefficient
    }
  }
  return sizes
}

/** The share of the operations that ran on a provider, over all sessions. */
export function shareOf(provider: string, works: readonly Work[]): number {
  const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0)
  return sum(works.map(({ byProvider }) => byProvider.get(provider) ?? 0)) / sum(works.map(({ gflop }) => gflop))
}
