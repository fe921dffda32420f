import { isLink, type ExposedOutput, type InputValue, type Parameter, type SubgraphOutput } from './workflow.ts'
import type { WorkflowNode } from './workflow.ts'

/** What ids may change in: a workflow, or the inside of a subgraph. */
export interface Scoped {
  readonly nodes: readonly WorkflowNode[]
  readonly parameters?: readonly Parameter[]
  /** Of a workflow the exposed ones, of a subgraph its own. */
  readonly outputs?: readonly (ExposedOutput | SubgraphOutput)[]
}

/** The same graph with other ids for some nodes, in links and names too. */
export function renameNodes<S extends Scoped>(scope: S, ids: ReadonlyMap<string, string>): S {
  if (ids.size === 0) return scope
  const now = (id: string) => ids.get(id) ?? id
  const { parameters, outputs } = scope
  return {
    ...scope,
    ...(parameters && { parameters: parameters.map((one) => ({ ...one, node: renamedPath(one.node, ids) ?? one.node })) }),
    ...(outputs && {
      outputs: outputs.map((one) => ('node' in one ? { ...one, node: now(one.node) } : { ...one, from: now(one.from) })),
    }),
    nodes: scope.nodes.map((node) => mapInputs({ ...node, id: now(node.id) }, (value) =>
      isLink(value) && ids.has(value.from) ? { ...value, from: now(value.from) } : value)),
  }
}

/** The path of a node inside nodes whose ids change, or of one of them; undefined where none of them is on it. */
export function renamedPath(path: string, ids: ReadonlyMap<string, string>): string | undefined {
  if (ids.has(path)) return ids.get(path)
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    const now = ids.get(path.slice(0, slash))
    if (now !== undefined) return now + path.slice(slash)
  }
  return undefined
}

/** A node with each of its inputs as a function makes it; `undefined` leaves one out. */
export function mapInputs(
  node: WorkflowNode,
  change: (value: InputValue, name: string) => InputValue | undefined,
): WorkflowNode {
  if (node.inputs === undefined) return node
  const inputs = Object.entries(node.inputs).flatMap(([name, value]) => {
    const changed = change(value, name)
    return changed === undefined ? [] : [[name, changed] as const]
  })
  return { ...node, inputs: Object.fromEntries(inputs) }
}

/** An id that is not taken: the wish, or the wish with the first number that makes it free. */
export function freeId(wish: string, taken: { has(id: string): boolean }): string {
  if (!taken.has(wish)) return wish
  let number = 2
  while (taken.has(`${wish}-${number}`)) number++
  return `${wish}-${number}`
}
