import type { RunEvent } from './events.ts'
import type { Plan } from './plan.ts'
import type { KeyedNode } from './run-graph.ts'
import { workloadOf, type Workload } from './workload.ts'

/** What a node took, and how much work it was. */
export interface Measurement extends Workload {
  readonly seconds: number
}

/** Measurements by type and version, the latest last. */
export type Measurements = ReadonlyMap<string, readonly Measurement[]>

/** What measurements of a type are found under. */
export const typeKey = ({ type, version }: Workload): string => `${version} ${type}`

/** Measurements by type. @param all the latest last */
export function byType(all: readonly Measurement[]): Measurements {
  const found = new Map<string, Measurement[]>()
  for (const one of all) {
    const list = found.get(typeKey(one))
    if (list) list.push(one)
    else found.set(typeKey(one), [one])
  }
  return found
}

/** Nodes of one run that are measured: the longest. */
const MOST_NODES = 200

/** Notes what the nodes of a run take while it goes on. */
export class TimeKeeper {
  readonly #began = new Map<string, number>()
  readonly #ended = new Map<string, number>()
  #plan: Plan | undefined

  plan(plan: Plan): void {
    this.#plan = plan
  }

  event(event: RunEvent): void {
    if (event.type === 'node.started') this.#began.set(event.node, performance.now())
    else if (event.type === 'node.done') this.#ended.set(event.node, performance.now())
  }

  /** What the nodes of the file took that ran to their end, the longest first. A plan tells of a `cost` hook that fails. */
  async measurements(): Promise<Measurement[]> {
    if (this.#plan === undefined) return []
    const { run, graph, summary } = this.#plan
    const times = new Map(summary.mapped?.map(({ node, count }) => [node, count]))
    const took = run.flatMap((node) => {
      const seconds = this.#secondsOf(node)
      return seconds === undefined ? [] : [{ node, seconds }]
    })
    const longest = took.sort((a, b) => b.seconds - a.seconds).slice(0, MOST_NODES)
    const known = { facts: graph.facts, host: graph.hooks }
    const measured = await Promise.all(longest.map(async ({ node, seconds }) => {
      const work = await workloadOf(node, known, times.get(node.path)).catch(() => undefined)
      return work && { ...work, seconds }
    }))
    return measured.filter((one) => one !== undefined)
  }

  /** How much later the run was through because of it: the time in which it waited for those it reads from is theirs. */
  #secondsOf({ path, inputs }: KeyedNode): number | undefined {
    const ended = this.#ended.get(path)
    if (ended === undefined) return undefined
    let began = this.#began.get(path) ?? 0
    for (const input of inputs) if (input.kind === 'link') began = Math.max(began, this.#ended.get(input.from) ?? 0)
    return began === 0 ? undefined : Math.round((ended - began) * 1000) / 1e6
  }
}
