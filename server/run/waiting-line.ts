/**
 * The jobs that wait for one device, in their order: lower rank first, of equal ones the older. Those that failed for a
 * cause that may pass stand aside until their time has come. Adding at the end and taking from the front cost the same
 * however long the line is.
 */
import type { Job } from '../job/job.ts'

/** Once so many places before the front are empty, they are given back. */
const SLACK = 1024

/** The order in which jobs run. */
export function byOrder(a: Job, b: Job): number {
  return a.rank - b.rank || a.seq - b.seq
}

export class WaitingLine {
  readonly #known = new Map<string, Job>()
  #line: Job[] = []
  #head = 0
  /** By the time at which they may run. */
  #aside: Job[] = []

  /** How many wait, those that stand aside too. */
  get size(): number {
    return this.#known.size
  }

  get(id: string): Job | undefined {
    return this.#known.get(id)
  }

  /** When the first of those that stand aside may run. */
  get nextDue(): number | undefined {
    return this.#aside[0]?.notBefore
  }

  add(job: Job, now: number): void {
    this.#known.set(job.id, job)
    if (job.notBefore !== undefined && job.notBefore > now) {
      insert(this.#aside, 0, job, (a, b) => (a.notBefore ?? 0) - (b.notBefore ?? 0) || byOrder(a, b))
    } else {
      insert(this.#line, this.#head, job, byOrder)
    }
  }

  /** Takes a job out, wherever it stands. */
  remove(id: string): Job | undefined {
    const job = this.#known.get(id)
    if (job === undefined) return undefined
    this.#known.delete(id)
    const aside = this.#aside.indexOf(job)
    if (aside >= 0) this.#aside.splice(aside, 1)
    else this.#takeOut(job)
    return job
  }

  /** The n-th that may run now, from 0. */
  peek(n = 0): Job | undefined {
    return this.#line[this.#head + n]
  }

  /** Takes the first that may run now. */
  shift(): Job | undefined {
    const job = this.#line[this.#head]
    if (job === undefined) return undefined
    this.#known.delete(job.id)
    this.#head++
    if (this.#head >= SLACK && this.#head * 2 > this.#line.length) {
      this.#line = this.#line.slice(this.#head)
      this.#head = 0
    }
    return job
  }

  /** Lets those in whose time has come. */
  admitDue(now: number): void {
    while (this.#aside.length > 0 && (this.#aside[0]?.notBefore ?? 0) <= now) {
      const job = this.#aside.shift()
      if (job !== undefined) insert(this.#line, this.#head, job, byOrder)
    }
  }

  /** The first so many in their order, as if those that stand aside stood in line. */
  list(limit: number): readonly Job[] {
    const first = this.#line.slice(this.#head, this.#head + limit)
    if (this.#aside.length === 0) return first
    return [...first, ...this.#aside].sort(byOrder).slice(0, limit)
  }

  #takeOut(job: Job): void {
    const at = placeOf(this.#line, this.#head, job, byOrder) - 1
    this.#line.splice(this.#line[at] === job ? at : this.#line.indexOf(job, this.#head), 1)
  }
}

function insert(list: Job[], from: number, job: Job, order: (a: Job, b: Job) => number): void {
  const last = list.at(-1)
  if (last === undefined || list.length <= from || order(last, job) <= 0) list.push(job)
  else list.splice(placeOf(list, from, job, order), 0, job)
}

/** The place after all that come before a job or stand equal with it. */
function placeOf(list: readonly Job[], from: number, job: Job, order: (a: Job, b: Job) => number): number {
  let low = from
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (order(list[middle]!, job) <= 0) low = middle + 1
    else high = middle
  }
  return low
}
