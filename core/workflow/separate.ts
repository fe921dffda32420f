import { freeId } from './rename.ts'
import { subgraphSizeProblems } from './subgraphs.ts'
import { subgraphIdOf, subgraphType, type Subgraph, type Workflow, type WorkflowNode } from './workflow.ts'

/** Longer paths mean nothing. */
const LONGEST_PATH = 2000

/** Where nodes stand: inside the subgraph of this id, or at the top. */
export type Inside = string | undefined

/**
 * A workflow in which what is inside single nodes may be changed: a node that stands for a subgraph gets a definition of
 * its own before, unless it is the only one that stands for it. Each change is made in place; `workflow` is what they
 * come to.
 */
export class Insides {
  readonly #source: Workflow
  /** Those of the first definition with an id; validation reports the second. */
  readonly #subgraphs = new Map<string, Subgraph>()
  readonly #nodes = new Map<Inside, WorkflowNode[]>()
  /** How many nodes stand for each subgraph. */
  readonly #uses = new Map<string, number>()
  /** Of nodes by their ids, made when they are asked for. */
  readonly #indexes = new Map<Inside, ReadonlyMap<string, number>>()
  #isChanged = false

  constructor(workflow: Workflow) {
    this.#source = workflow
    this.#take(undefined, workflow.nodes)
    for (const subgraph of workflow.subgraphs ?? []) {
      if (this.#subgraphs.has(subgraph.id)) continue
      this.#subgraphs.set(subgraph.id, subgraph)
      this.#take(subgraph.id, subgraph.nodes)
    }
  }

  /** The nodes that stand somewhere, as they are now. */
  nodes(inside: Inside): readonly WorkflowNode[] {
    return this.#nodes.get(inside) ?? []
  }

  /** The subgraph that a node stands for; undefined for other nodes. */
  subgraphOf({ type }: WorkflowNode): Subgraph | undefined {
    return this.#subgraphs.get(subgraphIdOf(type) ?? '')
  }

  /**
   * The way to the node at a path such as `outer/inner`: the index of each node around it, and its own. Ids may hold
   * slashes themselves; the longest that exists is taken.
   */
  find(path: string): readonly number[] | undefined {
    return path.length > LONGEST_PATH ? undefined : this.#find(path, undefined, new Set())
  }

  /** The node that a way leads to. */
  at(way: readonly number[]): WorkflowNode {
    let nodes = this.nodes(undefined)
    for (const index of way.slice(0, -1)) nodes = this.nodes(this.subgraphOf(nodes[index]!)!.id)
    return nodes[way.at(-1)!]!
  }

  /** Paths of nodes, those at the top first, then those inside subgraphs; at most so many. */
  paths(most: number): string[] {
    const paths: string[] = []
    const open: { readonly inside: Inside; readonly prefix: string }[] = [{ inside: undefined, prefix: '' }]
    for (const { inside, prefix } of open) { // an array is walked with what is added
      for (const node of this.nodes(inside)) {
        if (paths.length === most) return paths
        paths.push(prefix + node.id)
        const subgraph = this.subgraphOf(node)
        if (subgraph) open.push({ inside: subgraph.id, prefix: `${prefix}${node.id}/` })
      }
    }
    return paths
  }

  /** Puts a node in the place of the one that a way leads to: there alone. */
  change(way: readonly number[], change: (node: WorkflowNode) => WorkflowNode): void {
    let inside: Inside
    let prefix = ''
    for (const index of way.slice(0, -1)) {
      const path = prefix + this.nodes(inside)[index]!.id
      inside = this.own(inside, index, path)
      prefix = `${path}/`
    }
    const index = way.at(-1)!
    this.replace(inside, index, change(this.nodes(inside)[index]!))
  }

  /** Puts a node in the place of the one at an index. */
  replace(inside: Inside, index: number, node: WorkflowNode): void {
    this.#isChanged = true
    this.#nodes.get(inside)![index] = node
  }

  /**
   * Sees to it that no other node stands for the subgraph that the node at an index stands for.
   * @param path what its own definition is called after
   * @returns the id of that subgraph
   */
  own(inside: Inside, index: number, path: string): string {
    const node = this.nodes(inside)[index]!
    const shared = this.subgraphOf(node)!
    const uses = this.#uses.get(shared.id)!
    if (uses === 1) return shared.id
    const id = freeId(`${shared.id}@${path}`, this.#subgraphs)
    this.#uses.set(shared.id, uses - 1)
    this.#uses.set(id, 1)
    this.#subgraphs.set(id, { ...shared, id })
    this.#take(id, this.nodes(shared.id))
    this.replace(inside, index, { ...node, type: subgraphType(id) })
    return id
  }

  /** What the changes come to; the workflow itself where there are none. */
  get workflow(): Workflow {
    if (!this.#isChanged) return this.#source
    const { subgraphs = [] } = this.#source
    const known = new Set(subgraphs.map(({ id }) => id))
    const now = (one: Subgraph) => (this.#subgraphs.get(one.id) === one || !known.has(one.id) ? { ...one, nodes: this.nodes(one.id) } : one)
    const added = [...this.#subgraphs.values()].filter(({ id }) => !known.has(id))
    const all = [...subgraphs, ...added].map(now)
    return { ...this.#source, nodes: this.nodes(undefined), ...(all.length > 0 && { subgraphs: all }) }
  }

  /** @param lost what has been looked for in vain: a rest of the path, and where */
  #find(path: string, inside: Inside, lost: Set<string>): readonly number[] | undefined {
    const key = `${path.length} ${inside ?? ''}`
    if (lost.has(key)) return undefined
    const indexes = this.#indexesOf(inside)
    const own = indexes.get(path)
    if (own !== undefined) return [own]
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const index = indexes.get(path.slice(0, slash))
      const subgraph = index === undefined ? undefined : this.subgraphOf(this.nodes(inside)[index]!)
      const rest = subgraph && this.#find(path.slice(slash + 1), subgraph.id, lost)
      if (rest) return [index!, ...rest]
    }
    lost.add(key)
    return undefined
  }

  /** Of two nodes with one id the first counts. */
  #indexesOf(inside: Inside): ReadonlyMap<string, number> {
    const known = this.#indexes.get(inside)
    if (known) return known
    const indexes = new Map<string, number>()
    for (const [index, { id }] of this.nodes(inside).entries()) if (!indexes.has(id)) indexes.set(id, index)
    this.#indexes.set(inside, indexes)
    return indexes
  }

  #take(inside: Inside, nodes: readonly WorkflowNode[]): void {
    this.#nodes.set(inside, [...nodes])
    for (const { type } of nodes) {
      const id = subgraphIdOf(type)
      if (id !== undefined) this.#uses.set(id, (this.#uses.get(id) ?? 0) + 1)
    }
  }
}

/** A place where nodes stand, and the paths that lead there. */
export interface Place {
  readonly inside: Inside
  /** What stands before the ids of its nodes in their paths: `outer/`; nothing at the top. */
  readonly prefix: string
}

/**
 * The places with nodes that get values of their own, the top first. What is inside nodes that stand for a subgraph with
 * such nodes, at any depth, is theirs alone after this; a workflow whose subgraphs can't be written out is left as it is.
 * @param varies whether a node gets such a value
 */
export function separatePlaces(insides: Insides, varies: (node: WorkflowNode) => boolean): Place[] {
  const top: Place = { inside: undefined, prefix: '' }
  const { subgraphs = [] } = insides.workflow
  const varied = new VariedSubgraphs(insides, varies)
  if (!subgraphs.some(({ nodes }) => nodes.some(varies)) || subgraphSizeProblems(insides.workflow).length > 0) return [top]
  const places = [top]
  for (const { inside, prefix } of places) { // an array is walked with what is added
    for (const [index, node] of insides.nodes(inside).entries()) {
      const subgraph = insides.subgraphOf(node)
      if (subgraph === undefined || !varied.has(subgraph)) continue
      const path = prefix + node.id
      places.push({ inside: insides.own(inside, index, path), prefix: `${path}/` })
    }
  }
  return places
}

/** Which subgraphs hold a node that varies, at any depth. None holds itself. */
class VariedSubgraphs {
  readonly #insides: Insides
  readonly #varies: (node: WorkflowNode) => boolean
  readonly #known = new Map<readonly WorkflowNode[], boolean>()

  constructor(insides: Insides, varies: (node: WorkflowNode) => boolean) {
    this.#insides = insides
    this.#varies = varies
  }

  /** A copy of a definition has the same nodes as the first. */
  has({ nodes }: Subgraph): boolean {
    const known = this.#known.get(nodes)
    if (known !== undefined) return known
    const found = nodes.some((node) => {
      const inner = this.#insides.subgraphOf(node)
      return this.#varies(node) || (inner !== undefined && this.has(inner))
    })
    this.#known.set(nodes, found)
    return found
  }
}
