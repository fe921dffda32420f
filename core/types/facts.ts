import type { Json, JsonObject } from './json.ts'
import type { Complaint, HookContext, Ports } from './node-type.ts'

/** What is known of values before anything runs, by name of input: of a LATENT its family and size, of a MODEL its family. */
export type Facts = Readonly<Record<string, JsonObject | undefined>>

/** What a `facts` hook may look at. */
export interface FactsContext extends HookContext {
  /** What is known of the linked inputs. Nothing is known of what comes from nodes that say nothing. */
  readonly facts: Facts
}

/** What a `facts` hook says. */
export interface FactsAnswer<I extends Ports = Ports, O extends Ports = Ports> {
  /** What is known of the outputs, by name. What is left out is unknown, and passes everywhere. */
  readonly outputs?: { readonly [K in keyof O]?: JsonObject | undefined }
  /** What of the inputs does not fit together: the workflow is refused. */
  readonly complaints?: readonly Complaint<keyof I & string>[]
}

/** What a node takes in memory while it runs, in bytes. */
export interface MemoryNeed {
  /** Weights as float32, and as they lie in their files; how they are to be held, and what messages call them. */
  readonly weights?: { readonly name: string; readonly float32: number; readonly file: number; readonly hold: string }
  /** What is computed on the way, at its largest. */
  readonly activations: number
}

/** What holds of all of some values, of which one will come: the facts in which they agree. Unknown where one is unknown. */
export function commonFacts(all: readonly (JsonObject | undefined)[]): JsonObject | undefined {
  const [first, ...others] = all
  if (first === undefined || others.some((one) => one === undefined)) return undefined
  const isCommon = (name: string) => others.every((one) => Object.hasOwn(one!, name) && jsonEqual(one![name]!, first[name]!))
  return Object.fromEntries(Object.entries(first).filter(([name]) => isCommon(name)))
}

/** Facts are made in one way for all values of a kind, so their fields stand in one order. */
const jsonEqual = (a: Json, b: Json): boolean => a === b || JSON.stringify(a) === JSON.stringify(b)

/** What is known of the inputs of a variadic port, as far as linked, in order. @param count how many there are */
export const variadicFacts = (facts: Facts, name: string, count: number): (JsonObject | undefined)[] =>
  Array.from({ length: count }, (_, index) => facts[`${name}.${index}`])
