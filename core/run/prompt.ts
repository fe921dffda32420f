import type { DrawnNode, Prompt, PromptNode } from '../types/expansion.ts'
import { RawLink } from '../types/expansion.ts'
import type { Graph, GraphNode } from '../workflow/graph.ts'
import { isLink, literalOf } from '../workflow/workflow.ts'

/** The graph as it stands: the nodes of the file, and those that expansions have added. */
export class GrownPrompt implements Prompt {
  readonly #graph: Graph
  readonly #drawn = new Map<string, DrawnNode>()
  readonly #numbers = new Map<string, number>()

  constructor(graph: Graph) {
    this.#graph = graph
  }

  /** Adds a node of an expansion. */
  add(node: DrawnNode): void {
    this.#drawn.set(node.path, node)
  }

  /** The next number for a node without a name of its own, after this path. */
  nextNumber(base: string): number {
    const number = this.#numbers.get(base) ?? 0
    this.#numbers.set(base, number + 1)
    return number
  }

  has(path: string): boolean {
    return this.#drawn.has(path) || this.#graph.has(path)
  }

  node(path: string): PromptNode | undefined {
    const drawn = this.#drawn.get(path)
    if (drawn) return { ...drawn, inputs: new Map(drawn.inputs) }
    const node = this.#graph.get(path)
    return node && promptNode(node)
  }
}

function promptNode({ ref, inputs }: GraphNode): PromptNode {
  const values = [...inputs].map(([name, value]): [string, unknown] => [
    name,
    isLink(value) ? new RawLink(value.from, value.output) : structuredClone(literalOf(value)),
  ])
  const { id, type, title } = ref
  return { path: id, type, ...(title !== undefined && { title }), inputs: new Map(values) }
}
