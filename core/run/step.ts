import type { UiResult } from '../types/node-type.ts'
import type { TypedValue } from '../types/value-type.ts'
import { hold, letGo } from './holdings.ts'
import type { Mapping } from './mapping.ts'
import type { NodeResult, NodeWarning } from './result.ts'
import type { KeyedNode } from './run-graph.ts'

/**
 * Where a step stands. A step that `returned` still waits for the nodes it has been reading from; one that `expanded`
 * for the graph that has taken its place; one that is `mapping` for its runs.
 */
export type StepPhase = 'waiting' | 'running' | 'returned' | 'expanded' | 'mapping' | 'done' | 'failed' | 'cancelled'

/** One node in the course of a run: what it waits for, what it gave, who still reads it. */
export class Step {
  readonly planned: KeyedNode
  /** Kept after the run, for who asked for it. */
  isTarget: boolean
  /** The step whose expansion or mapping brought this one. */
  readonly parent: Step | undefined
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
  /** When it began, as `performance.now()` says. */
  began = 0
  /** How long its `run` took, with those of all that ran in its place. */
  seconds = 0
  error: Error | undefined
  /** Steps that read from this one and have not ended. */
  readers = 0
  /** Nodes with the same key: they have their result from this step. */
  readonly twins: KeyedNode[] = []
  /** Lazy inputs that its node has asked for. */
  asked: Set<string> | undefined
  /** Whether its node needs no further lazy input. */
  needsNoMore = false
  /** The steps that have taken its place. */
  children: readonly Step[] = []
  /** How many of its children have not ended. */
  pending = 0
  /** What its expansion gives for its outputs. */
  outputs: ReadonlyMap<string, unknown> | undefined
  mapping: Mapping | undefined
  /** Steps that wait for this one to end: it is in their place. */
  readonly waiters: Step[] = []
  /** What the node itself, and those in its place, have shown and warned of. */
  readonly shown: UiResult[] = []
  readonly warnings: NodeWarning[] = []
  #isReleased = false
  readonly #given: readonly TypedValue[]
  readonly #onEnd: (() => void)[] = []

  constructor(planned: KeyedNode, isTarget: boolean, parent?: Step) {
    this.planned = planned
    this.isTarget = isTarget
    this.parent = parent
    this.#given = planned.place || planned.item ? givenTo(planned) : NOTHING
    hold(this.#given)
  }

  get hasEnded(): boolean {
    return this.phase === 'done' || this.phase === 'failed' || this.phase === 'cancelled'
  }

  /** Whether its values have been let go, so that nobody can begin to read it. */
  get isGone(): boolean {
    return this.#isReleased
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
  publish(values: ReadonlyMap<string, TypedValue>): Step[] {
    const ready: Step[] = []
    for (const [name, value] of values) {
      if (this.values.has(name)) continue
      hold([value])
      this.values.set(name, value)
      const readers = this.consumers.get(name)
      if (readers === undefined) continue
      for (const reader of readers) if (--reader.waiting === 0) ready.push(reader)
      this.consumers.delete(name)
    }
    return ready
  }

  /** Takes over a result that was known before the run; whoever found it holds its values already. */
  adopt(result: NodeResult): void {
    this.phase = 'done'
    this.result = result
    for (const [name, value] of result.outputs) this.values.set(name, value)
  }

  /** Lets go of what it reads from; those that nobody reads any more let their values go. */
  leaveSources(): void {
    for (const source of this.sources) source.leave()
    this.sources.clear()
  }

  /** Ends the step and tells those who wait for it. */
  end(phase: 'done' | 'failed' | 'cancelled'): void {
    this.phase = phase
    this.leaveSources()
    letGo(this.#given)
    this.releaseIfUnread()
    for (const tell of this.#onEnd.splice(0)) tell()
  }

  /** Resolves when the step has ended, well or not. */
  whenEnded(): Promise<void> {
    return this.hasEnded ? Promise.resolve() : new Promise((resolve) => this.#onEnd.push(resolve))
  }

  /** Takes note of one more that reads it. */
  join(): void {
    this.readers++
  }

  /** One that read it is through. */
  leave(): void {
    this.readers--
    this.releaseIfUnread()
  }

  /** Lets the values go when nothing in this run needs them any more. */
  releaseIfUnread(): void {
    const isKept = this.isTarget && this.phase === 'done'
    if (this.hasEnded && this.readers === 0 && !isKept) this.release()
  }

  /** Lets the values go. */
  release(): void {
    this.#isReleased = true
    letGo(this.values.values())
    this.values.clear()
    this.result = undefined
  }

  /** Lets everything go that a step holds which the run will not come to any more. */
  abandon(): void {
    letGo(this.#given)
    this.release()
  }
}

const NOTHING: readonly TypedValue[] = []

function givenTo({ inputs }: KeyedNode): readonly TypedValue[] {
  return inputs.flatMap((input) => (input.kind === 'given' ? [input.given] : []))
}
