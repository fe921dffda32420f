import { findWork, type CachedNode, type Plan } from './plan.ts'
import { inherit, type ExecutionHost } from './course.ts'
import { ReadyQueue } from './ready-queue.ts'
import type { NodeResult } from './result.ts'
import type { KeyedNode, RunGraph } from './run-graph.ts'
import { Step } from './step.ts'
import type { Arrivals } from './values.ts'

/** The steps of a run, and those of them that wait for a place in their resource class. */
export class StepBoard {
  readonly #host: ExecutionHost
  readonly #graph: RunGraph
  readonly #targets: ReadonlySet<string>
  /** By path; nodes with one key share a step. */
  readonly #steps = new Map<string, Step>()
  /** By key: the step that makes or holds that result. */
  readonly #byKey = new Map<string, Step>()
  readonly #queue: ReadyQueue<Step>
  #isClosed = false
  /** Steps that have not ended. */
  open = 0

  constructor(plan: Plan, host: ExecutionHost) {
    this.#host = host
    this.#graph = plan.graph
    this.#targets = plan.targets
    this.#queue = new ReadyQueue(host.widths)
    for (const node of plan.cached) this.#addCached(node)
    this.#addSteps(plan.run)
  }

  /** The step that makes the result of the node at a path. */
  at(path: string): Step | undefined {
    return this.#steps.get(path)
  }

  /** All steps, with the paths of the nodes that have their result from them. */
  entries(): Iterable<[string, Step]> {
    return this.#steps
  }

  /** Takes the next step that is ready and has a place. */
  take(): Step | undefined {
    return this.#queue.take()
  }

  /** Gives back the place of a step that was taken. */
  free({ planned }: Step): void {
    this.#queue.free(planned.registered.node.resource)
  }

  /** Lets nothing start any more. */
  close(): void {
    this.#isClosed = true
    this.#queue.clear()
  }

  /** Lets a step start as soon as there is a place for it. */
  enqueue(step: Step): void {
    if (!this.#isClosed) this.#queue.add(step.planned.registered.node.resource, step)
  }

  enqueueAll(steps: readonly Step[]): void {
    for (const step of steps) this.enqueue(step)
  }

  /** Says that a node's result is known. */
  announceCached({ path, shown }: KeyedNode, result: NodeResult | undefined): void {
    const ui = result?.ui
    this.#host.events.emit({ type: 'node.cached', node: path, shown, ...(ui && { ui }) })
    for (const warning of result?.warnings ?? []) {
      this.#host.events.emit({ type: 'node.warning', node: path, shown, ...warning })
    }
  }

  #addCached(node: CachedNode, parent?: Step): void {
    const { path, result } = node
    this.announceCached(node, result)
    if (result === undefined) return
    const step = new Step(node, this.#targets.has(path), node.place && parent)
    step.adopt(result)
    this.#steps.set(path, step)
    if (step.parent) inherit(step.parent, result)
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
      if (step.waiting === 0) this.enqueue(step)
    }
  }

  /** The step of a node; `undefined` when another with the same key does its work. */
  #addStep(node: KeyedNode, parent?: Step): Step | undefined {
    const twin = this.#byKey.get(node.key)
    const isTarget = this.#targets.has(node.path)
    if (twin && !twin.isGone && twin.phase !== 'failed' && twin.phase !== 'cancelled') {
      this.#steps.set(node.path, twin)
      twin.isTarget ||= isTarget
      if (node.item) return undefined
      if (twin.phase === 'done') this.announceCached(node, twin.result)
      else (twin.twins ??= []).push(node)
      return undefined
    }
    const step = new Step(node, isTarget, node.place || node.item ? parent : undefined) // others are nobody's part
    this.#steps.set(node.path, step)
    this.#byKey.set(node.key, step)
    this.open++
    return step
  }

  /** The step that runs a node for one item: one of its own, which is then to be started, or one with the same key. */
  addItem(node: KeyedNode, parent: Step): { readonly run: Step; readonly isFresh: boolean } {
    const isFresh = this.#addStep(node, parent) !== undefined
    const run = this.#steps.get(node.path)!
    this.#steps.delete(node.path) // nothing links to it, and there may be many
    return { run, isFresh }
  }

  /** Sees to it that some nodes run, with all they need. `attach` is called as soon as their steps are there. */
  async demand(paths: readonly string[], parent: Step | undefined, attach: () => void): Promise<void> {
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

  /** What has arrived at the inputs of a step. A lazy input that was not asked for stays empty. */
  arrivals({ planned, asked }: Step): Arrivals {
    return planned.inputs.map((input) => {
      if (input.kind === 'given') return input.given
      if (input.kind !== 'link' || (input.definition.lazy && !asked?.has(input.slot))) return undefined
      return this.#steps.get(input.from)!.values.get(input.output)
    })
  }
}
