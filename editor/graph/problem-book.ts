/** The problems of a workflow by where they show in one of its graphs. */
import type { Problem } from '../../core/workflow/problem.ts'
import type { GraphPath } from './scene.ts'

const NONE: readonly Problem[] = []

export class ProblemBook {
  readonly #byNode = new Map<string, Problem[]>()

  /** @param path of the graph that is shown: problems of nodes inside subgraphs name them with it, `outer/inner` */
  constructor(problems: readonly Problem[], path: GraphPath) {
    const prefix = path.map((id) => `${id}/`).join('')
    for (const problem of problems) {
      const id = problem.node?.id
      for (const shown of new Set([...(id !== undefined ? [id] : []), ...(problem.cycle ?? [])])) {
        if (shown.startsWith(prefix)) this.#add(shown.slice(prefix.length), problem)
      }
    }
  }

  /** What is wrong with a node, and with what is inside it. */
  ofNode(id: string, isSubgraph: boolean): readonly Problem[] {
    const own = this.#byNode.get(id) ?? NONE
    if (!isSubgraph) return own
    const inside = [...this.#byNode].flatMap(([path, problems]) => (path.startsWith(`${id}/`) ? problems : []))
    return inside.length === 0 ? own : [...new Set([...own, ...inside])]
  }

  /** @param variadic the name of the port that the input is one of */
  ofInput(id: string, input: string, variadic?: string | false): Problem | undefined {
    const own = this.#byNode.get(id)
    return own?.find((one) => one.input === input)
      ?? (variadic === undefined || variadic === false ? undefined : own?.find((one) => one.input === variadic))
  }

  #add(id: string, problem: Problem): void {
    const list = this.#byNode.get(id)
    if (list) list.push(problem)
    else this.#byNode.set(id, [problem])
  }
}
