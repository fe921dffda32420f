/**
 * What a workflow of random-graphs.ts must come to, worked out node by node in the plainest way: no plan, no keys, no
 * caches, nothing at the same time. The law compares every run with it.
 */
import { Blocked } from '../../types/blocked.ts'
import { isLink, literalOf, type Workflow, type WorkflowNode } from '../../workflow/workflow.ts'

/** A single value, or a list that is mapped over. */
type Given = { readonly one: unknown } | { readonly each: readonly unknown[] }

/** What nodes of a type give for single inputs; an `each` output gives its items. */
export type Meaning = (salt: number, a: unknown, b: unknown) => Given

export interface Meanings {
  readonly mapped: Readonly<Record<string, Meaning>>
  /** Take whole lists. */
  readonly whole: Readonly<Record<string, (salt: number, a: readonly unknown[], b: readonly unknown[]) => unknown>>
  /** The inputs that a lazy node asks for. */
  readonly needs: Readonly<Record<string, (salt: number, hasA: boolean) => readonly ('a' | 'b')[]>>
  /** Go through their lists each with each. */
  readonly product: ReadonlySet<string>
}

const itemsOf = (given: Given | undefined): readonly unknown[] => (given === undefined ? [undefined] : 'each' in given ? given.each : [given.one])
const isEach = (given: Given | undefined): boolean => given !== undefined && 'each' in given

/** What each node gives, by its id. The nodes stand in an order in which links lead back, and none is silenced. */
export function evaluatePlainly({ nodes }: Workflow, meanings: Meanings): Map<string, Given> {
  const known = new Map<string, Given>()
  for (const node of nodes) known.set(node.id, outcome(node, known, meanings))
  return known
}

function outcome(node: WorkflowNode, known: ReadonlyMap<string, Given>, meanings: Meanings): Given {
  const { type, inputs = {} } = node
  const salt = Number(inputs['salt'])
  const asked = meanings.needs[type]?.(salt, inputs['a'] !== undefined)
  const [a, b] = (['a', 'b'] as const).map((name) => {
    const value = inputs[name]
    if (value === undefined || (asked && !asked.includes(name))) return undefined
    return isLink(value) ? known.get(value.from)! : { one: literalOf(value) }
  })
  const whole = meanings.whole[type]
  if (whole) return { one: wholeOf(whole, salt, a, b) }
  const stop = firstBlocked([a, b].flatMap((given) => (given && 'one' in given ? [given.one] : [])))
  if (stop) return stop // told once, not for each item of the list beside it
  const pairs = pairsOf(a, b, meanings.product.has(type))
  const results = pairs.map(([x, y]): Given => firstBlocked([x, y]) ?? meanings.mapped[type]!(salt, x, y))
  if (!isEach(a) && !isEach(b)) return results[0]!
  return { each: results.flatMap((result) => itemsOf(result)) }
}

function wholeOf(whole: Meanings['whole'][string], salt: number, a: Given | undefined, b: Given | undefined): unknown {
  const [as, bs] = [a, b].map((given) => (given === undefined ? [] : itemsOf(given))) as [readonly unknown[], readonly unknown[]]
  const stop = [...as, ...bs].find((item) => item instanceof Blocked)
  return stop ?? whole(salt, as, bs)
}

/** Side by side, the shorter list repeating its last; or each with each, the last changing fastest. */
function pairsOf(a: Given | undefined, b: Given | undefined, product: boolean): (readonly [unknown, unknown])[] {
  const [as, bs] = [itemsOf(a), itemsOf(b)]
  if (product) return as.flatMap((x) => bs.map((y) => [x, y] as const))
  const lists = [...(isEach(a) ? [as] : []), ...(isEach(b) ? [bs] : [])]
  const count = lists.some((list) => list.length === 0) ? 0 : Math.max(1, ...lists.map((list) => list.length))
  const at = (list: readonly unknown[], index: number) => list[Math.min(index, list.length - 1)]
  return Array.from({ length: count }, (_, index) => [at(as, index), at(bs, index)] as const)
}

function firstBlocked(values: readonly unknown[]): Given | undefined {
  const stop = values.find((value) => value instanceof Blocked)
  return stop && { one: stop }
}
