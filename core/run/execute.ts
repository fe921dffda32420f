import { setMaxListeners } from 'node:events'
import type { Blocked } from '../types/blocked.ts'
import type { MaybePromise } from '../types/json.ts'
import type { TypedValue } from '../types/value-type.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import { handingFor, inherit, secondsSince, type Course, type ExecutionHost } from './course.ts'
import { Expander } from './expander.ts'
import { brokenStream, isAbort, nodeFailure } from './failure.ts'
import { ItemRuns } from './item-runs.ts'
import { BLOCKED } from './lists.ts'
import { askNeeds } from './needs.ts'
import type { OpenContext } from './node-context.ts'
import { NodeRunner } from './node-runner.ts'
import type { Plan } from './plan.ts'
import { bytesOf, mergedUi, type NodeResult } from './result.ts'
import type { RunGraph } from './run-graph.ts'
import { StepBoard } from './step-board.ts'
import type { Step } from './step.ts'
import { waitCycle } from './wait-cycle.ts'
import { blockedAmong, type Arrivals } from './values.ts'

export type { ExecutionHost } from './course.ts'

/** How an execution ended. */
export interface Outcome {
  readonly status: 'done' | 'failed' | 'cancelled'
  readonly error?: WorkflowError
  /** Paths of the nodes that ran to their end, in the order in which they ended. */
  readonly executed: readonly string[]
  /** The targets' results. Their values are held until `release`. */
  readonly results: ReadonlyMap<string, NodeResult>
  release(): void
}

/** Other work of the process gets its turn after so many milliseconds of nodes that never wait. */
const BREATH_MS = 10

/**
 * Runs what a plan says: each node as soon as its inputs can be read and its resource class has a place.
 * Ends when no node is running any more, also after a failure or a cancellation, which start nothing new.
 */
export async function execute(plan: Plan, host: ExecutionHost): Promise<Outcome> {
  return new Execution(plan, host).run()
}

class Execution implements Course {
  readonly host: ExecutionHost
  readonly graph: RunGraph
  readonly board: StepBoard
  readonly #targets: ReadonlySet<string>
  readonly #runner: NodeRunner
  readonly #expander: Expander
  readonly #items: ItemRuns
  /** Steps whose expansion has come to its end, or that have items to go on with. */
  readonly #settling: Step[] = []
  readonly #controller = new AbortController()
  readonly #failures: WorkflowError[] = []
  readonly #executed: string[] = []
  #stopped: 'cancelled' | 'failed' | undefined
  /** Whether a step was cancelled. */
  #isCut = false
  /** What is under way: nodes that run, and what the engine looks up for others. */
  #active = 0
  #lastBreath = performance.now()
  #isBreathing = false
  #isAdvancing = false
  #finish: () => void = () => {}

  constructor(plan: Plan, host: ExecutionHost) {
    this.host = host
    this.graph = plan.graph
    this.#targets = plan.targets
    this.#expander = new Expander(this)
    this.#items = new ItemRuns(this)
    this.#runner = new NodeRunner(this, (...expansion) => this.#expander.expand(...expansion))
    setMaxListeners(0, this.#controller.signal) // as many as nodes that run
    this.board = new StepBoard(plan, host)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  async run(): Promise<Outcome> {
    const cancel = () => this.#stop('cancelled')
    this.host.signal.addEventListener('abort', cancel, { once: true })
    if (this.host.signal.aborted) cancel()
    await new Promise<void>((resolve) => {
      this.#finish = resolve
      this.advance()
    })
    this.host.signal.removeEventListener('abort', cancel)
    this.#endOpen()
    return this.#outcome()
  }

  advance(): void {
    if (this.#isBreathing || this.#isAdvancing) return
    this.#isAdvancing = true
    while (this.#goOn()) {
      if (performance.now() - this.#lastBreath <= BREATH_MS) continue
      this.#isAdvancing = false
      return this.#breathe()
    }
    this.#isAdvancing = false
    if (this.#active > 0) return
    if (this.board.open > 0 && !this.#stopped) this.#refuseCycle()
    this.#finish()
  }

  /** Goes on with one step; false when there is none to go on with. */
  #goOn(): boolean {
    const settling = this.#settling.pop()
    if (settling) this.#settle(settling)
    else {
      const step = this.board.take()
      if (step === undefined) return false
      this.track(step, () => this.#attempt(step))
    }
    return true
  }

  #breathe(): void {
    this.#isBreathing = true
    setImmediate(() => {
      this.#isBreathing = false
      this.#lastBreath = performance.now()
      this.advance()
    })
  }

  track(step: Step, work: () => MaybePromise<void>): void {
    this.#active++
    const done = this.#attempted(step, work)
    if (done === undefined) this.#active--
    else {
      void done.then(() => {
        this.#active--
        this.advance()
      })
    }
  }

  #attempted(step: Step, work: () => MaybePromise<void>): Promise<void> | undefined {
    try {
      const done = work()
      return done instanceof Promise ? done.catch((error: unknown) => this.#fail(step, error)) : undefined
    } catch (error) {
      return this.#fail(step, error)
    }
  }

  settleLater(step: Step): void {
    this.#settling.push(step)
  }

  #settle(step: Step): void {
    if (this.#stopped) return
    const { phase, mapping } = step
    if (phase === 'expanded') this.track(step, () => this.#expander.collect(step))
    else if (phase === 'mapping') this.track(step, () => this.#items.feed(step, mapping!))
  }

  /** What a step whose inputs are there comes to: asking for more, being skipped, runs for items, or one run. */
  #attempt(step: Step): MaybePromise<void> {
    const { node } = step.planned.registered
    const arrivals = this.board.arrivals(step)
    const blocked = blockedAmong(arrivals, node.inputList === true)
    if (!blocked && !step.needsNoMore && step.planned.inputs.some(({ definition }) => definition.lazy)) {
      return this.#askNeeds(step, arrivals)
    }
    const isMapped = !node.inputList && arrivals.some((arrived) => arrived?.each)
    if (!blocked && !isMapped) return this.#runner.run(step, arrivals)
    this.board.free(step)
    return blocked ? this.#skip(step, blocked) : this.#items.begin(step, arrivals)
  }

  /** Asks for the lazy inputs that a node needs; it is tried again when they have come. */
  async #askNeeds(step: Step, arrivals: Arrivals): Promise<void> {
    const { planned } = step
    let needed: Set<string>
    try {
      needed = await askNeeds(planned, arrivals, handingFor(this, planned), this.graph.hooks)
    } catch (error) {
      this.board.free(step)
      throw error
    }
    const asked = (step.asked ??= new Set())
    const fresh = planned.inputs.filter(({ slot }) => needed.has(slot) && !asked.has(slot))
    for (const { slot } of fresh) asked.add(slot)
    const links = fresh.flatMap((input) => (input.kind === 'link' ? [input] : []))
    if (links.length === 0) {
      step.needsNoMore = true
      return this.#attempt(step)
    }
    this.board.free(step)
    await this.board.demand(links.map(({ from }) => from), step.parent, () => {
      for (const { from, output } of links) step.readFrom(this.board.at(from)!, output)
      if (step.waiting === 0) this.board.enqueue(step)
    })
  }

  succeedAfterStreams(step: Step, outputs: ReadonlyMap<string, TypedValue>, open?: OpenContext): MaybePromise<void> {
    if (step.streams.length === 0) return this.succeed(step, outputs, open)
    return this.#outlastStreams(step, outputs).then(() => this.succeed(step, outputs, open))
  }

  /** A node that has read from others which still run is not done before they are; what reads from it may start. */
  async #outlastStreams(step: Step, values: ReadonlyMap<string, TypedValue>): Promise<void> {
    this.board.enqueueAll(step.publish(values))
    this.advance()
    for (const source of step.streams) await source.whenEnded()
    const broken = step.streams.find(({ phase }) => phase !== 'done')
    if (broken) throw broken.error ?? abortion('a node that it was still reading from was cancelled')
  }

  succeed(step: Step, outputs: ReadonlyMap<string, TypedValue>, open?: OpenContext): void {
    const { planned, seconds } = step
    const own = open?.ui()
    const ui = step.shown ? mergedUi([own, ...step.shown]) : own
    const warnings = step.warnings ?? open?.warnings ?? []
    const result: NodeResult = { outputs, ...(ui && { ui }), warnings, bytes: bytesOf(outputs.values()), seconds }
    this.host.cache.set(planned.key, result, planned)
    if (!planned.item) {
      this.#executed.push(planned.path)
      const { path, shown } = planned
      const wall = step.children.length > 0 || step.mapping ? secondsSince(step.began) : seconds
      this.host.events.emit({ type: 'node.done', node: path, shown, seconds: wall, ...(own && { ui: own }) })
    }
    this.#conclude(step, result)
  }

  /** A step that can't run, because something it needs is blocked. What depends on it is blocked with it. */
  #skip(step: Step, blocked: Blocked): void {
    const { path, shown, registered } = step.planned
    const by = blocked.by ?? { node: path, shown }
    const { message } = blocked
    this.host.events.emit({ type: 'node.skipped', node: path, shown, by, ...(message !== undefined && { message }) })
    const outputs = new Map(registered.definition.outputs.map(({ name }) => [name, { type: BLOCKED, value: blocked }]))
    this.#conclude(step, { outputs, warnings: [], bytes: bytesOf(outputs.values()), seconds: 0 })
  }

  /** Ends a step well: its result can be read by those who wait for it. */
  #conclude(step: Step, result: NodeResult): void {
    const { parent, planned, twins = [] } = step
    step.result = result
    this.board.enqueueAll(step.publish(result.outputs))
    for (const twin of twins) this.board.announceCached(twin, result)
    if (parent && planned.item) parent.seconds += result.seconds // the rest is gathered item by item
    else if (parent) inherit(parent, result)
    this.#end(step, 'done')
  }

  #end(step: Step, phase: 'done' | 'failed' | 'cancelled'): void {
    this.board.open--
    for (const waiter of step.waiters ?? []) {
      waiter.pending--
      if (waiter.mapping || waiter.pending === 0) this.settleLater(waiter)
    }
    step.end(phase)
  }

  /**
   * Ends a step that threw.
   *
   * 1. Were nodes that it reads from still running, then the fault may be theirs: stop, and wait until they have ended.
   * 2. If one of them failed, this step only follows it.
   * 3. If the run had stopped before, and this is how the step noticed, it was cancelled.
   * 4. Otherwise it is a failure of its own, and stops the run.
   */
  async #fail(step: Step, error: unknown): Promise<void> {
    if (step.hasEnded) return this.#stopFor(nodeFailure(error, step.planned)) // a mistake of the engine's own
    const hadStopped = this.#stopped
    if (step.streams.some((source) => !source.hasEnded)) {
      this.#stop('failed')
      for (const source of step.streams) await source.whenEnded()
    }
    const broken = step.streams.find(({ phase }) => phase === 'failed')
    const wasCut = isAbort(error, this.signal) || step.streams.some(({ phase }) => phase === 'cancelled')
    if (broken) this.#endFailed(step, brokenStream(step.planned, broken.planned, broken.error))
    else if (hadStopped === 'cancelled' || (hadStopped === 'failed' && wasCut)) this.#endCancelled(step)
    else this.#refuse(step, nodeFailure(error, step.planned))
  }

  #refuse(step: Step, failure: WorkflowError): void {
    this.#endFailed(step, failure)
    this.#stopFor(failure)
  }

  #stopFor(failure: WorkflowError): void {
    this.#failures.push(failure)
    this.#stop('failed')
  }

  /** The steps in whose place it ran fail with it, at the end of the run. */
  #endFailed(step: Step, error: WorkflowError): void {
    step.error = error
    for (let parent = step.parent; parent && !parent.error; parent = parent.parent) parent.error = error
    const { path, shown } = step.planned
    this.host.events.emit({ type: 'node.failed', node: path, shown, error: error.data })
    this.#end(step, 'failed')
  }

  #endCancelled(step: Step): void {
    const { path, shown, item } = step.planned
    if (!item) this.host.events.emit({ type: 'node.cancelled', node: path, shown })
    this.#isCut = true
    this.#end(step, 'cancelled')
  }

  /** Nothing runs any more, and yet there are steps that wait: for one another. */
  #refuseCycle(): void {
    const open = [...this.board.entries()].map(([, step]) => step).filter(({ hasEnded }) => !hasEnded)
    const { step, error } = waitCycle(open, (path) => this.board.at(path))
    this.#refuse(step, error)
  }

  /** Starts nothing new from now on, and tells the nodes that run. The first cause counts. */
  #stop(cause: 'cancelled' | 'failed'): void {
    if (this.#stopped) return
    this.#stopped = cause
    this.board.close()
    this.#settling.length = 0
    this.#controller.abort(abortion(cause === 'cancelled' ? 'the run was cancelled' : 'another node of the run failed'))
  }

  /** Ends the steps that others ran in the place of, where those never came to their end: the innermost first. */
  #endOpen(): void {
    for (const step of this.#inPlaces().reverse()) {
      step.mapping?.progress?.close()
      step.mapping?.letGo()
      if (step.error instanceof WorkflowError) this.#endFailed(step, step.error)
      else this.#endCancelled(step)
    }
  }

  /** Steps that wait for others in their place, each before those within it. */
  #inPlaces(): Step[] {
    const found = new Set<Step>()
    const isLeft = ({ phase }: Step) => phase === 'expanded' || phase === 'mapping'
    for (const [, step] of this.board.entries()) {
      if (isLeft(step)) found.add(step)
      for (const run of step.mapping?.running.keys() ?? []) if (isLeft(run)) found.add(run)
    }
    return [...found]
  }

  #outcome(): Outcome {
    const results = new Map<string, NodeResult>()
    const kept = new Set<Step>()
    for (const [path, step] of this.board.entries()) {
      const isKept = step.isTarget && step.phase === 'done'
      if (isKept && this.#targets.has(path)) results.set(path, step.result!)
      if (isKept) kept.add(step)
      else step.abandon()
      for (const run of step.mapping?.running.keys() ?? []) if (!run.hasEnded) run.abandon()
    }
    const release = () => kept.forEach((step) => step.release())
    const common = { executed: this.#executed, results, release }
    const [error] = this.#failures
    if (error) return { status: 'failed', error, ...common }
    return { status: this.board.open > 0 || this.#isCut ? 'cancelled' : 'done', ...common }
  }
}

function abortion(message: string): DOMException {
  return new DOMException(message, 'AbortError')
}
