import type { Definitions } from '../types/definition.ts'
import type { SocketType } from '../types/socket.ts'
import type { Json, JsonObject } from '../types/json.ts'
import { subgraphType, type Group, type Subgraph, type Workflow, type WorkflowNode } from '../workflow/workflow.ts'
import { expected, isList, isRecord, listAt, own, recordAt, unlessEmpty, without } from './fields.ts'
import { keep } from './kept.ts'
import { fileLook, withLookIn, withoutFileLook } from './looks.ts'
import { graphMark, KINOGRAPH, NAME_PROPERTY } from './ui-native.ts'
import { MODES, readPair } from './ui-file.ts'
import { mapField, NODE_FIELDS, readGroups, readInputs, readScopes, scopeOf, sourceOf, withoutLinkIds, type Draft, type Scope, type UiFile } from './ui-scope.ts'

/**
 * Reads a workflow as ComfyUI saves it (0.4 or 1.0). Whatever our format has no field for is kept under `extra`, so that
 * `exportComfyUi` gives the file back. Virtual nodes stay nodes; `withoutVirtualNodes` resolves them.
 * @param definitions tell what the places of `widgets_values` stand for and how outputs are called; without them, sockets
 * of widgets tell it where the file has them, and values stay where they are otherwise
 * @throws WorkflowError that names the node and the field which can't be read
 */
export function importComfyUi(value: Json, definitions: Definitions = new Map()): Workflow {
  const root = recordAt(value, {})
  const file = readScopes(root, definitions)
  readInputs(file)
  const mark = graphMark(root)
  const extra = { ...mark.extra, ...graphExtra(root, mark.own === true) }
  const groups = readFrames(root, '')
  const hasSubgraphs = file.subgraphs.size > 0 || isList(own(definitionsOf(root), 'subgraphs'))
  return {
    ...workflowFields(mark.fields ?? {}),
    version: 1,
    nodes: file.root.drafts.map((draft) => writeNode(draft, file)),
    ...(hasSubgraphs && { subgraphs: [...file.subgraphs.values()].map((scope) => writeSubgraph(scope, file)) }),
    ...(groups && { groups }),
    ...(Object.keys(extra).length > 0 && { extra }),
  }
}

const definitionsOf = (graph: JsonObject): JsonObject => {
  const definitions = own(graph, 'definitions')
  return isRecord(definitions) ? definitions : {}
}

/** The fields of ours that an export put aside. They are checked with the rest, by the schema. */
function workflowFields(fields: JsonObject): Partial<Workflow> {
  const names = ['$schema', 'title', 'description', 'parameters', 'outputs']
  const entries = Object.entries(fields).filter(([name, value]) => names.includes(name) && value !== null)
  // Whoever runs or saves the workflow checks it by the schema, as any file.
  return Object.fromEntries(entries) as Partial<Workflow>
}

function writeNode(draft: Draft, file: UiFile): WorkflowNode {
  const { ui: { raw, ref }, id, mark } = draft
  const shape = scopeOf(draft, file)?.shape
  const title = own(raw, 'title')
  const position = readPair(own(raw, 'pos'))
  const size = readPair(own(raw, 'size'))
  const mode = own(raw, 'mode')
  const extra = withLookIn({ ...mark.extra, ...nodeExtra(draft) }, fileLook(raw)) ?? {}
  return {
    id,
    type: shape ? subgraphType(shape.id) : ref.type,
    ...(mark.version !== undefined && { version: mark.version }),
    ...(typeof title === 'string' && { title }),
    ...(mode === MODES.mute && { mode: 'mute' }),
    ...(mode === MODES.bypass && { mode: 'bypass' }),
    ...(draft.inputs.size > 0 && { inputs: Object.fromEntries(draft.inputs) }),
    ...(position && !isMadeUp(position, mark.own?.position) && { position }),
    ...(size && !isMadeUp(size, mark.own?.size) && { size }),
    ...(Object.keys(extra).length > 0 && { extra }),
  }
}

/** Whether a place is still the one that the export made up. */
function isMadeUp([x, y]: readonly [number, number], made: Json | undefined): boolean {
  const pair = readPair(made)
  return pair !== undefined && pair[0] === x && pair[1] === y
}

function nodeExtra(draft: Draft): JsonObject {
  const { ui: { raw }, mark, hidden, links, widgets } = draft
  const node = nodeRest(raw, mark.own !== undefined)
  if (mark.own) {
    const kept = unlessEmpty({ ...(Object.keys(node).length > 0 && { node }), ...mapField('links', links) })
    return kept ? keep('ui', { own: true, ...kept }) : {}
  }
  const { inputs, outputs } = raw
  return keep('ui', {
    node,
    ...(inputs !== undefined && { inputs }),
    ...(outputs !== undefined && { outputs: isList(outputs) ? outputs.map((slot) => isRecord(slot) ? withoutLinkIds(slot, 'links') : slot) : outputs }),
    ...(widgets !== undefined && { widgets }),
    ...mapField('hidden', hidden),
    ...mapField('links', links),
    ...(typeof raw['id'] === 'string' && { stringId: true }),
    ...(draft.group && { group: { inputs: draft.group.inputs, outputs: draft.group.outputs } }),
  })
}

/** The fields that have no place in ours. Of a node that the export made, without what every such node has. */
function nodeRest(node: JsonObject, isOwn: boolean): JsonObject {
  const raw = isOwn ? withoutFileLook(node) : node
  const rest: Record<string, Json> = { ...without(raw, ...NODE_FIELDS) }
  const { title, mode, pos, size } = raw
  if (title !== undefined && typeof title !== 'string') rest['title'] = title
  if (mode !== undefined && mode !== 0 && mode !== MODES.mute && mode !== MODES.bypass) rest['mode'] = mode
  if (pos !== undefined && !readPair(pos)) rest['pos'] = pos
  if (size !== undefined && !readPair(size)) rest['size'] = size
  const properties = isRecord(raw['properties']) ? without(raw['properties'], KINOGRAPH) : raw['properties']
  if (properties !== undefined) rest['properties'] = properties
  if (!isOwn) return rest
  delete rest['order']
  if (isRecord(rest['flags']) && Object.keys(rest['flags']).length === 0) delete rest['flags']
  if (isRecord(properties)) {
    const others = properties[NAME_PROPERTY] === raw['type'] ? without(properties, NAME_PROPERTY) : properties
    if (Object.keys(others).length === 0) delete rest['properties']
    else rest['properties'] = others
  }
  return rest
}

/** The subgraphs that group nodes of a kept file come to, by id. */
export function groupSubgraphs(root: JsonObject, types: readonly string[], definitions: Definitions): Map<string, Subgraph> {
  const file = readGroups(root, types, definitions)
  return new Map([...file.subgraphs].map(([type, scope]) => [type, writeSubgraph(scope, file)]))
}

function writeSubgraph({ raw, shape, drafts, ...scope }: Scope, file: UiFile): Subgraph {
  const { id, inputs, outputs, given, proxied } = shape!
  const mark = graphMark(raw)
  const name = own(raw, 'name')
  const description = own(raw, 'description')
  const groups = readFrames(raw, 'definitions.subgraphs.')
  const whole: Scope = { raw, shape: shape!, drafts, ...scope }
  const { group } = shape!
  const extra = { ...mark.extra, ...(group ? keep('ui', { groupNode: true }) : subgraphExtra(whole, mark.own === true)) }
  return {
    id,
    name: typeof name === 'string' ? name : '',
    ...(typeof description === 'string' && { description }),
    inputs: [
      ...inputs.map((slot) => ({ name: slot.name, ...socketField(own(slot.raw, 'type'), slot.raw) })),
      ...proxied.map(({ input }) => ({ name: input })),
    ],
    outputs: outputs.flatMap((slot, index) => {
      const link = given.get(index)
      const source = link && sourceOf(link, whole, file)
      return source ? [{ name: slot.name, from: source.value.from, output: outputOf(source.value) }] : []
    }),
    nodes: drafts.map((draft) => writeNode(draft, file)),
    ...(groups && { groups }),
    ...(Object.keys(extra).length > 0 && { extra }),
  }
}

/** A source is always a link. */
function outputOf(value: object): string | number {
  const output: unknown = 'output' in value ? value.output : undefined
  return typeof output === 'number' ? output : String(output)
}

/** The type of a subgraph's input; what our export wrote because it knew none stays unknown. */
function socketField(type: Json | undefined, slot: JsonObject): { type?: SocketType } {
  const mark = own(slot, KINOGRAPH)
  if (isRecord(mark)) return mark['type'] === undefined ? {} : { type: mark['type'] as SocketType } // checked by the schema
  if (typeof type !== 'string' || type === '') return {}
  return { type: type.includes(',') ? { anyOf: type.split(',').map((one) => one.trim()) } : type }
}

const SUBGRAPH_FIELDS = ['id', 'name', 'description', 'inputs', 'outputs', 'nodes', 'links', 'groups', 'definitions', 'extra']

function subgraphExtra({ raw, shape, links }: Scope, isOwn: boolean): JsonObject {
  const graph: Record<string, Json> = { ...without(raw, ...SUBGRAPH_FIELDS), ...keptExtra(raw, isOwn) }
  const { description } = raw
  if (description !== undefined && typeof description !== 'string') graph['description'] = description
  const outLinks = new Map<string, JsonObject>()
  for (const [index, link] of shape!.given) {
    const name = shape!.outputs[index]?.name
    if (name !== undefined && Object.keys(link.rest).length > 0 && links.has(link.id)) outLinks.set(name, link.rest)
  }
  if (isOwn) {
    for (const [name, value] of Object.entries(OWN_SUBGRAPH)) if (JSON.stringify(graph[name]) === JSON.stringify(value)) delete graph[name]
    for (const name of ['inputNode', 'outputNode', 'state']) delete graph[name]
    const kept = unlessEmpty({ ...(Object.keys(graph).length > 0 && { graph }), ...mapField('outLinks', outLinks), ...keptGroups(raw) })
    return kept ? keep('ui', { own: true, ...kept }) : {}
  }
  return keep('ui', {
    graph,
    inputs: shape!.inputs.map((slot) => withoutLinkIds(slot.raw, 'linkIds')),
    outputs: shape!.outputs.map((slot) => slot.raw),
    ...(shape!.proxied.length > 0 && { proxied: shape!.proxied.map((one) => ({ ...one })) }),
    ...mapField('outLinks', outLinks),
    ...keptGroups(raw),
  })
}

/** What every subgraph has that our export made. */
export const OWN_SUBGRAPH = { version: 1, revision: 0, config: {}, widgets: [] } as const

const GRAPH_FIELDS = ['nodes', 'links', 'groups', 'definitions', 'extra']

function graphExtra(root: JsonObject, isOwn: boolean): JsonObject {
  const graph: Record<string, Json> = { ...without(root, ...GRAPH_FIELDS), ...keptExtra(root, isOwn) }
  if (Object.hasOwn(root, 'definitions') && !(isOwn && Object.keys(definitionsOf(root)).join() === 'subgraphs')) {
    graph['definitions'] = without(definitionsOf(root), 'subgraphs')
  }
  if (!isOwn) return keep('ui', { graph, ...keptGroups(root) })
  for (const name of ['last_node_id', 'last_link_id']) delete graph[name]
  if (graph['version'] === 0.4) delete graph['version']
  if (isRecord(graph['config']) && Object.keys(graph['config']).length === 0) delete graph['config']
  const kept = unlessEmpty({ ...(Object.keys(graph).length > 0 && { graph }), ...keptGroups(root) })
  return kept ? keep('ui', { own: true, ...kept }) : {}
}

/** `extra` without our part of it; of a file that the export made, only where something else is in it. */
function keptExtra(graph: JsonObject, isOwn: boolean): JsonObject {
  const extra = own(graph, 'extra')
  if (extra === undefined) return {}
  const others = isRecord(extra) ? without(extra, KINOGRAPH) : extra
  const isGone = isRecord(others) && Object.keys(others).length === 0 && (isOwn || (isRecord(extra) && Object.hasOwn(extra, KINOGRAPH)))
  return isGone ? {} : { extra: others }
}

function readFrames(graph: JsonObject, at: string): Group[] | undefined {
  const groups = own(graph, 'groups')
  if (groups === undefined || groups === null) return undefined
  return listAt(groups, { at: `${at}groups` }).map((value, index) => {
    const place = { at: `${at}groups[${index}]` }
    const group = recordAt(value, place)
    const title = own(group, 'title')
    const bounding = own(group, 'bounding')
    const [x, y, width, height] = isList(bounding) ? bounding : []
    if (typeof x !== 'number' || typeof y !== 'number' || typeof width !== 'number' || typeof height !== 'number') {
      expected('four numbers as the group\'s bounding', bounding, place)
    }
    const color = own(group, 'color')
    return {
      title: typeof title === 'string' ? title : '',
      bounds: [x, y, width, height],
      ...(typeof color === 'string' && { color }),
    }
  })
}

/** What groups say besides, by their places. */
function keptGroups(graph: JsonObject): JsonObject {
  const rests = listAt(own(graph, 'groups'), {}).map((group) => {
    if (!isRecord(group)) return {}
    const { title, color } = group
    return {
      ...without(group, 'title', 'bounding', 'color'),
      ...(typeof title !== 'string' && title !== undefined && { title }),
      ...(typeof color !== 'string' && color !== undefined && { color }),
    }
  })
  return rests.some((rest) => Object.keys(rest).length > 0) ? { groups: rests } : {}
}
