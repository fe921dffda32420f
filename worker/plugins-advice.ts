/** A node type that nobody here has: whether a plugin would provide it that was skipped, or is not asked for. */
import { problemText, type Problem } from '../core/workflow/problem.ts'
import { WorkflowError } from '../core/workflow/workflow-error.ts'
import { skippedProvider } from './plugins-memory.ts'
import type { PluginReport } from './protocol.ts'

/** The problems, those about missing node types with the plugin that would provide them, where that is known. */
export function adviseOnPlugins(problems: readonly Problem[], reports: readonly PluginReport[]): Problem[] {
  return problems.map((problem) => advise(problem, reports))
}

/** The same for an error that was thrown; any other error as it is. */
export function adviseOnPluginError(error: unknown, reports: readonly PluginReport[]): unknown {
  if (!(error instanceof WorkflowError) || !error.problems.some(({ code }) => code === 'missing_node_type')) return error
  return WorkflowError.ofProblems(adviseOnPlugins(error.problems, reports), error.code)
}

function advise(problem: Problem, reports: readonly PluginReport[]): Problem {
  if (problem.code !== 'missing_node_type' || problem.node === undefined) return problem
  const provider = skippedProvider(problem.node.type, reports)
  if (provider === undefined) return problem
  const { report: { name, problem: why }, surely } = provider
  const reason = why === undefined ? '' : ` What is wrong with it: ${problemText(why)}`
  return { ...problem, remedy: `Plugin "${name}" ${surely ? 'provides' : 'seems to provide'} it, but was skipped.${reason}` }
}
