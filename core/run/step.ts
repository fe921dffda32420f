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
  /** Steps that wait for an output of this one, by the output. */
  #consumers: Map<string, Step[]> | undefined
  /** The steps that this one reads from, each once. */
  readonly sources = new Set<Step>()
  /** Sources that had not ended when this one began: they publish while they run. */
  streams: readonly Step[] = NOTHING
  /** What can be read, by output name. */
  values: ReadonlyMap<string, TypedValue> = NO_VALUES
  result: NodeResult | undefined
  /** When it began, as `performance.now()` says. */
  began = 0
  /** How long its `run` took, with those of all that ran in its place. */
  seconds = 0
  error: Error | undefined
  /** Steps that read from this one and have not ended. */
  readers = 0
  /** Nodes with the same key: they have their result from this step. */
  twins: KeyedNode[] | undefined
  /** Lazy inputs that its node has asked for. */
  asked: Set<string> | undefined
  /** Whether its node needs no further lazy input. */
  needsNoMore = false
  /** The steps that have taken its place. */
  children: readonly Step[] = NOTHING
  /** How many of its children have not ended. */
  pending = 0
  /** What its expansion gives for its outputs. */
  outputs: ReadonlyMap<string, unknown> | undefined
  mapping: Mapping | undefined
  /** Steps that wait for this one to end: it is in their place. */
  waiters: Step[] | undefined
  /** What the node itself, and those in its place, have shown and warned of. */
  shown: UiResult[] | undefined
  warnings: NodeWarning[] | undefined
  #isReleased = false
  readonly #given: readonly TypedValue[]
  #onEnd: (() => void)[] | undefined

  constructor(planned: KeyedNode, isTarget: boolean, parent?: Step) {
    this.planned = planned
    this.isTarget = isTarget
    this.parent = parent
    this.#given = planned.place || planned.item ? givenTo(planned) : NOTHING
    if (this.#given.length > 0) hold(this.#given)
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
    const consumers = (source.#consumers ??= new Map())
    const readers = consumers.get(output)
    if (readers) readers.push(this)
    else consumers.set(output, [this])
  }

  /** Makes outputs readable and gives the steps that have nothing left to wait for. Those readable already stay. */
  publish(values: ReadonlyMap<string, TypedValue>): Step[] {
    const before = this.values
    const fresh = before.size === 0 ? values : new Map([...values].filter(([name]) => !before.has(name)))
    if (fresh.size === 0) return []
    hold(fresh.values())
    this.values = before.size === 0 ? values : new Map([...before, ...fresh])
    const ready: Step[] = []
    if (this.#consumers === undefined) return ready
    for (const name of fresh.keys()) {
      for (const reader of this.#consumers.get(name) ?? []) if (--reader.waiting === 0) ready.push(reader)
      this.#consumers.delete(name)
    }
    return ready
  }

  /** Takes over a result that was known before the run; whoever found it holds its values already. */
  adopt(result: NodeResult): void {
    this.phase = 'done'
    this.result = result
    this.values = result.outputs
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
    if (this.#given.length > 0) letGo(this.#given)
    this.releaseIfUnread()
    const told = this.#onEnd
    this.#onEnd = undefined
    if (told) for (const tell of told) tell()
  }

  /** Resolves when the step has ended, well or not. */
  whenEnded(): Promise<void> {
    return this.hasEnded ? Promise.resolve() : new Promise((resolve) => (this.#onEnd ??= []).push(resolve))
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
    this.values = NO_VALUES
    this.result = undefined
  }

  /** Lets everything go that a step holds which the run will not come to any more. */
  abandon(): void {
    letGo(this.#given)
    this.release()
  }
}

/** Most steps have none of most things; they share this. */
const NOTHING: readonly never[] = []
const NO_VALUES: ReadonlyMap<string, TypedValue> = new Map()

function givenTo({ inputs }: KeyedNode): readonly TypedValue[] {
  return inputs.flatMap((input) => (input.kind === 'given' ? [input.given] : []))
}
