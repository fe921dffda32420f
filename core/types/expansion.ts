import type { Blocked } from './blocked.ts'
import type { Json, MaybePromise } from './json.ts'
import type { NodeType, Ports } from './node-type.ts'
import type { PortValue } from './port.ts'

/** A link that is handed around without being followed: an output of a node, by the node's path. */
export class RawLink {
  /** The node's path: its id for a node of the file, `path.name` for one inside an expansion. */
  readonly from: string
  /** The output's name, or its index. */
  readonly output: string | number

  constructor(from: string, output: string | number) {
    this.from = from
    this.output = output
  }
}

/** One node of an expansion: what to link others to. */
export interface ExpansionNode<Output extends string = string> {
  /** Its path in the run. */
  readonly path: string
  /** A link to one of its outputs: to the first when none is named. */
  out(output?: Output | number): RawLink
  /** Gives an input another value or link. */
  set(input: string, value: unknown): void
}

/** Names and titles of an expansion's node. */
export interface ExpansionNodeOptions {
  /** Its name within the expansion; a number in order when left out. */
  readonly id?: string
  readonly title?: string
}

/** Inputs of a node in an expansion: values, whole lists for variadic ports, or links. */
export type ExpansionInputs<I extends Ports> = {
  readonly [K in keyof I]?: PortValue<I[K]> | RawLink | readonly RawLink[]
}

/** Draws the graph that takes a node's place. */
export interface ExpansionBuilder {
  /** Adds a node. Inputs may be values of any kind (those of the expanding node too) or links. */
  node<const I extends Ports, const O extends Ports>(
    type: NodeType<I, O>,
    inputs?: ExpansionInputs<I>,
    options?: ExpansionNodeOptions,
  ): ExpansionNode<keyof O & string>
  /** Adds a node by the id of its type. */
  node(type: string, inputs?: Readonly<Record<string, unknown>>, options?: ExpansionNodeOptions): ExpansionNode
  /** A link to a node outside the expansion, by its path. */
  link(path: string, output: string | number): RawLink
}

/** A node of an expansion as it was drawn. */
export interface DrawnNode {
  readonly path: string
  readonly type: string
  readonly title?: string
  readonly inputs: ReadonlyMap<string, unknown>
}

/** How an expansion is put in place. */
export interface ExpandOptions {
  /**
   * The next round of a loop: its nodes stand beside the node that expands, not inside it, so that loops don't count
   * as depth. Give its nodes ids of their own for each round.
   */
  readonly continues?: boolean
}

/** A graph that takes the place of a node: what `ctx.expand` gives and `run` returns. */
export class Expansion {
  readonly nodes: readonly DrawnNode[]
  /** By output of the expanding node: a link into the graph, or a value. */
  readonly outputs: ReadonlyMap<string, unknown>
  readonly continues: boolean

  constructor(nodes: readonly DrawnNode[], outputs: ReadonlyMap<string, unknown>, continues: boolean) {
    this.nodes = nodes
    this.outputs = outputs
    this.continues = continues
  }
}

/** What an expansion gives for the outputs of the node that it stands for. */
export type ExpandedOutputs<O extends Ports> = {
  readonly [K in keyof O]: PortValue<O[K]> | RawLink | Blocked
}

/** The graph as it stands, expansions included: what a hidden input `prompt` gets. */
export interface Prompt {
  /** A node by its path, or `undefined`. */
  node(path: string): PromptNode | undefined
}

/** One node of the graph as it stands. */
export interface PromptNode {
  readonly path: string
  readonly type: string
  readonly title?: string
  /** Links, and values: JSON for nodes of the file, anything for nodes of expansions. Defaults are left out. */
  readonly inputs: ReadonlyMap<string, unknown>
}

/** What a port's own check finds wrong: a text, or a text and what to do. */
export type PortComplaint = string | { readonly problem: string; readonly remedy?: string } | undefined | void

/** A check of one input's value, beyond its type and range. */
export type PortCheck<T> = (value: T, context: PortCheckContext) => MaybePromise<PortComplaint>

/** What a port's own check may look at. */
export interface PortCheckContext {
  readonly signal: AbortSignal
  readonly node: { readonly id: string; readonly type: string; readonly title?: string }
}

/** How many items each output that is a list will have, where that can be said before anything runs. */
export type Lengths<O extends Ports> = { readonly [K in keyof O]?: number | undefined }

/** Values that are known before anything runs. */
export type KnownValues = ReadonlyMap<string, Json>
