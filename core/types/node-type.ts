import type { Blocked } from './blocked.ts'
import type { ExpandedOutputs, ExpandOptions, Expansion, ExpansionBuilder, Lengths } from './expansion.ts'
import type { FactsAnswer, FactsContext, MemoryNeed } from './facts.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { Json, JsonObject, MaybePromise } from './json.ts'
import { literalProblem } from './literal.ts'
import { migrationFault, type Migrations, type Replacements } from './migration.ts'
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

/** What `run` gets where whole lists come in: a list for each input, of one item where no list came. */
export type ListInputsOf<I extends Ports> = { readonly [K in keyof I]: readonly PortValue<I[K]>[] }

/** What `run` has to give for these output ports; any of them may be blocked instead. */
export type OutputsOf<O extends Ports> = { readonly [K in keyof O]: PortValue<O[K]> | Blocked }

/** Where a node stands in a run. */
export interface NodePlace {
  readonly path: string
  /** The id of the node that the person sees: its own, or that of the one in whose place it runs. */
  readonly shown: string
  /** Where the node runs for each item of a list, which one this is, from 0. */
  readonly item?: number
}

/** What a node may ask of the run it is part of. */
export interface NodeContext<O extends Ports = Ports> {
  /** Aborted when the run is cancelled or has failed elsewhere. Pass it on; stop soon after. */
  readonly signal: AbortSignal
  readonly node: { readonly id: string; readonly type: string; readonly title?: string }
  /** Where the node stands in the run, as its events name it, and which item of a list it runs for: the same in every run of the workflow. */
  readonly place: NodePlace
  readonly paths: Paths
  /** Where a node that takes long keeps how far it has come, for when its job is interrupted. */
  readonly checkpoint: Checkpoint
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
  /**
   * Draws a graph that takes this node's place; return what it gives. The nodes in it run, are cached and may expand
   * like any other, and this node is done when they are.
   */
  expand(draw: (builder: ExpansionBuilder) => ExpandedOutputs<O>, options?: ExpandOptions): Expansion
}

/** What the hooks of a node may look at before anything runs. */
export interface HookContext {
  readonly signal: AbortSignal
  readonly node: NodeContext['node']
  readonly paths: Paths
  /** The socket types of the inputs that are linked; their values are not known yet, unless they are constants. */
  readonly linked: ReadonlyMap<string, SocketType>
}

/** How a node that gets lists is run for their items: side by side, or each with each. */
export type Mapping = 'zip' | 'product'

/** What a `validate` hook finds wrong. */
export interface Complaint<Name extends string = string> {
  readonly input?: Name
  /** What was expected and what came. */
  readonly problem: string
  /** What to do about it. */
  readonly remedy?: string
}

/** What the author of a node type writes down. `L` says whether it takes whole lists. */
export interface NodeOptions<I extends Ports, O extends Ports, L extends boolean = false> {
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
  /** Whether only expansions use it, so that menus leave it out. */
  readonly internal?: boolean
  /** Takes lists as they come, instead of being run for each item: every input is then a list. */
  readonly inputList?: L
  /** How lists are gone through: `zip` when left out, where the shorter ones repeat their last item. */
  readonly mapping?: Mapping
  /** Whether the outputs are known before anything runs: `run` is quick, needs no context, and takes literals only. */
  readonly constant?: boolean
  readonly inputs: I
  readonly outputs: O
  /** Gets exactly what was declared, already checked; gives exactly the outputs that were declared, or an expansion. */
  run(
    inputs: L extends true ? ListInputsOf<I> : InputsOf<I>,
    context: NodeContext<O>,
  ): MaybePromise<OutputsOf<O> | Expansion>
  /**
   * Which lazy inputs it needs, now that it knows the others: their names, or `name.2` of a variadic one. Asked again
   * when they have come, until it names none that are missing. Without it, all lazy inputs are needed.
   */
  needs?(inputs: Partial<InputsOf<I>>, context: HookContext): MaybePromise<readonly string[]>
  /** How many items its `each` outputs will have, where its written inputs say. Linked inputs are `undefined`. */
  lengths?(inputs: Partial<InputsOf<I>>): Lengths<O>
  /** How nodes that were written for an older version are carried over, by that version. */
  readonly migrate?: Migrations
  /** Types that are no more whose nodes this type takes over: its old names. */
  readonly replaces?: Replacements
  /**
   * What else the result depends on (a file's hash): part of the cache key. Linked inputs are `undefined`, unless they
   * come from constants. NaN means "different each time", as in ComfyUI.
   */
  fingerprint?(inputs: Partial<InputsOf<I>>, context: HookContext): MaybePromise<Json>
  /** Checks what ports can't, before anything runs. Linked inputs are `undefined`, unless they come from constants. */
  validate?(
    inputs: Partial<InputsOf<I>>,
    context: HookContext,
  ): MaybePromise<readonly Complaint<keyof I & string>[] | void>
  /**
   * What is known of the outputs before anything runs, by what is known of the inputs; also what of that does not fit.
   * Facts are data, such as `{ family, channels, frames, height, width }` of a LATENT. It must be quick: it reads
   * configurations, never weights.
   */
  facts?(inputs: Partial<InputsOf<I>>, context: FactsContext): MaybePromise<FactsAnswer<I, O> | void>
  /** What it takes in memory while it runs; `undefined` where that can't be told. Asked by a dry run only. */
  memory?(inputs: Partial<InputsOf<I>>, context: FactsContext): MaybePromise<MemoryNeed | undefined>
  /**
   * How much work it is, in a unit of its own that grows as its time does (steps · tokens); `undefined` where that can't
   * be told. A plan makes seconds of it, by what nodes of this type took before on this machine.
   */
  cost?(inputs: Partial<InputsOf<I>>, context: FactsContext): MaybePromise<number | undefined>
}

/** A node type. With no type arguments: any node type, its inputs and outputs known at run time only. */
export interface NodeType<I extends Ports = Ports, O extends Ports = Ports>
  extends Omit<NodeOptions<I, O>, 'inputList'> {
  readonly inputList?: boolean
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
 * @throws TypeError for a name that workflows can't hold, a default that its own port refuses, or a port that can't
 *   stand where it does.
 */
export function defineNode<const I extends Ports, const O extends Ports, const L extends boolean = false>(
  options: NodeOptions<I, O, L>,
): NodeType<I, O> {
  if (!TYPE_ID.test(options.type)) throw new TypeError(`defineNode: "${options.type}" is not a name for a node type`)
  checkPorts(options.type, 'input', options.inputs)
  checkPorts(options.type, 'output', options.outputs)
  const fault = migrationFault(options.version ?? 1, options.migrate, options.replaces)
  if (fault !== undefined) throw new TypeError(`defineNode ${options.type}, ${fault}`)
  const isLazy = Object.values(options.inputs).some((port) => port.data.lazy)
  if (options.needs && !isLazy) throw new TypeError(`defineNode ${options.type}: \`needs\`, but no input is lazy`)
  return {
    // Whether `run` takes lists or single values is told by `inputList`, which the engine looks at before it calls.
    ...(options as unknown as NodeOptions<I, O>),
    version: options.version ?? 1,
    resource: options.resource ?? 'cpu',
    output: options.output ?? false,
    idempotent: options.idempotent ?? true,
  }
}

function checkPorts(type: string, side: 'input' | 'output', ports: Ports): void {
  for (const [name, port] of Object.entries(ports)) {
    const where = `defineNode ${type}, ${side} "${name}"`
    if (!PORT_NAME.test(name) || RESERVED.has(name)) {
      throw new TypeError(`${where}: expected a name of letters, digits and _ that begins with a letter`)
    }
    const { data } = port
    const misplaced = (side === 'input' ? INPUTS_CANT : OUTPUTS_CANT).find((kind) => data[kind] !== undefined)
    if (misplaced) throw new TypeError(`${where}: an ${side} can't be ${misplaced}`)
    if (data.default === undefined) continue
    if (data.secret) throw new TypeError(`${where}: a secret can't have a default, which everybody reads`)
    const wrong = literalProblem({ name, socket: port.type.socket, required: false, ...data }, data.default)
    if (wrong) throw new TypeError(`${where}, default: ${wrong.problem}`)
  }
}

const INPUTS_CANT = ['each'] as const
const OUTPUTS_CANT = ['lazy', 'variadic', 'rawLink', 'hidden', 'secret'] as const
