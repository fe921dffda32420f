import type { Workflow } from '../workflow/workflow.ts'
import type { Json, JsonObject, MaybePromise } from './json.ts'
import type { Paths } from './node-type.ts'
import { ANYTHING, BOOLEAN, COMBO, FLOAT, INT, STRING } from './scalars.ts'
import { listType, unionType, type ValueType } from './value-type.ts'

/** What every port may say about itself. */
export interface PortOptions<T> {
  /** Used when the workflow gives neither a value nor a link. Makes the input one that may be left out. */
  readonly default?: T
  /** One sentence that the editor shows. */
  readonly tooltip?: string
  /** How the editor labels the socket; its name otherwise. */
  readonly title?: string
  /** Shown only when the person asks for more. */
  readonly advanced?: boolean
}

/** What a port that takes links only may say about itself. */
export type SocketOptions = Omit<PortOptions<never>, 'default'>

/** Options of a number: bounds are inclusive. */
export interface NumberOptions extends PortOptions<number> {
  readonly min?: number
  readonly max?: number
  /** The step of the editor's widget. Values between steps are allowed. */
  readonly step?: number
}

/** Options of a text. */
export interface StringOptions extends PortOptions<string> {
  readonly multiline?: boolean
}

/** Choices that are looked up when somebody asks: the files in a folder. */
export type ComputedChoices = (context: ChoiceContext) => MaybePromise<readonly string[]>

/** What a computed choice may look at. */
export interface ChoiceContext {
  readonly paths: Paths
  readonly signal: AbortSignal
}

/** What the engine puts into hidden inputs: the node's id, the workflow as it runs (seeds drawn), job metadata. */
export interface HiddenValues {
  node_id: string
  workflow: Workflow
  metadata: JsonObject
}

/** The part of a port that is data, as it goes into the node's definition. */
export interface PortData {
  readonly default?: Json
  readonly tooltip?: string
  readonly title?: string
  readonly advanced?: boolean
  readonly min?: number
  readonly max?: number
  readonly step?: number
  readonly multiline?: boolean
  /** The texts to choose from. Absent for a computed choice until it has been looked up. */
  readonly choices?: readonly string[]
  readonly computed?: true
  /** Takes "random" for a number that the engine draws and records. */
  readonly seed?: true
  /** Filled by the engine, never by the workflow. */
  readonly hidden?: keyof HiddenValues
}

/** One socket of a node type, with the type of what arrives in `run`. */
export interface Port<T> {
  readonly type: ValueType<unknown>
  readonly data: PortData
  /** Whether the workflow may leave it out. A port with a default may be left out too. */
  readonly isOptional: boolean
  readonly computeChoices?: ComputedChoices
  /** Whether a value may arrive here, looking at its type alone (ranges and choices are in `data`). */
  accepts(value: unknown): value is T
  /** The same port, but it may be left out: `run` then gets `undefined`, or the default where there is one. */
  optional(): Port<T | undefined>
}

/** The value that arrives at a port. */
export type PortValue<P> = P extends { accepts(value: unknown): value is infer T } ? T : never

/** The builder of ports for a value type: `const latent = portOf(LATENT)`, then `latent({ tooltip: '…' })`. */
export function portOf<T>(type: ValueType<T>): (options?: SocketOptions) => Port<T> {
  return (options = {}) => makePort(type, { ...options })
}

/**
 * Builders of the ports that the engine knows. Extend them where your own types live:
 * `export const port = { ...core.port, latent: portOf(LATENT) }`.
 */
export const port = {
  int: (options: NumberOptions = {}) => makePort(INT, { ...options }),
  float: (options: NumberOptions = {}) => makePort(FLOAT, { ...options }),
  string: (options: StringOptions = {}) => makePort(STRING, { ...options }),
  boolean: (options: PortOptions<boolean> = {}) => makePort(BOOLEAN, { ...options }),
  choice,
  /** A seed: a whole number from 0 to 2^53 - 1, or "random" in the workflow for one that the engine draws. */
  seed: (options: PortOptions<number> = {}) =>
    makePort(INT, { default: 0, min: 0, max: Number.MAX_SAFE_INTEGER, ...options, seed: true }),
  any: (options: PortOptions<Json> = {}) => makePort(ANYTHING, { ...options }),
  /** A whole list in one socket. */
  list: <T>(item: Port<T>): Port<readonly T[]> => makePort(listType(typeOf(item)), withoutDefault(item.data)),
  /** One of several types: `port.union([port.video(), port.image()])`. */
  union: <const P extends Port<unknown>>(members: readonly P[], options: SocketOptions = {}): Port<PortValue<P>> =>
    // A member's type is the one its port was made of, so the union's values are those of the ports.
    makePort(unionType(members.map((member) => member.type)) as ValueType<PortValue<P>>, { ...options }),
  /** Something only the engine knows: `node_id`, `workflow`, `metadata`. */
  hidden: <K extends keyof HiddenValues>(kind: K): Port<HiddenValues[K]> =>
    // The engine alone fills it, with exactly the value that HiddenValues names for this kind.
    makePort(ANYTHING as ValueType<HiddenValues[K]>, { hidden: kind }),
}

/** One text out of a list, or out of what a function finds (the files in a folder) when it is asked. */
function choice<const C extends string>(choices: readonly C[], options?: PortOptions<NoInfer<C>>): Port<C>
function choice(choices: ComputedChoices, options?: PortOptions<string>): Port<string>
function choice(choices: readonly string[] | ComputedChoices, options: PortOptions<string> = {}): Port<string> {
  if (typeof choices === 'function') return makePort(COMBO, { ...options, computed: true }, { computeChoices: choices })
  return makePort(COMBO, { ...options, choices })
}

interface PortExtras {
  readonly isOptional?: boolean
  readonly computeChoices?: ComputedChoices
}

function makePort<T>(type: ValueType<T>, data: PortData, extras: PortExtras = {}): Port<T> {
  return {
    type,
    data,
    isOptional: extras.isOptional ?? false,
    ...(extras.computeChoices && { computeChoices: extras.computeChoices }),
    accepts: (value): value is T => type.check(value),
    // `undefined` is let in by the engine before `accepts` is asked, so the type's own check stays in place.
    optional: () => makePort<T | undefined>(type as ValueType<T | undefined>, data, { ...extras, isOptional: true }),
  }
}

/** A port's value type at the port's own type: makePort put it there. */
function typeOf<T>(port: Port<T>): ValueType<T> {
  return port.type as ValueType<T>
}

function withoutDefault(data: PortData): PortData {
  const { default: unused, ...rest } = data
  return unused === undefined ? data : rest
}
