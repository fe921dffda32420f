import type { Json } from '../types/json.ts'
import { LayoutChanges, type Drawing } from './diff-layout.ts'
import { refOf } from './graph.ts'
import { own, sameJson } from './json-equal.ts'
import { matchNodes } from './match-nodes.ts'
import type { NodeRef } from './problem.ts'
import { changedText, Labels, linkText, valueText } from './wording.ts'
import { isLink, type ExposedOutput, type InputValue, type Link, type Parameter } from './workflow.ts'
import type { Subgraph, SubgraphOutput, Workflow, WorkflowNode } from './workflow.ts'

/** What a change is about. */
export type Changed = 'file' | 'node' | 'input' | 'parameter' | 'output' | 'subgraph' | 'socket'

/** One thing that differs in what a workflow does or says. */
export interface Change {
  readonly of: Changed
  readonly change: 'added' | 'removed' | 'changed' | 'renamed'
  /** The subgraph that it is inside of, by id. */
  readonly within?: string
  readonly node?: NodeRef
  /** The input, parameter, output, or field. */
  readonly name?: string
  readonly before?: Json
  readonly after?: Json
  /** The same in words: "Sampler.steps 20 → 30". */
  readonly text: string
}

/** How two versions of a workflow differ. */
export interface WorkflowDiff {
  /** What differs for a run or for whoever reads it. */
  readonly changes: readonly Change[]
  /** What differs in looks alone, in one line: positions, sizes, frames, the order of nodes. */
  readonly layout?: string
}

/** Says how one version of a workflow became another. Nodes are matched by id; a changed id is told as such. */
export function diffWorkflows(before: Workflow, after: Workflow): WorkflowDiff {
  const layout = new LayoutChanges()
  const top = new ScopeDiff(before, after, nameTable(before, after), layout)
  const exposedNow = <T extends Parameter | ExposedOutput>(one: T): T => ({ ...one, node: top.idNow(one.node) })
  const changes = [
    ...fieldChanges(before, after, ['title', 'description'], (name) => `the workflow's ${name}`, { of: 'file' }),
    ...listChanges('parameter', before.parameters, after.parameters, parameterText, exposedNow, top),
    ...listChanges('output', before.outputs, after.outputs, exposedText, exposedNow, top),
    ...top.changes(),
    ...subgraphChanges(before, after, layout),
  ]
  const text = layout.text()
  return text === undefined ? { changes } : { changes, layout: text }
}

/** The diff as lines for people; one line says that there is nothing to tell. */
export function diffText({ changes, layout }: WorkflowDiff): string {
  const lines = changes.map(({ text }) => text)
  if (layout !== undefined) lines.push(layout)
  return lines.length === 0 ? 'No difference.' : lines.join('\n')
}

type Side = 'before' | 'after'

/** Names of subgraphs by id, for the labels of the nodes that stand for them. */
function nameTable(...workflows: readonly Workflow[]): ReadonlyMap<string, string> {
  return new Map(workflows.flatMap(({ subgraphs = [] }) => subgraphs.map(({ id, name }) => [id, name] as const)))
}

/** The differences between the nodes of two drawings. */
class ScopeDiff {
  readonly labels: { readonly before: Labels; readonly after: Labels }
  readonly within: { readonly within?: string }
  readonly prefix: string
  readonly #before: ReadonlyMap<string, WorkflowNode>
  readonly #after: ReadonlyMap<string, WorkflowNode>
  readonly #matches: ReadonlyMap<string, string>

  constructor(
    before: Drawing,
    after: Drawing,
    names: ReadonlyMap<string, string>,
    layout: LayoutChanges,
    inside?: Subgraph,
  ) {
    this.#matches = matchNodes(before.nodes, after.nodes)
    const matched = new Set(this.#matches.values())
    const removed = before.nodes.filter(({ id }) => !this.#matches.has(id))
    const added = after.nodes.filter(({ id }) => !matched.has(id))
    this.labels = { before: new Labels(before.nodes, added, names), after: new Labels(after.nodes, removed, names) }
    this.within = inside ? { within: inside.id } : {}
    this.prefix = inside ? `${inside.name} › ` : ''
    this.#before = new Map(before.nodes.map((node) => [node.id, node]))
    this.#after = new Map(after.nodes.map((node) => [node.id, node]))
    layout.note(before, after, this.#matches)
  }

  /** Removed, then added, then changed nodes, each in the order of its file. */
  changes(): Change[] {
    const matched = new Set(this.#matches.values())
    const removed = [...this.#before.values()].filter(({ id }) => !this.#matches.has(id))
    const added = [...this.#after.values()].filter(({ id }) => !matched.has(id))
    return [
      ...removed.map((node) => this.#node(node, 'before', 'removed', 'removed')),
      ...added.map((node) => this.#node(node, 'after', 'added', `added${this.#given(node)}`)),
      ...[...this.#matches].flatMap(([from, to]) => this.#changesOf(this.#before.get(from)!, this.#after.get(to)!)),
    ]
  }

  /** The id that a node of before has now. */
  idNow(id: string): string {
    return this.#matches.get(id) ?? id
  }

  #node(
    node: WorkflowNode,
    side: Side,
    change: 'added' | 'removed' | 'changed',
    text: string,
    rest: Partial<Change> = {},
  ): Change {
    const words = `${this.prefix}${this.labels[side].of(node.id)} ${text}`
    return { of: 'node', change, ...this.within, node: refOf(node), ...rest, text: words }
  }

  /** What an added node starts with: " (steps 20, samples from Sampler.latent)". */
  #given({ inputs = {} }: WorkflowNode): string {
    const texts = Object.entries(inputs).map(([name, value]) => `${name} ${this.#value(value, 'after')}`)
    if (texts.length === 0) return ''
    return ` (${texts.slice(0, 5).join(', ')}${texts.length > 5 ? ', …' : ''})`
  }

  #value(value: InputValue, side: Side): string {
    return isLink(value) ? `from ${this.link(value, side)}` : valueText(value)
  }

  /** How a link reads: `Sampler.latent`. */
  link(link: Link, side: Side): string {
    return linkText(link, this.labels[side])
  }

  #changesOf(before: WorkflowNode, after: WorkflowNode): Change[] {
    const changes: Change[] = []
    if (before.id !== after.id) {
      const name = after.title ?? this.labels.after.kind(after)
      const text = `${this.prefix}${name}: id ${before.id} → ${after.id}`
      const ids = { before: before.id, after: after.id }
      changes.push({ of: 'node', change: 'renamed', ...this.within, node: refOf(after), ...ids, text })
    }
    for (const name of ['type', 'title', 'mode', 'version'] as const) {
      if (before[name] === after[name]) continue
      const text = FIELD_TEXTS[name](before, after)
      const rest = { name, ...valuesOf(before[name], after[name]) }
      changes.push(this.#node(after, name === 'title' ? 'before' : 'after', 'changed', text, rest))
    }
    const names = new Set([...Object.keys(before.inputs ?? {}), ...Object.keys(after.inputs ?? {})])
    for (const name of names) {
      const change = this.#inputChange(before, after, name)
      if (change) changes.push(change)
    }
    return changes
  }

  #inputChange(before: WorkflowNode, after: WorkflowNode, input: string): Change | undefined {
    // What a node's inputs hold under a name of their own is an input's value.
    const was = own(before.inputs, input) as InputValue | undefined
    const is = own(after.inputs, input) as InputValue | undefined
    if (sameJson(this.#renamed(was), is)) return undefined
    const place = `${this.prefix}${this.labels.after.of(after.id)}.${input}`
    return {
      of: 'input',
      change: was === undefined ? 'added' : is === undefined ? 'removed' : 'changed',
      ...this.within,
      node: refOf(after),
      name: input,
      ...valuesOf(was as Json | undefined, is as Json | undefined), // an input as it stands in a file is JSON
      text: `${place} ${this.#inputText(was, is)}`,
    }
  }

  /** An input of before with the ids of after. */
  #renamed(value: InputValue | undefined): InputValue | undefined {
    if (value === undefined || !isLink(value)) return value
    return { ...value, from: this.idNow(value.from) }
  }

  #inputText(was: InputValue | undefined, is: InputValue | undefined): string {
    if (is === undefined) return `left out (was ${this.#value(was!, 'before')})`
    if (isLink(is)) {
      const before = was === undefined ? '' : ` (was ${isLink(was) ? this.link(was, 'before') : valueText(was)})`
      return `now comes from ${this.link(is, 'after')}${before}`
    }
    if (was === undefined) return `set to ${valueText(is)} (was left out)`
    return isLink(was) ? `now ${valueText(is)} (came from ${this.link(was, 'before')})` : changedText(was, is)
  }
}

const FIELD_TEXTS = {
  type: (before: WorkflowNode, after: WorkflowNode) => `has another type: ${before.type} → ${after.type}`,
  title: (_: WorkflowNode, { title }: WorkflowNode) =>
    title === undefined ? 'has no title any more' : `is now called "${title}"`,
  mode: ({ mode: was }: WorkflowNode, { mode: is }: WorkflowNode) =>
    is === undefined ? `is no longer ${MODE_WORDS[was!]}` : `is now ${MODE_WORDS[is]}`,
  version: ({ version: was }: WorkflowNode, { version: is }: WorkflowNode) =>
    `is written for version ${is ?? 1} of its type (was ${was ?? 1})`,
}
const MODE_WORDS = { bypass: 'bypassed', mute: 'muted' }

/** The values of a change, those that there are. */
function valuesOf(before: Json | undefined, after: Json | undefined): Pick<Change, 'before' | 'after'> {
  return { ...(before !== undefined && { before }), ...(after !== undefined && { after }) }
}

function fieldChanges<T extends object>(
  before: T,
  after: T,
  names: readonly (keyof T & string)[],
  called: (name: string) => string,
  about: Pick<Change, 'of' | 'within'>,
): Change[] {
  return names.filter((name) => !sameJson(before[name], after[name])).map((name) => {
    // Fields asked for here are texts or absent.
    const [was, is] = [before[name] as string | undefined, after[name] as string | undefined]
    const text = was === undefined ? `set to ${valueText(is!)}` : is === undefined ? 'removed' : changedText(was, is)
    const change = was === undefined ? 'added' : is === undefined ? 'removed' : 'changed'
    return { ...about, change, name, ...valuesOf(was, is), text: `${called(name)} ${text}` }
  })
}

/** Differences between two lists whose items have names. @param now an item of before with the ids of after */
function listChanges<T extends { readonly name: string }>(
  of: 'parameter' | 'output' | 'socket',
  before: readonly T[] = [],
  after: readonly T[] = [],
  wordsOf: (item: T, scope: ScopeDiff, side: Side) => string,
  now: (item: T) => T,
  scope: ScopeDiff,
): Change[] {
  const { prefix, within } = scope
  const textOf = (item: T, side: Side) => wordsOf(item, scope, side)
  const was = new Map(before.map((item) => [item.name, item]))
  const is = new Map(after.map((item) => [item.name, item]))
  const about = { of, ...within }
  const words = (name: string) => `${prefix}${of === 'socket' ? '' : `${of} `}"${name}"`
  const gone = [...was.values()].filter(({ name }) => !is.has(name))
  return [
    ...gone.map(({ name }): Change => ({ ...about, change: 'removed', name, text: `${words(name)} removed` })),
    ...[...is.values()].flatMap((item): Change[] => {
      const { name } = item
      const old = was.get(name)
      const added = `${words(name)} added: ${textOf(item, 'after')}`
      if (old === undefined) return [{ ...about, change: 'added', name, text: added }]
      if (sameJson(now(old), item)) return []
      const [from, to] = [textOf(old, 'before'), textOf(item, 'after')]
      const text = from === to ? 'is described anew' : `is now ${to} (was ${from})`
      return [{ ...about, change: 'changed', name, text: `${words(name)} ${text}` }]
    }),
  ]
}

function parameterText({ node, input }: Parameter, { labels }: ScopeDiff, side: Side): string {
  return `${labels[side].of(node)}.${input}`
}

function exposedText({ node, output }: ExposedOutput, { labels }: ScopeDiff, side: Side): string {
  return linkText({ from: node, output }, labels[side])
}

function outputText(output: SubgraphOutput, scope: ScopeDiff, side: Side): string {
  return scope.link(output, side)
}

function subgraphChanges(before: Workflow, after: Workflow, layout: LayoutChanges): Change[] {
  const was = new Map((before.subgraphs ?? []).map((one) => [one.id, one]))
  const is = new Map((after.subgraphs ?? []).map((one) => [one.id, one]))
  const told = (one: Subgraph, change: 'added' | 'removed'): Change => {
    const size = `${one.nodes.length} ${one.nodes.length === 1 ? 'node' : 'nodes'}`
    const text = `subgraph "${one.name}" ${change} (${size})`
    return { of: 'subgraph', change, within: one.id, name: one.name, text }
  }
  return [
    ...[...was.values()].filter(({ id }) => !is.has(id)).map((one) => told(one, 'removed')),
    ...[...is.values()].flatMap((one) => {
      const old = was.get(one.id)
      if (old === undefined) return [told(one, 'added')]
      const inside = new ScopeDiff(old, one, nameTable(before, after), layout, one)
      const outputNow = (output: SubgraphOutput) => ({ ...output, from: inside.idNow(output.from) })
      const called = (name: string) => `the ${name} of subgraph "${old.name}"`
      return [
        ...fieldChanges(old, one, ['name', 'description'], called, { of: 'subgraph', within: one.id }),
        ...listChanges('socket', old.inputs, one.inputs, () => 'an input', (one) => one, inside),
        ...listChanges('socket', old.outputs, one.outputs, outputText, outputNow, inside),
        ...inside.changes(),
      ]
    }),
  ]
}
