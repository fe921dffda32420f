import type { Registry } from '../plugins/registry.ts'
import type { Definitions, NodeDefinition } from '../types/definition.ts'
import type { Facts } from '../types/facts.ts'
import type { Json } from '../types/json.ts'
import type { Paths } from '../types/node-type.ts'
import type { SocketType } from '../types/socket.ts'
import { ancestorsOf, topologicalOrder, type Graph } from '../workflow/graph.ts'
import type { Problem } from '../workflow/problem.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import type { CheckedWorkflow } from './check.ts'
import { findFacts, type KnownFacts } from './facts.ts'
import { askFingerprint, askValidateHooks, type HookHost, type SocketOf } from './hooks.ts'
import { resultKey } from './keys.ts'
import { prepareNode, type PlannedNode } from './planned-node.ts'
import { GrownPrompt } from './prompt.ts'

/** A node with the key of its result. */
export interface KeyedNode extends PlannedNode {
  readonly key: string
  /** What its `fingerprint` said; something that never comes again for "different each time". */
  readonly fingerprint?: Json
  /** Its fingerprint, or that of a node it depends on, said "different each time": no result of it is ever found again. */
  readonly isNew?: true
}

/** What keys and hooks need of the run. */
export interface GraphHost {
  readonly paths: Paths
  readonly signal: AbortSignal
  /** What every result depends on beside its inputs. */
  readonly environment: Json
}

/**
 * The nodes of a run with their keys: those of the file that are needed, and those that come with expansions.
 * Each is added after the ones that it depends on.
 */
export class RunGraph {
  readonly prompt: GrownPrompt
  readonly registry: Registry
  readonly #checked: CheckedWorkflow
  readonly #host: GraphHost
  readonly #nodes = new Map<string, KeyedNode>()
  readonly #facts: Map<string, Facts>

  constructor(checked: CheckedWorkflow, host: GraphHost) {
    this.#checked = checked
    this.#host = host
    this.registry = checked.registry
    this.prompt = new GrownPrompt(checked.graph)
    this.#facts = new Map(checked.facts)
  }

  /** The nodes in the order in which they were added. */
  get nodes(): Iterable<KeyedNode> {
    return this.#nodes.values()
  }

  at(path: string): KeyedNode | undefined {
    return this.#nodes.get(path)
  }

  /** Definitions of node types, their computed choices looked up as far as the workflow uses them. */
  get definitions(): Definitions {
    return this.#checked.definitions
  }

  /** The type of the node at a path, in an expansion or in the file. */
  definitionAt(path: string): NodeDefinition | undefined {
    const type = this.#nodes.get(path)?.ref.type ?? this.#checked.graph.get(path)?.ref.type
    return type === undefined ? undefined : this.definitions.get(type)
  }

  /** What is known of outputs, as far as that has been looked at. */
  get facts(): KnownFacts {
    return this.#facts
  }

  /** The socket type of an output of the node at a path. */
  socketOf(path: string, output: string): SocketType {
    return this.definitionAt(path)!.outputs.find(({ name }) => name === output)!.socket
  }

  /** Gives nodes their keys and takes them in; those with a `fingerprint` are asked for it first, all at once. */
  async add(nodes: readonly PlannedNode[]): Promise<KeyedNode[]> {
    const asked = nodes.filter(({ registered }) => registered.node.fingerprint)
    if (asked.length === 0) return this.#addKeyed(nodes)
    const answers = await Promise.all(asked.map((node) => askFingerprint(node, this.#hooksAmong(nodes))))
    return this.#addKeyed(nodes, new Map(asked.map(({ path }, index) => [path, answers[index]])))
  }

  #addKeyed(nodes: readonly PlannedNode[], said?: ReadonlyMap<string, Json | undefined>): KeyedNode[] {
    const keyOf = (path: string) => this.#nodes.get(path)!.key
    return nodes.map((node) => {
      const answer = said?.get(node.path)
      const fingerprint = distinct(answer)
      const key = resultKey(node, fingerprint, this.#host.environment, keyOf)
      const isNew = fingerprint !== answer || this.#readsNew(node)
      const known = fingerprint === undefined ? { ...node, key } : { ...node, key, fingerprint }
      const keyed = isNew ? { ...known, isNew } : known
      this.#nodes.set(node.path, keyed)
      return keyed
    })
  }

  #readsNew({ inputs }: PlannedNode): boolean {
    for (const input of inputs) {
      if ((input.kind === 'link' || input.kind === 'raw') && this.#nodes.get(input.from)!.isNew) return true
    }
    return false
  }

  /** A node that runs for one item of a list, with a key of its own; it is not taken in. */
  keyed(node: PlannedNode & { readonly fingerprint?: Json }): KeyedNode {
    const keyOf = (path: string) => this.#nodes.get(path)!.key
    return { ...node, key: resultKey(node, node.fingerprint, this.#host.environment, keyOf) }
  }

  /**
   * What the hooks of nodes find wrong that are about to be added, each after those it depends on. What their `facts` say
   * is known from then on.
   */
  async complaints(nodes: readonly PlannedNode[]): Promise<Problem[]> {
    const hooks = this.#hooksAmong(nodes)
    const [complaints, found] = await Promise.all([askValidateHooks(nodes, hooks), findFacts(nodes, hooks, this.#facts)])
    for (const [path, facts] of found.facts) this.#facts.set(path, facts)
    return [...complaints, ...found.problems]
  }

  /** What hooks may look at of nodes that are linked to one another, and that are not added yet. */
  #hooksAmong(nodes: readonly PlannedNode[]): HookHost {
    const definitions = new Map(nodes.map(({ path, registered }) => [path, registered.definition]))
    const socketOf: SocketOf = (path, output) =>
      definitions.get(path)?.outputs.find(({ name }) => name === output)?.socket ?? this.socketOf(path, output)
    return { ...this.hooks, socketOf }
  }

  /** What hooks of nodes may look at. */
  get hooks(): HookHost {
    const { paths, signal } = this.#host
    const socketOf: SocketOf = (path, output) => this.socketOf(path, output)
    return { paths, signal, socketOf, constants: this.#checked.constants }
  }

  /**
   * Takes in nodes of the file that nothing needed so far, with all they depend on: an expansion links to them.
   * @throws WorkflowError for what is wrong with them
   */
  async include(paths: readonly string[]): Promise<void> {
    const { graph } = this.#checked
    const missing = [...ancestorsOf(graph, paths)].filter((path) => !this.#nodes.has(path))
    if (missing.length === 0) return
    const faults = missing.flatMap((path) => this.#checked.faults.get(path) ?? [])
    if (faults.length > 0) throw WorkflowError.ofProblems(faults)
    const nodes = topologicalOrder(graph, new Set(missing)).map((path) => this.#prepare(path, graph))
    const complaints = await this.complaints(nodes)
    if (complaints.length > 0) throw WorkflowError.ofProblems(complaints)
    await this.add(nodes)
  }

  #prepare(path: string, graph: Graph): PlannedNode {
    return prepareNode(graph.get(path)!, graph, this.registry, this.#checked.shownRef(path))
  }
}

/** NaN means "different each time", as in ComfyUI: in its place stands something that never comes again. */
function distinct(fingerprint: Json | undefined): Json | undefined {
  return Number.isNaN(fingerprint) ? crypto.randomUUID() : fingerprint
}
