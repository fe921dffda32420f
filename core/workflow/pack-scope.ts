import { subgraphsOf } from './subgraphs.ts'
import type { ExposedOutput, Parameter, SubgraphOutput, Workflow, WorkflowNode } from './workflow.ts'
import { WorkflowError } from './workflow-error.ts'

/** A list of nodes with what names them from around: the workflow, or the inside of a subgraph. */
export interface PackScope {
  readonly nodes: readonly WorkflowNode[]
  readonly parameters: readonly Parameter[] | undefined
  readonly outputs: readonly (ExposedOutput | SubgraphOutput)[] | undefined
}

/** The graph of this name; the workflow's own without one. */
export function scopeOf(workflow: Workflow, within: string | undefined): PackScope {
  if (within === undefined) return { nodes: workflow.nodes, parameters: workflow.parameters, outputs: workflow.outputs }
  const subgraph = subgraphsOf(workflow).get(within)
  if (subgraph === undefined) throw refusal(`the workflow has no subgraph "${within}"`, 'Name one that it has.')
  return { nodes: subgraph.nodes, parameters: undefined, outputs: subgraph.outputs }
}

/** The workflow with that graph changed. */
export function withScope(workflow: Workflow, within: string | undefined, scope: PackScope): Workflow {
  const { nodes, parameters, outputs } = scope
  if (within === undefined) {
    // The outputs of a workflow came out of it as they went in, with other nodes.
    const exposed = outputs as readonly ExposedOutput[] | undefined
    return { ...workflow, nodes, ...(parameters && { parameters }), ...(exposed && { outputs: exposed }) }
  }
  const own = outputs as readonly SubgraphOutput[] // likewise of a subgraph
  const subgraphs = workflow.subgraphs!.map((one) => (one.id === within ? { ...one, nodes, outputs: own } : one))
  return { ...workflow, subgraphs }
}

/** Where the corner of some nodes lies; `undefined` when none says. */
export function topLeft(nodes: readonly WorkflowNode[]): readonly [number, number] | undefined {
  const places = nodes.flatMap(({ position }) => (position ? [position] : []))
  if (places.length === 0) return undefined
  const least = (axis: 0 | 1) => places.reduce((best, place) => Math.min(best, place[axis]), Infinity)
  return [least(0), least(1)]
}

/** What packing and unpacking say of what they can't do. */
export function refusal(problem: string, remedy: string): WorkflowError {
  return new WorkflowError({ code: 'not_packable', problem, remedy })
}
