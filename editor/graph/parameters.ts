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
