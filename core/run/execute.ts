import { setMaxListeners } from 'node:events'
import { RawLink, Expansion } from '../types/expansion.ts'
import type { MaybePromise } from '../types/json.ts'
import type { HiddenValues } from '../types/port.ts'
import type { Paths } from '../types/node-type.ts'
import type { Blocked } from '../types/blocked.ts'
import type { TypedValue } from '../types/value-type.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import type { ResultCache } from './cache.ts'
import type { EventStream } from './events.ts'
import { expandedOutputs, knownObjects, linkedPaths, outputNodesAmong } from './expanded.ts'
import { aboutShown, brokenStream, isAbort, nodeFailure } from './failure.ts'
import { hold, letGo } from './holdings.ts'
import { askPortCheck, askValidateHooks } from './hooks.ts'
import type { Widths } from './host.ts'
import type { Limits } from './limits.ts'
import { BLOCKED } from './lists.ts'
import { Mapping } from './mapping.ts'
import { askNeeds } from './needs.ts'
import { openContext, type OpenContext } from './node-context.ts'
import { placeExpansion } from './place-expansion.ts'
import type { Place } from './planned-node.ts'
import { findWork, type CachedNode, type Plan } from './plan.ts'
import { ProgressGate } from './progress.ts'
import { ReadyQueue } from './ready-queue.ts'
import { bytesOf, mergedUi, typedOutputs, type NodeResult } from './result.ts'
import type { KeyedNode, RunGraph } from './run-graph.ts'
import { Step } from './step.ts'
import { waitCycle } from './wait-cycle.ts'
import { blockedAmong, changedOutput, checkComplete, checkOutputs, inputValues } from './values.ts'
import { isLinked, type Arrivals, type Handing } from './values.ts'

/** What an execution works with. */
export interface ExecutionHost {
  readonly cache: ResultCache
  readonly events: EventStream
  readonly paths: Paths
  readonly services: ReadonlyMap<string, unknown>
  readonly widths: Widths
  readonly limits: Limits
  /** Cancels the run. */
  readonly signal: AbortSignal
  /** What only the engine knows, for a node. */
  hidden(kind: keyof HiddenValues, node: KeyedNode): unknown
}

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

/** How many items of a list are looked at before anything else gets its turn. */
const ITEMS_AT_A_TIME = 1_000

/**
 * Runs what a plan says: each node as soon as its inputs can be read and its resource class has a place.
 * Ends when no node is running any more, also after a failure or a cancellation, which start nothing new.
 */
export async function execute(plan: Plan, host: ExecutionHost): Promise<Outcome> {
  return new Execution(plan, host).run()
}

class Execution {
  readonly #host: ExecutionHost
  readonly #graph: RunGraph
  readonly #targets: ReadonlySet<string>
  /** By path; nodes with one key share a step. */
  readonly #steps = new Map<string, Step>()
  /** By key: the step that makes or holds that result. */
  readonly #byKey = new Map<string, Step>()
  readonly #queue: ReadyQueue<Step>
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
  /** Steps that have not ended. */
  #open = 0
  /** Nodes that expansions have added. */
  #added = 0
  #lastBreath = performance.now()
  #isBreathing = false
  #isAdvancing = false
  #finish: () => void = () => {}

  constructor(plan: Plan, host: ExecutionHost) {
    this.#host = host
    this.#graph = plan.graph
    this.#targets = plan.targets
    this.#queue = new ReadyQueue(host.widths)
    setMaxListeners(0, this.#controller.signal) // as many as nodes that run
    for (const node of plan.cached) this.#addCached(node)
    this.#addSteps(plan.run)
  }

  async run(): Promise<Outcome> {
    const cancel = () => this.#stop('cancelled')
    this.#host.signal.addEventListener('abort', cancel, { once: true })
    if (this.#host.signal.aborted) cancel()
    await new Promise<void>((resolve) => {
      this.#finish = resolve
      this.#advance()
    })
    this.#host.signal.removeEventListener('abort', cancel)
    this.#endOpen()
    return this.#outcome()
  }

  // ---- steps ----

  #addCached(node: CachedNode, parent?: Step): void {
    const { path, result } = node
    this.#announceCached(node, result)
    if (result === undefined) return
    const step = new Step(node, this.#targets.has(path), node.place && parent)
    step.adopt(result)
    this.#steps.set(path, step)
    if (step.parent) inherit(step.parent, result)
  }

  #announceCached({ path, shown }: KeyedNode, result: NodeResult | undefined): void {
    const ui = result?.ui
    this.#host.events.emit({ type: 'node.cached', node: path, shown, ...(ui && { ui }) })
    for (const warning of result?.warnings ?? []) {
      this.#host.events.emit({ type: 'node.warning', node: path, shown, ...warning })
    }
  }

  /** Adds nodes that have to run; what they read from is there, or among them. */
  #addSteps(nodes: Iterable<KeyedNode>, parent?: Step): void {
    const fresh: Step[] = []
    for (const node of nodes) {
      const step = this.#addStep(node, parent)
      if (step) fresh.push(step)
    }
    for (const step of fresh) {
      for (const input of step.planned.inputs) {
        if (input.kind === 'link' && !input.definition.lazy) step.readFrom(this.#steps.get(input.from)!, input.output)
      }
      if (step.waiting === 0) this.#enqueue(step)
    }
  }

  /** The step of a node; `undefined` when another with the same key does its work. */
  #addStep(node: KeyedNode, parent?: Step): Step | undefined {
    const twin = this.#byKey.get(node.key)
    const isTarget = this.#targets.has(node.path)
    if (twin && !twin.isGone && twin.phase !== 'failed' && twin.phase !== 'cancelled') {
      this.#steps.set(node.path, twin)
      twin.isTarget ||= isTarget
      if (twin.phase === 'done') this.#announceCached(node, twin.result)
      else (twin.twins ??= []).push(node)
      return undefined
    }
    const step = new Step(node, isTarget, node.place || node.item ? parent : undefined) // others are nobody's part
    this.#steps.set(node.path, step)
    this.#byKey.set(node.key, step)
    this.#open++
    return step
  }

  /** Sees to it that some nodes run, with all they need. `attach` is called as soon as their steps are there. */
  async #demand(paths: readonly string[], parent: Step | undefined, attach: () => void): Promise<void> {
    const pinned: Step[] = []
    const isUnderWay = (path: string) => {
      const step = this.#steps.get(path)
      if (step === undefined || step.isGone) return false
      step.join() // or it might let its values go before they are read
      pinned.push(step)
      return true
    }
    const work = await findWork(paths, this.#graph, this.#host.cache, isUnderWay)
    for (const [path, result] of work.results) this.#addCached({ ...this.#graph.at(path)!, result }, parent)
    this.#addSteps([...work.running].reverse().map((path) => this.#graph.at(path)!), parent)
    attach()
    for (const step of pinned) step.leave()
  }

  #enqueue(step: Step): void {
    if (!this.#stopped) this.#queue.add(step.planned.registered.node.resource, step)
  }

  #enqueueAll(steps: readonly Step[]): void {
    for (const step of steps) this.#enqueue(step)
  }

  // ---- going on ----

  /** Starts what is ready and has a place; finishes when nothing is left. */
  #advance(): void {
    if (this.#isBreathing || this.#isAdvancing) return
    this.#isAdvancing = true
    for (;;) {
      const settled = this.#settling.pop()
      const step = settled === undefined ? this.#queue.take() : undefined
      if (settled) this.#settle(settled)
      else if (step) this.#start(step)
      else break
      if (performance.now() - this.#lastBreath > BREATH_MS) {
        this.#isAdvancing = false
        return this.#breathe()
      }
    }
    this.#isAdvancing = false
    if (this.#active > 0) return
    if (this.#open > 0 && !this.#stopped) this.#refuseCycle()
    this.#finish()
  }

  #breathe(): void {
    this.#isBreathing = true
    setImmediate(() => {
      this.#isBreathing = false
      this.#lastBreath = performance.now()
      this.#advance()
    })
  }

  /** One step from start to end; nothing of it is left to be caught. */
  #start(step: Step): void {
    this.#track(step, () => this.#attempt(step))
  }

  /** Does some work for a step, at once or with a wait in it. */
  #track(step: Step, work: () => MaybePromise<void>): void {
    this.#active++
    const done = this.#attempted(step, work)
    if (done === undefined) this.#active--
    else {
      void done.then(() => {
        this.#active--
        this.#advance()
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

  /** What a step whose inputs are there comes to: asking for more, being skipped, runs for items, or one run. */
  #attempt(step: Step): MaybePromise<void> {
    const { node } = step.planned.registered
    const arrivals = this.#arrivals(step)
    const blocked = blockedAmong(arrivals, node.inputList === true)
    if (blocked) return this.#withoutPlace(step, () => this.#skip(step, blocked))
    if (!step.needsNoMore && step.planned.inputs.some(({ definition }) => definition.lazy)) {
      return this.#askNeeds(step, arrivals)
    }
    const isMapped = !node.inputList && arrivals.some((arrived) => arrived?.each)
    return isMapped ? this.#withoutPlace(step, () => this.#map(step, arrivals)) : this.#run(step, arrivals)
  }

  #withoutPlace(step: Step, work: () => void): void {
    this.#queue.free(step.planned.registered.node.resource)
    work()
  }

  /** What has arrived at the inputs of a step. A lazy input that was not asked for stays empty. */
  #arrivals({ planned, asked }: Step): Arrivals {
    return planned.inputs.map((input) => {
      if (input.kind === 'given') return input.given
      if (input.kind !== 'link' || (input.definition.lazy && !asked?.has(input.slot))) return undefined
      return this.#steps.get(input.from)!.values.get(input.output)
    })
  }

  #handing(planned: KeyedNode): Handing {
    const { plugin } = planned.registered
    return { hidden: (kind) => this.#host.hidden(kind, planned), copies: !plugin.trusted }
  }

  // ---- lazy inputs ----

  async #askNeeds(step: Step, arrivals: Arrivals): Promise<void> {
    const { planned } = step
    let needed: Set<string>
    try {
      needed = await askNeeds(planned, arrivals, this.#handing(planned), this.#graph.hooks)
    } catch (error) {
      this.#queue.free(planned.registered.node.resource)
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
    this.#queue.free(planned.registered.node.resource)
    await this.#demand(links.map(({ from }) => from), step.parent, () => {
      for (const { from, output } of links) step.readFrom(this.#steps.get(from)!, output)
      if (step.waiting === 0) this.#enqueue(step)
    })
  }

  // ---- one run ----

  /** Calls `run` and takes what it gives. The node keeps its place in its resource class until it returns. */
  #run(step: Step, arrivals: Arrivals): MaybePromise<void> {
    const { planned } = step
    step.phase = 'running'
    step.began = performance.now()
    for (const source of step.sources) if (!source.hasEnded) step.streams = [...step.streams, source]
    if (!planned.item) this.#host.events.emit({ type: 'node.started', node: planned.path, shown: planned.shown })
    const open = openContext(planned, this.#contextHost, (values) => this.#publish(step, values))
    const { node } = planned.registered
    let returned: unknown
    let inputs: Record<string, unknown>
    try {
      inputs = inputValues(planned, arrivals, this.#handing(planned))
      const checking = this.#checkArrived(planned, arrivals)
      returned = checking ? checking.then(() => node.run(inputs, open.context)) : node.run(inputs, open.context)
    } catch (error) {
      this.#returned(step, open)
      throw error
    }
    if (!isPromise(returned)) {
      this.#returned(step, open)
      return this.#take(step, returned, open, { inputs, arrivals })
    }
    return this.#awaitRun(step, returned, open, { inputs, arrivals })
  }

  async #awaitRun(step: Step, running: PromiseLike<unknown>, open: OpenContext, got: Got): Promise<void> {
    let returned: unknown
    try {
      returned = await running
    } finally {
      this.#returned(step, open)
    }
    return this.#take(step, returned, open, got)
  }

  #returned(step: Step, { close }: OpenContext): void {
    close()
    step.seconds += secondsSince(step.began)
    step.phase = 'returned'
    this.#queue.free(step.planned.registered.node.resource)
  }

  get #contextHost() {
    const { paths, services, events } = this.#host
    return { signal: this.#controller.signal, paths, services, events, graph: this.#graph }
  }

  /** Asks the ports' own checks about what links have brought; `undefined` where there are none. */
  #checkArrived(planned: KeyedNode, arrivals: Arrivals): Promise<void> | undefined {
    const { node, definition } = planned.registered
    if (!definition.hooks.validate) return undefined
    const asked = planned.inputs.flatMap((input, index) => {
      const check = node.inputs[input.definition.name]!.validate
      const arrived = arrivals[index]
      return check && arrived && isLinked(input) ? [askPortCheck(check, arrived.value, input.slot, planned, this.#controller.signal)] : []
    })
    if (asked.length === 0) return undefined
    return Promise.all(asked).then((answers) => {
      const wrong = answers.filter((one) => one !== undefined)
      if (wrong.length > 0) throw WorkflowError.ofProblems(wrong)
    })
  }

  #take(step: Step, returned: unknown, open: OpenContext, got: Got): MaybePromise<void> {
    if (returned instanceof Expansion) return this.#expand(step, returned, open, got)
    const { planned } = step
    const values = completeOutputs(step, returned)
    const outputs = typedOutputs(planned.registered.node, values, planned, got.arrivals)
    if (step.streams.length > 0) return this.#outlastStreams(step, outputs).then(() => this.#succeed(step, outputs, open))
    this.#succeed(step, outputs, open)
  }

  /** Makes outputs readable while their node still runs. Steps start later, not inside the node that calls. */
  #publish(step: Step, values: ReadonlyMap<string, unknown>): void {
    const { path, shown, registered, item } = step.planned
    checkOutputs(registered.node, values)
    if (item) return // what is mapped is read when all its items are there
    this.#host.events.emit({ type: 'node.published', node: path, shown, outputs: [...values.keys()] })
    this.#enqueueAll(step.publish(typedOutputs(registered.node, values, step.planned)))
    queueMicrotask(() => this.#advance())
  }

  /** A node that has read from others which still run is not done before they are; what reads from it may start. */
  async #outlastStreams(step: Step, values: ReadonlyMap<string, TypedValue>): Promise<void> {
    this.#enqueueAll(step.publish(values))
    this.#advance()
    for (const source of step.streams) await source.whenEnded()
    const broken = step.streams.find(({ phase }) => phase !== 'done')
    if (broken) throw broken.error ?? abortion('a node that it was still reading from was cancelled')
  }

  #succeed(step: Step, outputs: ReadonlyMap<string, TypedValue>, open?: OpenContext): void {
    const { planned, seconds } = step
    const own = open?.ui()
    const ui = step.shown ? mergedUi([own, ...step.shown]) : own
    const warnings = step.warnings ?? open?.warnings ?? []
    const result: NodeResult = { outputs, ...(ui && { ui }), warnings, bytes: bytesOf(outputs.values()), seconds }
    this.#host.cache.set(planned.key, result, planned)
    if (!planned.item) {
      this.#executed.push(planned.path)
      const { path, shown } = planned
      const wall = step.children.length > 0 || step.mapping ? secondsSince(step.began) : seconds
      this.#host.events.emit({ type: 'node.done', node: path, shown, seconds: wall, ...(own && { ui: own }) })
    }
    this.#conclude(step, result)
  }

  /** A step that can't run, because something it needs is blocked. What depends on it is blocked with it. */
  #skip(step: Step, blocked: Blocked): void {
    const { path, shown, registered } = step.planned
    const by = blocked.by ?? { node: path, shown }
    const { message } = blocked
    this.#host.events.emit({ type: 'node.skipped', node: path, shown, by, ...(message !== undefined && { message }) })
    const outputs = new Map(registered.definition.outputs.map(({ name }) => [name, { type: BLOCKED, value: blocked }]))
    this.#conclude(step, { outputs, warnings: [], bytes: bytesOf(outputs.values()), seconds: 0 })
  }

  /** Ends a step well: its result can be read by those who wait for it. */
  #conclude(step: Step, result: NodeResult): void {
    step.result = result
    this.#enqueueAll(step.publish(result.outputs))
    for (const twin of step.twins ?? []) this.#announceCached(twin, result)
    if (step.parent) inherit(step.parent, result)
    this.#end(step, 'done')
  }

  #end(step: Step, phase: 'done' | 'failed' | 'cancelled'): void {
    this.#open--
    for (const waiter of step.waiters ?? []) {
      waiter.pending--
      if (waiter.mapping || waiter.pending === 0) this.#settling.push(waiter)
    }
    step.end(phase)
  }

  // ---- expansion ----

  /** Puts a graph in the place of a step: its nodes are checked like those of the file, keyed, and run. */
  async #expand(step: Step, expansion: Expansion, open: OpenContext, { inputs, arrivals }: Got): Promise<void> {
    const { planned } = step
    const graph = this.#graph
    const place = this.#placeIn(planned, expansion)
    const known = knownObjects(planned, inputs, arrivals, graph)
    await graph.include(linkedPaths(expansion, graph))
    const nodes = placeExpansion(expansion, { graph, origin: planned, place, known })
    const complaints = await askValidateHooks(nodes, graph.hooks)
    if (complaints.length > 0) throw WorkflowError.ofProblems(complaints.map((one) => aboutShown(one, planned)))
    await graph.add(nodes)
    for (const node of expansion.nodes) graph.prompt.add(node)
    const added = nodes.map(({ path, ref }) => ({ node: path, type: ref.type }))
    this.#host.events.emit({ type: 'node.expanded', node: planned.path, shown: planned.shown, nodes: added })

    step.phase = 'expanded'
    step.outputs = expansion.outputs
    inherit(step, { ui: open.ui(), warnings: open.warnings, seconds: 0 })
    const links = [...expansion.outputs.values()].filter((value) => value instanceof RawLink)
    const paths = [...new Set([...links.map(({ from }) => from), ...outputNodesAmong(nodes)])]
    await this.#demand(paths, step, () => this.#waitFor(step, paths.map((path) => this.#steps.get(path)!)))
  }

  /** @throws WorkflowError `expansion_limit` where it would go too deep or add too many nodes */
  #placeIn({ path, place }: KeyedNode, { continues, nodes }: Expansion): Place {
    const { limits } = this.#host
    this.#added += nodes.length
    const next = continues && place ? place : { depth: (place?.depth ?? 0) + 1, base: path }
    const over = (problem: string, setting: string) =>
      new WorkflowError({
        code: 'expansion_limit',
        problem,
        remedy: `Does it expand itself without end? Otherwise raise limits.${setting} in the options of the run.`,
      })
    if (next.depth > limits.depth) throw over(`expansions are nested more than ${limits.depth} deep`, 'depth')
    if (this.#added > limits.nodes) throw over(`expansions have added more than ${limits.nodes} nodes`, 'nodes')
    return next
  }

  #waitFor(step: Step, children: readonly Step[]): void {
    step.children = [...new Set(children)]
    for (const child of step.children) {
      child.join()
      if (child.hasEnded) continue
      step.pending++
      ;(child.waiters ??= []).push(step)
    }
    step.leaveSources()
    if (step.pending === 0) this.#settling.push(step)
  }

  /** Goes on with a step in whose place others have come to their end. */
  #settle(step: Step): void {
    if (this.#stopped || step.hasEnded) return
    this.#track(step, () => (step.mapping ? this.#feed(step, step.mapping) : this.#collect(step)))
  }

  #collect(step: Step): MaybePromise<void> {
    const valuesAt = (path: string) => this.#steps.get(path)!.values
    const outputs = expandedOutputs(step.planned, step.outputs!, valuesAt, this.#graph)
    return this.#finishAfter(step, outputs)
  }

  /** Publishes what others have made in the place of a step, and lets those go. */
  #finishAfter(step: Step, outputs: ReadonlyMap<string, TypedValue>): MaybePromise<void> {
    hold(outputs.values())
    for (const child of step.children) child.leave()
    const finish = () => {
      this.#succeed(step, outputs)
      letGo(outputs.values())
    }
    return step.streams.length > 0 ? this.#outlastStreams(step, outputs).then(finish) : finish()
  }

  // ---- lists ----

  #map(step: Step, arrivals: Arrivals): void {
    const { path, shown } = step.planned
    step.mapping = new Mapping(step, arrivals, this.#host.limits.items)
    step.phase = 'mapping'
    step.began = performance.now()
    for (const source of step.sources) if (!source.hasEnded) step.streams = [...step.streams, source]
    this.#host.events.emit({ type: 'node.started', node: path, shown })
    const { count } = step.mapping
    step.mapping.progress = new ProgressGate((latest) => {
      this.#host.events.emit({ type: 'node.progress', node: path, shown, ...latest })
    })
    if (count > 1) step.mapping.progress.report({ value: 0, max: count })
    this.#settling.push(step)
  }

  /** Takes the results that are there, and starts runs for further items: a few more than have a place. */
  #feed(step: Step, mapping: Mapping): MaybePromise<void> {
    this.#takeRuns(step, mapping)
    const window = 2 * this.#host.widths[step.planned.registered.node.resource]
    let looked = 0
    while (mapping.next < mapping.count && mapping.running.size + mapping.looking < window) {
      if (looked++ === ITEMS_AT_A_TIME) {
        this.#settling.push(step)
        return
      }
      this.#beginItem(step, mapping, mapping.next++)
    }
    if (mapping.ended < mapping.count) return
    mapping.progress?.close()
    const outputs = mapping.gather()
    const finish = () => mapping.results.forEach((result) => letGo(result.outputs.values()))
    const done = this.#finishAfter(step, outputs)
    return done instanceof Promise ? done.then(finish) : finish()
  }

  #beginItem(step: Step, mapping: Mapping, index: number): void {
    const planned = mapping.nodeAt(index, this.#graph)
    mapping.keys[index] = planned.key
    const found = this.#host.cache.get(planned.key)
    if (!(found instanceof Promise)) return this.#takeItem(step, mapping, planned, found)
    mapping.looking++
    this.#track(step, async () => {
      const result = await found
      mapping.looking--
      this.#takeItem(step, mapping, planned, result)
      this.#settling.push(step)
    })
  }

  /** An item whose result is known is done; for others a step of their own runs, or one with the same key. */
  #takeItem(step: Step, mapping: Mapping, planned: KeyedNode, result: NodeResult | undefined): void {
    const { index } = planned.item!
    if (result) return this.#noteResult(step, mapping, index, result)
    const fresh = this.#addStep(planned, step)
    const run = this.#steps.get(planned.path)!
    this.#steps.delete(planned.path)
    if (run.hasEnded) return this.#noteResult(step, mapping, index, run.result!)
    const items = mapping.running.get(run)
    if (items) items.push(index)
    else {
      mapping.running.set(run, [index])
      run.join()
      ;(run.waiters ??= []).push(step)
      step.pending++
    }
    if (fresh) this.#enqueue(fresh)
  }

  #takeRuns(step: Step, mapping: Mapping): void {
    for (const [run, items] of mapping.running) {
      if (!run.hasEnded) continue
      mapping.running.delete(run)
      if (run.phase !== 'done') continue
      for (const index of items) this.#noteResult(step, mapping, index, run.result!)
      run.leave()
    }
  }

  #noteResult(_: Step, mapping: Mapping, index: number, result: NodeResult): void {
    hold(result.outputs.values())
    mapping.results[index] = result
    mapping.ended++
    mapping.progress?.report({ value: mapping.ended, max: mapping.count })
  }

  // ---- failures and the end ----

  /**
   * Ends a step that threw.
   *
   * 1. Were nodes that it reads from still running, then the fault may be theirs: stop, and wait until they have ended.
   * 2. If one of them failed, this step only follows it.
   * 3. If the run had stopped before, and this is how the step noticed, it was cancelled.
   * 4. Otherwise it is a failure of its own, and stops the run.
   */
  async #fail(step: Step, error: unknown): Promise<void> {
    if (step.hasEnded) throw error // a mistake of the engine's own
    const hadStopped = this.#stopped
    if (step.streams.some((source) => !source.hasEnded)) {
      this.#stop('failed')
      for (const source of step.streams) await source.whenEnded()
    }
    const broken = step.streams.find(({ phase }) => phase === 'failed')
    const wasCut = isAbort(error, this.#controller.signal) || step.streams.some(({ phase }) => phase === 'cancelled')
    if (broken) this.#endFailed(step, brokenStream(step.planned, broken.planned, broken.error))
    else if (hadStopped === 'cancelled' || (hadStopped === 'failed' && wasCut)) this.#endCancelled(step)
    else this.#refuse(step, nodeFailure(error, step.planned))
  }

  #refuse(step: Step, failure: WorkflowError): void {
    this.#failures.push(failure)
    this.#endFailed(step, failure)
    this.#stop('failed')
  }

  /** The steps in whose place it ran fail with it, at the end of the run. */
  #endFailed(step: Step, error: WorkflowError): void {
    step.error = error
    for (let parent = step.parent; parent && !parent.error; parent = parent.parent) parent.error = error
    const { path, shown } = step.planned
    this.#host.events.emit({ type: 'node.failed', node: path, shown, error: error.data })
    this.#end(step, 'failed')
  }

  #endCancelled(step: Step): void {
    const { path, shown, item } = step.planned
    if (!item) this.#host.events.emit({ type: 'node.cancelled', node: path, shown })
    this.#isCut = true
    this.#end(step, 'cancelled')
  }

  /** Nothing runs any more, and yet there are steps that wait: for one another. */
  #refuseCycle(): void {
    const open = [...this.#steps.values()].filter(({ hasEnded }) => !hasEnded)
    const { step, error } = waitCycle(open, (path) => this.#steps.get(path))
    this.#refuse(step, error)
  }

  /** Starts nothing new from now on, and tells the nodes that run. The first cause counts. */
  #stop(cause: 'cancelled' | 'failed'): void {
    if (this.#stopped) return
    this.#stopped = cause
    this.#queue.clear()
    this.#settling.length = 0
    this.#controller.abort(abortion(cause === 'cancelled' ? 'the run was cancelled' : 'another node of the run failed'))
  }

  /** Ends the steps that others ran in the place of, where those never came to their end: the innermost first. */
  #endOpen(): void {
    const left = [...this.#steps.values()].filter(({ phase }) => phase === 'expanded' || phase === 'mapping').reverse()
    for (const step of new Set(left)) {
      step.mapping?.progress?.close()
      if (step.error instanceof WorkflowError) this.#endFailed(step, step.error)
      else this.#endCancelled(step)
    }
  }

  #outcome(): Outcome {
    const steps = new Set(this.#steps.values())
    const results = new Map<string, NodeResult>()
    for (const [path, step] of this.#steps) {
      if (this.#targets.has(path) && step.phase === 'done') results.set(path, step.result!)
    }
    const kept: Step[] = []
    for (const step of steps) {
      if (step.isTarget && step.phase === 'done') kept.push(step)
      else step.abandon()
    }
    const release = () => kept.forEach((step) => step.release())
    const common = { executed: this.#executed, results, release }
    const [error] = this.#failures
    if (error) return { status: 'failed', error, ...common }
    return { status: this.#open > 0 || this.#isCut ? 'cancelled' : 'done', ...common }
  }
}

/** What a node was given for one run. */
interface Got {
  readonly inputs: Readonly<Record<string, unknown>>
  readonly arrivals: Arrivals
}

/** What ran in the place of a node has shown and warned for it, and taken its time. */
function inherit(parent: Step, { ui, warnings, seconds }: Pick<NodeResult, 'ui' | 'warnings' | 'seconds'>): void {
  if (ui) (parent.shown ??= []).push(ui)
  for (const warning of warnings) (parent.warnings ??= []).push(warning)
  parent.seconds += seconds
}

/** All outputs of a node: what it returned, and what it had published before. */
function completeOutputs(step: Step, returned: unknown): ReadonlyMap<string, unknown> {
  const { node } = step.planned.registered
  const values = new Map<string, unknown>(Object.entries(returned ?? {}))
  for (const [name, published] of step.values) {
    if (values.has(name) && values.get(name) !== published.value) throw changedOutput(name)
    values.set(name, published.value)
  }
  checkOutputs(node, values)
  checkComplete(node, values)
  return values
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

function secondsSince(began: number): number {
  return Math.round((performance.now() - began) * 1000) / 1e6 // to the microsecond: enough, and short in events
}

function abortion(message: string): DOMException {
  return new DOMException(message, 'AbortError')
}
