/** What the runs of a batch take together. */
import type { AnswerOf, PlanRequest, PlanRow } from '../worker/protocol.ts'

type Plan = Pick<AnswerOf<PlanRequest>, 'ok' | 'nodes' | 'left' | 'time'>

/** A sum over plans: what several of them have in common is made by the first, and found by the others. */
export interface PlanSum {
  readonly ok: boolean
  /** Nodes that run, each result once. */
  readonly running: number
  /** Nodes whose result is there, or made by a run before. */
  readonly cached: number
  readonly time: Plan['time']
  /** The most memory that any node takes, in bytes. */
  readonly peak: number
}

export function sumPlans(plans: readonly Plan[]): PlanSum {
  const made = new Map<string, PlanRow>()
  let cached = 0
  let peak = 0
  for (const { nodes } of plans) {
    for (const row of nodes) {
      peak = Math.max(peak, row.memory?.bytes ?? 0)
      if (row.runs === 'no' || made.has(row.key)) cached++
      else if (row.runs === 'yes') made.set(row.key, row)
    }
  }
  return { ok: plans.every(({ ok }) => ok), running: made.size, cached, time: timeOf([...made.values()]), peak }
}

function timeOf(rows: readonly PlanRow[]): Plan['time'] {
  const seconds = rows.reduce((sum, { time }) => sum + (time?.seconds ?? 0), 0)
  return { seconds, unknown: rows.filter(({ time }) => time === undefined).length }
}
