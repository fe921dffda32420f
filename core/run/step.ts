import type { TypedValue } from '../types/value-type.ts'
import { hold, letGo } from './holdings.ts'
import type { KeyedNode } from './plan.ts'
import { typedOutputs, type NodeResult } from './result.ts'

/** Where a step stands. A step that `returned` still waits for the nodes it has been reading from. */
export type StepPhase = 'waiting' | 'running' | 'returned' | 'done' | 'failed' | 'cancelled'

/** One node in the course of a run: what it waits for, what it gave, who still reads it. */
export class Step {
  readonly planned: KeyedNode
  /** Kept after the run, for who asked for it. */
  readonly isTarget: boolean
  phase: StepPhase = 'waiting'
  /** Outputs of others that it needs and that can't be read yet. */
  waiting = 0
  /** Steps that read from this one, by the output they read. */
  readonly consumers = new Map<string, Step[]>()
  /** The steps that this one reads from, each once. */
  readonly sources = new Set<Step>()
  /** Sources that had not ended when this one began: they publish while they run. */
  streams: readonly Step[] = []
  /** What can be read, by output name. */
  readonly values = new Map<string, TypedValue>()
  result: NodeResult | undefined
  /** How long its `run` took. */
  seconds = 0
  error: Error | undefined
  /** Steps that read from this one and have not ended. */
  readers = 0
  readonly #onEnd: (() => void)[] = []

  constructor(planned: KeyedNode, isTarget: boolean) {
    this.planned = planned
    this.isTarget = isTarget
  }

  get hasEnded(): boolean {
    return this.phase === 'done' || this.phase === 'failed' || this.phase === 'cancelled'
  }

  /** Notes that this step reads an output of another, which may be ready already. */
  readFrom(source: Step, output: string): void {
    if (!this.sources.has(source)) {
      this.sources.add(source)
      source.readers++
    }
    if (source.values.has(output)) return
    this.waiting++
    const readers = source.consumers.get(output)
    if (readers) readers.push(this)
    else source.consumers.set(output, [this])
  }

  /** Makes outputs readable and gives the steps that have nothing left to wait for. Those readable already stay. */
  publish(values: ReadonlyMap<string, unknown>): Step[] {
    const fresh = [...values].filter(([name]) => !this.values.has(name))
    const typed = typedOutputs(this.planned.registered.node, new Map(fresh))
    hold(typed.values())
    const ready: Step[] = []
    for (const [name, value] of typed) {
      this.values.set(name, value)
      for (const reader of this.consumers.get(name) ?? []) if (--reader.waiting === 0) ready.push(reader)
      this.consumers.delete(name)
    }
    return ready
  }

  /** Takes over a result that was known before the run; the plan holds its values already. */
  adopt(result: NodeResult): void {
    this.phase = 'done'
    this.result = result
    for (const [name, value] of result.outputs) this.values.set(name, value)
  }

  /** Ends the step and tells those who wait for it; sources that nobody reads any more let their values go. */
  end(phase: 'done' | 'failed' | 'cancelled'): void {
    this.phase = phase
    for (const source of this.sources) {
      source.readers--
      source.releaseIfUnread()
    }
    this.releaseIfUnread()
    for (const tell of this.#onEnd.splice(0)) tell()
  }

  /** Resolves when the step has ended, well or not. */
  whenEnded(): Promise<void> {
    return this.hasEnded ? Promise.resolve() : new Promise((resolve) => this.#onEnd.push(resolve))
  }

  /** Lets the values go when nothing in this run needs them any more. */
  releaseIfUnread(): void {
    const isKept = this.isTarget && this.phase === 'done'
    if (this.hasEnded && this.readers === 0 && !isKept) this.release()
  }

  /** Lets the values go. */
  release(): void {
    letGo(this.values.values())
    this.values.clear()
    this.result = undefined
  }
}
