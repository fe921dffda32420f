/** New nodes, and nodes put into links and taken out of them again, with the links that fit drawn at once. */
import { bypassedInput } from '../../core/workflow/bypass.ts'
import { takesLiteral } from '../../core/types/literal.ts'
import { RANDOM_SEED } from '../../core/types/literal.ts'
import type { Definitions, InputDefinition, NodeDefinition } from '../../core/types/definition.ts'
import type { Json } from '../../core/types/json.ts'
import { alwaysFits, fits, type SocketType } from '../../core/types/socket.ts'
import { inputOf, isLink, literalOf, SUBGRAPH_INPUTS, type InputValue, type Link, type Workflow, type WorkflowNode } from '../../core/workflow/workflow.ts'
import { applyEdits } from './apply-edits.ts'
import type { LooseLink } from './canvas.ts'
import type { Edit } from './edit.ts'
import { linkAt } from './edit-links.ts'
import { definitionsIn, graphAt } from './graph-at.ts'
import { graphView, type GraphView, type InputSlot, type OutputSlot } from './graph-view.ts'
import { freeNodeId } from './ids.ts'
import { linkProblem } from './link-problem.ts'
import type { GraphPath, Point } from './scene.ts'

/** What inserting comes to: the workflow, and the node that is new. */
export interface Inserted {
  readonly workflow: Workflow
  readonly id: string
}

export interface InsertOptions {
  /** A link that was dropped on nothing: the new node gets its other end, where one fits. */
  readonly link?: LooseLink
  /** A link that the new node goes into, where it fits at both ends. */
  readonly into?: LinkEnd
}

/** A link by where it ends. */
export interface LinkEnd {
  readonly to: string
  readonly input: string
}

/** A new node of a type at a place, linked as is wished. */
export function insertNode(workflow: Workflow, path: GraphPath, type: string, at: Point, definitions: Definitions, options: InsertOptions = {}): Inserted {
  const { edits, id } = insertEdits(workflow, path, type, at, definitions, options)
  return { workflow: applyEdits(workflow, path, edits, definitions), id }
}

/** The edits that add a node of a type at a place, and draw the links that are wished to the sockets that fit best. */
export function insertEdits(
  workflow: Workflow, path: GraphPath, type: string, at: Point, definitions: Definitions, { link, into }: InsertOptions = {},
): { readonly id: string; readonly edits: readonly Edit[] } {
  const taken = new Set(graphAt(workflow, path).nodes.map(({ id }) => id))
  const node = newNode(type, definitionsIn(workflow, definitions).get(type), freeNodeId(type, taken), at)
  const add: Edit = { type: 'add', nodes: [node] }
  const added = applyEdits(workflow, path, [add], definitions)
  const connect = link && looseEdit(added, path, node.id, link, definitions)
  const connects = into ? intoLinkEdits(added, path, node.id, into, definitions) : connect ? [connect] : []
  return { id: node.id, edits: [add, ...connects] }
}

/** A node with what its type needs and has no default for: the first choice, the least number. Its seeds are random. */
export function newNode(type: string, definition: NodeDefinition | undefined, id: string, position: Point): WorkflowNode {
  const entries = (definition?.inputs ?? []).flatMap((input): [string, InputValue][] => {
    const value = startValue(input)
    return value === undefined ? [] : [[input.name, inputOf(value)]]
  })
  const version = definition?.version ?? 1
  return { id, type, ...(version > 1 && { version }), ...(entries.length > 0 && { inputs: Object.fromEntries(entries) }), position }
}

function startValue({ seed, required, socket, hidden, rawLink, variadic, forceInput, choices, min }: InputDefinition): Json | undefined {
  if (hidden || rawLink || variadic || forceInput) return undefined
  if (seed) return RANDOM_SEED
  if (!required || typeof socket !== 'string' || !takesLiteral(socket)) return undefined
  switch (socket) {
    case 'COMBO': return choices?.[0]
    case 'STRING': return choices ? choices[0] : ''
    case 'BOOLEAN': return false
    case 'INT': case 'FLOAT': return Math.max(min ?? 0, 0)
    default: return undefined
  }
}

/** Draws the link whose one end is loose to the socket of a node that fits best; nothing where none does. */
export function connectLoose(workflow: Workflow, path: GraphPath, id: string, link: LooseLink, definitions: Definitions): Workflow {
  const edit = looseEdit(workflow, path, id, link, definitions)
  return edit ? applyEdits(workflow, path, [edit], definitions) : workflow
}

type Connect = Extract<Edit, { readonly type: 'connect' }>

function looseEdit(workflow: Workflow, path: GraphPath, id: string, link: LooseLink, definitions: Definitions): Connect | undefined {
  const view = graphView(workflow, path, definitions)
  if ('from' in link) {
    const source = view.outputOf(link)
    const input = source && bestInput(view, id, source, (name) => isFree(workflow, path, definitions, link.from, link.output, id, name))
    return input && { type: 'connect', from: link.from, output: link.output, to: id, input: input.name }
  }
  const target = view.inputOf(link.to, link.input)
  const output = target && bestOutput(view, id, target, (key) => isFree(workflow, path, definitions, id, key, link.to, link.input))
  return output && { type: 'connect', from: id, output: output.key, to: link.to, input: link.input }
}

function isFree(workflow: Workflow, path: GraphPath, definitions: Definitions, ...[from, output, to, input]: [string, string | number, string, string]): boolean {
  return linkProblem(workflow, path, definitions, from, output, to, input) === undefined
}

/** The input that an output would best be linked to: one without a link or a value, of exactly its type, of its name. */
export function bestInput(view: GraphView, id: string, source: Pick<OutputSlot, 'name' | 'socket'>, may: (input: string) => boolean): InputSlot | undefined {
  const given = view.nodes.get(id)?.inputs ?? {}
  const rank = (slot: InputSlot) => {
    const value = Object.hasOwn(given, slot.name) ? given[slot.name] : undefined
    return fitRank(source.socket, slot.socket) + (value !== undefined && isLink(value) ? 8 : 0)
      + (slot.definition && takesLiteral(slot.definition.socket) && !slot.definition.forceInput ? 1 : 0)
      + (slot.required ? 0 : 0.6) - (slot.name === source.name ? 0.3 : 0)
  }
  return best(view.inputsOf(id).filter(({ name, socket, definition }) => name !== '' && !definition?.socketless && fits(source.socket, socket) && may(name)), rank)
}

/** The output that an input would best be linked to. */
export function bestOutput(view: GraphView, id: string, target: Pick<InputSlot, 'name' | 'socket'>, may: (output: string | number) => boolean): OutputSlot | undefined {
  const rank = (slot: OutputSlot) => fitRank(slot.socket, target.socket) - (slot.name === target.name ? 0.3 : 0)
  return best(view.outputsOf(id).filter(({ key, socket }) => key !== '' && fits(socket, target.socket) && may(key)), rank)
}

/** 0 for the same type, more the less is known of whether a value will fit. */
export function fitRank(from: SocketType, to: SocketType): number {
  if (from === to || (JSON.stringify(from) === JSON.stringify(to))) return 0
  return alwaysFits(from, to) ? (to === '*' ? 3 : 1) : from === '*' ? 4 : 2
}

/** The first of those with the least rank. */
function best<T>(items: readonly T[], rank: (item: T) => number): T | undefined {
  let found: T | undefined
  let least = Infinity
  for (const item of items) {
    const own = rank(item)
    if (own < least) [found, least] = [item, own]
  }
  return found
}

/** Puts a node that is there into a link: what gave it gives to the node, and the node to what read it. None where it can't stand there. */
function intoLinkEdits(workflow: Workflow, path: GraphPath, id: string, { to, input }: LinkEnd, definitions: Definitions): readonly Connect[] {
  const { nodes, subgraph } = graphAt(workflow, path)
  const link = linkAt(nodes, subgraph, to, input)
  if (!link || link.from === id || to === id) return []
  const first = looseEdit(workflow, path, id, link, definitions)
  if (!first) return []
  const second = looseEdit(applyEdits(workflow, path, [first], definitions), path, id, { to, input }, definitions)
  return second ? [first, second] : []
}

const PRIMITIVES: ReadonlyMap<SocketType, string> = new Map<SocketType, string>([
  ['INT', 'PrimitiveInt'], ['FLOAT', 'PrimitiveFloat'], ['STRING', 'PrimitiveString'], ['BOOLEAN', 'PrimitiveBoolean'],
])
/** Takes the type of what it is linked to. */
const ANY_PRIMITIVE = 'PrimitiveNode'

/** Puts what is written at an input into a node of its own, which others may be linked to as well. The same workflow where a link is. */
export function toPrimitive(workflow: Workflow, path: GraphPath, to: string, input: string, definitions: Definitions): Inserted | undefined {
  const view = graphView(workflow, path, definitions)
  const node = view.nodes.get(to)
  const slot = view.inputOf(to, input)
  const before = node?.inputs && Object.hasOwn(node.inputs, input) ? node.inputs[input] : undefined
  if (!node || !slot || (before !== undefined && isLink(before)) || slot.definition?.socketless || !takesLiteral(slot.socket)) return undefined
  const type = primitiveFor(slot, view)
  if (type === undefined) return undefined
  const id = freeNodeId(input.replace(/\.\d+$/, ''), new Set(view.nodes.keys()))
  const value = before === undefined ? slot.definition?.default : literalOf(before)
  const { position: [x, y] = [0, 0] } = node
  const primitive: WorkflowNode = { id, type, title: slot.label, ...(value !== undefined && { inputs: { value: inputOf(value) } }), position: [x - 280, y] }
  const output = view.definitions.get(type)!.outputs[0]!.name
  const edits: Edit[] = [{ type: 'add', nodes: [primitive] }, { type: 'connect', from: id, output, to, input }]
  return { workflow: applyEdits(workflow, path, edits, definitions), id }
}

function primitiveFor({ socket, definition }: InputSlot, view: GraphView): string | undefined {
  const own = socket === 'STRING' && definition?.multiline ? 'PrimitiveStringMultiline' : PRIMITIVES.get(socket)
  // A seed may say "random", which a whole number can't.
  const wished = definition?.seed ? ANY_PRIMITIVE : own ?? ANY_PRIMITIVE
  return [wished, own ?? ANY_PRIMITIVE, ANY_PRIMITIVE].find((type) => view.definitions.has(type))
}

/** Removes nodes, and links what read them to what they read of the same type, as if they had been bypassed. */
export function removeAndReconnect(workflow: Workflow, path: GraphPath, ids: Iterable<string>, definitions: Definitions): Workflow {
  const view = graphView(workflow, path, definitions)
  const gone = new Set([...ids].filter((id) => view.nodes.has(id)))
  const edits: Edit[] = []
  for (const id of gone) {
    for (const { to, input, link } of view.readersOf(id)) {
      const source = gone.has(to) ? undefined : passedThrough(view, link, gone)
      if (source && doFit(view, source, to, input)) edits.push({ type: 'connect', ...source, to, input })
    }
  }
  const exposed = path.length > 0 ? undefined : workflow.outputs?.map((one) => {
    const source = gone.has(one.node) ? passedThrough(view, { from: one.node, output: one.output }, gone) : undefined
    return source ? { ...one, node: source.from, output: source.output } : one
  })
  const before = exposed?.some((one, index) => one !== workflow.outputs![index]) ? { ...workflow, outputs: exposed } : workflow
  return applyEdits(before, path, [...edits, { type: 'remove', nodes: [...gone] }], definitions)
}

/** What gives, through nodes that go, the value that a link to one of them reads. */
function passedThrough(view: GraphView, link: Link, gone: ReadonlySet<string>): Link | undefined {
  const seen = new Set<string>()
  let at = link
  while (gone.has(at.from)) {
    const outputs = view.outputsOf(at.from)
    const slot = outputs.findIndex((one) => one === view.outputOf(at))
    const input = bypassedInput(view.inputsOf(at.from), outputs, slot)
    const given = view.nodes.get(at.from)?.inputs ?? {}
    const value = input !== undefined && Object.hasOwn(given, input) ? given[input] : undefined
    if (value === undefined || !isLink(value) || seen.has(at.from)) return undefined
    seen.add(at.from)
    at = value
  }
  return view.nodes.has(at.from) || at.from === SUBGRAPH_INPUTS ? at : undefined
}

function doFit(view: GraphView, source: Link, to: string, input: string): boolean {
  const [from, target] = [view.outputOf(source), view.inputOf(to, input)]
  return !from || !target || fits(from.socket, target.socket)
}
