/** A graph with the sockets of all its nodes: what definitions, subgraphs, links and imported files tell of them together. */
import { isRecord, isList, own } from '../../core/comfy/fields.ts'
import { keptOf } from '../../core/comfy/kept.ts'
import { REROUTE, VIRTUAL_NODES } from '../../core/comfy/virtual.ts'
import type { Definitions, InputDefinition, NodeDefinition } from '../../core/types/definition.ts'
import { ANY, type SocketType } from '../../core/types/socket.ts'
import { variadicSlots } from '../../core/types/variadic.ts'
import { isLink, SUBGRAPH_INPUTS, subgraphType, type Link, type Workflow, type WorkflowNode } from '../../core/workflow/workflow.ts'
import { definitionsIn, findGraph, type GraphPart } from './graph-at.ts'
import type { ShownOutput } from '../i18n/node-words.ts'
import { SUBGRAPH_OUTPUTS, type GraphPath } from './scene.ts'

/** A place that a link may lead to. */
export interface InputSlot {
  /** As edits name it; '' for a new output of the subgraph. */
  readonly name: string
  readonly label: string
  readonly socket: SocketType
  readonly required: boolean
  /** None for what no definition tells of. */
  readonly definition?: InputDefinition
}

/** A place that a link may come from. */
export interface OutputSlot {
  readonly name: string
  readonly key: string | number
  readonly label: string
  readonly socket: SocketType
  readonly tooltip?: string
  readonly each?: true
}

/** Where a link leads to. */
export interface Reader {
  readonly to: string
  readonly input: string
  readonly link: Link
}

/** Of Reroute nodes, as the definitions have them. */
const isReroute = (type: string | undefined) => type === REROUTE
/** Of nodes that hold a value for what they are linked to. */
const isHolder = (type: string | undefined) =>
  type !== undefined && !isReroute(type) && VIRTUAL_NODES.get(type)?.output !== undefined

export class GraphView {
  readonly part: GraphPart
  /** Those of the workflow's subgraphs among them. */
  readonly definitions: Definitions
  /** Of two with one id the first counts. */
  readonly nodes: ReadonlyMap<string, WorkflowNode>
  readonly #readers: ReadonlyMap<string, readonly Reader[]>
  readonly #inputs = new Map<string, readonly InputSlot[]>()
  readonly #outputs = new Map<string, readonly OutputSlot[]>()
  readonly #border: NodeDefinition | undefined

  /** @throws never: a path that leads nowhere is an empty graph */
  constructor(workflow: Workflow, path: GraphPath, definitions: Definitions) {
    this.part = findGraph(workflow, path) ?? { nodes: [] }
    this.definitions = definitionsIn(workflow, definitions)
    const nodes = new Map<string, WorkflowNode>()
    for (const node of this.part.nodes) if (!nodes.has(node.id)) nodes.set(node.id, node)
    this.nodes = nodes
    this.#border = this.part.subgraph && this.definitions.get(subgraphType(this.part.subgraph.id))
    this.#readers = readersOf(this.part)
  }

  definitionOf(id: string): NodeDefinition | undefined {
    const node = this.nodes.get(id)
    return node && this.definitions.get(node.type)
  }

  /** What reads a node, in the order of the file. */
  readersOf(id: string): readonly Reader[] {
    return this.#readers.get(id) ?? []
  }

  inputsOf(id: string): readonly InputSlot[] {
    return remembered(this.#inputs, id, () => {
      if (id === SUBGRAPH_OUTPUTS) return this.#borderOutputs()
      const node = this.nodes.get(id)
      if (!node) return []
      const definition = this.definitions.get(node.type)
      const slots = definition ? definedInputs(node, definition) : unknownInputs(node)
      return isReroute(node.type) ? slots.map((slot) => ({ ...slot, label: '', socket: this.#passed(id) })) : slots
    })
  }

  outputsOf(id: string): readonly OutputSlot[] {
    return remembered(this.#outputs, id, () => {
      if (id === SUBGRAPH_INPUTS) return this.#borderInputs()
      const node = this.nodes.get(id)
      if (!node) return []
      const definition = this.definitions.get(node.type)
      const slots = definition ? definedOutputs(definition) : unknownOutputs(node, this.readersOf(id))
      if (isReroute(node.type)) return slots.map((slot) => ({ ...slot, label: '', socket: this.#passed(id) }))
      return isHolder(node.type) ? slots.map((slot) => ({ ...slot, socket: this.heldFor(id)?.socket ?? slot.socket })) : slots
    })
  }

  inputOf(id: string, input: string): InputSlot | undefined {
    return this.inputsOf(id).find(({ name }) => name === input)
  }

  /** The output that a link means: by its name or by its place. */
  outputOf({ from, output }: Link): OutputSlot | undefined {
    const outputs = this.outputsOf(from)
    return outputs.find(({ key }) => key === output) ?? (typeof output === 'number' ? outputs.filter(({ key }) => key !== '')[output] : undefined)
  }

  /** Whether a node only holds a value, of whatever type it is linked to. */
  isHolder(id: string): boolean {
    return isHolder(this.nodes.get(id)?.type)
  }

  /** The input that a node which only holds a value is linked to first: its value is one for that. */
  heldFor(id: string): InputSlot | undefined {
    if (!isHolder(this.nodes.get(id)?.type)) return undefined
    for (const { to, input } of this.readersOf(id)) {
      for (const behind of this.behind(to, input)) {
        const slot = isHolder(this.nodes.get(behind.to)?.type) ? undefined : this.inputOf(behind.to, behind.input)
        if (slot) return slot
      }
    }
    return undefined
  }

  /** The inputs that a value put into this one gets to: itself, or what reads the reroutes behind it. */
  behind(to: string, input: string): readonly { readonly to: string; readonly input: string }[] {
    const found: { readonly to: string; readonly input: string }[] = []
    const open = [{ to, input }]
    const seen = new Set<string>()
    for (const one of open) { // an array is walked with what is added
      if (!isReroute(this.nodes.get(one.to)?.type)) found.push(one)
      else if (!seen.has(one.to)) {
        seen.add(one.to)
        open.push(...this.readersOf(one.to))
      }
    }
    return found
  }

  /** What a reroute passes on: the type of its source, or else of what reads it. */
  #passed(id: string): SocketType {
    const seen = new Set<string>()
    let at = id
    while (!seen.has(at)) {
      seen.add(at)
      const link = Object.values(this.nodes.get(at)?.inputs ?? {}).find((value) => isLink(value))
      if (!link || !this.nodes.has(link.from) && link.from !== SUBGRAPH_INPUTS) break
      if (!isReroute(this.nodes.get(link.from)?.type)) return this.outputOf(link)?.socket ?? ANY
      at = link.from
    }
    const [first] = this.behind(id, '')
    const slot = first && this.inputOf(first.to, first.input)
    return slot?.socket ?? ANY
  }

  #borderInputs(): OutputSlot[] {
    const { subgraph } = this.part
    if (!subgraph) return []
    const known = subgraph.inputs.map(({ name, type }): OutputSlot => {
      const definition = this.#border?.inputs.find((one) => one.name === name)
      const { tooltip } = definition ?? {}
      return { name, key: name, label: name, socket: type ?? definition?.socket ?? ANY, ...(tooltip !== undefined && { tooltip }) }
    })
    return [...known, { name: '', key: '', label: '', socket: ANY }]
  }

  #borderOutputs(): InputSlot[] {
    const { subgraph } = this.part
    if (!subgraph) return []
    const known = subgraph.outputs.map(({ name }): InputSlot => {
      const socket = this.#border?.outputs.find((one) => one.name === name)?.socket ?? ANY
      return { name, label: name, socket, required: false }
    })
    return [...known, { name: '', label: '', socket: ANY, required: false }]
  }
}

const views = new WeakMap<Workflow, { readonly key: string; readonly definitions: Definitions; readonly view: GraphView }>()

/** The view of a graph; the last one of each workflow is kept, since pointers ask for it all the time. */
export function graphView(workflow: Workflow, path: GraphPath, definitions: Definitions): GraphView {
  const key = JSON.stringify(path)
  const known = views.get(workflow)
  if (known?.key === key && known.definitions === definitions) return known.view
  const view = new GraphView(workflow, path, definitions)
  views.set(workflow, { key, definitions, view })
  return view
}

function remembered<V>(known: Map<string, V>, key: string, make: () => V): V {
  const before = known.get(key)
  if (before !== undefined) return before
  const value = make()
  known.set(key, value)
  return value
}

function readersOf({ nodes, subgraph }: GraphPart): Map<string, Reader[]> {
  const readers = new Map<string, Reader[]>()
  const add = (reader: Reader) => {
    const list = readers.get(reader.link.from)
    if (list) list.push(reader)
    else readers.set(reader.link.from, [reader])
  }
  for (const { id, inputs = {} } of nodes) {
    for (const [input, value] of Object.entries(inputs)) if (isLink(value)) add({ to: id, input, link: value })
  }
  for (const { name, from, output } of subgraph?.outputs ?? []) add({ to: SUBGRAPH_OUTPUTS, input: name, link: { from, output } })
  return readers
}

function definedInputs({ inputs: given = {} }: WorkflowNode, { inputs }: NodeDefinition): InputSlot[] {
  const names = Object.keys(given)
  const slots = inputs.filter(({ hidden }) => hidden === undefined).flatMap((definition) =>
    definition.variadic ? variadicInputs(definition, names) : [inputSlot(definition)])
  const known = new Set(slots.map(({ name }) => name))
  return [...slots, ...names.filter((name) => !known.has(name)).map(rawInput)]
}

const inputSlot = (definition: InputDefinition): InputSlot => {
  const { name, title, socket, required } = definition
  return { name, label: title ?? name, socket, required, definition }
}

/** The places of a variadic input: those that are taken, and one that is free. */
function variadicInputs(definition: InputDefinition, names: readonly string[]): InputSlot[] {
  const { name, title, socket, variadic } = definition
  const { min, max } = variadic!
  const taken = new Set(variadicSlots(name, names).map((slot) => Number(slot.slice(name.length + 1))))
  let free = 0
  while (taken.has(free)) free++
  const numbers = [...taken, ...(taken.size < max ? [free] : [])].sort((a, b) => a - b)
  return numbers.map((number) => (
    { name: `${name}.${number}`, label: `${title ?? name} ${number + 1}`, socket, required: number < min, definition }))
}

const rawInput = (name: string): InputSlot => ({ name, label: name, socket: ANY, required: false })

/** What an imported file says of the sockets of a node whose type is not known, and what the node holds. */
function unknownInputs({ extra, inputs = {} }: WorkflowNode): InputSlot[] {
  const drawn = fileSlots(extra, 'inputs').map(({ name, socket }): InputSlot => ({ name, label: name, socket, required: false }))
  const known = new Set(drawn.map(({ name }) => name))
  return [...drawn, ...Object.keys(inputs).filter((name) => !known.has(name)).map(rawInput)]
}

function unknownOutputs({ type, extra }: WorkflowNode, readers: readonly Reader[]): OutputSlot[] {
  const virtual = VIRTUAL_NODES.get(type)?.output
  const drawn = virtual === undefined
    ? fileSlots(extra, 'outputs').map(({ name, socket }, index): OutputSlot => ({ name, key: index, label: name, socket }))
    : [{ name: virtual, key: virtual, label: virtual, socket: ANY }]
  const known = new Set(drawn.map(({ key }) => key))
  const read = [...new Set(readers.map(({ link }) => link.output))].filter((key) => !known.has(key) && !(virtual !== undefined && key === 0))
  const places = read.filter((key) => typeof key === 'number').sort((a, b) => a - b)
  const named = read.filter((key) => typeof key === 'string')
  return [...drawn, ...[...places, ...named].map((key) => ({ name: String(key), key, label: String(key), socket: ANY }))]
}

function fileSlots(extra: WorkflowNode['extra'], side: 'inputs' | 'outputs'): { name: string; socket: SocketType }[] {
  const slots = own(keptOf(extra, 'ui'), side)
  return (slots !== undefined && isList(slots) ? slots : []).filter(isRecord).map((slot, index) => {
    const name = own(slot, 'name')
    const type = own(slot, 'type')
    return { name: typeof name === 'string' && name !== '' ? name : `${side} ${index}`, socket: typeof type === 'string' && type !== '' ? type : ANY }
  })
}

function definedOutputs({ outputs }: NodeDefinition): OutputSlot[] {
  return outputs.map(({ name, title, socket, tooltip, each }: ShownOutput) => (
    { name, key: name, label: title ?? name, socket, ...(tooltip !== undefined && { tooltip }), ...(each && { each }) }))
}
