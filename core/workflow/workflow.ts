import type { Json, JsonObject } from '../types/json.ts'
import type { SocketType } from '../types/socket.ts'

/** The format's version. Raised, with a migration, when older files would be read wrongly. */
export const WORKFLOW_VERSION = 1

/** A saved workflow: what `*.json` holds, as plain JSON. `workflow.schema.json` describes the same. */
export interface Workflow {
  readonly $schema?: string
  readonly version: typeof WORKFLOW_VERSION
  readonly title?: string
  readonly description?: string
  /** Inputs that are given a name of their own, for the command line and forms. */
  readonly parameters?: readonly Parameter[]
  /** Outputs that are given a name of their own, for the command line and other programs. */
  readonly outputs?: readonly ExposedOutput[]
  readonly nodes: readonly WorkflowNode[]
  /** Graphs that nodes of the type `subgraph:<id>` stand for, here and inside one another. */
  readonly subgraphs?: readonly Subgraph[]
  /** Frames around nodes in the editor. */
  readonly groups?: readonly Group[]
  /** Kept as it is; for editors and importers. */
  readonly extra?: JsonObject
}

/** One node of a workflow. Its id is an opaque text, kept as it is (`7`, `57:8`). */
export interface WorkflowNode {
  readonly id: string
  readonly type: string
  /** The version of the node type that wrote the inputs, for migrations. */
  readonly version?: number
  readonly title?: string
  /** `bypass`: its inputs pass to its outputs of the same type. `mute`: as if it were not there. */
  readonly mode?: NodeMode
  /** By input name. Look names up with `Object.hasOwn`: they come from outside. */
  readonly inputs?: { readonly [name: string]: InputValue }
  readonly position?: readonly [x: number, y: number]
  readonly size?: readonly [width: number, height: number]
  /** Kept as it is; for editors and importers. */
  readonly extra?: JsonObject
}

/** How a node takes part in a run, where it does not run as usual. */
export type NodeMode = 'bypass' | 'mute'

/** What an input holds: a literal, a link, or an object literal wrapped as `{ value }`. */
export type InputValue = null | boolean | number | string | readonly Json[] | Link | Wrapped

/** A link to an output of another node: by name, or by index where the type is unknown. */
export interface Link {
  readonly from: string
  readonly output: string | number
}

/** A literal that would otherwise read as a link. */
export interface Wrapped {
  readonly value: Json
}

/** An input with a name of its own. */
export interface Parameter {
  readonly name: string
  readonly node: string
  readonly input: string
  readonly description?: string
}

/** An output with a name of its own. */
export interface ExposedOutput {
  readonly name: string
  readonly node: string
  readonly output: string | number
  readonly description?: string
}

/**
 * A graph with inputs and outputs of its own. Inside it, a link `{ from: '$inputs', output: NAME }` reads one of its
 * inputs; what a node that stands for it leaves out is left out inside too.
 */
export interface Subgraph {
  /** Unique in the file; nodes name it as `subgraph:<id>`. */
  readonly id: string
  /** What the editor calls it. */
  readonly name: string
  readonly description?: string
  readonly inputs: readonly SubgraphInput[]
  readonly outputs: readonly SubgraphOutput[]
  readonly nodes: readonly WorkflowNode[]
  readonly groups?: readonly Group[]
  /** Kept as it is; for editors and importers. */
  readonly extra?: JsonObject
}

/** An input of a subgraph. Without a type it takes what the inputs behind it take. */
export interface SubgraphInput {
  readonly name: string
  readonly type?: SocketType
}

/** An output of a subgraph, and the node inside that gives it (or `$inputs`, to pass one of its inputs on). */
export interface SubgraphOutput {
  readonly name: string
  readonly from: string
  readonly output: string | number
}

/** What stands for the subgraph's own inputs in links inside it. */
export const SUBGRAPH_INPUTS = '$inputs'

const SUBGRAPH_TYPE = 'subgraph:'

/** The type of the nodes that stand for a subgraph. */
export function subgraphType(id: string): string {
  return `${SUBGRAPH_TYPE}${id}`
}

/** The id of the subgraph that nodes of this type stand for, or `undefined` for any other type. */
export function subgraphIdOf(type: string): string | undefined {
  return type.startsWith(SUBGRAPH_TYPE) ? type.slice(SUBGRAPH_TYPE.length) : undefined
}

/** A titled frame around nodes; it means nothing to a run. */
export interface Group {
  readonly title: string
  readonly bounds: readonly [x: number, y: number, width: number, height: number]
  readonly color?: string
}

/** Whether an input is a link. */
export function isLink(value: InputValue): value is Link {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && 'from' in value
}

/** The literal that an input holds, unwrapped. */
export function literalOf(value: Exclude<InputValue, Link>): Json {
  return isWrapped(value) ? value.value : value
}

/** The input that holds a literal: objects are wrapped. */
export function inputOf(literal: Json): InputValue {
  if (typeof literal !== 'object' || literal === null) return literal
  return isJsonList(literal) ? literal : { value: literal }
}

function isWrapped(value: Exclude<InputValue, Link>): value is Wrapped {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isJsonList(value: object): value is readonly Json[] {
  return Array.isArray(value)
}
