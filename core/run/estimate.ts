import { typeKey, type Measurement, type Measurements } from './time-keeper.ts'
import type { Workload } from './workload.ts'

/** How long a node will take, by what was measured. */
export interface Estimate {
  readonly seconds: number
  /** How many measurements it comes from. */
  readonly runs: number
  /** Whether those were of work of this very size; otherwise it is scaled from others. */
  readonly isSame: boolean
}

/** The latest count: machine and engine may have changed since the others. */
const LATEST = 5

/**
 * How long a node will take; `undefined` where nothing is known.
 *
 * 1. Work of the same size: what it took.
 * 2. Work whose cost is known: the rate of what was nearest in cost.
 * 3. Work of unknown size with the same numbers: what that took.
 */
export function estimateOf(work: Workload, known: Measurements): Estimate | undefined {
  const own = known.get(typeKey(work)) ?? []
  return estimated(own.filter(({ size }) => size === work.size), true) ?? scaled(work, own) ??
    estimated(own.filter(({ numbers }) => numbers !== undefined && numbers === work.numbers), true)
}

function scaled({ cost }: Workload, own: readonly Measurement[]): Estimate | undefined {
  if (cost === undefined) return undefined
  const rated = own.flatMap(({ cost: other, seconds }) =>
    (other === undefined ? [] : [{ cost: other, seconds: seconds / other * cost }]))
  const distance = (one: { cost: number }) => Math.abs(Math.log(one.cost / cost))
  const nearest = rated.toSorted((a, b) => distance(b) - distance(a)) // stable: of those equally near, the latest are last
  return estimated(nearest, false)
}

function estimated(measured: readonly { readonly seconds: number }[], isSame: boolean): Estimate | undefined {
  if (measured.length === 0) return undefined
  const sorted = measured.slice(-LATEST).map(({ seconds }) => seconds).sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const seconds = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  return { seconds, runs: sorted.length, isSame }
}
