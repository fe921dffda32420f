import type { RegisteredNode, Registry } from '../plugins/registry.ts'
import type { InputDefinition } from '../types/definition.ts'
import type { Json } from '../types/json.ts'
import type { TypedValue } from '../types/value-type.ts'
import { variadicSlots } from '../types/variadic.ts'
import { literalOf, isLink, type InputValue } from '../workflow/workflow.ts'
import type { Graph, GraphNode } from '../workflow/graph.ts'
import type { NodeRef } from '../workflow/problem.ts'
import { outputOf } from '../workflow/validate.ts'

/**
 * Where the value of an input comes from. `slot` is the input's name in the workflow: that of its definition, or
 * `name.2` for one of many.
 */
export type PlannedInput = LiteralInput | LinkInput | RawInput | GivenInput | HiddenInput

/** A value that stands in the workflow, or a default. */
export interface LiteralInput {
  readonly kind: 'literal'
  readonly definition: InputDefinition
  readonly slot: string
  readonly value: Json
  /** Inside an expansion: the output that it came from. */
  readonly from?: string
  readonly output?: string
}

/** What another node gives. */
export interface LinkInput {
  readonly kind: 'link'
  readonly definition: InputDefinition
  readonly slot: string
  readonly from: string
  readonly output: string
}

/** A link that is handed over as it is. */
export interface RawInput {
  readonly kind: 'raw'
  readonly definition: InputDefinition
  readonly slot: string
  readonly from: string
  readonly output: string
}

/** A value that came about in the run: an item of a list, or what a node put into its expansion. */
export interface GivenInput {
  readonly kind: 'given'
  readonly definition: InputDefinition
  readonly slot: string
  readonly given: TypedValue
  /** What the value is, for the key: JSON without the brackets of a list around it. */
  readonly key: string
  /** The output that it came from, or is an item of. */
  readonly from?: string
  readonly output?: string
}

/** What only the engine knows. */
export interface HiddenInput {
  readonly kind: 'hidden'
  readonly definition: InputDefinition
  readonly slot: string
}

/** A node as it will run: its type looked up, defaults filled in, links by output name. */
export interface PlannedNode {
  /** Its own path: the id, for a node of the file. */
  readonly path: string
  /** The id of the node that the person sees. */
  readonly shown: string
  /** The node itself; messages of nodes that the person doesn't see name `shownRef` first. */
  readonly ref: NodeRef
  readonly shownRef: NodeRef
  readonly registered: RegisteredNode
  readonly inputs: readonly PlannedInput[]
  /** Where it stands in an expansion. */
  readonly place?: Place
  /** Which item of a list it runs for: this one of so many. */
  readonly item?: Item
}

/** Which item of how many a node runs for, and the path of the node that is run for all of them. */
export interface Item {
  readonly index: number
  readonly count: number
  readonly of: string
}

/** Where a node stands in an expansion. */
export interface Place {
  /** Levels of expansion around it. */
  readonly depth: number
  /** The path that the names within the expansion come after. */
  readonly base: string
}

/** Prepares one node of a graph that has been validated. */
export function prepareNode(node: GraphNode, graph: Graph, registry: Registry, shownRef = node.ref): PlannedNode {
  const registered = registry.nodes.get(node.ref.type)!
  const inputs: PlannedInput[] = []
  const add = (definition: InputDefinition, slot: string) => {
    const value = node.inputs.get(slot)
    if (value !== undefined) inputs.push(prepareInput(definition, slot, value, graph, registry))
    // An optional input with no default that the workflow leaves out is left out here too.
    else if (definition.default !== undefined) inputs.push({ kind: 'literal', definition, slot, value: definition.default })
  }
  for (const definition of registered.definition.inputs) {
    const { name } = definition
    if (definition.hidden !== undefined) inputs.push({ kind: 'hidden', definition, slot: name })
    else if (definition.variadic) for (const slot of variadicSlots(name, node.inputs.keys())) add(definition, slot)
    else add(definition, name)
  }
  return { path: node.ref.id, shown: shownRef.id, ref: node.ref, shownRef, registered, inputs }
}

function prepareInput(
  definition: InputDefinition,
  slot: string,
  value: InputValue,
  graph: Graph,
  registry: Registry,
): PlannedInput {
  if (!isLink(value)) return { kind: 'literal', definition, slot, value: literalOf(value) }
  const source = registry.definitions.get(graph.get(value.from)!.ref.type)!
  const output = outputOf(source, value.output)!.name
  return { kind: definition.rawLink ? 'raw' : 'link', definition, slot, from: value.from, output }
}
