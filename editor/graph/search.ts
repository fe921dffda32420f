/**
 * Finds node types by what people type: parts of the title, the type's id, what ComfyUI calls it, its category, what it
 * does; or by the task, `image to latent`. What is held in the hand narrows it to what can be linked to that.
 */
import fuzzysort from 'fuzzysort'
import type { Definitions, InputDefinition, NodeDefinition } from '../../core/types/definition.ts'
import { fits, isList, isUnion, type SocketType } from '../../core/types/socket.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import type { LooseLink } from './canvas.ts'
import { graphView } from './graph-view.ts'
import { fitRank } from './insert.ts'
import type { GraphPath } from './scene.ts'
import { OTHER_NAMES, TYPE_WORDS } from './search-words.ts'

/** The socket at the end of a link that is held. */
export interface LooseSocket {
  /** Whether something is looked for that takes it; otherwise something that gives it. */
  readonly gives: boolean
  readonly socket: SocketType
  readonly name: string
}

/** How often a type was used, and how long ago: 0 for the last one used. */
export interface Use {
  readonly count: number
  readonly ago: number
}

export interface SearchOptions {
  readonly link?: LooseSocket
  /** What it is to give to as well, when it goes into a link. */
  readonly onto?: LooseSocket
  readonly uses?: ReadonlyMap<string, Use>
  /** More names by type: in the person's language. */
  readonly names?: ReadonlyMap<string, string>
  readonly limit?: number
}

export interface FoundNode {
  readonly definition: NodeDefinition
  /** The input or output of it that the link would be drawn to. */
  readonly socket?: string
  /** The letters of its title that were found. */
  readonly marks: readonly number[]
}

/** What a link in the hand needs at its other end; `undefined` where its end is gone. */
export function looseSocket(workflow: Workflow, path: GraphPath, definitions: Definitions, link: LooseLink): LooseSocket | undefined {
  const view = graphView(workflow, path, definitions)
  if ('from' in link) {
    const output = view.outputOf(link)
    return output && { gives: true, socket: output.socket, name: output.name }
  }
  const input = view.inputOf(link.to, link.input)
  return input && { gives: false, socket: input.socket, name: input.definition?.name ?? input.name }
}

/** Node types, the best first. Without a text, those that fit best and are used most. */
export function searchNodes(definitions: Definitions, text: string, options: SearchOptions = {}): FoundNode[] {
  const { link, onto, limit = 200 } = options
  const offered = targetsOf(definitions, options.names).flatMap((target) => {
    const fit = link ? fitOf(target.definition, link) : { rank: 0 }
    if (onto && !fitOf(target.definition, onto)) return []
    return fit ? [{ target, fit, bonus: bonusOf(target.definition, options.uses) - fit.rank * 0.04 }] : []
  })
  const query = text.trim()
  if (query === '') return inOrder(offered).slice(0, limit).map(({ target, fit }) => found(target, fit, []))
  const byTask = taskMatches(offered, query)
  const words = query.split(/\s+/)
  const byWords = fuzzysort.go(query, offered, {
    keys: KEYS, limit: limit * 2, threshold: 0.25,
    scoreFn: (result) => {
      // Of several words a key may have one alone: each counts where it is found best.
      const best = words.length > 1 ? wordScore(result.obj.target, words) : result.reduce((most, one, index) => Math.max(most, one.score * WEIGHTS[index]!), 0)
      const all = result.score * 0.5
      // Below 0 there is no score: it would upset the order of all others.
      return best === 0 && all === 0 ? 0 : Math.max(0, Math.max(best, all) + result.obj.bonus)
    },
  })
  const matched = byWords.map((result) => ({ target: result.obj.target, fit: result.obj.fit, marks: result[0]!.score > 0 ? [...result[0]!.indexes].sort((a, b) => a - b) : [] }))
  const seen = new Set(byTask.map(({ target }) => target))
  return [...byTask.map((one) => ({ ...one, marks: [] })), ...matched.filter(({ target }) => !seen.has(target))]
    .slice(0, limit).map(({ target, fit, marks }) => found(target, fit, marks))
}

/** How well words are found, each in the key that has it best, on the average. */
function wordScore({ keys }: Target, words: readonly string[]): number {
  const scores = words.map((word) => Math.max(...keys.map((key, index) => (fuzzysort.single(word, key)?.score ?? 0) * WEIGHTS[index]!)))
  return scores.reduce((sum, score) => sum + score, 0) / words.length
}

interface Target {
  readonly definition: NodeDefinition
  readonly keys: readonly string[]
}

interface Fit {
  /** 0 for the very same type; more the looser it fits. */
  readonly rank: number
  readonly socket?: string
}

interface Offered {
  readonly target: Target
  readonly fit: Fit
  readonly bonus: number
}

/** Title, type, other names, category, what it does, what its inputs and outputs are. */
const WEIGHTS = [1, 0.95, 0.85, 0.6, 0.5, 0.4]
const KEYS = WEIGHTS.map((_, index) => (one: Offered) => one.target.keys[index]!)

const prepared = new WeakMap<Definitions, { readonly names: ReadonlyMap<string, string> | undefined; readonly targets: readonly Target[] }>()

function targetsOf(definitions: Definitions, names: ReadonlyMap<string, string> | undefined): readonly Target[] {
  const known = prepared.get(definitions)
  if (known && known.names === names) return known.targets
  const targets = [...definitions.values()].filter(({ internal }) => !internal).map((definition): Target => ({ definition, keys: keysOf(definition, names) }))
  prepared.set(definitions, { names, targets })
  return targets
}

function keysOf({ type, title, category, summary = '', inputs, outputs }: NodeDefinition, names: ReadonlyMap<string, string> | undefined): string[] {
  const others = [OTHER_NAMES.get(type), names?.get(type)].filter((one) => one !== undefined).join(' ')
  const sockets = [...inputs.filter(({ hidden }) => !hidden), ...outputs].flatMap(({ name, tooltip }) => [name, tooltip ?? '']).join(' ')
  // A type's id is found by its words too: "vae decode".
  const words = type.replace(/([a-z\d])([A-Z])/g, '$1 $2')
  return [title, words === type ? type : `${type} ${words}`, others, category, summary, sockets]
}

function found({ definition }: Target, { socket }: Fit, marks: readonly number[]): FoundNode {
  return { definition, ...(socket !== undefined && { socket }), marks }
}

/** How a node would be linked to what is held; `undefined` where it can't be. */
function fitOf({ inputs, outputs }: NodeDefinition, { gives, socket, name }: LooseSocket): Fit | undefined {
  const ends = gives
    ? inputs.filter((input) => isOpen(input) && fits(socket, input.socket)).map((input) => (
      { name: input.variadic ? `${input.name}.0` : input.name, rank: fitRank(socket, input.socket) + (input.required ? 0 : 0.6) - (input.name === name ? 0.3 : 0) }))
    : outputs.filter((output) => fits(output.socket, socket)).map((output) => (
      { name: output.name, rank: fitRank(output.socket, socket) - (output.name === name ? 0.3 : 0) }))
  const [best] = ends.toSorted((a, b) => a.rank - b.rank)
  return best && { rank: best.rank, socket: best.name }
}

function isOpen({ hidden, socketless }: InputDefinition): boolean {
  return hidden === undefined && !socketless
}

function bonusOf({ type, deprecated, experimental }: NodeDefinition, uses: ReadonlyMap<string, Use> | undefined): number {
  const use = uses?.get(type)
  const used = use ? Math.min(0.06, Math.log2(1 + use.count) * 0.015) + (use.ago < 5 ? 0.04 - use.ago * 0.008 : 0) : 0
  return used - (deprecated ? 0.4 : 0) - (experimental ? 0.05 : 0)
}

function inOrder(offered: readonly Offered[]): readonly Offered[] {
  return offered.toSorted((a, b) => b.bonus - a.bonus
    || a.target.definition.category.localeCompare(b.target.definition.category)
    || a.target.definition.title.localeCompare(b.target.definition.title))
}

const TASK = /^(.+?)\s*(?:\bto\b|\binto\b|->|→|=>|到|转|转换为|变成)\s*(.+)$/iu

/** The nodes that make one type of value out of another: `image to latent`. */
function taskMatches(offered: readonly Offered[], query: string): readonly Offered[] {
  const [, from, to] = TASK.exec(query) ?? []
  if (from === undefined || to === undefined) return []
  const [takes, gives] = [typesMeant(from), typesMeant(to)]
  return inOrder(offered.filter(({ target: { definition } }) =>
    definition.inputs.some((input) => isOpen(input) && mentions(input.socket, takes)) && definition.outputs.some(({ socket }) => mentions(socket, gives))))
}

/** Types of values that a word means, in lower case: some exactly, others by how they begin. */
function typesMeant(word: string): (type: string) => boolean {
  const plain = word.trim().toLowerCase()
  const meant = TYPE_WORDS.get(plain)
  return (type) => (meant ? meant.includes(type) : plain.length > 1 && type.toLowerCase().startsWith(plain))
}

function mentions(socket: SocketType, isMeant: (type: string) => boolean): boolean {
  if (typeof socket === 'string') return isMeant(socket)
  if (isUnion(socket)) return socket.anyOf.some((one) => mentions(one, isMeant))
  return isList(socket) && mentions(socket.list, isMeant)
}
