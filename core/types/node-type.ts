import type { Json, JsonObject, MaybePromise } from './json.ts'
import { literalProblem } from './literal.ts'
import type { Port, PortValue } from './port.ts'
import type { Service } from './service.ts'
import type { SocketType } from './socket.ts'

/** What a node needs while it runs: files and network, this machine's cores, the accelerator. Each has its width. */
export type ResourceClass = 'io' | 'cpu' | 'device'

/** Folders that a run may use, as absolute paths. */
export interface Paths {
  readonly models: string
  readonly input: string
  readonly output: string
  readonly temp: string
}

/** What an output node shows, in ComfyUI's form: `{ images: [{ filename, subfolder, type }] }`. */
export type UiResult = { readonly [kind: string]: readonly Json[] }

/** Ports by name, in the order of their sockets. */
export type Ports = { readonly [name: string]: Port<unknown> }

/** What `run` gets for these input ports. */
export type InputsOf<I extends Ports> = { readonly [K in keyof I]: PortValue<I[K]> }

/** What `run` has to give for these output ports. */
export type OutputsOf<O extends Ports> = { readonly [K in keyof O]: PortValue<O[K]> }

/** What a node may ask of the run it is part of. */
export interface NodeContext<O extends Ports = Ports> {
  /** Aborted when the run is cancelled or has failed elsewhere. Pass it on; stop soon after. */
  readonly signal: AbortSignal
  readonly node: { readonly id: string; readonly type: string; readonly title?: string }
  readonly paths: Paths
  /** Says how far the node is: `value` of `max`, e.g. steps. Call it as often as you like; 10 a second are sent. */
  progress(value: number, max: number, extra?: JsonObject): void
  /** Tells the person something that does not stop the run (a LoRA that matched only some of its keys). */
  warn(message: string, details?: JsonObject): void
  /** What the host lends under this service. Throws a WorkflowError when the host lends none. */
  use<T>(service: Service<T>): T
  /**
   * Makes outputs visible to the nodes that wait for them before `run` returns (a decoder whose frames are still
   * being written). The node keeps its place in its resource class until `run` ends; when it fails after all, so do
   * the nodes that have read from it, and nothing is cached.
   */
  publish(outputs: Partial<OutputsOf<O>>): void
  /** What an output node shows to the person: kept with the result, sent with `node.done` and `node.cached`. */
  ui(result: UiResult): void
}

/** What the hooks of a node may look at before anything runs. */
export interface HookContext {
  readonly signal: AbortSignal
  readonly node: NodeContext['node']
  readonly paths: Paths
  /** The socket types of the inputs that are linked; their values are not known yet. */
  readonly linked: ReadonlyMap<string, SocketType>
}

/** What a `validate` hook finds wrong. */
export interface Complaint<Name extends string = string> {
  readonly input?: Name
  /** What was expected and what came. */
  readonly problem: string
  /** What to do about it. */
  readonly remedy?: string
}

/** What the author of a node type writes down. */
export interface NodeOptions<I extends Ports, O extends Ports> {
  /** The stable id in saved workflows. */
  readonly type: string
  /** Part of the cache key: raise it when the same inputs give other results. 1 when left out. */
  readonly version?: number
  /** Where the editor's menu has it, levels separated by `/`. */
  readonly category: string
  /** What the editor calls it; the type otherwise. */
  readonly title?: string
  /** One sentence on what it does. */
  readonly summary?: string
  /** `cpu` when left out. */
  readonly resource?: ResourceClass
  /** Whether a run asks for this node on its own (SaveVideo). */
  readonly output?: boolean
  /** False when two nodes with equal inputs must not share one result. */
  readonly idempotent?: boolean
  readonly deprecated?: boolean
  readonly experimental?: boolean
  readonly inputs: I
  readonly outputs: O
  /** Gets exactly what was declared, already checked; gives exactly the outputs that were declared. */
  run(inputs: InputsOf<I>, context: NodeContext<O>): MaybePromise<OutputsOf<O>>
  /**
   * What else the result depends on (a file's hash): part of the cache key. Linked inputs are `undefined`.
   * NaN means "different each time", as in ComfyUI.
   */
  fingerprint?(inputs: Partial<InputsOf<I>>, context: HookContext): MaybePromise<Json>
  /** Checks what ports can't, before anything runs. Linked inputs are `undefined`. */
  validate?(
    inputs: Partial<InputsOf<I>>,
    context: HookContext,
  ): MaybePromise<readonly Complaint<keyof I & string>[] | void>
}

/** A node type. With no type arguments: any node type, its inputs and outputs known at run time only. */
export interface NodeType<I extends Ports = Ports, O extends Ports = Ports> extends NodeOptions<I, O> {
  readonly version: number
  readonly resource: ResourceClass
  readonly output: boolean
  readonly idempotent: boolean
}

const TYPE_ID = /^[\p{L}\p{N}_][\p{L}\p{N}_.:+() |-]*$/u
const PORT_NAME = /^[A-Za-z][A-Za-z0-9_]*$/
const RESERVED = new Set(['constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty'])

/**
 * Declares a node type; `run` gets the values that its ports declare, with nothing to cast.
 * @throws TypeError for a name that workflows can't hold or a default that its own port refuses.
 */
export function defineNode<const I extends Ports, const O extends Ports>(options: NodeOptions<I, O>): NodeType<I, O> {
  if (!TYPE_ID.test(options.type)) throw new TypeError(`defineNode: "${options.type}" is not a name for a node type`)
  checkNames(options.type, 'input', options.inputs)
  checkNames(options.type, 'output', options.outputs)
  return {
    ...options,
    version: options.version ?? 1,
    resource: options.resource ?? 'cpu',
    output: options.output ?? false,
    idempotent: options.idempotent ?? true,
  }
}

function checkNames(type: string, side: string, ports: Ports): void {
  for (const [name, port] of Object.entries(ports)) {
    const where = `defineNode ${type}, ${side} "${name}"`
    if (!PORT_NAME.test(name) || RESERVED.has(name)) {
      throw new TypeError(`${where}: expected a name of letters, digits and _ that begins with a letter`)
    }
    const { default: fallback } = port.data
    if (fallback === undefined) continue
    const wrong = literalProblem({ name, socket: port.type.socket, required: false, ...port.data }, fallback)
    if (wrong) throw new TypeError(`${where}, default: ${wrong.problem}`)
  }
}
