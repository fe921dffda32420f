import type { Json, JsonObject } from '../types/json.ts'

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
  readonly nodes: readonly WorkflowNode[]
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
  /** By input name. Look names up with `Object.hasOwn`: they come from outside. */
  readonly inputs?: { readonly [name: string]: InputValue }
  readonly position?: readonly [x: number, y: number]
  readonly size?: readonly [width: number, height: number]
  /** Kept as it is; for editors and importers. */
  readonly extra?: JsonObject
}

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
