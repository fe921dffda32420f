/** Keeps the names that a workflow gives to inputs and outputs in step with its nodes. */
import { Insides } from '../../core/workflow/separate.ts'
import type { Parameter, Workflow, WorkflowNode } from '../../core/workflow/workflow.ts'
import { withFields } from './graph-at.ts'
import { mapSame } from './map-links.ts'

/**
 * The workflow with each of its parameters as a function makes it; `undefined` takes one away.
 * @param before what the parameters' paths are looked up in
 */
export function changeParameters(
  workflow: Workflow, before: Workflow, change: (parameter: Parameter, node: WorkflowNode | undefined) => Parameter | undefined,
): Workflow {
  if (!workflow.parameters?.length) return workflow
  const insides = new Insides(before)
  const next = workflow.parameters.map((parameter) => {
    const way = insides.find(parameter.node)
    return change(parameter, way && insides.at(way))
  })
  const kept = next.filter((one) => one !== undefined)
  return withParameters(workflow, kept.length === next.length ? mapSame(workflow.parameters, (_, index) => kept[index]!) : kept)
}

/** The workflow without parameters of nodes that it had before and has no more. */
export function withoutLostParameters(workflow: Workflow, before: Workflow): Workflow {
  if (!workflow.parameters?.length) return workflow
  const [now, then] = [new Insides(workflow), new Insides(before)]
  const kept = workflow.parameters.filter(({ node }) => now.find(node) !== undefined || then.find(node) === undefined)
  return kept.length === workflow.parameters.length ? workflow : withParameters(workflow, kept)
}

/** No list where it would be empty. */
export function withParameters(workflow: Workflow, parameters: readonly Parameter[]): Workflow {
  return withFields(workflow, { parameters: parameters.length === 0 ? undefined : parameters })
}

/** One node on the way to a parameter's: in which graph it is, and its id there. */
export interface PathStep {
  /** The id of the subgraph around it; `undefined` for the workflow itself. */
  readonly inside: string | undefined
  readonly id: string
}

/**
 * The workflow with the paths of its parameters as a function makes them, from the nodes on the way.
 * @param before what they are looked up in
 */
export function changePaths(workflow: Workflow, before: Workflow, change: (steps: readonly PathStep[]) => readonly string[]): Workflow {
  if (!workflow.parameters?.length) return workflow
  const insides = new Insides(before)
  return withParameters(workflow, mapSame(workflow.parameters, (parameter) => {
    const way = insides.find(parameter.node)
    if (!way) return parameter
    let inside: string | undefined
    const steps = way.map((index): PathStep => {
      const step = { inside, id: insides.nodes(inside)[index]!.id }
      inside = insides.subgraphOf(insides.nodes(inside)[index]!)?.id
      return step
    })
    return withFields(parameter, { node: change(steps).join('/') })
  }))
}
