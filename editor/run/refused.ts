/** What a server has refused of a workflow, on its nodes. */
import { problemText, type Problem } from '../../core/workflow/problem.ts'
import type { KinographError } from '../../server/client/index.ts'
import type { NodeActivity } from '../graph/canvas.ts'
import type { GraphPath } from '../graph/scene.ts'
import { nodeBelow } from './shown-node.ts'

/** What of a refusal is about the workflow, the sums taken apart. */
export function problemsOf({ problems }: Pick<KinographError, 'problems'>): readonly Problem[] {
  const single = (problem: Problem): readonly Problem[] => (problem.problems?.length ? problem.problems.flatMap(single) : [problem])
  return problems.flatMap((problem) => ('field' in problem ? [] : single(problem)))
}

/** The nodes of a graph that something is wrong with, each with all that is. */
export function refusedActivity(problems: readonly Problem[], path: GraphPath): ReadonlyMap<string, NodeActivity> {
  const texts = new Map<string, string[]>()
  for (const problem of problems) {
    const id = problem.node && nodeAt(problem.node.id, path)
    if (id === undefined) continue
    const said = texts.get(id) ?? []
    said.push(problemText(problem))
    texts.set(id, said)
  }
  return new Map([...texts].map(([id, said]) => [id, { state: 'failed', message: said.join('\n') }]))
}

/** At the top, nodes inside a subgraph are drawn in the node that stands for it. */
function nodeAt(id: string, path: GraphPath): string | undefined {
  return nodeBelow(id, path.map((part) => `${part}/`).join(''))
}
