import type { Registry } from '../plugins/registry.ts'
import { tryFlatten } from '../workflow/flatten.ts'
import { ancestorsOf, graphOf, topologicalOrder, type Graph, type GraphNode } from '../workflow/graph.ts'
import { applyModes } from '../workflow/modes.ts'
import { subgraphOf, subgraphsOf, withSubgraphDefinitions, type Subgraphs } from '../workflow/subgraphs.ts'
import { outputOf } from '../workflow/validate-file.ts'
import { isLink, SUBGRAPH_INPUTS, type Link, type Workflow, type WorkflowNode } from '../workflow/workflow.ts'
import { constantsOf, type Constants } from './constants.ts'
import { prepareNode } from './planned-node.ts'

/**
 * The seeds that texts of a workflow vary with: a node's own, or that of the nearest node behind it, past the borders of
 * subgraphs. A seed that is linked to a constant is that constant.
 */
export class PromptSeeds {
  readonly #registry: Registry
  /** With subgraphs written out, without what is muted or bypassed. */
  readonly #graph: Graph
  readonly #subgraphs: Subgraphs
  readonly #constants: Constants
  readonly #consumers = new Map<string, string[]>()

  /** @param workflow with its seeds drawn */
  constructor(workflow: Workflow, registry: Registry) {
    const definitions = withSubgraphDefinitions(workflow, registry.definitions)
    const flat = tryFlatten(workflow, { definitions }).workflow
    this.#registry = registry
    this.#subgraphs = subgraphsOf(workflow)
    this.#graph = graphOf(applyModes(flat, definitions).workflow)
    this.#constants = this.#knownConstants()
    for (const [path, { links }] of this.#graph) {
      for (const { from } of links) {
        const list = this.#consumers.get(from)
        if (list) list.push(path)
        else this.#consumers.set(from, [path])
      }
    }
  }

  /** The seed for a text at an input of the node at a path; 0 where there is none. */
  of(path: string, node: WorkflowNode, input: string): number {
    const seen = new Set(this.#graph.has(path) ? [path] : this.#readers(path, node, input))
    for (const next of seen) {
      const own = this.#own(next)
      if (own !== undefined) return own
      for (const consumer of this.#consumers.get(next) ?? []) seen.add(consumer) // a Set is walked with what is added
    }
    return 0
  }

  /** The nodes inside a node that stands for a subgraph which read one of its inputs. */
  #readers(path: string, node: WorkflowNode, input: string): string[] {
    return (subgraphOf(node, this.#subgraphs)?.nodes ?? []).flatMap((inner) => {
      const names = Object.entries(inner.inputs ?? {}).filter(([, value]) =>
        isLink(value) && value.from === SUBGRAPH_INPUTS && value.output === input).map(([name]) => name)
      const own = `${path}/${inner.id}`
      if (names.length > 0 && this.#graph.has(own)) return [own]
      return names.flatMap((name) => this.#readers(own, inner, name))
    })
  }

  #own(path: string): number | undefined {
    const node = this.#graph.get(path)
    if (node === undefined) return undefined
    for (const name of this.#seedInputs(node)) {
      const value = node.inputs.get(name)
      const known = value !== undefined && isLink(value) ? this.#constantAt(value) : value
      if (typeof known === 'number') return known
    }
    return undefined
  }

  #seedInputs({ ref }: GraphNode): string[] {
    const inputs = this.#registry.definitions.get(ref.type)?.inputs ?? []
    return inputs.filter(({ seed }) => seed).map(({ name }) => name)
  }

  #constantAt(link: Link): unknown {
    const output = this.#outputOf(link)
    return output === undefined ? undefined : this.#constants.get(link.from)?.get(output)
  }

  /** The name of the output that a link means, where it means one. */
  #outputOf({ from, output }: Link): string | undefined {
    const definition = this.#registry.definitions.get(this.#graph.get(from)?.ref.type ?? '')
    return definition && outputOf(definition, output)?.name
  }

  /** What stands behind seeds that are linked, as far as it is sound. */
  #knownConstants(): Constants {
    const graph = this.#graph
    const linked = [...graph.values()].flatMap((node) => node.links.length === 0 ? [] : this.#seedInputs(node).flatMap((name) => {
      const value = node.inputs.get(name)
      return value !== undefined && isLink(value) ? [value.from] : []
    }))
    if (linked.length === 0) return new Map()
    const isSound = (path: string) => {
      const { ref, links } = graph.get(path)!
      return this.#registry.nodes.get(ref.type)?.node.constant === true && links.every((link) => this.#outputOf(link) !== undefined)
    }
    const paths = topologicalOrder(graph, ancestorsOf(graph, linked)).filter(isSound)
    return constantsOf(paths.map((path) => prepareNode(graph.get(path)!, graph, this.#registry)))
  }
}
