/** A model that a workflow names and nobody has: the engine can only list what there is; we know where to get it. */
import type { Registry } from '../core/plugins/registry.ts'
import type { Problem } from '../core/workflow/problem.ts'
import type { Workflow } from '../core/workflow/workflow.ts'
import { WorkflowError } from '../core/workflow/workflow-error.ts'
import { missingAdvice } from '../nodes/models/places.ts'
import { modelChoiceOf, modelRoots } from '../nodes/models/port.ts'
import type { Folders } from './protocol.ts'

/** The problems, those about missing models with what to download to which place. */
export function adviseOnModels(
  problems: readonly Problem[], workflow: Workflow, registry: Registry, folders: Folders,
): Promise<Problem[]> {
  return Promise.all(problems.map((problem) => advise(problem, workflow, registry, folders)))
}

/** The same for an error that was thrown; any other error as it is. */
export async function adviseOnModelError(error: unknown, workflow: Workflow, registry: Registry, folders: Folders): Promise<unknown> {
  if (!(error instanceof WorkflowError) || !error.problems.some(({ code }) => code === 'value_not_in_list')) return error
  return WorkflowError.ofProblems(await adviseOnModels(error.problems, workflow, registry, folders), error.code)
}

async function advise(problem: Problem, workflow: Workflow, registry: Registry, folders: Folders): Promise<Problem> {
  const { code, node, input } = problem
  if (code !== 'value_not_in_list' || node === undefined || input === undefined) return problem
  const port = registry.nodes.get(node.type)?.node.inputs[input]
  const choice = port && modelChoiceOf(port)
  const name = workflow.nodes.find(({ id }) => id === node.id)?.inputs?.[input]
  if (choice === undefined || typeof name !== 'string') return problem
  const roots = modelRoots(folders)
  return {
    ...problem,
    problem: `${JSON.stringify(name)} is not in ${roots[0]}/${choice.folder}`,
    remedy: await missingAdvice(roots, choice.folder, name),
  }
}
