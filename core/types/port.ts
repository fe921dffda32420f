import type { Workflow } from '../workflow/workflow.ts'
import { Blocked } from './blocked.ts'
import { RawLink, type PortCheck, type Prompt } from './expansion.ts'
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
  /** Drawn as a socket from the start, although it takes a written value too. */
  readonly forceInput?: boolean
  /** Drawn as a widget only: editors offer no link to it. */
  readonly socketless?: boolean
  /** The widget that editors draw, where it isn't the one of its type; a plugin may bring its own. */
  readonly widgetType?: string
  /** Looks at the value beyond type and range: written ones before anything runs, linked ones as they arrive. */
  readonly validate?: PortCheck<T>
}

/** What a port that takes links only may say about itself. */
export type SocketOptions<T = unknown> = Omit<PortOptions<T>, 'default'>

/** How many values a variadic port takes. */
export interface VariadicOptions {
  /** 1 when left out; with 0 it may be left out altogether. */
  readonly min?: number
  /** 100 when left out. */
  readonly max?: number
  readonly tooltip?: string
  readonly title?: string
}

/** Options of a number: bounds are inclusive. */
export interface NumberOptions extends PortOptions<number> {
  readonly min?: number
  readonly max?: number
  /** The step of the editor's widget. Values between steps are allowed. */
  readonly step?: number
  /** What the editor's widget rounds to; `false`: not at all. Values that are written otherwise are taken as they are. */
  readonly round?: number | false
  readonly display?: 'number' | 'slider'
  /** The editor offers to change it after each run: fixed, random, up or down. Of `port.seed()`, always. */
  readonly controlAfterGenerate?: boolean
}

/** Options of a yes or no. */
export interface BooleanOptions extends PortOptions<boolean> {
  /** What the editor writes beside it. */
  readonly labelOn?: string
  readonly labelOff?: string
}

/** Options of a choice. */
export interface ChoiceOptions<C extends string = string> extends PortOptions<C> {
  readonly controlAfterGenerate?: boolean
  /** The choices are files of the input folder; the editor offers to add one of this kind. */
  readonly upload?: UploadKind
  /** Where an editor asks for the choices, instead of knowing them. */
  readonly remote?: RemoteChoices
}

/** What kind of file an editor lets people add. */
export type UploadKind = 'image' | 'video' | 'audio' | 'file'

/** Choices that an editor asks a server for. */
export interface RemoteChoices {
  /** A path of this server, or an address. */
  readonly route: string
  /** Milliseconds after which to ask again; only when asked to where it is left out. */
  readonly refresh?: number
  readonly refreshButton?: boolean
  /** Milliseconds to wait for an answer. */
  readonly timeout?: number
  readonly maxRetries?: number
  /** Which to take when they have come. */
  readonly controlAfterRefresh?: 'first' | 'last'
}

/** Options of a text. */
export interface StringOptions extends PortOptions<string> {
  readonly multiline?: boolean
  /** `{a|b}` and `__wildcards__` in it are resolved by the engine with the node's seed (core/workflow/dynamic-prompt). */
  readonly dynamicPrompt?: boolean
  /** A password or key: never written into a produced file, a record, a log or a message. It has no default. */
  readonly secret?: boolean
  /** It names a file of the input folder; the editor offers to add one of this kind. */
  readonly upload?: UploadKind
}

/** Choices that are looked up when somebody asks: the files in a folder. */
export type ComputedChoices = (context: ChoiceContext) => MaybePromise<readonly string[]>

/** What a computed choice may look at. */
export interface ChoiceContext {
  readonly paths: Paths
  readonly signal: AbortSignal
}

/** What the engine puts into hidden inputs: the node's path, the graph, the workflow (seeds drawn), job metadata. */
export interface HiddenValues {
  node_id: string
  /** The graph as it stands, expansions included. */
  prompt: Prompt
  workflow: Workflow
  metadata: JsonObject
}

/** The part of a port that is data, as it goes into the node's definition. */
export interface PortData {
  readonly default?: Json
  readonly tooltip?: string
  readonly title?: string
  readonly advanced?: boolean
  readonly forceInput?: boolean
  readonly socketless?: boolean
  readonly widgetType?: string
  readonly min?: number
  readonly max?: number
  readonly step?: number
  readonly round?: number | false
  readonly display?: 'number' | 'slider'
  readonly controlAfterGenerate?: boolean
  readonly labelOn?: string
  readonly labelOff?: string
  readonly upload?: UploadKind
  readonly remote?: RemoteChoices
  readonly multiline?: boolean
  /** Its value is withheld from files, records, logs and messages. */
  readonly secret?: boolean
  /** Takes `{a|b}` and `__wildcards__`, which the engine resolves. */
  readonly dynamicPrompt?: boolean
  /** The texts to choose from. Absent for a computed choice until it has been looked up. */
  readonly choices?: readonly string[]
  readonly computed?: true
  /** Takes "random" for a number that the engine draws and records. */
  readonly seed?: true
  /** Filled by the engine, never by the workflow. */
  readonly hidden?: keyof HiddenValues
  /** The node says while it runs whether it needs this input. */
  readonly lazy?: true
  /** An output whose list what follows is mapped over. */
  readonly each?: true
  /** Takes any number of values, as the inputs `name.0`, `name.1`, … */
  readonly variadic?: { readonly min: number; readonly max: number }
  /** Gets the link itself, not what comes through it. */
  readonly rawLink?: true
}

/** One socket of a node type, with the type of what arrives in `run`. */
export interface Port<T> {
  readonly type: ValueType<unknown>
  readonly data: PortData
  /** Whether the workflow may leave it out. A port with a default may be left out too. */
  readonly isOptional: boolean
  readonly computeChoices?: ComputedChoices
  /** The author's own check of one value. */
  readonly validate?: PortCheck<never>
  /** Whether a value may arrive here, looking at its type alone (ranges and choices are in `data`). */
  accepts(value: unknown): value is T
  /** The same port, but it may be left out: `run` then gets `undefined`, or the default where there is one. */
  optional(): Port<T | undefined>
  /** An input that is computed only if the node's `needs` asks for it; otherwise `run` gets `undefined`. */
  lazy(): Port<T | undefined>
  /** An output that gives a list: what it is linked to runs once for each item, unless it takes whole lists. */
  each(): Port<readonly (T | Blocked)[]>
}

/** The value that arrives at a port. */
export type PortValue<P> = P extends { accepts(value: unknown): value is infer T } ? T : never

/** The builder of ports for a value type: `const latent = portOf(LATENT)`, then `latent({ tooltip: '…' })`. */
export function portOf<T>(type: ValueType<T>): (options?: SocketOptions<T>) => Port<T> {
  return (options = {}) => makePort(type, options)
}

/**
 * Builders of the ports that the engine knows. Extend them where your own types live:
 * `export const port = { ...core.port, latent: portOf(LATENT) }`.
 */
export const port = {
  int: (options: NumberOptions = {}) => makePort(INT, options),
  float: (options: NumberOptions = {}) => makePort(FLOAT, options),
  string: (options: StringOptions = {}) => makePort(STRING, options),
  boolean: (options: BooleanOptions = {}) => makePort(BOOLEAN, options),
  choice,
  /** A seed: a whole number from 0 to 2^53 - 1, or "random" in the workflow for one that the engine draws. */
  seed: (options: PortOptions<number> = {}) =>
    makePort(INT, { default: 0, min: 0, max: Number.MAX_SAFE_INTEGER, ...options, seed: true }),
  any: (options: AnyOptions = {}) => makePort(ANYTHING, options),
  /** A whole list in one socket; of choices: as many of them as are wanted. */
  list: <T>(item: Port<T>): Port<readonly T[]> => makePort(listType(typeOf(item)), withoutDefault(item.data)),
  /** One of several types: `port.union([port.video(), port.image()])`. */
  union: <const P extends Port<unknown>>(
    members: readonly P[],
    options: SocketOptions<PortValue<P>> = {},
  ): Port<PortValue<P>> =>
    // A member's type is the one its port was made of, so the union's values are those of the ports.
    makePort(unionType(members.map((member) => member.type)) as ValueType<PortValue<P>>, options),
  /** Any number of values of a port: the inputs `name.0`, `name.1`, … of the workflow, as one list in `run`. */
  variadic: <T>(item: Port<T>, options: VariadicOptions = {}): Port<readonly T[]> => variadicPort(item, options),
  /** The link that the workflow has here, not what comes through it: to be linked to again in an expansion. */
  rawLink: (item: Port<unknown> = makePort(ANYTHING, {}), options: SocketOptions = {}): Port<RawLink> =>
    rawLinkPort(item, options),
  /** Something only the engine knows: `node_id`, `prompt`, `workflow`, `metadata`. */
  hidden: <K extends keyof HiddenValues>(kind: K): Port<HiddenValues[K]> =>
    // The engine alone fills it, with exactly the value that HiddenValues names for this kind.
    makePort(ANYTHING as ValueType<HiddenValues[K]>, { hidden: kind }),
}

/** One text out of a list, or out of what a function finds (the files in a folder) when it is asked. */
function choice<const C extends string>(choices: readonly C[], options?: ChoiceOptions<NoInfer<C>>): Port<C>
function choice(choices: ComputedChoices, options?: ChoiceOptions): Port<string>
function choice(choices: readonly string[] | ComputedChoices, options: ChoiceOptions = {}): Port<string> {
  if (typeof choices === 'function') return makePort(COMBO, { ...options, computed: true }, { computeChoices: choices })
  return makePort(COMBO, { ...options, choices })
}

/** Options of a port that takes anything: its default is what JSON can hold. */
export interface AnyOptions extends SocketOptions<unknown> {
  readonly default?: Json
}

const MAX_VARIADIC = 100

function variadicPort<T>(item: Port<T>, options: VariadicOptions): Port<readonly T[]> {
  const { min = 1, max = MAX_VARIADIC, ...texts } = options
  const data = { ...withoutDefault(item.data), ...texts, variadic: { min, max } }
  const base: Port<unknown> = makePort(item.type, data, {
    isOptional: min === 0,
    ...(item.validate && { validate: item.validate }),
  })
  const isItem = (one: unknown) => item.accepts(one)
  const accepts = (value: unknown): value is readonly T[] => Array.isArray(value) && value.every(isItem)
  const optional = () => variadicPort(item, { ...options, min: 0 })
  const lazy = () => variadicPort(item.lazy(), options)
  // The engine gathers the single inputs into the list that `accepts` describes.
  return { ...base, accepts, optional, lazy } as Port<readonly T[]>
}

function rawLinkPort(item: Port<unknown>, options: SocketOptions): Port<RawLink> {
  const { validate, ...texts } = options
  const base = makePort(item.type, { ...texts, rawLink: true }, validate && { validate })
  const accepts = (value: unknown): value is RawLink => value instanceof RawLink
  const port: Port<unknown> = { ...base, accepts, optional: () => ({ ...port, isOptional: true }) }
  return port as Port<RawLink> // the engine hands over a RawLink wherever `rawLink` is set
}

interface PortExtras {
  readonly isOptional?: boolean
  readonly computeChoices?: ComputedChoices
  readonly validate?: PortCheck<never>
}

type MadePort<T> = PortData & { readonly validate?: PortCheck<T> }

function makePort<T>(type: ValueType<T>, options: MadePort<T>, extras: PortExtras = {}): Port<T> {
  const { validate = extras.validate, ...data } = options
  const { isOptional = false, computeChoices } = extras
  const common = { ...(computeChoices && { computeChoices }), ...(validate && { validate }) }
  const left = { ...common, isOptional: true }
  return {
    type,
    data,
    isOptional,
    ...common,
    accepts: (value): value is T => type.check(value),
    // `undefined` is let in by the engine before `accepts` is asked, so the type's own check stays in place.
    optional: () => makePort<T | undefined>(type as ValueType<T | undefined>, data, left),
    lazy: () => {
      return makePort<T | undefined>(type as ValueType<T | undefined>, { ...data, lazy: true }, { ...common, isOptional })
    },
    each: () => eachPort(makePort(type, { ...data, each: true }, common)),
  }
}

/** A port whose `type` is that of one item, and whose values are lists of them. */
function eachPort<T>(item: Port<T>): Port<readonly (T | Blocked)[]> {
  const fits = (value: unknown) => value instanceof Blocked || item.accepts(value)
  const accepts = (value: unknown): value is readonly (T | Blocked)[] => Array.isArray(value) && value.every(fits)
  // Nothing but `accepts` speaks of the value; the rest of the port is the item's.
  return { ...(item as Port<unknown>), accepts } as Port<readonly (T | Blocked)[]>
}

/** A port's value type at the port's own type: makePort put it there. */
function typeOf<T>(port: Port<T>): ValueType<T> {
  return port.type as ValueType<T>
}

function withoutDefault(data: PortData): PortData {
  const { default: unused, ...rest } = data
  return unused === undefined ? data : rest
}
