import type { JsonObject } from './json.ts'
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
