import type { Definitions, InputDefinition, NodeDefinition } from '../types/definition.ts'
import { seedPolicy } from '../types/literal.ts'
import type { Json, JsonObject } from '../types/json.ts'
import { ANY, isUnion, type SocketType } from '../types/socket.ts'
import { isLink, literalOf, subgraphIdOf, type InputValue, type Link, type WorkflowNode } from '../workflow/workflow.ts'
import { field, isList, isRecord, own, recordOf, sameJson } from './fields.ts'
import { extraBeside, isKept, keptOf } from './kept.ts'
import { lookIn, withFileLook, withoutLook } from './looks.ts'
import { KINOGRAPH, NAME_PROPERTY, type NodeMark, type OwnMark } from './ui-native.ts'
import { MODES, namedSlots, type UiSlot } from './ui-file.ts'
import { hasControl, hasWidget, isControl, withControl, type WidgetPlace } from './ui-widgets.ts'
import { REROUTE, VIRTUAL_NODES } from './virtual.ts'

/** A link may name an output of any number; sockets are made for so many. */
const MAX_OUTPUTS = 256

/** An input socket on its way out, with what it is linked to. */
export interface OutSlot {
  /** How our inputs call it. */
  readonly name: string
  readonly raw: JsonObject
  readonly link?: Link
}

/** An output socket on its way out. */
export interface OutOutput {
  readonly raw: JsonObject
  readonly links: number[]
}

/** A node on its way to ComfyUI. */
export class NodeExport {
  readonly node: WorkflowNode
  readonly uiId: number | string
  readonly type: string
  readonly kept: JsonObject
  /** Whether all of its sockets and widgets are the export's own. */
  readonly isOwn: boolean
  readonly inputs: readonly OutSlot[]
  readonly outputs: OutOutput[]
  readonly #definition: NodeDefinition | undefined
  readonly #inputs: ReadonlyMap<string, InputValue>
  readonly #outputNames: Map<string, number>
  /** How links call outputs, by their places. */
  readonly #called = new Map<number, string | null>()
  readonly #inside: ReadonlyMap<string, Json>

  /** @param inside what a subgraph's inputs have inside, where the node stands for one and leaves them out */
  constructor(
    node: WorkflowNode, uiId: number | string, type: string, definitions: Definitions,
    inside: ReadonlyMap<string, Json>, isLinkHere: (node: string, link: Link) => boolean,
  ) {
    this.node = node
    this.uiId = uiId
    this.type = type
    this.kept = keptOf(node.extra, 'ui')
    this.isOwn = !isKept(node.extra, 'ui') || this.kept['own'] === true
    this.#definition = definitions.get(node.type)
    this.#inputs = new Map(Object.entries(node.inputs ?? {}))
    this.#inside = inside
    this.inputs = this.#inputSlots((link) => isLinkHere(node.id, link))
    const slots = this.#outputSlots()
    this.outputs = slots.map((raw) => ({ raw, links: [] }))
    const virtual = VIRTUAL_NODES.get(node.type)?.output
    const group = recordOf(this.kept['group'])['outputs']
    const names = (isList(group) ? group.map(String) : this.#definition?.outputs.map(({ name }) => name))
      ?? (virtual === undefined ? slots.map((slot) => String(own(slot, 'name'))) : [virtual])
    this.#outputNames = new Map(names.map((name, index) => [name, index]))
  }

  /** Makes room for an output that a link gives a number: names that nothing tells of come after all of them. */
  reserve(place: number): void {
    if (this.isOwn && place < MAX_OUTPUTS) while (this.outputs.length <= place) this.#newOutput(undefined)
  }

  /** The place of the output that a link means; an output that nothing tells of gets a socket. */
  outputPlace({ output }: Link): number {
    const place = typeof output === 'number' ? output : this.#outputNames.get(output) ?? this.#newOutput(output)
    if (!this.#called.has(place) || typeof output === 'string') this.#called.set(place, typeof output === 'string' ? output : null)
    return place
  }

  #newOutput(name: string | undefined): number {
    const place = this.outputs.length
    this.outputs.push({ raw: { name: name ?? `output ${place}`, type: ANY }, links: [] })
    if (name !== undefined) this.#outputNames.set(name, place)
    return place
  }

  outputType(place: number): Json {
    const slot = this.outputs[place]
    return slot ? own(slot.raw, 'type') ?? ANY : ANY
  }

  #inputSlots(isLinked: (link: Link) => boolean): OutSlot[] {
    const linkOf = (name: string) => {
      const value = this.#inputs.get(name)
      return value !== undefined && isLink(value) && isLinked(value) ? { link: value } : {}
    }
    const slots = this.#plannedSlots().map(({ name, raw }): OutSlot => ({ name, raw, ...linkOf(name) }))
    const named = new Set(slots.map(({ name }) => name))
    const others = [...this.#inputs].filter(([name]) => !named.has(name))
    for (const [name, value] of others) {
      if (isLink(value) && isLinked(value)) slots.push({ name, raw: { name, type: this.#typeOf(name) }, link: value })
    }
    if (!this.isOwn || VIRTUAL_NODES.has(this.node.type)) return slots
    for (const [name, value] of others) if (!isLink(value)) slots.push({ name, raw: widgetSlot(name, this.#typeOf(name)) })
    return slots
  }

  #plannedSlots(): UiSlot[] {
    if (!this.isOwn) {
      const slots = rawSlots(this.kept['inputs'], 'inputs')
      const group = recordOf(this.kept['group'])['inputs']
      if (isList(group)) return slots.map((slot, index) => ({ raw: slot.raw, name: String(group[index] ?? slot.name) }))
      const isReroute = this.node.type === REROUTE && slots.length === 1
      return isReroute ? [{ raw: slots[0]!.raw, name: this.#rerouteInput() }] : slots
    }
    if (this.node.type === REROUTE) return [{ name: this.#rerouteInput(), raw: { name: '', type: ANY, link: null } }]
    if (VIRTUAL_NODES.has(this.node.type)) return []
    const inputs = this.#definition?.inputs.filter(({ hidden }) => hidden === undefined) ?? []
    const [widgets, sockets] = [inputs.filter(hasWidget), inputs.filter((input) => !hasWidget(input))]
    return [
      ...sockets.map(({ name, socket }) => ({ name, raw: { name, type: socketText(socket), link: null } })),
      ...widgets.map(({ name, socket }) => ({ name, raw: widgetSlot(name, socketText(socket)) })),
    ]
  }

  /** What ours calls the one input of a reroute. */
  #rerouteInput(): string {
    const name = this.#definition?.inputs[0]?.name ?? VIRTUAL_NODES.get(REROUTE)!.input
    if (this.#inputs.has(name)) return name
    return [...this.#inputs].find(([, value]) => isLink(value))?.[0] ?? name
  }

  #typeOf(name: string): string {
    const input = this.#definition?.inputs.find((one) => one.name === name)
    return input ? socketText(input.socket) : ANY
  }

  #outputSlots(): JsonObject[] {
    if (!this.isOwn) return rawSlots(this.kept['outputs'], 'outputs').map(({ raw }) => raw)
    const virtual = VIRTUAL_NODES.get(this.node.type)
    if (virtual) return virtual.output === undefined ? [] : [{ name: this.node.type === REROUTE ? '' : virtual.output, type: ANY }]
    return this.#definition?.outputs.map(({ name, socket }) => ({ name, type: socketText(socket) })) ?? []
  }

  /** The node with its sockets' links: `linkIds` by the place of the input. */
  write(order: number, linkIds: ReadonlyMap<number, number>, made: { position: Json; size: Json }): JsonObject {
    const { node, kept } = this
    const rest = kept['node']
    const widgets = this.isOwn ? this.#ownWidgets() : this.#keptWidgets()
    const mark = 'own' in widgets ? { own: this.#ownMark(widgets.own, made) } : widgets.mark
    const position = node.position ?? (this.isOwn ? made.position : undefined)
    const size = node.size ?? (this.isOwn ? made.size : undefined)
    const inputs = this.inputs.map(({ raw }, place) => withLink(raw, linkIds.get(place)))
    const outputs = this.outputs.map(withLinks)
    return {
      ...(this.isOwn && { flags: {}, order, properties: {} }),
      ...withFileLook(recordOf(rest), lookIn(node.extra)),
      id: this.uiId,
      type: this.type,
      ...(node.title !== undefined && { title: node.title }),
      ...(position && { pos: position }),
      ...(size && { size }),
      ...this.#mode(rest),
      ...((inputs.length > 0 || this.isOwn || kept['inputs'] !== undefined) && { inputs }),
      ...((outputs.length > 0 || this.isOwn || kept['outputs'] !== undefined) && { outputs }),
      ...field('widgets_values', widgets.values),
      ...this.#properties(rest, mark),
    }
  }

  #mode(rest: Json | undefined): JsonObject {
    if (this.node.mode) return { mode: MODES[this.node.mode] }
    return isRecord(rest) && rest['mode'] !== undefined ? {} : { mode: 0 }
  }

  #properties(rest: Json | undefined, made: Pick<NodeMark, 'own' | 'seeds'>): JsonObject {
    const kept = isRecord(rest) ? own(rest, 'properties') : undefined
    const others = withoutLook(extraBeside(this.node.extra, 'ui'))
    const mark: JsonObject = {
      ...(String(this.uiId) !== this.node.id && { id: this.node.id }),
      ...(this.node.version !== undefined && { version: this.node.version }),
      ...(Object.keys(others).length > 0 && { extra: others }),
      ...(made.seeds && { seeds: made.seeds }),
      // An OwnMark is JSON by its type; interfaces have no index signature.
      ...(made.own && { own: { ...made.own } as JsonObject }),
    }
    if (Object.keys(mark).length === 0) return {}
    const named: JsonObject = this.isOwn && subgraphIdOf(this.node.type) === undefined ? { [NAME_PROPERTY]: this.type } : {}
    return { properties: { ...named, ...(isRecord(kept) ? kept : {}), [KINOGRAPH]: mark } }
  }

  #ownMark(widgets: Partial<OwnMark>, made: { position: Json; size: Json }): OwnMark {
    const called = [...this.#called.keys()].reduce((most, place) => (place < MAX_OUTPUTS ? Math.max(most, place + 1) : most), 0)
    const outputs = Array.from({ length: called }, (_, place) => this.#called.get(place) ?? null)
    const plain = (name: string | null, place: number) =>
      !this.#called.has(place) || name === (this.#definition?.outputs[place]?.name ?? null)
    const virtualInput = this.node.type === REROUTE ? this.#rerouteInput() : undefined
    return {
      ...widgets,
      ...(!outputs.every(plain) && { outputs }),
      ...(virtualInput !== undefined && this.#inputs.size > 0 && { input: virtualInput }),
      ...(this.node.position === undefined && { position: made.position }),
      ...(this.node.size === undefined && { size: made.size }),
    }
  }

  /** Values at the places that the file had, and more where ours has gained literals. */
  #keptWidgets(): { values: Json | undefined; mark: Pick<NodeMark, 'seeds'> } {
    const places = this.kept['widgets']
    const literals = new Map([...this.#inputs].flatMap(([name, value]) => (isLink(value) ? [] : [[name, literalOf(value)]])))
    if (places === 'named') {
      const hidden = recordOf(this.kept['hidden'])
      return { values: { ...hidden, ...Object.fromEntries(literals) }, mark: {} }
    }
    const gained = new Set([...literals.keys()].filter((name) => !sameJson(this.#inside.get(name), literals.get(name))))
    const had = (isList(places) ? places : []).map((place): WidgetPlace => (
      typeof place === 'string' ? place : { value: isRecord(place) ? own(place, 'value') ?? null : null }
    ))
    for (const place of had) if (typeof place === 'string') gained.delete(place)
    if (gained.size === 0 && !isList(places)) return { values: undefined, mark: {} }
    const all = gained.size === 0 ? had : this.#rearranged() ?? [...had, ...gained]
    return this.#valuesAt(all, literals)
  }

  /** The values of widgets and controls; a seed with a policy is a number and its control. */
  #valuesAt(places: readonly WidgetPlace[], literals: ReadonlyMap<string, Json>): { values: Json[]; mark: Pick<NodeMark, 'seeds'> } {
    const values: Json[] = []
    const seeds: string[] = []
    for (const [index, place] of places.entries()) {
      if (typeof place !== 'string') {
        if (values.length === index) values.push(place.value)
        continue
      }
      const value = this.#valueAt(place, literals)
      const next = places[index + 1]
      const isSeed = literals.has(place) && hasControl(place, this.#definition, 0) && typeof next === 'object' && isControl(next.value)
      const controlled = isSeed && seedPolicy(value) ? withControl(value) : undefined
      if (controlled) seeds.push(place)
      values.push(...(controlled ? [controlled.value, controlled.control] : [value]))
    }
    return { values, mark: seeds.length > 0 ? { seeds } : {} }
  }

  #valueAt(name: string, literals: ReadonlyMap<string, Json>): Json {
    const hidden = recordOf(this.kept['hidden'])
    const literal = literals.get(name)
    const isInside = literal !== undefined && sameJson(this.#inside.get(name), literal)
    if (Object.hasOwn(hidden, name) && (literal === undefined || isInside)) return hidden[name]!
    return literal ?? this.#fallback(name)
  }

  /** All widgets anew, as the definition orders them, where literals came that the file had no place for. */
  #rearranged(): WidgetPlace[] | undefined {
    return this.#definition?.inputs.filter(hasWidget).flatMap(({ name }): WidgetPlace[] => [
      name, ...(hasControl(name, this.#definition, undefined) ? [{ value: this.#controlBehind(name) }] : []),
    ])
  }

  #controlBehind(name: string): Json {
    const places = this.kept['widgets']
    const next = isList(places) ? places[places.indexOf(name) + 1] : undefined
    return isRecord(next) && isControl(own(next, 'value')) ? own(next, 'value')! : 'fixed'
  }

  #ownWidgets(): { values: Json | undefined; own: Partial<OwnMark> } {
    const values: Json[] = []
    const places: (string | null)[] = []
    const absent: [string, Json][] = []
    for (const name of this.#ownWidgetNames()) {
      const given = this.#inputs.get(name)
      const literal = given === undefined || isLink(given) ? this.#fallback(name) : literalOf(given)
      if (given === undefined) absent.push([name, literal])
      places.push(name)
      if (hasControl(name, this.#definition, literal)) {
        const { value, control } = withControl(literal)
        places.push(null)
        values.push(value, control)
      } else values.push(literal)
    }
    const own = { ...(places.length > 0 && { widgets: places }), ...(absent.length > 0 && { absent: Object.fromEntries(absent) }) }
    return { values: places.length > 0 ? values : undefined, own }
  }

  #ownWidgetNames(): string[] {
    const literals = [...this.#inputs].filter(([, value]) => !isLink(value)).map(([name]) => name)
    const widgets = this.#definition?.inputs.filter(hasWidget).map(({ name }) => name) ?? []
    return [...new Set([...widgets, ...literals])]
  }

  /** What a widget shows whose input the workflow leaves out. */
  #fallback(name: string): Json {
    const input = this.#definition?.inputs.find((one) => one.name === name)
    return input ? defaultOf(input) : null
  }
}

function defaultOf({ default: given, socket, choices, min }: InputDefinition): Json {
  if (given !== undefined) return given
  if (socket === 'STRING') return ''
  if (socket === 'BOOLEAN') return false
  if (socket === 'COMBO') return choices?.[0] ?? ''
  return socket === 'INT' || socket === 'FLOAT' ? Math.max(0, min ?? 0) : null
}

function widgetSlot(name: string, type: string): JsonObject {
  return { name, type, widget: { name }, link: null }
}

function rawSlots(kept: Json | undefined, key: string): UiSlot[] {
  return namedSlots(isList(kept) ? kept.filter(isRecord) : [], key)
}

function withLink(raw: JsonObject, id: number | undefined): JsonObject {
  if (id !== undefined) return { ...raw, link: id }
  return Object.hasOwn(raw, 'link') ? { ...raw, link: null } : raw
}

function withLinks({ raw, links }: OutOutput): JsonObject {
  return links.length === 0 ? raw : { ...raw, links: [...links].sort((a, b) => a - b) }
}

/** A socket's type as litegraph writes it: several with commas between, a list as anything. */
export function socketText(socket: SocketType): string {
  if (typeof socket === 'string') return socket
  return isUnion(socket) ? socket.anyOf.map(socketText).join(',') : ANY
}
