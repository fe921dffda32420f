/** What a workflow needs that is not here: node types, and the files that its choices name. */
import { isList, isRecord, own, recordOf } from '../../core/comfy/fields.ts'
import { keptOf } from '../../core/comfy/kept.ts'
import { VIRTUAL_NODES } from '../../core/comfy/virtual.ts'
import type { Definitions, InputDefinition } from '../../core/types/definition.ts'
import type { JsonObject } from '../../core/types/json.ts'
import { inputNamed } from '../../core/workflow/validate-file.ts'
import { subgraphOf, subgraphsOf } from '../../core/workflow/subgraphs.ts'
import { closest } from '../../core/workflow/suggest.ts'
import { isLink, literalOf, subgraphIdOf, type Workflow, type WorkflowNode } from '../../core/workflow/workflow.ts'
import { definitionsIn } from './graph-at.ts'
import type { GraphPath } from './scene.ts'

/** Where something is that is missing. */
export interface MissingPlace {
  readonly path: GraphPath
  readonly node: string
  readonly input?: string
}

/** Where a node type comes from, as the file says it. */
export interface NodeSource {
  /** The name of a package of nodes in ComfyUI's registry. */
  readonly id?: string
  readonly version?: string
  /** On GitHub: `owner/name`. */
  readonly repository?: string
}

export interface MissingType {
  readonly type: string
  readonly places: readonly MissingPlace[]
  /** Whether it stands for a subgraph that the file does not have. */
  readonly isSubgraph: boolean
  readonly source?: NodeSource
  /** A type that is here, of nearly the same name. */
  readonly like?: string
}

export interface MissingFile {
  readonly name: string
  readonly places: readonly MissingPlace[]
  /** A file that people add (`upload`), or one of a model. */
  readonly kind: 'model' | 'upload'
  /** What the inputs are called that name it. */
  readonly label: string
  /** Where the file says that it can be had. Only ever http or https. */
  readonly url?: string
  /** The folder for it, as ComfyUI calls it. */
  readonly directory?: string
  /** What could be chosen in its place, the nearest names first. */
  readonly choices: readonly string[]
}

export interface Missing {
  readonly types: readonly MissingType[]
  readonly files: readonly MissingFile[]
}

/** All that is missing, in the order of the file; places inside subgraphs that are used several times stand once. */
export function missingOf(workflow: Workflow, definitions: Definitions): Missing {
  const all = definitionsIn(workflow, definitions)
  const types = new Map<string, MissingType & { places: MissingPlace[] }>()
  const files = new Map<string, MissingFile & { places: MissingPlace[] }>()
  const offers = modelOffers(workflow)
  for (const { node, path } of allNodes(workflow)) {
    if (!all.has(node.type)) noteType(types, node, path, definitions)
    else for (const one of lackedChoices(node, all)) noteFile(files, one, { path, node: node.id, input: one.input }, offers)
  }
  return { types: [...types.values()], files: [...files.values()] }
}

interface Placed {
  readonly node: WorkflowNode
  readonly path: GraphPath
}

/** Every node once, with a path to it. */
function allNodes(workflow: Workflow): Placed[] {
  const subgraphs = subgraphsOf(workflow)
  const found: Placed[] = workflow.nodes.map((node) => ({ node, path: [] }))
  const entered = new Set<string>()
  for (const { node, path } of found) { // an array is walked with what is added
    const subgraph = subgraphOf(node, subgraphs)
    if (!subgraph || entered.has(subgraph.id)) continue
    entered.add(subgraph.id)
    found.push(...subgraph.nodes.map((inner): Placed => ({ node: inner, path: [...path, node.id] })))
  }
  return found
}

function noteType(types: Map<string, MissingType & { places: MissingPlace[] }>, node: WorkflowNode, path: GraphPath, definitions: Definitions): void {
  const { type, id } = node
  if (VIRTUAL_NODES.has(type)) return
  const known = types.get(type)
  if (known) {
    known.places.push({ path, node: id })
    return
  }
  const source = sourceOf(node)
  const like = closest(type, definitions.keys())
  types.set(type, {
    type, places: [{ path, node: id }], isSubgraph: subgraphIdOf(type) !== undefined,
    ...(source && { source }), ...(like !== undefined && { like }),
  })
}

/** ComfyUI writes into `properties` which package a node came from. */
function sourceOf({ extra }: WorkflowNode): NodeSource | undefined {
  const properties = recordOf(own(recordOf(own(keptOf(extra, 'ui'), 'node')), 'properties'))
  const [id, version, repository] = ['cnr_id', 'ver', 'aux_id'].map((name) => text(properties, name))
  const isRepository = repository !== undefined && /^[\w.-]+\/[\w.-]+$/.test(repository)
  if (id === undefined && !isRepository) return undefined
  return { ...(id !== undefined && { id }), ...(version !== undefined && { version }), ...(isRepository && { repository }) }
}

interface Lacked {
  readonly input: string
  readonly name: string
  readonly definition: InputDefinition
}

/** The choices of a node that name a file which is not there: of lists that a folder gives. */
function lackedChoices({ type, inputs = {} }: WorkflowNode, all: Definitions): Lacked[] {
  const definition = all.get(type)!
  return Object.entries(inputs).flatMap(([input, value]): Lacked[] => {
    const of = isLink(value) ? undefined : inputNamed(definition, input)
    const name = isLink(value) ? undefined : literalOf(value)
    if (!of?.choices || !(of.computed || of.upload) || typeof name !== 'string' || of.choices.includes(name)) return []
    return [{ input, name, definition: of }]
  })
}

/** So many are offered in place of one. */
const MOST_CHOICES = 20

function noteFile(files: Map<string, MissingFile & { places: MissingPlace[] }>, { name, definition }: Lacked, place: MissingPlace, offers: ReadonlyMap<string, JsonObject>): void {
  const { choices = [], upload, title } = definition
  const kind = upload ? 'upload' : 'model'
  const key = JSON.stringify([kind, definition.name, name])
  const known = files.get(key)
  if (known) {
    known.places.push(place)
    return
  }
  const offer = offers.get(baseName(name))
  const [url, directory] = [text(offer ?? {}, 'url'), text(offer ?? {}, 'directory')]
  const near = closest(name, choices)
  const order = near === undefined ? choices : [near, ...choices.filter((one) => one !== near)]
  files.set(key, {
    name, kind, places: [place], label: title ?? definition.name, choices: order.slice(0, MOST_CHOICES),
    ...(url !== undefined && isWebAddress(url) && { url }), ...(directory !== undefined && { directory }),
  })
}

/** What a file of ComfyUI says of the models that it needs: in `models` of the whole, and of nodes' properties. */
function modelOffers(workflow: Workflow): Map<string, JsonObject> {
  const whole = own(recordOf(own(keptOf(workflow.extra, 'ui'), 'graph')), 'models')
  const ofNodes = [workflow, ...workflow.subgraphs ?? []].flatMap(({ nodes }) => nodes.map(({ extra }) =>
    own(recordOf(own(recordOf(own(keptOf(extra, 'ui'), 'node')), 'properties')), 'models')))
  const all = [whole, ...ofNodes].flatMap((list) => (list !== undefined && isList(list) ? list : [])).filter(isRecord)
  return new Map(all.flatMap((model) => {
    const name = text(model, 'name')
    return name === undefined ? [] : [[baseName(name), model] as const]
  }))
}

function baseName(name: string): string {
  return name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1)
}

function text(record: JsonObject, name: string): string | undefined {
  const value = own(record, name)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function isWebAddress(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
}
