import { Expansion } from '../types/expansion.ts'
import type { MaybePromise } from '../types/json.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import { begin, handingFor, secondsSince, type Course, type Got } from './course.ts'
import { askPortCheck } from './hooks.ts'
import { openContext, type OpenContext } from './node-context.ts'
import { typedOutputs } from './result.ts'
import type { KeyedNode } from './run-graph.ts'
import type { Step } from './step.ts'
import { changedOutput, checkComplete, checkOutputs, inputValues, isLinked, type Arrivals } from './values.ts'

type Expand = (step: Step, expansion: Expansion, open: OpenContext, got: Got) => Promise<void>

/** Runs single nodes: hands them their inputs, calls them, and takes what they give. */
export class NodeRunner {
  readonly #course: Course
  readonly #expand: Expand

  constructor(course: Course, expand: Expand) {
    this.#course = course
    this.#expand = expand
  }

  /** Calls `run` and takes what it gives. The node keeps its place in its resource class until it returns. */
  run(step: Step, arrivals: Arrivals): MaybePromise<void> {
    const { planned } = step
    const { path, shown, registered, item } = planned
    const { host, graph, signal } = this.#course
    begin(step, 'running')
    if (!item) host.events.emit({ type: 'node.started', node: path, shown })
    const { paths, services, checkpoints, events } = host
    const open = openContext(planned, { signal, paths, services, checkpoints, events, graph }, (values) => this.#publish(step, values))
    let returned: unknown
    let inputs: Record<string, unknown>
    try {
      inputs = inputValues(planned, arrivals, handingFor(this.#course, planned))
      const checking = this.#checkArrived(planned, arrivals)
      const { node } = registered
      returned = checking ? checking.then(() => node.run(inputs, open.context)) : node.run(inputs, open.context)
    } catch (error) {
      this.#returned(step, open)
      throw error
    }
    const got = { inputs, arrivals }
    if (isPromise(returned)) return this.#await(step, returned, open, got)
    this.#returned(step, open)
    return this.#take(step, returned, open, got)
  }

  async #await(step: Step, running: PromiseLike<unknown>, open: OpenContext, got: Got): Promise<void> {
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
    this.#course.board.free(step)
  }

  /** Asks the ports' own checks about what links have brought; `undefined` where there are none. */
  #checkArrived(planned: KeyedNode, arrivals: Arrivals): Promise<void> | undefined {
    const { node, definition } = planned.registered
    if (!definition.hooks.validate) return undefined
    const asked = planned.inputs.flatMap((input, index) => {
      const check = node.inputs[input.definition.name]!.validate
      const arrived = arrivals[index]
      if (!check || !arrived || !isLinked(input)) return []
      return [askPortCheck(check, arrived.value, input.slot, planned, this.#course.signal)]
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
    return this.#course.succeedAfterStreams(step, outputs, open)
  }

  /** Makes outputs readable while their node still runs. Steps start later, not inside the node that calls. */
  #publish(step: Step, values: ReadonlyMap<string, unknown>): void {
    const { path, shown, registered, item } = step.planned
    checkOutputs(registered.node, values)
    if (item) return // what is mapped is read when all its items are there
    const { host, board } = this.#course
    host.events.emit({ type: 'node.published', node: path, shown, outputs: [...values.keys()] })
    board.enqueueAll(step.publish(typedOutputs(registered.node, values, step.planned)))
    queueMicrotask(() => this.#course.advance())
  }
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
