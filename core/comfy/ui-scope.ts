import type { Definitions } from '../types/definition.ts'
import type { Json, JsonObject } from '../types/json.ts'
import { inputOf, SUBGRAPH_INPUTS, type InputValue } from '../workflow/workflow.ts'
import { field, isList, isRecord, listAt, own, recordAt, refuse, sameJson, without } from './fields.ts'
import { groupInsides, groupNames, type GroupInside, type GroupNames } from './group-nodes.ts'
import { graphMark, nodeMark, type NodeMark } from './ui-native.ts'
import { INPUT_NODE, namedSlots, OUTPUT_NODE, readLinks, readNodes } from './ui-file.ts'
import type { UiLink, UiNode, UiSlot } from './ui-file.ts'
import { align, underControl, widgetPlaces, type WidgetPlace } from './ui-widgets.ts'
import { REROUTE, VIRTUAL_NODES } from './virtual.ts'

/** One graph of a file: the workflow itself or a subgraph's definition. */
export interface Scope {
  readonly raw: JsonObject
  readonly links: ReadonlyMap<number, UiLink>
  readonly drafts: readonly Draft[]
  /** By the id in the file, as text. */
  readonly byId: ReadonlyMap<string, Draft>
  /** Only of subgraphs. */
  readonly shape?: Shape
}

/** What nodes that stand for a subgraph see of it. */
export interface Shape {
  /** The id that we give it. */
  readonly id: string
  readonly inputs: readonly UiSlot[]
  readonly outputs: readonly UiSlot[]
  /** Links to the outputs, by their places; an output that nothing gives has none. */
  readonly given: ReadonlyMap<number, UiLink>
  /** Where it is a group node's inside. */
  readonly group?: GroupInside
  /** Widgets of nodes inside that are shown outside without being inputs: each becomes an input of ours. */
  readonly proxied: { readonly input: string; readonly node: string; readonly widget: string }[]
}

/** A node on its way to ours. */
export interface Draft {
  readonly ui: UiNode
  readonly id: string
  readonly mark: NodeMark
  readonly inputs: Map<string, InputValue>
  /** Values of widgets that a link or a default stands above. */
  readonly hidden: Map<string, Json>
  /** What else the file says of links, by the input they go into. */
  readonly links: Map<string, JsonObject>
  widgets?: readonly WidgetPlace[] | 'named'
  /** What stands for a group node: how we call its sockets. `null` where they are not those of the group. */
  group?: GroupNames | null
}

/** The whole file. */
export interface UiFile {
  readonly definitions: Definitions
  readonly root: Scope
  /** By the id in the file, in its order. */
  readonly subgraphs: ReadonlyMap<string, Scope>
}

/** Reads the graphs of a file; links and widgets of nodes are still to be read. @throws WorkflowError with node and field */
export function readScopes(root: JsonObject, definitions: Definitions): UiFile {
  const subgraphs = new Map<string, Scope>()
  const open = definitionsIn(root)
  for (const raw of open) {
    const id = own(raw, 'id')
    const at = `definitions.subgraphs[${subgraphs.size}]`
    if (typeof id !== 'string' || id === '') refuse('the subgraph has no id', { at: `${at}.id` })
    if (subgraphs.has(id)) refuse(`two subgraphs have the id "${id}"`, { at: `${at}.id` }, 'Give one of them another id.')
    subgraphs.set(id, readScope(raw, `${at}.`, shapeOf(raw, id, `${at}.`)))
    for (const inner of definitionsIn(raw)) open.push(inner)
  }
  const file: UiFile = { definitions, root: readScope(root, ''), subgraphs }
  return { ...file, subgraphs: new Map([...subgraphs, ...groupScopes(file)]) }
}

/** The insides of group nodes that something stands for. */
function groupScopes({ definitions, root, subgraphs }: UiFile): Map<string, Scope> {
  const drafts = [root, ...subgraphs.values()].flatMap((scope) => scope.drafts)
  const insides = groupInsides(root.raw, definitions)
  for (const type of subgraphs.keys()) insides.delete(type)
  const scopes = new Map<string, Scope>()
  for (let draft = drafts.pop(); draft !== undefined; draft = drafts.pop()) {
    const { type } = draft.ui
    const inside = draft.mark.own ? undefined : insides.get(type)
    if (!inside) continue
    draft.group = groupNames(draft.ui, inside) ?? null
    if (draft.group === null || scopes.has(type)) continue
    const scope = groupScope(type, inside)
    scopes.set(type, scope)
    drafts.push(...scope.drafts)
  }
  return scopes
}

function groupScope(type: string, inside: GroupInside): Scope {
  return readScope(inside.definition, `extra.groupNodes (${type}) `, { ...shapeOf(inside.definition, type, ''), group: inside })
}

/** A file of nothing but the insides of some group nodes, inputs read: to see whether they are still what they were. */
export function readGroups(root: JsonObject, types: readonly string[], definitions: Definitions): UiFile {
  const insides = groupInsides(root, definitions)
  const scopes = new Map(types.flatMap((type) => (insides.has(type) ? [[type, groupScope(type, insides.get(type)!)] as const] : [])))
  for (const { drafts } of scopes.values()) {
    for (const draft of drafts) {
      const inside = draft.mark.own ? undefined : insides.get(draft.ui.type)
      if (inside) draft.group = groupNames(draft.ui, inside) ?? null
    }
  }
  const file: UiFile = { definitions, root: readScope({}, ''), subgraphs: scopes }
  readInputs(file)
  return file
}

/** What a node stands for, if it stands for a graph. */
export function scopeOf({ ui, group }: Draft, { subgraphs }: UiFile): Scope | undefined {
  return group === null ? undefined : subgraphs.get(ui.type)
}

function definitionsIn(graph: JsonObject): JsonObject[] {
  const at = 'definitions.subgraphs'
  const definitions = own(graph, 'definitions')
  return listAt(isRecord(definitions) ? own(definitions, 'subgraphs') : undefined, { at }).map((one) => recordAt(one, { at }))
}

function readScope(raw: JsonObject, at: string, shape?: Omit<Shape, 'given'>): Scope {
  const nodes = readNodes(raw, at)
  const links = readLinks(raw, at)
  const drafts = draftsOf(nodes, at)
  const byId = new Map(drafts.map((draft) => [draft.ui.ref.id, draft]))
  if (!shape) return { raw, links, drafts, byId }
  const given = new Map<number, UiLink>()
  for (const link of links.values()) {
    if (Number(link.target) === OUTPUT_NODE && !given.has(link.targetSlot)) given.set(link.targetSlot, link)
  }
  return { raw, links, drafts, byId, shape: { ...shape, given } }
}

function shapeOf(raw: JsonObject, id: string, at: string): Omit<Shape, 'given'> {
  const slots = (key: 'inputs' | 'outputs') => namedSlots(listAt(own(raw, key), { at: `${at}${key}` })
    .map((slot, index) => recordAt(slot, { at: `${at}${key}[${index}]` })), key)
  return { id: graphMark(raw).id ?? id, inputs: slots('inputs'), outputs: slots('outputs'), proxied: [] }
}

function draftsOf(nodes: readonly UiNode[], at: string): Draft[] {
  const seen = new Set<string>()
  for (const [index, { ref }] of nodes.entries()) {
    if (seen.has(ref.id)) {
      refuse(`the id ${ref.id} is taken by a node before it`, { node: ref, at: `${at}nodes[${index}]` },
        'Give it another id, and change the links that mean it.', 'duplicate_node_id')
    }
    seen.add(ref.id)
  }
  return nodes.map((ui): Draft => {
    const mark = nodeMark(ui.raw)
    // A node that was copied in ComfyUI carries the id of the other: the first keeps it.
    const id = mark.id !== undefined && mark.id !== '' && !seen.has(mark.id) ? mark.id : ui.ref.id
    seen.add(id)
    return { ui, id, mark, inputs: new Map(), hidden: new Map(), links: new Map() }
  })
}

/** Reads what each node's inputs are linked to, then its widgets. */
export function readInputs(file: UiFile): void {
  const scopes = [file.root, ...file.subgraphs.values()]
  for (const scope of scopes) for (const draft of scope.drafts) readLinksOf(draft, scope, file)
  for (const scope of scopes) {
    for (const draft of scope.drafts) if (!scopeOf(draft, file)) readWidgets(draft, file.definitions)
  }
  const instances = scopes.flatMap(({ drafts }) => drafts).filter((draft) => scopeOf(draft, file))
  const sockets = new Map([...file.subgraphs.keys()].map((id) => [id, new Set<string>()]))
  for (const { ui } of instances) for (const { name } of ui.inputs) sockets.get(ui.type)!.add(name)
  for (const draft of instances) exposeProxied(draft, file.subgraphs.get(draft.ui.type)!, sockets.get(draft.ui.type)!)
  for (const draft of instances) readInstanceWidgets(draft, file.subgraphs.get(draft.ui.type)!)
}

function readLinksOf(draft: Draft, scope: Scope, file: UiFile): void {
  for (const [place, slot] of draft.ui.inputs.entries()) {
    const id = own(slot.raw, 'link')
    const link = typeof id === 'number' ? scope.links.get(id) : undefined
    if (!link) continue
    const source = sourceOf(link, scope, file)
    if (!source) continue
    const name = draft.group?.inputs[place] ?? inputName(draft, slot, file.definitions)
    draft.inputs.set(name, source.value)
    const rest = { ...(link.type === source.type || draft.mark.own ? {} : { type: link.type }), ...link.rest }
    if (Object.keys(rest).length > 0) draft.links.set(name, rest)
  }
}

/** A reroute's socket has no name; ours has one. */
function inputName({ ui, mark }: Draft, slot: UiSlot, definitions: Definitions): string {
  if (ui.type !== REROUTE || ui.inputs.length !== 1) return slot.name
  return mark.own?.input ?? definitions.get(REROUTE)?.inputs[0]?.name ?? VIRTUAL_NODES.get(REROUTE)!.input
}

/** What a link reads, and the type that the file says its socket has. */
export function sourceOf(link: UiLink, scope: Scope, file: UiFile): { value: InputValue & { from: string }; type: Json } | undefined {
  const { origin, originSlot: slot } = link
  if (Number(origin) === INPUT_NODE && scope.shape) {
    const input = scope.shape.inputs[slot]
    return input && { value: { from: SUBGRAPH_INPUTS, output: input.name }, type: own(input.raw, 'type') ?? null }
  }
  const draft = scope.byId.get(String(origin))
  if (!draft) return { value: { from: String(origin), output: slot }, type: null }
  const inner = scopeOf(draft, file)?.shape
  const named = draft.group?.outputs[slot]
  if (named !== undefined) return { value: { from: draft.id, output: named }, type: own(draft.ui.outputs[slot]!.raw, 'type') ?? null }
  if (inner && inner.outputs[slot] && !inner.given.has(slot)) return undefined
  const type = draft.ui.outputs[slot]
  const output = outputOf(draft, slot, inner, file.definitions)
  return { value: { from: draft.id, output }, type: type ? own(type.raw, 'type') ?? null : null }
}

function outputOf({ ui, mark }: Draft, slot: number, inner: Shape | undefined, definitions: Definitions): string | number {
  const named = mark.own?.outputs
  if (named && slot < named.length) return named[slot] ?? slot
  return inner?.outputs[slot]?.name ?? definitions.get(ui.type)?.outputs[slot]?.name ?? slot
}

function readWidgets(draft: Draft, definitions: Definitions): void {
  const values = own(draft.ui.raw, 'widgets_values')
  if (values === undefined || values === null) return
  if (!isList(values)) {
    for (const [name, value] of Object.entries(recordAt(values, { node: draft.ui.ref, at: 'widgets_values' }))) setWidget(draft, name, value)
    draft.widgets = 'named'
    return
  }
  if (readOwnWidgets(draft, values)) return
  draft.widgets = widgetPlaces(draft.ui, values, definitions)
  setWidgets(draft, draft.widgets, values)
}

/** Widgets of a node that our export made, unless ComfyUI has changed how many there are. */
function readOwnWidgets({ mark, inputs }: Draft, values: readonly Json[]): boolean {
  const { widgets, absent = {} } = mark.own ?? {}
  if (widgets?.length !== values.length) return mark.own !== undefined && values.length === 0
  for (const [index, name] of widgets.entries()) {
    if (name === null || inputs.has(name)) continue
    const literal = widgets[index + 1] === null ? underControl(values[index]!, values[index + 1]) : values[index]!
    if (!Object.hasOwn(absent, name) || !sameJson(absent[name], literal)) inputs.set(name, inputOf(literal))
  }
  return true
}

function setWidgets(draft: Draft, places: readonly WidgetPlace[], values: readonly Json[]): void {
  for (const [index, place] of places.entries()) {
    if (typeof place !== 'string') continue
    const isPolicy = draft.mark.seeds?.includes(place) === true && typeof places[index + 1] === 'object'
    setWidget(draft, place, isPolicy ? underControl(values[index]!, values[index + 1]) : values[index]!)
  }
}

/** A value of a widget is the input's, unless a link stands above it or it is none at all. */
function setWidget({ inputs, hidden }: Draft, name: string, value: Json): void {
  if (inputs.has(name) || value === null) hidden.set(name, value)
  else inputs.set(name, inputOf(value))
}

/** Makes inputs of the subgraph out of the widgets inside that this node shows and that are none yet. */
function exposeProxied(draft: Draft, scope: Scope, sockets: ReadonlySet<string>): void {
  const shape = scope.shape!
  for (const [node, widget] of proxiesOf(draft)) {
    const inner = scope.byId.get(node)
    const value = inner?.inputs.get(widget)
    if (!inner || value === undefined || (typeof value === 'object' && value !== null && 'from' in value)) continue
    const taken = new Set([...sockets, ...shape.inputs.map(({ name }) => name), ...shape.proxied.map(({ input }) => input)])
    const free = [widget, `${node}.${widget}`].find((name) => name !== '' && !taken.has(name)) ?? `${node}.${widget}.${taken.size}`
    shape.proxied.push({ input: free, node, widget })
    inner.hidden.set(widget, typeof value === 'object' && value !== null && 'value' in value ? value.value : value)
    inner.inputs.set(widget, { from: SUBGRAPH_INPUTS, output: free })
  }
}

/** `properties.proxyWidgets`: pairs of a node inside and its widget, or of -1 and an input of the subgraph. */
function proxiesOf({ ui }: Draft): [string, string][] {
  const properties = own(ui.raw, 'properties')
  const list = isRecord(properties) ? own(properties, 'proxyWidgets') : undefined
  return (isList(list) ? list : []).flatMap((pair): [string, string][] => {
    const [node, widget] = isList(pair) ? pair : []
    return typeof widget === 'string' && (typeof node === 'string' || typeof node === 'number') ? [[String(node), widget]] : []
  })
}

function readInstanceWidgets(draft: Draft, scope: Scope): void {
  const values = own(draft.ui.raw, 'widgets_values')
  if (isList(values) && !readOwnWidgets(draft, values)) {
    draft.widgets = instancePlaces(draft, scope, values)
    setWidgets(draft, draft.widgets, values)
  }
  if (draft.mark.own) return
  for (const [name, value] of insideValues(scope)) if (!draft.inputs.has(name)) draft.inputs.set(name, inputOf(value))
}

function instancePlaces(draft: Draft, scope: Scope, values: readonly Json[]): WidgetPlace[] {
  const group = scope.shape!.group
  if (group) return values.map((value, index) => group.widgets[index] ?? { value })
  const proxies = proxiesOf(draft)
  if (proxies.length === 0) {
    const inside = insideValues(scope)
    const names = scope.shape!.inputs.map(({ name }) => name).filter((name) => inside.has(name))
    return align(names, values, (_, value, spare) => spare && typeof value === 'number')
  }
  const used = new Set<string>()
  return values.map((value, index) => {
    const name = proxies[index] && proxiedInput(proxies[index], scope)
    if (name === undefined || used.has(name)) return { value }
    used.add(name)
    return name
  })
}

function proxiedInput([node, widget]: readonly [string, string], { shape, byId }: Scope): string | undefined {
  if (node === '-1') return shape!.inputs.find(({ name }) => name === widget)?.name
  const value = byId.get(node)?.inputs.get(widget)
  const isInput = typeof value === 'object' && value !== null && 'from' in value && value.from === SUBGRAPH_INPUTS
  return isInput && 'output' in value && typeof value.output === 'string' ? value.output : undefined
}

/** What the widgets behind a subgraph's inputs hold: an input that is not given has that value. The first one counts. */
function insideValues({ drafts }: Scope): Map<string, Json> {
  const values = new Map<string, Json>()
  for (const { inputs, hidden } of drafts) {
    for (const [widget, value] of hidden) {
      const link = inputs.get(widget)
      if (typeof link !== 'object' || link === null || !('from' in link) || link.from !== SUBGRAPH_INPUTS) continue
      const name = String(link.output)
      if (value !== null && !values.has(name)) values.set(name, value)
    }
  }
  return values
}

/** Fields of a node that our format has a place for. */
export const NODE_FIELDS = ['id', 'type', 'title', 'pos', 'size', 'mode', 'inputs', 'outputs', 'widgets_values'] as const

/** A socket without the ids of its links, which the links say themselves; empty lists and null stay as they are. */
export function withoutLinkIds(slot: JsonObject, key: 'links' | 'linkIds'): JsonObject {
  const ids = own(slot, key)
  return isList(ids) && ids.length > 0 ? without(slot, key) : slot
}

/** A field where a map is not empty: `{ [key]: object }`. */
export function mapField(key: string, map: ReadonlyMap<string, Json>): JsonObject {
  return map.size === 0 ? {} : { ...field(key, Object.fromEntries(map)) } as JsonObject // the field is there
}
