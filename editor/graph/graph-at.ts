/** Which graph of a workflow is looked at: the workflow's own, or the inside of a subgraph that was entered. */
import type { Definitions } from '../../core/types/definition.ts'
import { subgraphOf, subgraphsOf, withSubgraphDefinitions } from '../../core/workflow/subgraphs.ts'
import type { Group, Subgraph, Workflow, WorkflowNode } from '../../core/workflow/workflow.ts'
import { WorkflowError } from '../../core/workflow/workflow-error.ts'
import type { GraphPath } from './scene.ts'

/** One graph of a workflow; `subgraph` where it is the inside of one. */
export interface GraphPart {
  readonly nodes: readonly WorkflowNode[]
  readonly groups?: readonly Group[]
  readonly subgraph?: Subgraph
}

/** The graph at a path, or `undefined` where a node on the path is gone or stands for no subgraph any more. */
export function findGraph(workflow: Workflow, path: GraphPath): GraphPart | undefined {
  const subgraphs = subgraphsOf(workflow)
  let part: GraphPart = workflow
  for (const id of path) {
    const node = part.nodes.find((one) => one.id === id)
    const subgraph = node && subgraphOf(node, subgraphs)
    if (subgraph === undefined) return undefined
    part = { nodes: subgraph.nodes, groups: subgraph.groups, subgraph }
  }
  return part
}

/** The graph at a path. @throws WorkflowError where there is none */
export function graphAt(workflow: Workflow, path: GraphPath): GraphPart {
  const part = findGraph(workflow, path)
  if (part) return part
  const problem = `there is no subgraph at ${path.join(' › ')}`
  throw new WorkflowError({ code: 'unknown_node', problem, remedy: 'Go back to the graph around it.' })
}

/** As much of a path as there is: what to look at after the rest of it was removed. */
export function existingPath(workflow: Workflow, path: GraphPath): GraphPath {
  if (findGraph(workflow, path)) return path
  let length = path.length - 1
  while (length > 0 && !findGraph(workflow, path.slice(0, length))) length--
  return path.slice(0, Math.max(0, length))
}

/** What changes of a graph: of a workflow or a subgraph alike. */
export interface GraphChange {
  readonly nodes?: readonly WorkflowNode[]
  readonly groups?: readonly Group[]
  /** Fields of the subgraph itself. */
  readonly subgraph?: Partial<Subgraph>
}

/** The workflow with the graph at a path changed; the workflow itself where nothing is. */
export function withGraph(workflow: Workflow, path: GraphPath, change: GraphChange): Workflow {
  const part = graphAt(workflow, path)
  const { subgraph } = part
  const changed = { ...(change.nodes && { nodes: change.nodes }), ...(change.groups && { groups: change.groups }) }
  if (!subgraph) return withFields(workflow, changed)
  const next = withFields(subgraph, { ...changed, ...change.subgraph })
  return next === subgraph ? workflow : withSubgraph(workflow, next)
}

/** The workflow with this subgraph in the place of the first one with its id. */
export function withSubgraph(workflow: Workflow, subgraph: Subgraph): Workflow {
  const index = workflow.subgraphs!.findIndex(({ id }) => id === subgraph.id)
  return { ...workflow, subgraphs: workflow.subgraphs!.with(index, subgraph) }
}

/** An object with some fields changed; itself where they are the same. Fields that are `undefined` are left out; so are empty lists of groups. */
export function withFields<T extends object>(whole: T, fields: Partial<T>): T {
  const isEmpty = (key: string, value: unknown) => value === undefined || (key === 'groups' && Array.isArray(value) && value.length === 0)
  const entries = Object.entries(fields).map(([key, value]): [string, unknown] => [key, isEmpty(key, value) ? undefined : value])
  if (entries.every(([key, value]) => Reflect.get(whole, key) === value)) return whole
  const all = Object.entries({ ...whole, ...Object.fromEntries(entries) })
  return Object.fromEntries(all.filter(([, value]) => value !== undefined)) as T // the same fields, but for optional ones
}

const known = new WeakMap<Workflow, { readonly definitions: Definitions; readonly all: Definitions }>()

/** The definitions with those of the workflow's subgraphs; asked for often, so the last answer is kept. */
export function definitionsIn(workflow: Workflow, definitions: Definitions): Definitions {
  const last = known.get(workflow)
  if (last?.definitions === definitions) return last.all
  const all = withSubgraphDefinitions(workflow, definitions)
  known.set(workflow, { definitions, all })
  return all
}
