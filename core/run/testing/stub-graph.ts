import { createRegistry } from '../../plugins/registry.ts'
import { Expansion } from '../../types/expansion.ts'
import { defineNode, type NodeContext, type NodeType, type Ports, type ResourceClass } from '../../types/node-type.ts'
import type { FactsAnswer, FactsContext } from '../../types/facts.ts'
import type { Complaint, HookContext, Mapping, Paths } from '../../types/node-type.ts'
import type { Json, MaybePromise } from '../../types/json.ts'
import { port, type Port } from '../../types/port.ts'
import type { InputValue, Link, Workflow } from '../../workflow/workflow.ts'
import { MemoryCache } from '../cache.ts'
import type { RunEvent } from '../events.ts'
import type { RunOptions } from '../host.ts'
import { runWorkflow, type RunResult } from '../run.ts'

/** Folders that no test writes to. */
export const NO_PATHS: Paths = { models: '/none', input: '/none', output: '/none', temp: '/none' }

/** What is special about one node of a stub graph. */
export interface StubOptions {
  /** Ids of the nodes that feed its inputs `a`, `b`, `c`… in this order. */
  readonly from?: readonly (string | Link)[]
  /** Values of further inputs; each gets a port of its own unless `ports` has one. */
  readonly values?: Readonly<Record<string, InputValue>>
  readonly ports?: Ports
  readonly outputs?: Ports
  readonly type?: string
  readonly version?: number
  readonly output?: boolean
  readonly resource?: ResourceClass
  readonly idempotent?: boolean
  readonly fingerprint?: (inputs: object, context: HookContext) => MaybePromise<Json>
  readonly validate?: (inputs: object, context: HookContext) => MaybePromise<readonly Complaint[] | void>
  readonly facts?: (inputs: object, context: FactsContext) => MaybePromise<FactsAnswer | void>
  readonly title?: string
  readonly mode?: 'mute' | 'bypass'
  readonly inputList?: boolean
  readonly mapping?: Mapping
  readonly constant?: boolean
  readonly needs?: (inputs: Readonly<Record<string, unknown>>) => MaybePromise<readonly string[]>
  readonly lengths?: (inputs: Readonly<Record<string, unknown>>) => Readonly<Record<string, number | undefined>>
  readonly run?: (inputs: Readonly<Record<string, unknown>>, context: NodeContext) => MaybePromise<object | void>
}

/** A finished run of a stub graph. */
export interface StubRun extends RunResult {
  readonly events: readonly RunEvent[]
  /** Ids of the nodes that came out of the cache. */
  readonly cached: readonly string[]
  /** Ids of the nodes that began, in this order. */
  readonly started: readonly string[]
  /** What a target gave at its output `out`. */
  value(id: string): unknown
}

const ANYTHING = port.any().optional()

/**
 * A graph drawn in a test, a line a node. Each node's output `out` is a text that says how it came about:
 * `save(scale(load))`. Runs of one graph share a cache.
 */
export class StubGraph {
  readonly cache = new MemoryCache(1_000_000)
  pluginHash = 'hash of the plugin'
  /** Whether the stubs get values themselves, as built-in nodes do. */
  isTrusted = false
  readonly #types = new Map<string, NodeType>()
  readonly #nodes = new Map<string, Workflow['nodes'][number]>()

  /** A node fed by some others: `g.node('scale', load)`. Gives its id. */
  node(id: string, ...from: string[]): string {
    return this.add(id, { from })
  }

  /** A node with something special about it. A second call with an id replaces the node. */
  add(id: string, options: StubOptions = {}): string {
    const type = options.type ?? `Stub_${id}`
    const links = (options.from ?? []).map((from) => (typeof from === 'string' ? link(from) : from))
    const linked = Object.fromEntries(links.map((one, index) => [inputName(index), one]))
    const inputs: Record<string, InputValue> = { ...linked, ...options.values }
    this.#types.set(type, stubType(type, id, inputs, options))
    const { title, mode } = options
    this.#nodes.set(id, { id, type, ...(title !== undefined && { title }), ...(mode && { mode }), inputs })
    return id
  }

  /** A node type that only expansions use; its nodes run like stubs of that type. */
  define(type: string, options: StubOptions = {}): string {
    this.#types.set(type, stubType(type, type, {}, options))
    return type
  }

  /** Gives another value to an input. */
  set(id: string, input: string, value: InputValue): void {
    const node = this.#nodes.get(id)!
    this.#nodes.set(id, { ...node, inputs: { ...node.inputs, [input]: value } })
  }

  get workflow(): Workflow {
    return { version: 1, nodes: [...this.#nodes.values()] }
  }

  get registry(): RunOptions['registry'] {
    return createRegistry([{ id: 'stubs', hash: this.pluginHash, trusted: this.isTrusted, nodes: [...this.#types.values()] }])
  }

  /** Runs up to some nodes; up to all output nodes, when none are named. */
  async run(targets?: string | readonly string[], options: Partial<RunOptions> = {}): Promise<StubRun> {
    const events: RunEvent[] = []
    const onEvent = (event: RunEvent) => {
      events.push(event)
      options.onEvent?.(event)
    }
    const asked = typeof targets === 'string' ? [targets] : targets
    const common = { registry: this.registry, paths: NO_PATHS, cache: this.cache, run: 'r1', targets: asked }
    const result = await runWorkflow(this.workflow, { ...common, ...options, onEvent })
    const nodesOf = (type: RunEvent['type']) =>
      events.flatMap((event) => (event.type === type && 'node' in event ? [event.node] : []))
    const value = (id: string) => result.results.get(id)?.outputs.get('out')?.value
    return { ...result, events, cached: nodesOf('node.cached'), started: nodesOf('node.started'), value }
  }
}

/** An empty graph to draw. */
export function stubGraph(): StubGraph {
  return new StubGraph()
}

/** A link to the output `out` of a node, or to another output of it. */
export function link(from: string, output: string | number = 'out'): Link {
  return { from, output }
}

function inputName(index: number): string {
  return `${String.fromCharCode(97 + (index % 26))}${index < 26 ? '' : Math.floor(index / 26)}`
}

function stubType(type: string, id: string, inputs: object, options: StubOptions): NodeType {
  const { ports = {}, outputs, run, fingerprint, validate, version, output, resource, idempotent } = options
  const { inputList, mapping, constant, needs, facts, lengths } = options
  const names = Object.keys(inputs).filter((name) => !Object.hasOwn(ports, name.split('.', 1)[0]!))
  const inputPorts: Record<string, Port<unknown>> = Object.fromEntries(names.map((name) => [name, ANYTHING]))
  return defineNode({
    type,
    category: 'test',
    ...present({ version, output, resource, idempotent, fingerprint, validate, inputList, mapping, constant, needs, facts, lengths }),
    inputs: { ...inputPorts, ...ports },
    outputs: outputs ?? { out: port.string() },
    run: (values, context) => {
      const given = run?.(values, context)
      return given instanceof Promise ? given.then((late) => complete(late, id, values)) : complete(given, id, values)
    },
  })
}

function complete(given: object | void, id: string, values: object) {
  return given instanceof Expansion ? given : { ...(given ?? { out: described(id, values) }) }
}

function present<T extends object>(options: T): Partial<T> {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Partial<T> // the same fields, fewer of them
}

function described(id: string, values: object): string {
  const given = Object.values(values).filter((value) => value !== undefined)
  return given.length === 0 ? id : `${id}(${given.map(String).join(', ')})`
}
