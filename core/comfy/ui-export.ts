import type { Definitions } from '../types/definition.ts'
import type { Json, JsonObject } from '../types/json.ts'
import { subgraphsOf, subgraphSizeProblems, withSubgraphDefinitions } from '../workflow/subgraphs.ts'
import { isLink, SUBGRAPH_INPUTS, subgraphIdOf } from '../workflow/workflow.ts'
import type { Group, Subgraph, Workflow } from '../workflow/workflow.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import { isList, isRecord, own, recordOf, refuse, sameJson, without } from './fields.ts'
import { extraBeside, isKept, keptOf } from './kept.ts'
import { editorPart } from './looks.ts'
import { withLiveReroutes } from './reroutes.ts'
import { GraphExport, type Counters, type Whole } from './ui-export-graph.ts'
import { inputSlots, outputSlots } from './ui-export-sockets.ts'
import { INPUT_NODE, OUTPUT_NODE, readPair } from './ui-file.ts'
import { groupSubgraphs, OWN_SUBGRAPH } from './ui-import.ts'
import { isUuid, KINOGRAPH, uuidOf } from './ui-native.ts'

/** A workflow as ComfyUI saves it. */
export type ComfyUiWorkflow = JsonObject

/**
 * A workflow as ComfyUI opens it, in version 0.4 (or 1.0 where it came so). What ComfyUI has no field for goes into
 * `properties.kinograph` of nodes and `extra.kinograph`, which ComfyUI keeps. Nodes without a place are laid out in rows.
 * @param definitions tell the order of widgets and of outputs; nodes of other types are written as far as links go
 * @throws WorkflowError for a subgraph in terms of itself, ids that stand twice, or links that can't be written
 */
export function exportComfyUi(workflow: Workflow, definitions: Definitions = new Map()): ComfyUiWorkflow {
  const problems = subgraphSizeProblems(workflow)
  if (problems.length > 0) throw WorkflowError.ofProblems(problems)
  const groupNodes = unchangedGroups(workflow, definitions)
  const names = subgraphNames(workflow, groupNodes)
  const whole: Whole = {
    names,
    groupNodes,
    definitions: withSubgraphDefinitions(workflow, definitions),
    inside: new Map([...subgraphsOf(workflow).values()].map((one) => [one.id, insideValues(one)])),
    proxied: proxiedInputs(workflow),
  }
  const kept = keptOf(workflow.extra, 'ui')
  const objects = own(recordOf(kept['graph']), 'version') === 1
  const inner = new GraphExport(workflow.nodes, whole).write(objects)
  const graph = withLiveReroutes(recordOf(kept['graph']), inner.live)
  const isOwn = !isKept(workflow.extra, 'ui') || kept['own'] === true
  const inDefinitions = workflow.subgraphs?.filter(({ id }) => !groupNodes.has(id))
  const subgraphs = inDefinitions?.map((one) => writeSubgraph(one, whole))
  // Where all are group nodes, the file had no definitions, unless it says that it had.
  const listed = inDefinitions?.length === 0 && groupNodes.size > 0 && graph['definitions'] === undefined ? undefined : subgraphs
  const hasDefinitions = listed !== undefined || graph['definitions'] !== undefined
  const mark = graphMark(workflow, isOwn)
  return {
    ...(isOwn && { config: {}, version: 0.4, last_node_id: inner.lastNode, last_link_id: inner.lastLink }),
    ...raised(graph, inner),
    nodes: inner.nodes,
    links: inner.links,
    ...groupsField(workflow.groups, kept),
    ...(hasDefinitions && {
      definitions: { ...recordOf(graph['definitions']), ...(listed && { subgraphs: listed }) },
    }),
    ...extraField(graph, mark),
  }
}

/** The subgraphs that the file had as group nodes and that nobody has changed: they go out as they came. */
function unchangedGroups({ subgraphs = [], extra }: Workflow, definitions: Definitions): Set<string> {
  const groups = subgraphs.filter((one) => keptOf(one.extra, 'ui')['groupNode'] === true)
  if (groups.length === 0) return new Set()
  const had = groupSubgraphs(recordOf(keptOf(extra, 'ui')['graph']), groups.map(({ id }) => id), definitions)
  // Workflows are JSON.
  const same = groups.filter((one) => sameJson(one as unknown as Json, had.get(one.id) as unknown as Json))
  return new Set(same.map(({ id }) => id))
}

function subgraphNames({ subgraphs = [] }: Workflow, groupNodes: ReadonlySet<string>): Map<string, string> {
  const names = new Map<string, string>()
  for (const { id, extra } of subgraphs) {
    if (names.has(id)) refuse(`two subgraphs have the id "${id}"`, { at: 'subgraphs' }, 'Give one of them another id.')
    const kept = keptOf(extra, 'ui')
    const isForeign = groupNodes.has(id) || (isKept(extra, 'ui') && kept['own'] !== true && kept['groupNode'] !== true)
    names.set(id, isForeign || isUuid(id) ? id : uuidOf(`subgraph ${id}`))
  }
  return names
}

/** Values of widgets inside that links to the subgraph's inputs stand above. */
function insideValues({ nodes }: Subgraph): Map<string, Json> {
  const values = new Map<string, Json>()
  for (const node of nodes) {
    for (const [widget, value] of Object.entries(recordOf(keptOf(node.extra, 'ui')['hidden']))) {
      const link = Object.hasOwn(node.inputs ?? {}, widget) ? node.inputs![widget] : undefined
      if (link === undefined || !isLink(link) || link.from !== SUBGRAPH_INPUTS || value === null) continue
      if (!values.has(String(link.output))) values.set(String(link.output), value)
    }
  }
  return values
}

/** The inputs that an import made of widgets shown outside, as long as every node gives them literals only. */
function proxiedInputs(workflow: Workflow): Map<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  for (const subgraph of workflow.subgraphs ?? []) {
    const inputs = new Set(subgraph.inputs.map(({ name }) => name))
    const names = proxiesOf(subgraph).map(({ input }) => input).filter((name) => inputs.has(name))
    if (names.length > 0) found.set(subgraph.id, new Set(names))
  }
  for (const { type, inputs = {} } of [workflow, ...workflow.subgraphs ?? []].flatMap(({ nodes }) => nodes)) {
    const names = found.get(subgraphIdOf(type) ?? '')
    for (const [name, value] of Object.entries(inputs)) if (isLink(value)) names?.delete(name)
  }
  return found
}

function proxiesOf({ extra }: Subgraph): { input: string }[] {
  const list = keptOf(extra, 'ui')['proxied']
  return (isList(list) ? list : []).flatMap((one) => {
    const input = isRecord(one) ? own(one, 'input') : undefined
    return typeof input === 'string' ? [{ input }] : []
  })
}

function groupsField(groups: readonly Group[] | undefined, kept: JsonObject): JsonObject {
  if (groups === undefined) return {}
  const rests = kept['groups']
  return {
    groups: groups.map(({ title, bounds, color }, index) => ({
      title, bounding: bounds, ...(color !== undefined && { color }), ...recordOf(isList(rests) ? rests[index] : undefined),
    })),
  }
}

/** The kept fields, with counters not below what is used. */
function raised(graph: JsonObject, inner: Counters): JsonObject {
  const { last_node_id: node, last_link_id: link, state, ...rest } = without(graph, 'definitions', 'extra')
  return {
    ...rest,
    ...(node !== undefined && { last_node_id: most(node, inner.lastNode) }),
    ...(link !== undefined && { last_link_id: most(link, inner.lastLink) }),
    ...(state !== undefined && { state: isRecord(state) ? raisedState(state, inner) : state }),
  }
}

function raisedState(state: JsonObject, { lastNode, lastLink }: Counters): JsonObject {
  const { lastNodeId, lastLinkId } = state
  return {
    ...state,
    ...(lastNodeId !== undefined && { lastNodeId: most(lastNodeId, lastNode) }),
    ...(lastLinkId !== undefined && { lastLinkId: most(lastLinkId, lastLink) }),
  }
}

const most = (kept: Json, used: number): Json => (typeof kept === 'number' ? Math.max(kept, used) : kept)

function graphMark(workflow: Workflow, isOwn: boolean): JsonObject {
  const { $schema, title, description, parameters, outputs, extra } = workflow
  const fields = JSON.parse(JSON.stringify({ $schema, title, description, parameters, outputs })) as JsonObject // JSON, without undefined
  const others = extraBeside(extra, 'ui')
  return {
    ...(Object.keys(fields).length > 0 && { fields }),
    ...(Object.keys(others).length > 0 && { extra: others }),
    ...(isOwn && { own: true }),
  }
}

function extraField(graph: JsonObject, mark: JsonObject): JsonObject {
  const kept = graph['extra']
  if (Object.keys(mark).length === 0) return kept === undefined ? {} : { extra: kept }
  return { extra: { ...recordOf(kept), [KINOGRAPH]: mark } }
}

function writeSubgraph(subgraph: Subgraph, whole: Whole): JsonObject {
  const { id, name, description, nodes, groups, extra } = subgraph
  const kept = keptOf(extra, 'ui')
  const isOwn = !isKept(extra, 'ui') || kept['own'] === true || kept['groupNode'] === true
  const exported = new GraphExport(nodes, whole, subgraph)
  const inner = exported.write(true)
  const graph = withLiveReroutes(recordOf(kept['graph']), inner.live)
  const others = extraBeside(extra, 'ui')
  const uuid = whole.names.get(id)!
  const mark = {
    ...(uuid !== id && { id }),
    ...(Object.keys(others).length > 0 && { extra: others }),
    ...(isOwn && { own: true }),
  }
  const proxied = whole.proxied.get(id) ?? new Set()
  return {
    ...(isOwn && ownSubgraph(inner, extra)),
    ...raised(graph, inner),
    id: uuid,
    name,
    ...(description !== undefined && { description }),
    inputs: inputSlots(subgraph, proxied).map(({ name, raw }) => withLinkIds(raw, exported.ends.inputs.get(name))),
    outputs: outputSlots(subgraph).map(({ name, raw }) => withLinkIds(raw, exported.ends.outputs.get(name))),
    nodes: inner.nodes,
    links: inner.links,
    ...groupsField(groups, kept),
    ...extraField(graph, mark),
  }
}

function ownSubgraph({ lastNode, lastLink }: Counters, extra: JsonObject | undefined): JsonObject {
  const borders = editorPart(extra)
  const [inputs, outputs] = [readPair(own(borders, 'inputs')) ?? [-240, 0], readPair(own(borders, 'outputs')) ?? [2640, 0]]
  return {
    ...OWN_SUBGRAPH,
    state: { lastGroupId: 0, lastNodeId: lastNode, lastLinkId: lastLink, lastRerouteId: 0 },
    inputNode: { id: INPUT_NODE, bounding: [...inputs, 120, 80] },
    outputNode: { id: OUTPUT_NODE, bounding: [...outputs, 120, 80] },
  }
}

function withLinkIds(slot: JsonObject, ids: readonly number[] | undefined): JsonObject {
  if (ids && ids.length > 0) return { ...slot, linkIds: [...ids].sort((a, b) => a - b) }
  const kept = own(slot, 'linkIds')
  return isList(kept) && kept.length > 0 ? { ...slot, linkIds: [] } : slot
}

