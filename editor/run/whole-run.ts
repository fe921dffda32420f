/** How far a whole run is, and how long it will still take, by what nodes of these types took before. */
import type { JobCourse } from './job-course.ts'
import type { NodeCourse } from './node-course.ts'
import { courseShare } from './activity.ts'
import { secondsUntil } from './pace.ts'
import { shownOf } from './shown-node.ts'

/** Seconds that a node of a type took last; undefined where none ran yet. */
export type SecondsOf = (type: string) => number | undefined

export interface WholeRun {
  /** 0 to 1. */
  readonly share: number
  readonly secondsLeft?: number
}

/** What a node is taken for of which nothing is known, in seconds: next to nothing, as most are. */
const UNKNOWN = 0.2

/** @param now in the server's milliseconds */
export function wholeRun(course: JobCourse, secondsOf: SecondsOf, now: number): WholeRun {
  const paths = new Set([...course.planned, ...course.nodes.keys()])
  if (course.job.ended !== undefined) return { share: course.job.state === 'done' ? 1 : shareOf(course, paths) }
  if (!course.isRunning || paths.size === 0) return { share: 0 }
  let [past, left, isKnown] = [0, 0, true]
  for (const path of paths) {
    const known = secondsOf(typeAt(path, course))
    const node = course.nodes.get(path)
    if (node === undefined) {
      left += known ?? UNKNOWN
      isKnown &&= known !== undefined
    } else if (node.state === 'running') {
      const estimate = runningLeft(node, known, now)
      past += node.began === undefined ? 0 : Math.max(0, now - node.began) / 1000
      left += estimate ?? UNKNOWN
      isKnown &&= estimate !== undefined
    } else past += course.took.get(path) ?? 0
  }
  const hasPace = [...course.nodes.values()].some(({ state, pace }) => state === 'running' && pace?.secondsPerStep !== undefined)
  if (!isKnown && !hasPace) return { share: shareOf(course, paths) }
  return { share: past + left === 0 ? 0 : past / (past + left), secondsLeft: left }
}

function shareOf(course: JobCourse, paths: ReadonlySet<string>): number {
  if (paths.size === 0) return 0
  let sum = 0
  for (const path of paths) sum += courseShare(course.nodes.get(path) ?? 'waiting')
  return sum / paths.size
}

function runningLeft(node: NodeCourse, known: number | undefined, now: number): number | undefined {
  const measured = node.pace && node.max !== undefined ? secondsUntil(node.pace, node.max, now) : undefined
  if (measured !== undefined) return measured
  if (known === undefined) return undefined
  return Math.max(0, known - (node.began === undefined ? 0 : Math.max(0, now - node.began) / 1000))
}

function typeAt(path: string, { types }: JobCourse): string {
  return types.get(path) ?? `${types.get(shownOf(path, types)) ?? ''} ${path.slice(path.lastIndexOf('/') + 1)}`
}

/** Remembers what nodes took, by type: of the newest types only. */
export class TypeTimes {
  readonly #seconds = new Map<string, number>()

  /** Notes what the nodes of a run took that has ended. */
  note(course: JobCourse): void {
    for (const [path, seconds] of course.took) {
      const type = typeAt(path, course)
      this.#seconds.delete(type)
      this.#seconds.set(type, seconds)
    }
    for (const type of this.#seconds.keys()) {
      if (this.#seconds.size <= 500) return
      this.#seconds.delete(type)
    }
  }

  readonly of: SecondsOf = (type) => this.#seconds.get(type)
}
