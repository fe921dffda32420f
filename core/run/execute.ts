import { setMaxListeners } from 'node:events'
import type { HiddenValues } from '../types/port.ts'
import type { Paths } from '../types/node-type.ts'
import type { WorkflowError } from '../workflow/workflow-error.ts'
import type { ResultCache } from './cache.ts'
import type { EventNode, EventStream } from './events.ts'
import { brokenStream, isAbort, nodeFailure } from './failure.ts'
import type { Widths } from './host.ts'
import { openContext, type OpenContext } from './node-context.ts'
import type { Plan } from './plan.ts'
import { ReadyQueue } from './ready-queue.ts'
import { bytesOf, typedOutputs, type NodeResult } from './result.ts'
import { Step } from './step.ts'
import { changedOutput, checkComplete, checkOutputs, collectInputs } from './values.ts'

/** What an execution works with. */
export interface ExecutionHost {
  readonly cache: ResultCache
  readonly events: EventStream
  readonly paths: Paths
  readonly services: ReadonlyMap<string, unknown>
  readonly widths: Widths
  /** Cancels the run. */
  readonly signal: AbortSignal
  readonly hidden: Omit<HiddenValues, 'node_id'>
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

/**
 * Runs what a plan says: each node as soon as its inputs can be read and its resource class has a place.
 * Ends when no node is running any more, also after a failure or a cancellation, which start nothing new.
 */
export async function execute(plan: Plan, host: ExecutionHost): Promise<Outcome> {
  return new Execution(plan, host).run()
}

class Execution {
  readonly #host: ExecutionHost
  readonly #steps = new Map<string, Step>()
  readonly #queue: ReadyQueue<Step>
  readonly #controller = new AbortController()
  readonly #failures: WorkflowError[] = []
  readonly #executed: string[] = []
  #stopped: 'cancelled' | 'failed' | undefined
  /** Steps that have begun and not ended. */
  #active = 0
  #lastBreath = performance.now()
  #isBreathing = false
  #finish: () => void = () => {}

  constructor(plan: Plan, host: ExecutionHost) {
    this.#host = host
    this.#queue = new ReadyQueue(host.widths)
    setMaxListeners(0, this.#controller.signal) // as many as nodes that run
    this.#addCached(plan)
    this.#addSteps(plan)
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
    return this.#outcome()
  }

  #addCached(plan: Plan): void {
    for (const node of plan.cached) {
      const { path, shown, result } = node
      const ui = result?.ui
      this.#host.events.emit({ type: 'node.cached', node: path, shown, ...(ui && { ui }) })
      for (const warning of result?.warnings ?? []) {
        this.#host.events.emit({ type: 'node.warning', node: path, shown, ...warning })
      }
      if (result === undefined) continue
      const step = new Step(node, plan.targets.has(path))
      step.adopt(result)
      this.#steps.set(path, step)
    }
  }

  /** The plan is in order, so each source is there before those that read it. */
  #addSteps(plan: Plan): void {
    for (const node of plan.run) {
      const step = new Step(node, plan.targets.has(node.path))
      this.#steps.set(node.path, step)
      for (const input of node.inputs) {
        if (input.kind === 'link') step.readFrom(this.#steps.get(input.from)!, input.output)
      }
      if (step.waiting === 0) this.#enqueue([step])
    }
  }

  #enqueue(steps: readonly Step[]): void {
    if (this.#stopped) return
    for (const step of steps) this.#queue.add(step.planned.registered.node.resource, step)
  }

  /** Starts what is ready and has a place; finishes when nothing is left. */
  #advance(): void {
    if (this.#isBreathing) return
    for (let step = this.#queue.take(); step !== undefined; step = this.#queue.take()) {
      void this.#perform(step)
      if (performance.now() - this.#lastBreath > BREATH_MS) return this.#breathe()
    }
    if (this.#active === 0 && this.#queue.isEmpty) this.#finish()
  }

  #breathe(): void {
    this.#isBreathing = true
    setImmediate(() => {
      this.#isBreathing = false
      this.#lastBreath = performance.now()
      this.#advance()
    })
  }

  /** One node from start to end. */
  async #perform(step: Step): Promise<void> {
    this.#active++
    step.phase = 'running'
    step.streams = [...step.sources].filter((source) => !source.hasEnded)
    this.#host.events.emit({ type: 'node.started', ...eventNode(step) })
    const context = this.#openContext(step)
    try {
      const values = await this.#callNode(step, context)
      if (step.streams.length > 0) await this.#outlastStreams(step, values)
      this.#succeed(step, values, context)
    } catch (error) {
      await this.#fail(step, error)
    }
    this.#active--
    this.#advance()
  }

  #openContext(step: Step): OpenContext {
    const { paths, services, events } = this.#host
    const publish = (values: ReadonlyMap<string, unknown>) => this.#publish(step, values)
    return openContext(step.planned, { signal: this.#controller.signal, paths, services, events, publish })
  }

  /** Calls `run` and gives all its outputs, checked. Takes the node's place in its resource class until it returns. */
  async #callNode(step: Step, { context, close }: OpenContext): Promise<ReadonlyMap<string, unknown>> {
    const { node } = step.planned.registered
    const began = performance.now()
    try {
      const inputs = collectInputs(step, this.#steps, { ...this.#host.hidden, node_id: step.planned.ref.id })
      const returned = await node.run(inputs, context)
      return completeOutputs(step, returned)
    } finally {
      close()
      step.seconds = secondsSince(began)
      step.phase = 'returned'
      this.#queue.free(node.resource)
    }
  }

  /** Makes outputs readable while their node still runs. Steps start later, not inside the node that calls. */
  #publish(step: Step, values: ReadonlyMap<string, unknown>): void {
    checkOutputs(step.planned.registered.node, values)
    this.#host.events.emit({ type: 'node.published', ...eventNode(step), outputs: [...values.keys()] })
    this.#enqueue(step.publish(values))
    queueMicrotask(() => this.#advance())
  }

  /** A node that has read from others which still run is not done before they are; what reads from it may start. */
  async #outlastStreams(step: Step, values: ReadonlyMap<string, unknown>): Promise<void> {
    this.#enqueue(step.publish(values))
    this.#advance()
    for (const source of step.streams) await source.whenEnded()
    const broken = step.streams.find(({ phase }) => phase !== 'done')
    if (broken) throw broken.error ?? abortion('a node that it was still reading from was cancelled')
  }

  #succeed(step: Step, values: ReadonlyMap<string, unknown>, { ui: uiOf, warnings }: OpenContext): void {
    const { registered, key } = step.planned
    const outputs = typedOutputs(registered.node, values)
    const ui = uiOf()
    const { seconds } = step
    step.result = { outputs, ...(ui && { ui }), warnings, bytes: bytesOf(outputs.values()), seconds }
    this.#host.cache.set(key, step.result)
    this.#executed.push(step.planned.path)
    this.#host.events.emit({ type: 'node.done', ...eventNode(step), seconds, ...(ui && { ui }) })
    this.#enqueue(step.publish(values))
    step.end('done')
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
    const hadStopped = this.#stopped
    if (step.streams.some((source) => !source.hasEnded)) {
      this.#stop('failed')
      for (const source of step.streams) await source.whenEnded()
    }
    const broken = step.streams.find(({ phase }) => phase === 'failed')
    const wasCut = isAbort(error, this.#controller.signal) || step.streams.some(({ phase }) => phase === 'cancelled')
    if (broken) this.#endFailed(step, brokenStream(step.planned, broken.planned, broken.error))
    else if (hadStopped === 'cancelled' || (hadStopped === 'failed' && wasCut)) this.#endCancelled(step)
    else {
      const failure = nodeFailure(error, step.planned.ref, step.planned.registered.node)
      this.#failures.push(failure)
      this.#endFailed(step, failure)
      this.#stop('failed')
    }
  }

  #endFailed(step: Step, error: WorkflowError): void {
    step.error = error
    this.#host.events.emit({ type: 'node.failed', ...eventNode(step), error: error.data })
    step.end('failed')
  }

  #endCancelled(step: Step): void {
    this.#host.events.emit({ type: 'node.cancelled', ...eventNode(step) })
    step.end('cancelled')
  }

  /** Starts nothing new from now on, and tells the nodes that run. The first cause counts. */
  #stop(cause: 'cancelled' | 'failed'): void {
    if (this.#stopped) return
    this.#stopped = cause
    this.#queue.clear()
    this.#controller.abort(abortion(cause === 'cancelled' ? 'the run was cancelled' : 'another node of the run failed'))
  }

  #outcome(): Outcome {
    const steps = [...this.#steps.values()]
    const kept = steps.filter(({ isTarget, phase }) => isTarget && phase === 'done')
    const results = new Map(kept.map(({ planned, result }) => [planned.path, result!]))
    for (const step of steps) if (!results.has(step.planned.path)) step.release()
    const release = () => kept.forEach((step) => step.release())
    const common = { executed: this.#executed, results, release }
    if (steps.every(({ phase }) => phase === 'done')) return { status: 'done', ...common }
    const [error] = this.#failures
    return error ? { status: 'failed', error, ...common } : { status: 'cancelled', ...common }
  }
}

/** All outputs of a node: what it returned, and what it had published before. */
function completeOutputs(step: Step, returned: object | undefined): ReadonlyMap<string, unknown> {
  const { node } = step.planned.registered
  const values = new Map<string, unknown>(Object.entries(returned ?? {}))
  for (const [name, { value }] of step.values) {
    if (values.has(name) && values.get(name) !== value) throw changedOutput(name)
    values.set(name, value)
  }
  checkOutputs(node, values)
  checkComplete(node, values)
  return values
}

function secondsSince(began: number): number {
  return Math.round((performance.now() - began) * 1000) / 1e6 // to the microsecond: enough, and short in events
}

function abortion(message: string): DOMException {
  return new DOMException(message, 'AbortError')
}

function eventNode(step: Step): EventNode {
  return { node: step.planned.path, shown: step.planned.shown }
}
