import type { NodeRef } from '../workflow/problem.ts'
import { Redactor } from '../workflow/redact.ts'
import { keyParts, type Environment, type NodeRecord, type RunRecord, type ShortValue } from './explain-record.ts'
import type { Kept } from './kept.ts'
import type { Plan } from './plan.ts'
import type { KeyedNode } from './run-graph.ts'

/** Why a node would run or not. */
export interface NodeExplanation {
  /** Its path; for a node of the file, its id. */
  readonly node: string
  readonly ref: NodeRef
  /** `maybe`: only if a lazy input asks for it. */
  readonly runs: 'yes' | 'no' | 'maybe'
  /** The first is the one that counts most. */
  readonly reasons: readonly Reason[]
}

/** One reason. Texts are made of them by `reasonText`. */
export type Reason =
  /** Its result is in the cache. */
  | { readonly why: 'known' }
  /** All that would read it is in the cache. */
  | { readonly why: 'behind' }
  /** Nothing that was asked for needs it. */
  | { readonly why: 'unneeded' }
  | { readonly why: 'lazy' }
  /** There is no record of a run. */
  | { readonly why: 'no record' }
  /** The last run did not have it. */
  | { readonly why: 'new' }
  /** Other than in the last run: an input, the version of its type, its plugin, its fingerprint, the device… */
  | { readonly why: 'changed'; readonly what: string; readonly from?: ShortValue; readonly to?: ShortValue }
  /** A link that comes from elsewhere now. */
  | { readonly why: 'linked'; readonly input: string; readonly from?: Source; readonly to?: Source }
  /** Its seed is drawn for each run. */
  | { readonly why: 'drawn'; readonly input: string }
  /** What comes in is another: from a node that runs, or one whose result was made in another run. */
  | { readonly why: 'upstream'; readonly input: string; readonly node: NodeRef; readonly runs: boolean }
  /** As in the last run, which did not come to its end. */
  | { readonly why: 'unfinished' }
  /** As in the last run, and its result was not kept. */
  | { readonly why: 'not kept'; readonly kept: Extract<Kept, { readonly kept: false }> }
  /** As in the last run, and its result is not there any more. */
  | { readonly why: 'evicted' }
  /** As in the last run, which had no need to look whether it was there. */
  | { readonly why: 'missing' }
  /** Its key is another although nothing that stands in it is: the engine makes keys in another way. */
  | { readonly why: 'engine' }

/** The output of a node. */
export interface Source {
  readonly node: string
  readonly output: string
}

/** What a run would be like. */
export interface PlanToExplain {
  readonly plan: Plan
  readonly environment: Environment
  /** Seeds that were drawn: other ones each time. */
  readonly seeds?: readonly { readonly node: string; readonly input: string }[]
  /** Takes out what the record was not to keep either. */
  readonly redactor?: Redactor
}

/** Says of every node of a plan why it would run or not, against the record of an earlier run. Pure. */
export function explainPlan({ plan, environment, seeds = [], redactor = new Redactor() }: PlanToExplain, last: RunRecord | undefined): NodeExplanation[] {
  const running = new Set(plan.run.map(({ path }) => path))
  const drawn = new Set(seeds.map(({ node, input }) => JSON.stringify([node, input])))
  const explaining = new Explaining(plan, running, drawn, last, environmentChanges(environment, last), redactor)
  const cached = new Map(plan.cached.map(({ path, result }) => [path, result ? 'known' : 'behind'] as const))
  const found: NodeExplanation[] = [...plan.graph.nodes].map((node) => {
    const why = cached.get(node.path)
    if (running.has(node.path)) return explained(node, 'yes', explaining.whyRun(node))
    return why ? explained(node, 'no', [{ why }]) : explained(node, 'maybe', [{ why: 'lazy' }])
  })
  for (const path of plan.summary.skipped) {
    const type = plan.graph.definitionAt(path)?.type ?? ''
    found.push({ node: path, ref: { id: path, type }, runs: 'no', reasons: [{ why: 'unneeded' }] })
  }
  return found
}

function explained({ path, ref }: KeyedNode, runs: NodeExplanation['runs'], reasons: readonly Reason[]): NodeExplanation {
  return { node: path, ref: { ...ref, id: path }, runs, reasons }
}

function environmentChanges(now: Environment, last: RunRecord | undefined): Reason[] {
  if (last === undefined) return []
  return changesOf(now, last.environment, (text): ShortValue => ({ json: text }))
}

/** What stands in one of two records and not, or not alike, in the other. */
function changesOf<T>(now: Readonly<Record<string, T>>, before: Readonly<Record<string, T>>, short: (one: T) => ShortValue): Reason[] {
  const names = [...new Set([...Object.keys(now), ...Object.keys(before)])]
  return names.filter((name) => !isEqual(now[name], before[name])).map((what) => {
    const [from, to] = [before[what], now[what]]
    return { why: 'changed', what, ...(from !== undefined && { from: short(from) }), ...(to !== undefined && { to: short(to) }) }
  })
}

/** Both are plain data, made in the same order. */
const isEqual = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

class Explaining {
  readonly #plan: Plan
  readonly #running: ReadonlySet<string>
  readonly #drawn: ReadonlySet<string>
  readonly #last: RunRecord | undefined
  readonly #environment: readonly Reason[]
  readonly #redactor: Redactor

  constructor(
    plan: Plan, running: ReadonlySet<string>, drawn: ReadonlySet<string>, last: RunRecord | undefined, environment: readonly Reason[],
    redactor: Redactor,
  ) {
    this.#plan = plan
    this.#running = running
    this.#drawn = drawn
    this.#last = last
    this.#environment = environment
    this.#redactor = redactor
  }

  /**
   * Why a node runs.
   *
   * 1. There is nothing to compare with, or it was not there.
   * 2. It is another than it was: what changed of its own, and what comes in from others that changed.
   * 3. It is the same: then its result was never kept, or is gone.
   */
  whyRun(node: KeyedNode): Reason[] {
    if (this.#last === undefined) return [{ why: 'no record' }]
    const before = Object.hasOwn(this.#last.nodes, node.path) ? this.#last.nodes[node.path] : undefined
    if (before === undefined) return [{ why: 'new' }]
    const reasons = before.key === node.key ? whyGone(before) : this.#changes(node, before)
    return reasons.length > 0 ? reasons : [{ why: 'engine' }]
  }

  #changes(node: KeyedNode, before: NodeRecord): Reason[] {
    const now = keyParts(node, this.#redactor)
    const { type, version, plugin, fingerprint } = now
    const own = changesOf<ShortValue | undefined>(
      { type: { json: type }, version: { json: version }, plugin: { json: plugin }, fingerprint },
      { type: { json: before.type }, version: { json: before.version }, plugin: { json: before.plugin }, fingerprint: before.fingerprint },
      (one) => one!,
    )
    const slots = [...new Set([...Object.keys(now.inputs), ...Object.keys(before.inputs)])]
    const inputs = slots.flatMap((slot) => this.#inputChange(slot, node, now.inputs[slot], before.inputs[slot]))
    const always: Reason[] = node.isNew && node.fingerprint !== undefined && !inputs.some(({ why }) => why === 'upstream')
      ? [{ why: 'not kept', kept: { kept: false, why: 'always new' } }]
      : []
    return [...inputs, ...always, ...(node.isNew ? own.filter((one) => one.why === 'changed' && one.what !== 'fingerprint') : own), ...this.#environment]
  }

  #inputChange(slot: string, node: KeyedNode, now: NodeRecord['inputs'][string] | undefined, before: NodeRecord['inputs'][string] | undefined): Reason[] {
    if (!isEqual(now, before)) {
      if (this.#drawn.has(JSON.stringify([node.path, slot]))) return [{ why: 'drawn', input: slot }]
      if ((now && 'from' in now) || (before && 'from' in before)) return [linkChange(slot, now, before)]
      const [from, to] = [before, now].map((part) => (part && 'value' in part ? part.value : undefined))
      return [{ why: 'changed', what: slot, ...(from && { from }), ...(to && { to }) }]
    }
    if (now === undefined || !('from' in now)) return []
    const source = this.#plan.graph.at(now.from)!
    if (source.key === this.#last!.nodes[now.from]?.key) return []
    return [{ why: 'upstream', input: slot, node: { ...source.ref, id: source.path }, runs: this.#running.has(now.from) }]
  }
}

function linkChange(input: string, now: NodeRecord['inputs'][string] | undefined, before: NodeRecord['inputs'][string] | undefined): Reason {
  const [from, to] = [before, now].map((part): Source | undefined => (part && 'from' in part ? { node: part.from, output: part.output } : undefined))
  return { why: 'linked', input, ...(from && { from }), ...(to && { to }) }
}

/** Why the result of a node that is as it was can't be had. */
function whyGone({ state, kept }: NodeRecord): Reason[] {
  if (state === 'unreached') return [{ why: 'unfinished' }]
  if (kept && !kept.kept) return [{ why: 'not kept', kept }]
  return [{ why: kept || state !== 'behind' ? 'evicted' : 'missing' }]
}
