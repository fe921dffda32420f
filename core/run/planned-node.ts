import type { RegisteredNode } from '../plugins/registry.ts'
import type { InputDefinition } from '../types/definition.ts'
import type { Json } from '../types/json.ts'
import { literalOf, isLink } from '../workflow/workflow.ts'
import type { Graph, GraphNode } from '../workflow/graph.ts'
import type { NodeRef } from '../workflow/problem.ts'
import { outputOf } from '../workflow/validate.ts'
import type { Registry } from '../plugins/registry.ts'

/** Where the value of an input comes from. */
export type PlannedInput =
  | { readonly kind: 'literal'; readonly definition: InputDefinition; readonly value: Json }
  | { readonly kind: 'link'; readonly definition: InputDefinition; readonly from: string; readonly output: string }
  | { readonly kind: 'hidden'; readonly definition: InputDefinition }

/** A node as it will run: its type looked up, defaults filled in, links by output name. */
export interface PlannedNode {
  /** Its own path: the id, for a node of the file. */
  readonly path: string
  /** The id of the node that the person sees. */
  readonly shown: string
  readonly ref: NodeRef
  readonly registered: RegisteredNode
  readonly inputs: readonly PlannedInput[]
}

/** Prepares one node of a graph that has been validated. */
export function prepareNode(node: GraphNode, graph: Graph, registry: Registry): PlannedNode {
  const registered = registry.nodes.get(node.ref.type)!
  const inputs = registered.definition.inputs
    .map((definition) => prepareInput(definition, node, graph, registry))
    .filter((input) => input !== undefined)
  return { path: node.ref.id, shown: node.ref.id, ref: node.ref, registered, inputs }
}

/** An optional input with no default that the workflow leaves out is left out here too. */
function prepareInput(
  definition: InputDefinition,
  node: GraphNode,
  graph: Graph,
  registry: Registry,
): PlannedInput | undefined {
  if (definition.hidden !== undefined) return { kind: 'hidden', definition }
  const value = node.inputs.get(definition.name)
  if (value === undefined) {
    return definition.default === undefined ? undefined : { kind: 'literal', definition, value: definition.default }
  }
  if (!isLink(value)) return { kind: 'literal', definition, value: literalOf(value) }
  const source = registry.definitions.get(graph.get(value.from)!.ref.type)!
  return { kind: 'link', definition, from: value.from, output: outputOf(source, value.output)!.name }
}
