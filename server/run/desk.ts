/** Questions to workers: to one that is idle rather than one that computes, within a time limit. */
import { randomUUID } from 'node:crypto'
import { definitionMap } from '../../core/types/definition.ts'
import type { Definitions, NodeDefinition } from '../../core/types/definition.ts'
import { WorkerDiedError } from '../../worker/client.ts'
import type { AnswerOf, Folders, Request } from '../../worker/protocol.ts'
import type { UnreadyDevice, WorkerDesk } from '../services.ts'
import { Busy } from './busy.ts'
import type { WorkerSlot } from './worker-slot.ts'

/** Seconds that a question may take, unless it says otherwise; and that a first worker may take to be there. */
const LIMIT = 10
const FIRST = 30

type Question = Exclude<Request, { readonly type: 'run' }>

export interface DeskOptions {
  readonly slots: readonly WorkerSlot[]
  readonly folders: Folders
  /** Whether a slot's worker runs a job. */
  readonly isBusy: (slot: WorkerSlot) => boolean
}

export class Desk implements WorkerDesk {
  readonly #options: DeskOptions
  #definitions: Definitions | undefined
  #list: readonly NodeDefinition[] = []
  #asking: Promise<Definitions> | undefined
  #isStale = false

  constructor(options: DeskOptions) {
    this.#options = options
  }

  get isReady(): boolean {
    return this.#options.slots.every((slot) => slot.isOpen)
  }

  get unready(): readonly UnreadyDevice[] {
    return this.#options.slots.filter((slot) => !slot.isOpen).map(({ device, problem }) => ({ device, ...(problem !== undefined && { problem }) }))
  }

  get restarts(): number {
    return this.#options.slots.reduce((sum, slot) => sum + slot.restarts, 0)
  }

  list(): readonly NodeDefinition[] {
    return this.#list
  }

  /** A worker has said what there is. */
  learn(list: readonly NodeDefinition[]): void {
    this.#list = list
    this.#definitions = definitionMap(list)
    this.#isStale = false
  }

  /** What was learnt may be wrong now: plugins were loaded again. */
  doubt(): void {
    this.#isStale = true
  }

  async ask<R extends Question>(request: R, limit: number = LIMIT): Promise<AnswerOf<R>> {
    const isForAll = request.type === 'plugins' && request.reload === true
    const slot = await this.#free(limit)
    if (isForAll) this.#tellOthers(slot, request, limit)
    return this.#put(slot, request, limit)
  }

  async definitions(fresh = false): Promise<Definitions> {
    const known = this.#definitions
    if (known !== undefined && !fresh && !this.#isStale) return known
    this.#asking ??= this.#look().finally(() => { this.#asking = undefined })
    return this.#asking
  }

  async #look(): Promise<Definitions> {
    const limit = this.#definitions === undefined ? FIRST : LIMIT
    const { definitions } = await this.ask({ type: 'nodes', id: randomUUID(), folders: this.#options.folders }, limit)
    this.learn(definitions)
    return this.#definitions ?? new Map()
  }

  /** A worker that answers, an idle one if there is one. */
  async #free(limit: number): Promise<WorkerSlot> {
    const { slots, isBusy } = this.#options
    if (!slots.some((slot) => slot.isReady)) {
      const signal = AbortSignal.timeout(limit * 1000)
      await Promise.race(slots.map((slot) => slot.ready(signal)))
    }
    const ready = slots.filter((slot) => slot.isReady)
    const slot = ready.find((one) => !isBusy(one)) ?? ready[0]
    if (slot === undefined) throw new Busy(`no worker was there within ${limit} s`)
    return slot
  }

  async #put<R extends Question>({ client }: WorkerSlot, request: R, limit: number): Promise<AnswerOf<R>> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        client.cancel(request.id)
        reject(new Busy(`the worker did not answer within ${limit} s`))
      }, limit * 1000)
    })
    try {
      return await Promise.race([client.ask(request), late])
    } catch (error) {
      if (error instanceof WorkerDiedError) throw new Busy('the worker died before it answered; another one is being started')
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  #tellOthers(asked: WorkerSlot, request: Question, limit: number): void {
    for (const slot of this.#options.slots) {
      if (slot !== asked && slot.isReady) void this.#put(slot, { ...request, id: randomUUID() }, limit).catch(() => {}) // a worker that died loads them anyway
    }
  }
}
