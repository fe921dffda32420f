import type { Definitions, InputDefinition, NodeDefinition } from '../types/definition.ts'
import type { Json } from '../types/json.ts'
import { isUnion, type SocketType } from '../types/socket.ts'
import { WITHHELD } from '../types/withheld.ts'
import { subgraphsOf, withSubgraphDefinitions, type Subgraphs } from './subgraphs.ts'
import { inputOf, isLink, literalOf, subgraphIdOf, type InputValue, type Workflow, type WorkflowNode } from './workflow.ts'

/** A workflow as it may be kept and shown. */
export interface OpenWorkflow {
  readonly workflow: Workflow
  /** The texts that were taken out, long enough to be looked for elsewhere. */
  readonly texts: readonly string[]
}

/** Texts on the way to a secret input: shorter ones are words and separators. */
const SHORTEST_BEHIND = 8

/**
 * The workflow without the texts at inputs that are secret, and without those that lead there through links (the value
 * of a primitive). In their place stands what asks for them when the file is run again.
 * @param mark what stands in the place of a text
 */
export function withoutSecrets(workflow: Workflow, types: Definitions, mark: (text: string) => string = () => WITHHELD): OpenWorkflow {
  if (!haveSecrets(types)) return { workflow, texts: [] }
  const search = new Search(withSubgraphDefinitions(workflow, types), subgraphsOf(workflow))
  for (const { nodes } of [workflow, ...(workflow.subgraphs ?? [])]) search.drawing(nodes)
  if (search.found.size === 0) return { workflow, texts: [] }
  const open = (nodes: readonly WorkflowNode[]) => nodes.map((node) => withoutInputs(node, search.found.get(node), mark))
  const subgraphs = workflow.subgraphs?.map((one) => ({ ...one, nodes: open(one.nodes) }))
  return { workflow: { ...workflow, nodes: open(workflow.nodes), ...(subgraphs && { subgraphs }) }, texts: [...search.texts] }
}

/** By definitions, which are the same for many workflows. */
const known = new WeakMap<Definitions, boolean>()

/** Whether any node type has a secret input: mostly none has. */
function haveSecrets(types: Definitions): boolean {
  const before = known.get(types)
  if (before !== undefined) return before
  const have = [...types.values()].some(({ inputs }) => inputs.some(({ secret }) => secret))
  known.set(types, have)
  return have
}

/** Goes back from the secret inputs to the texts that reach them. */
class Search {
  /** The inputs to be emptied, by node. */
  readonly found = new Map<WorkflowNode, Set<string>>()
  readonly texts = new Set<string>()
  readonly #definitions: Definitions
  readonly #subgraphs: Subgraphs

  constructor(definitions: Definitions, subgraphs: Subgraphs) {
    this.#definitions = definitions
    this.#subgraphs = subgraphs
  }

  drawing(nodes: readonly WorkflowNode[]): void {
    const behind = new Set<string>()
    for (const node of nodes) {
      const definition = this.#definitions.get(node.type)
      for (const [slot, value] of Object.entries(node.inputs ?? {})) {
        if (!definition || !inputAt(definition, slot)?.secret) continue
        if (isLink(value)) behind.add(value.from)
        else this.#take(node, slot, value, 1)
      }
    }
    if (behind.size > 0) this.#walk(new Map(nodes.map((node) => [node.id, node])), behind)
  }

  #walk(nodes: ReadonlyMap<string, WorkflowNode>, open: Set<string>): void {
    for (const id of open) { // a Set is walked with what is added
      const node = nodes.get(id)
      if (node === undefined) continue
      for (const value of Object.values(node.inputs ?? {})) if (isLink(value)) open.add(value.from)
      this.#takeAll(node, new Set())
    }
  }

  /** Takes all texts of a node; of one that stands for a subgraph also those inside. */
  #takeAll(node: WorkflowNode, seen: Set<string>): void {
    const definition = this.#definitions.get(node.type)
    for (const [slot, value] of Object.entries(node.inputs ?? {})) {
      const input = definition && inputAt(definition, slot)
      if (!isLink(value) && (input === undefined || takesText(input.socket))) this.#take(node, slot, value, SHORTEST_BEHIND)
    }
    const subgraph = this.#subgraphs.get(subgraphIdOf(node.type) ?? '')
    if (subgraph === undefined || seen.has(subgraph.id)) return
    seen.add(subgraph.id)
    for (const inner of subgraph.nodes) this.#takeAll(inner, seen)
  }

  #take(node: WorkflowNode, slot: string, value: InputValue, shortest: number): void {
    const texts = isLink(value) ? [] : textsIn(literalOf(value))
    if (texts.length === 0) return
    const slots = this.found.get(node) ?? new Set()
    this.found.set(node, slots.add(slot))
    for (const text of texts) if (text.length >= shortest && text !== WITHHELD) this.texts.add(text)
  }
}

/** The input that a name in a workflow means: its own, or that of `name.2`. */
function inputAt({ inputs }: NodeDefinition, slot: string): InputDefinition | undefined {
  return inputs.find(({ name, variadic }) => name === slot || (variadic && slot.startsWith(`${name}.`)))
}

function takesText(socket: SocketType): boolean {
  if (isUnion(socket)) return socket.anyOf.some(takesText)
  return typeof socket === 'string' ? socket === 'STRING' || socket === '*' : takesText(socket.list)
}

function textsIn(value: Json): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

function withoutInputs(node: WorkflowNode, slots: ReadonlySet<string> | undefined, mark: (text: string) => string): WorkflowNode {
  if (slots === undefined) return node
  const entries = Object.entries(node.inputs!).map(([slot, value]) =>
    [slot, slots.has(slot) && !isLink(value) ? inputOf(withoutTexts(literalOf(value), mark)) : value] as const)
  return { ...node, inputs: Object.fromEntries(entries) }
}

function withoutTexts(value: Json, mark: (text: string) => string): Json {
  if (typeof value === 'string') return value === '' ? '' : mark(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => withoutTexts(item, mark))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutTexts(item, mark)]))
}
