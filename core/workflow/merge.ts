import type { Json } from '../types/json.ts'
import { findCycles } from './cycles.ts'
import { graphOf, refOf } from './graph.ts'
import { own, sameJson } from './json-equal.ts'
import { matchNodes } from './match-nodes.ts'
import { mergeJson, mergeList, mergeRecord, mergeValue, type Three } from './merge-json.ts'
import type { NodeRef } from './problem.ts'
import { freeId, renameNodes } from './rename.ts'
import { Labels, linkText, valueText } from './wording.ts'
import { isLink, SUBGRAPH_INPUTS, type Group, type InputValue } from './workflow.ts'
import type { Subgraph, Workflow, WorkflowNode } from './workflow.ts'

/** One place where two changed versions of a workflow disagree; the merged workflow has ours there. */
export interface MergeConflict {
  /** The subgraph that it is inside of, by id. */
  readonly within?: string
  readonly node?: NodeRef
  /** The input, parameter, output or field. */
  readonly name?: string
  readonly base?: Json
  readonly ours?: Json
  readonly theirs?: Json
  readonly text: string
}

/** Two versions of a workflow in one. */
export interface MergedWorkflow {
  readonly workflow: Workflow
  /** Empty when both sides are in it whole. */
  readonly conflicts: readonly MergeConflict[]
  /** What was done without being asked: nodes that both sides gave one id. */
  readonly notes: readonly string[]
}

/**
 * Puts two changed versions of a workflow together, input by input. Nodes are known by their ids; an id that one side
 * changed is changed for the other too, and a new node whose id the other side gave to a node of another type gets
 * another id. Positions, sizes, frames and order never conflict: ours wins.
 */
export function mergeWorkflows(base: Workflow, ours: Workflow, theirs: Workflow): MergedWorkflow {
  const notes: string[] = []
  const conflicts: MergeConflict[] = []
  const subgraphs = [base, theirs, ours].flatMap((one) => one.subgraphs ?? [])
  const names = new Map(subgraphs.map(({ id, name }) => [id, name]))
  const aligned = align({ base, ours, theirs }, notes)
  const scope = new ScopeMerge(aligned, names, conflicts)
  const { nodes, groups, extra } = scope.merge()
  const text = (name: '$schema' | 'title' | 'description') => present(name, scope.field(name))
  const workflow: Workflow = {
    ...text('$schema'),
    version: ours.version,
    ...text('title'),
    ...text('description'),
    ...present('parameters', scope.named('parameters', 'parameter')),
    ...present('outputs', scope.named('outputs', 'output')),
    nodes,
    ...present('subgraphs', mergeSubgraphs(aligned, names, conflicts, notes)),
    ...present('groups', groups),
    ...present('extra', extra),
  }
  return { workflow, conflicts, notes }
}

/** What is merged node by node: a workflow, or the inside of a subgraph. */
type Drawing = Workflow | Subgraph

interface Versions<D extends Drawing> {
  readonly base: D
  readonly ours: D
  readonly theirs: D
}

/** The same nodes by the same ids in all three, as far as can be told; different ones by different ids. */
function align<D extends Drawing>({ base, ours, theirs }: Versions<D>, notes: string[]): Versions<D> {
  const ourIds = renamed(base, ours)
  const theirIds = new Map([...renamed(base, theirs)].filter(([id]) => !ourIds.has(id)))
  const taken = (ids: ReadonlyMap<string, string>, ...others: D[]) => {
    const used = new Set(others.flatMap(({ nodes }) => nodes.map(({ id }) => id)))
    return new Map([...ids].filter(([, id]) => !used.has(id)))
  }
  // Where the other side has the new id for a node of its own, the node is told as removed and added instead.
  const forThem = taken(ourIds, theirs, base)
  const forUs = taken(theirIds, ours, base)
  const us = renameNodes(ours, forUs)
  const them = renameNodes(theirs, forThem)
  const was = renameNodes(base, new Map([...forThem, ...forUs]))
  return { base: was, ours: us, theirs: renameNodes(them, clashes(was, us, them, notes)) }
}

/** New ids by old ones, for nodes whose id alone changed. */
function renamed(base: Drawing, side: Drawing): Map<string, string> {
  return new Map([...matchNodes(base.nodes, side.nodes)].filter(([before, after]) => before !== after))
}

/** New ids for the nodes that both sides added under one id though they are of different types. */
function clashes(base: Drawing, ours: Drawing, theirs: Drawing, notes: string[]): Map<string, string> {
  const known = new Set(base.nodes.map(({ id }) => id))
  const ourNodes = new Map(ours.nodes.map((node) => [node.id, node]))
  const taken = new Set([...known, ...ourNodes.keys(), ...theirs.nodes.map(({ id }) => id)])
  const ids = new Map<string, string>()
  for (const { id, type } of theirs.nodes) {
    const other = ourNodes.get(id)
    if (known.has(id) || other === undefined || other.type === type) continue
    const free = freeId(id, taken)
    taken.add(free)
    ids.set(id, free)
    notes.push(`both sides added a node ${id}: ours is ${other.type}; theirs, ${type}, is now node ${free}`)
  }
  return ids
}

type Conflict = Omit<MergeConflict, 'within' | 'node'>

/** The merge of the nodes of one drawing. */
class ScopeMerge<D extends Drawing> {
  readonly #versions: Versions<D>
  readonly #labels: Labels
  readonly #conflicts: MergeConflict[]
  readonly #inside: Subgraph | undefined

  constructor(
    versions: Versions<D>,
    names: ReadonlyMap<string, string>,
    conflicts: MergeConflict[],
    inside?: Subgraph,
  ) {
    const { base, ours, theirs } = versions
    this.#versions = versions
    const ids = new Set(ours.nodes.map(({ id }) => id))
    const others = [...theirs.nodes, ...base.nodes].filter(({ id }) => !ids.has(id) && ids.add(id))
    this.#labels = new Labels(ours.nodes, others, names)
    this.#conflicts = conflicts
    this.#inside = inside
  }

  merge() {
    const { base, ours, theirs } = this.#versions
    const nodes = mergeList(pick(this.#versions, 'nodes'), ({ id }) => id, (node) => this.#node(node))
    this.#checkLinks(nodes)
    this.#checkCycles(nodes)
    const extra = mergeJson(pick(this.#versions, 'extra'), (versions, path) =>
      this.#report(undefined, conflictOf(['extra', ...path].join('.'), versions, (value) => JSON.stringify(value))))
    // What is merged out of the same field of three workflows is such a field.
    return { nodes, groups: mergeGroups(base, ours, theirs), extra: extra as D['extra'] }
  }

  /** A text of the drawing itself. */
  field(name: 'title' | 'description' | '$schema' | 'name'): string | undefined {
    const text = (drawing: D) => own(drawing, name) as string | undefined // each of these fields is a text or absent
    const { base, ours, theirs } = this.#versions
    return mergeValue({ base: text(base), ours: text(ours), theirs: text(theirs) }, (versions) =>
      this.#report(undefined, conflictOf(`the ${name}`, versions, (value) => JSON.stringify(value), name)))
  }

  /** A list of the drawing whose items have names. */
  named<K extends 'parameters' | 'inputs' | 'outputs'>(list: K & keyof D, kind: string): D[K & keyof D] | undefined {
    type Named = { readonly name: string }
    // These lists hold items with names, in every drawing that has them.
    const versions = pick(this.#versions, list) as Three<readonly Named[]>
    if (versions.ours === undefined && versions.theirs === undefined) return undefined
    const merged = mergeList<Named>(versions, ({ name }) => name, (item) =>
      mergeValue(item, (three) => {
        const { name } = (three.ours ?? three.theirs)!
        this.#report(undefined, conflictOf(`${kind} "${name}"`, three, (value) => JSON.stringify(value), name))
      }))
    return merged as D[K & keyof D]
  }

  #report(node: WorkflowNode | undefined, conflict: Conflict): void {
    const within = this.#inside ? { within: this.#inside.id } : {}
    const text = `${this.#inside ? `${this.#inside.name} › ` : ''}${conflict.text}`
    this.#conflicts.push({ ...within, ...(node && { node: refOf(node) }), ...conflict, text })
  }

  #node(versions: Three<WorkflowNode>): WorkflowNode | undefined {
    const { base, ours, theirs } = versions
    if (ours && theirs) return this.#both(base, ours, theirs)
    const left = (ours ?? theirs)!
    if (base === undefined) return left
    if (sameJson(withoutLooks(base), withoutLooks(left))) return undefined
    const [gone, stayed] = ours ? ['theirs', 'ours'] : ['ours', 'theirs']
    this.#report(left, { text: `${this.#labels.of(left.id)}: ${gone} removed it, ${stayed} changed it; it is kept` })
    return left
  }

  #both(base: WorkflowNode | undefined, ours: WorkflowNode, theirs: WorkflowNode): WorkflowNode {
    const label = this.#labels.of(ours.id)
    const fields: Three<object> = { base, ours, theirs }
    const merged = mergeRecord(fields, (key, versions) => {
      if (key === 'inputs') return this.#inputs(ours, versions as Three<object>) // that is what this field holds
      if (LOOKS.has(key)) return mergeValue(versions, () => {})
      const show = (value: unknown) => JSON.stringify(value)
      return mergeJson(versions, (three, path) => {
        const name = [key, ...path].join('.')
        this.#report(ours, conflictOf(`${label}, its ${name}`, three, show, name))
      })
    })
    // Every field of it is a field of one of the nodes, or merged out of such.
    return merged as WorkflowNode
  }

  #inputs(node: WorkflowNode, versions: Three<object>): object | undefined {
    if (versions.ours === undefined && versions.theirs === undefined) return undefined
    const label = this.#labels.of(node.id)
    return mergeRecord(versions, (name, values) =>
      mergeValue(values as Three<InputValue>, (three) => { // what inputs hold under a name is an input's value
        this.#report(node, conflictOf(`${label}.${name}`, three, (value) => this.#valueText(value), name))
      }))
  }

  #valueText(value: InputValue): string {
    return isLink(value) ? `from ${linkText(value, this.#labels)}` : valueText(value)
  }

  /** Links whose node one side removed while the other made or kept the link. */
  #checkLinks(nodes: readonly WorkflowNode[]): void {
    const ids = new Set(nodes.map(({ id }) => id))
    const known = new Set([...this.#versions.theirs.nodes, ...this.#versions.ours.nodes].map(({ id }) => id))
    for (const node of nodes) {
      for (const [name, value] of Object.entries(node.inputs ?? {})) {
        if (!isLink(value) || value.from === SUBGRAPH_INPUTS || ids.has(value.from) || !known.has(value.from)) continue
        const source = linkText(value, this.#labels)
        const place = `${this.#labels.of(node.id)}.${name}`
        this.#report(node, { name, text: `${place} comes from ${source}, which the other side removed` })
      }
    }
  }

  #checkCycles(nodes: readonly WorkflowNode[]): void {
    const { ours, theirs } = this.#versions
    const cyclesOf = (list: readonly WorkflowNode[]) => findCycles(graphOf({ version: 1, nodes: list }))
    const cycles = cyclesOf(nodes)
    if (cycles.length === 0 || cyclesOf(ours.nodes).length > 0 || cyclesOf(theirs.nodes).length > 0) return
    for (const cycle of cycles) {
      const node = nodes.find(({ id }) => id === cycle[0])
      const path = cycle.map((id) => this.#labels.of(id)).join(' → ')
      this.#report(node, { text: `the links of both sides together make a circle: ${path}` })
    }
  }
}

/** Fields of a node that are looks: they never conflict. */
const LOOKS: ReadonlySet<string> = new Set(['position', 'size'])

function withoutLooks(node: WorkflowNode): object {
  return Object.fromEntries(Object.entries(node).filter(([key]) => !LOOKS.has(key) && key !== 'extra'))
}

function conflictOf<T>(
  place: string,
  { base, ours, theirs }: Three<T>,
  show: (value: T) => string,
  name?: string,
): Conflict {
  const text = (value: T | undefined) => (value === undefined ? 'nothing' : show(value))
  const was = base === undefined ? '' : ` (was ${text(base)})`
  const values = Object.entries({ base, ours, theirs }).filter(([, value]) => value !== undefined)
  const words = `${place}: ours ${text(ours)}, theirs ${text(theirs)}${was}`
  return { ...(name !== undefined && { name }), ...Object.fromEntries(values), text: words }
}

function mergeSubgraphs(
  versions: Versions<Workflow>,
  names: ReadonlyMap<string, string>,
  conflicts: MergeConflict[],
  notes: string[],
): readonly Subgraph[] | undefined {
  const lists = pick(versions, 'subgraphs')
  if (lists.ours === undefined && lists.theirs === undefined) return undefined
  return mergeList(lists, ({ id }) => id, ({ base, ours, theirs }) => {
    if (ours && theirs) {
      const empty: Subgraph = { id: ours.id, name: ours.name, inputs: [], outputs: [], nodes: [] }
      return mergeSubgraph({ base: base ?? empty, ours, theirs }, names, conflicts, notes)
    }
    const left = (ours ?? theirs)!
    if (base === undefined) return left
    if (sameJson(base, left)) return undefined
    const [gone, stayed] = ours ? ['theirs', 'ours'] : ['ours', 'theirs']
    const text = `subgraph "${left.name}": ${gone} removed it, ${stayed} changed it; it is kept`
    conflicts.push({ within: left.id, text })
    return left
  })
}

function mergeSubgraph(
  versions: Versions<Subgraph>,
  names: ReadonlyMap<string, string>,
  conflicts: MergeConflict[],
  notes: string[],
): Subgraph {
  const aligned = align(versions, notes)
  const scope = new ScopeMerge(aligned, names, conflicts, versions.ours)
  const { nodes, groups, extra } = scope.merge()
  return {
    id: versions.ours.id,
    name: scope.field('name') ?? versions.ours.name,
    ...present('description', scope.field('description')),
    inputs: scope.named('inputs', 'input') ?? [],
    outputs: scope.named('outputs', 'output') ?? [],
    nodes,
    ...present('groups', groups),
    ...present('extra', extra),
  }
}

/** Frames have no names that could be relied on: a list that one side left alone gives way to the other. */
function mergeGroups(base: Drawing, ours: Drawing, theirs: Drawing): readonly Group[] | undefined {
  return mergeValue<readonly Group[]>({ base: base.groups, ours: ours.groups, theirs: theirs.groups }, () => {})
}

function pick<D extends Drawing, K extends keyof D>(
  { base, ours, theirs }: Versions<D>,
  key: K,
): Three<NonNullable<D[K]>> {
  return { base: base[key] ?? undefined, ours: ours[key] ?? undefined, theirs: theirs[key] ?? undefined }
}

function present<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  // An object of this one key, or of none.
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V }
}
