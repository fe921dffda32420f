/**
 * Copying and pasting. What is copied is itself a workflow: the nodes, the subgraphs that they stand for, the groups, and
 * also the links that came from outside, which lead nowhere in it. So any workflow can be pasted, and what was copied can
 * be saved, sent, or opened.
 */
import { openWorkflow } from '../../core/comfy/open.ts'
import type { Definitions } from '../../core/types/definition.ts'
import { fits } from '../../core/types/socket.ts'
import { formatWorkflow } from '../../core/workflow/format.ts'
import { sameJson } from '../../core/workflow/json-equal.ts'
import { freeId } from '../../core/workflow/rename.ts'
import { withoutSecrets } from '../../core/workflow/secrets.ts'
import { subgraphsOf, subgraphSizeProblems } from '../../core/workflow/subgraphs.ts'
import { subgraphIdOf, subgraphType, type Group, type Link, type Subgraph, type Workflow, type WorkflowNode } from '../../core/workflow/workflow.ts'
import { WorkflowError } from '../../core/workflow/workflow-error.ts'
import { estimatedBoxes, laidOut } from './arrange.ts'
import { boundsOf } from './bounds.ts'
import { graphAt, withFields, withGraph } from './graph-at.ts'
import { graphView } from './graph-view.ts'
import { freeName, freeNodeId } from './ids.ts'
import { mapLinks } from './map-links.ts'
import { sceneOf } from './scene-of.ts'
import type { GraphPath, Point } from './scene.ts'

/** What was copied, as a workflow. */
export type Clip = Workflow

/** What pasting comes to: the workflow, and what of it is new. */
export interface Pasted {
  readonly workflow: Workflow
  readonly ids: readonly string[]
  /** Places of the new groups in the list. */
  readonly groups: readonly number[]
}

export interface PasteOptions {
  /** Where the upper left corner goes; a little beside the originals when left out. */
  readonly at?: Point
  /** How far from the originals instead. */
  readonly by?: Point
  /** Also draws the links that came from outside, where what gave them is there (ComfyUI's Ctrl+Shift+V). */
  readonly connect?: boolean
}

/** Copies nodes and groups. Nodes that are not there are passed over. @param groups their places in the list */
export function copyNodes(workflow: Workflow, path: GraphPath, ids: Iterable<string>, groups: Iterable<number> = []): Clip {
  const chosen = new Set(ids)
  const part = graphAt(workflow, path)
  const nodes = part.nodes.filter(({ id }) => chosen.has(id))
  const frames = [...new Set(groups)].sort((a, b) => a - b).flatMap((index) => part.groups?.[index] ?? [])
  const subgraphs = subgraphsBehind(nodes, workflow)
  return { version: 1, nodes, ...(subgraphs.length > 0 && { subgraphs }), ...(frames.length > 0 && { groups: frames }) }
}

/** What was copied as text for other pages and programs; without secret values, which stay in this page. */
export function clipText(clip: Clip, definitions: Definitions): string {
  return formatWorkflow(withoutSecrets(clip, definitions).workflow)
}

/** What a text holds that can be pasted: what was copied, or a workflow in any format. `undefined` for other texts. */
export function readClip(text: string, definitions: Definitions): Clip | undefined {
  if (!text.trimStart().startsWith('{')) return undefined
  try {
    const { workflow } = openWorkflow(text, definitions)
    return workflow.nodes.length === 0 && !workflow.groups?.length ? undefined : workflow
  } catch (error) {
    if (error instanceof WorkflowError) return undefined
    throw error
  }
}

/** @throws WorkflowError where a subgraph would be pasted into itself */
export function paste(workflow: Workflow, path: GraphPath, clip: Clip, { at, by, connect = false }: PasteOptions, definitions: Definitions): Pasted {
  const { nodes, groups = [] } = graphAt(workflow, path)
  const taking = new Taking(workflow, clip)
  const placed = laidOut(clip, definitions)
  const [dx, dy] = by ?? shiftOf(placed, at, definitions)
  const ids = freshIds(placed.nodes, new Set(nodes.map(({ id }) => id)))
  const pasted = placed.nodes.map((node, index): WorkflowNode => ({
    ...mapLinks(node, (link) => relinked(link, ids, connect)),
    id: ids.list[index]!,
    type: taking.typeOf(node.type),
    position: [node.position![0] + dx, node.position![1] + dy],
  }))
  const frames = (placed.groups ?? []).map((group): Group => {
    const [x, y, width, height] = group.bounds
    return { ...group, bounds: [x + dx, y + dy, width, height] }
  })
  const more = withGraph(taking.workflow, path, { nodes: [...nodes, ...pasted], groups: [...groups, ...frames] })
  const problems = subgraphSizeProblems(more)
  if (problems.length > 0) throw WorkflowError.ofProblems(problems)
  const whole = withoutBadLinks(more, path, new Set(ids.list), definitions)
  return { workflow: whole, ids: ids.list, groups: frames.map((_, index) => groups.length + index) }
}

/** Copies nodes and pastes them beside themselves. */
export function duplicate(workflow: Workflow, path: GraphPath, ids: Iterable<string>, options: PasteOptions, definitions: Definitions): Pasted {
  return paste(workflow, path, copyNodes(workflow, path, ids), options, definitions)
}

/** The subgraphs that some nodes stand for, and those inside them, in the order of the file. */
function subgraphsBehind(nodes: readonly WorkflowNode[], workflow: Workflow): Subgraph[] {
  const subgraphs = subgraphsOf(workflow)
  const found = new Set<Subgraph>()
  const open = [nodes]
  for (const list of open) { // an array is walked with what is added
    for (const { type } of list) {
      const subgraph = subgraphs.get(subgraphIdOf(type) ?? '')
      if (!subgraph || found.has(subgraph)) continue
      found.add(subgraph)
      open.push(subgraph.nodes)
    }
  }
  return [...subgraphs.values()].filter((one) => found.has(one))
}

/** Takes the subgraphs of a clip into a workflow: one that is there already is used, another of its id gets a new one. */
class Taking {
  readonly workflow: Workflow
  readonly #ids = new Map<string, string>()

  constructor(workflow: Workflow, clip: Clip) {
    const here = subgraphsOf(workflow)
    const brought = subgraphsBehind(clip.nodes, clip)
    const taken = new Set(here.keys())
    const isKnown = knownAlike(brought, here)
    for (const { id } of brought) {
      const own = isKnown.has(id) ? id : freeId(id, taken)
      taken.add(own)
      this.#ids.set(id, own)
    }
    const added = brought.filter(({ id }) => !isKnown.has(id)).map((one) => ({
      ...one, id: this.#ids.get(one.id)!, nodes: one.nodes.map((node) => withFields(node, { type: this.typeOf(node.type) })),
    }))
    this.workflow = added.length === 0 ? workflow : { ...workflow, subgraphs: [...workflow.subgraphs ?? [], ...added] }
  }

  typeOf(type: string): string {
    const id = this.#ids.get(subgraphIdOf(type) ?? '')
    return id === undefined ? type : subgraphType(id)
  }
}

/** The subgraphs that are here already: they say the same, and so do all that they hold. */
function knownAlike(brought: readonly Subgraph[], here: ReadonlyMap<string, Subgraph>): ReadonlySet<string> {
  const alike = new Set(brought.filter((one) => sameJson(here.get(one.id), one)).map(({ id }) => id))
  const ids = new Set(brought.map(({ id }) => id))
  const holdsOther = ({ nodes }: Subgraph) => nodes.some(({ type }) => {
    const inner = subgraphIdOf(type)
    return inner !== undefined && ids.has(inner) && !alike.has(inner)
  })
  for (let size = -1; size !== alike.size;) {
    size = alike.size
    for (const one of brought) if (holdsOther(one)) alike.delete(one.id)
  }
  return alike
}

interface FreshIds {
  /** Of two nodes with one id, that of the first. */
  readonly byOld: ReadonlyMap<string, string>
  readonly list: readonly string[]
}

/** An id keeps its name where that is free; a number becomes a word. */
function freshIds(nodes: readonly WorkflowNode[], taken: Set<string>): FreshIds {
  const byOld = new Map<string, string>()
  const list = nodes.map(({ id, type }) => {
    const own = taken.has(id) && /^\d+$/.test(id) ? freeNodeId(type, taken) : freeName(id, taken)
    taken.add(own)
    if (!byOld.has(id)) byOld.set(id, own)
    return own
  })
  return { byOld, list }
}

function relinked(link: Link, { byOld }: FreshIds, connect: boolean): Link | undefined {
  const own = byOld.get(link.from)
  if (own !== undefined) return own === link.from ? link : { ...link, from: own }
  return connect ? link : undefined
}

const BESIDE = 40

function shiftOf(clip: Clip, at: Point | undefined, definitions: Definitions): Point {
  if (!at) return [BESIDE, BESIDE]
  const boxes = [...estimatedBoxes(sceneOf(clip, [], definitions).nodes).values(), ...(clip.groups ?? []).map(({ bounds }) => bounds)]
  const around = boundsOf(boxes)
  return around ? [at[0] - around[0], at[1] - around[1]] : [0, 0]
}

/** Without links of new nodes that lead nowhere here, or to something else of the same id. */
function withoutBadLinks(workflow: Workflow, path: GraphPath, ids: ReadonlySet<string>, definitions: Definitions): Workflow {
  const view = graphView(workflow, path, definitions)
  const isGood = (link: Link, to: string, input: string) => {
    if (ids.has(link.from)) return true
    const source = view.outputOf(link)
    const target = view.inputOf(to, input)
    return source !== undefined && source.key !== '' && (target === undefined || fits(source.socket, target.socket))
  }
  const { nodes } = graphAt(workflow, path)
  const checked = nodes.map((node) => (ids.has(node.id) ? mapLinks(node, (link, input) => (isGood(link, node.id, input) ? link : undefined)) : node))
  return checked.every((node, index) => node === nodes[index]) ? workflow : withGraph(workflow, path, { nodes: checked })
}
