/** Random steps of a store's life, drawn from a seed, and the plain model that they are compared with. */
import fc from 'fast-check'
import type { FinalState, JobState } from '../../job/states.ts'
import type { JobStore } from '../store.ts'

/** Jobs go by small numbers, so that steps meet the same ones often. */
export type Step =
  | { readonly do: 'submit'; readonly job: number; readonly front: boolean; readonly key?: number }
  | { readonly do: 'start'; readonly job: number }
  | { readonly do: 'end'; readonly job: number; readonly state: FinalState }
  | { readonly do: 'requeue'; readonly job: number; readonly death: boolean; readonly uncounted: boolean }
  | { readonly do: 'move'; readonly job: number; readonly to: number | 'front' | 'end' }
  | { readonly do: 'name'; readonly job: number; readonly index: number; readonly prefix: 'a' | 'b/c' }
  | { readonly do: 'publish'; readonly job: number; readonly index: number }
  | { readonly do: 'forget'; readonly jobs: readonly number[] | 'all' }
  | { readonly do: 'prune'; readonly count: number }
  | { readonly do: 'pause'; readonly value: boolean }
  | { readonly do: 'write'; readonly text: number; readonly expected: number | null | undefined }

const job = fc.nat(12)
export const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('submit' as const), job, front: fc.boolean(), key: fc.nat(3) }, { requiredKeys: ['do', 'job', 'front'] }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('start' as const), job }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('end' as const), job, state: fc.constantFrom<FinalState>('done', 'failed', 'cancelled', 'quarantined') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('requeue' as const), job, death: fc.boolean(), uncounted: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('move' as const), job, to: fc.oneof(job, fc.constantFrom('front' as const, 'end' as const)) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('name' as const), job, index: fc.nat(1), prefix: fc.constantFrom('a' as const, 'b/c' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('publish' as const), job, index: fc.nat(1) }) },
  fc.record({ do: fc.constant('forget' as const), jobs: fc.oneof(fc.array(job, { maxLength: 4 }), fc.constant('all' as const)) }),
  fc.record({ do: fc.constant('prune' as const), count: fc.nat(6) }),
  fc.record({ do: fc.constant('pause' as const), value: fc.boolean() }),
  fc.record({ do: fc.constant('write' as const), text: fc.nat(3), expected: fc.oneof(fc.nat(3), fc.constantFrom(null, undefined)) }),
)

/** Steps of a seed: the same for the same one, in every process. */
export const stepsOf = (seed: number): readonly Step[] =>
  fc.sample(fc.array(stepArbitrary, { minLength: 150, maxLength: 150 }), { seed, numRuns: 1 })[0]!

const id = (job: number) => `job-${job}`
const texts = ['one', 'two', 'three', 'four']
/** What ETags are made of is the store's affair: the steps learn them. */
const etags = new Map<number, string>()

/** Does a step on a real store. Gives its answer, plain. */
export async function step(store: JobStore, one: Step): Promise<unknown> {
  switch (one.do) {
    case 'submit': {
      const { status } = await store.submit({
        id: id(one.job), title: `t${one.job}`, nodes: 1, created: 1, request: { workflow: one.job } as never, origin: { api: 'kinograph' },
        ...(one.front && { place: 'front' as const }),
        ...(one.key !== undefined && { idempotency: { key: `k${one.key}`, owner: 'o', requestHash: one.front ? 'front' : 'end' } }),
      })
      return status
    }
    case 'start': return store.started(id(one.job), 2)
    case 'end': return store.ended(id(one.job), { state: one.state, at: 3, result: { seconds: one.job } as never })
    case 'requeue': return store.requeued(id(one.job), {
      at: 4, problem: { code: 'execution_failed', problem: 'again' }, death: one.death, ...(one.uncounted ? { uncounted: true } : {}),
    })
    case 'move': return store.moved(id(one.job), typeof one.to === 'number' ? { before: id(one.to) } : one.to)
    case 'name': return store.named({ job: id(one.job), node: 'n', index: one.index, prefix: one.prefix, extension: 'png', sha256: 's' })
      .then(({ filename, subfolder, isNew }) => `${subfolder}/${filename} ${isNew}`, () => 'no job')
    case 'publish': return store.published(id(one.job), { node: 'p', index: one.index, filename: `f${one.index}`, subfolder: '', bytes: 1, sha256: 's' })
      .then(() => 'published', () => 'no job')
    case 'forget': return store.forget(one.jobs === 'all' ? 'all' : { ids: one.jobs.map(id) })
    case 'prune': return store.prune({ count: one.count })
    case 'pause': return store.paused(one.value)
    case 'write': {
      const expected = typeof one.expected === 'number' ? etags.get(one.expected) ?? 'never' : one.expected
      const outcome = await store.workflows.write('w', texts[one.text]!, expected)
      if (outcome.status === 'saved') etags.set(one.text, outcome.etag)
      return outcome.status
    }
    default: return one satisfies never
  }
}

interface ModelJob {
  readonly number: number
  state: JobState
  attempts: number
  deaths: number
  key?: { readonly key: number; readonly front: boolean }
  readonly names: Map<number, string>
  readonly files: Set<number>
}

/** What a store should hold, in the plainest way: lists in their order, no ranks, no tables. */
export class StoreModel {
  jobs = new Map<number, ModelJob>()
  /** Those that wait or run, in their order. */
  order: number[] = []
  ended: number[] = []
  last = new Map<string, number>()
  isPaused = false
  text: number | undefined
  known = new Set<number>()

  /** Does a step. Gives the answer that the store should give. */
  step(one: Step): unknown {
    switch (one.do) {
      case 'submit': return this.#submit(one)
      case 'start': return this.#change(one.job, ['queued'], (job) => { job.state = 'running'; job.attempts++ })
      case 'end': return this.#change(one.job, ['queued', 'running'], (job) => {
        job.state = one.state
        if (one.state === 'quarantined') job.deaths++ // the one that ended it
        this.order = this.order.filter((other) => other !== job.number)
        this.ended.push(job.number)
      })
      case 'requeue': return this.#change(one.job, ['queued', 'running'], (job) => {
        job.state = 'queued'
        job.deaths += one.death ? 1 : 0
        job.attempts = Math.max(0, job.attempts - (one.uncounted ? 1 : 0))
      })
      case 'move': return this.#move(one.job, one.to)
      case 'name': return this.#name(one)
      case 'publish': {
        this.jobs.get(one.job)?.files.add(one.index)
        return this.jobs.has(one.job) ? 'published' : 'no job'
      }
      case 'forget': return this.#forget(one.jobs)
      case 'prune': return this.#remove(this.ended.slice(0, Math.max(0, this.ended.length - one.count)))
      case 'pause': return (this.isPaused = one.value)
      case 'write': return this.#write(one.text, one.expected)
      default: return one satisfies never
    }
  }

  /** What a crash does to it: what ran waits again. */
  crash(): void {
    for (const job of this.jobs.values()) if (job.state === 'running') job.state = 'queued'
  }

  waiting(): readonly number[] {
    return this.order.filter((job) => this.jobs.get(job)?.state === 'queued')
  }

  #submit({ job, front, key }: Extract<Step, { do: 'submit' }>): string {
    const same = key === undefined ? undefined : [...this.jobs.values()].find((other) => other.key?.key === key)
    if (same !== undefined) return same.key?.front === front ? 'repeated' : 'conflict'
    if (this.jobs.has(job)) return 'taken'
    this.jobs.set(job, { number: job, state: 'queued', attempts: 0, deaths: 0, names: new Map(), files: new Set(), ...(key !== undefined && { key: { key, front } }) })
    if (front) this.order.unshift(job)
    else this.order.push(job)
    return 'accepted'
  }

  #change(number: number, from: readonly JobState[], change: (job: ModelJob) => void): boolean {
    const job = this.jobs.get(number)
    if (job === undefined || !from.includes(job.state)) return false
    change(job)
    return true
  }

  /** One that is put before another comes right before it, so behind those that run and may come back. */
  #move(number: number, to: number | 'front' | 'end'): boolean {
    if (this.jobs.get(number)?.state !== 'queued') return false
    if (typeof to === 'number' && this.jobs.get(to)?.state !== 'queued') return false
    if (number === to) return true
    const others = this.order.filter((other) => other !== number)
    const at = to === 'front' ? 0 : to === 'end' ? others.length : others.indexOf(to)
    this.order = [...others.slice(0, at), number, ...others.slice(at)]
    return true
  }

  #name({ job, index, prefix }: Extract<Step, { do: 'name' }>): string {
    const owner = this.jobs.get(job)
    if (owner === undefined) return 'no job'
    const known = owner.names.get(index)
    if (known !== undefined) return `${known} false`
    const number = (this.last.get(prefix) ?? 0) + 1
    this.last.set(prefix, number)
    const name = `${prefix === 'a' ? '/a' : 'b/c'}_0000${number}.png`.replace(/_0*(\d{5})/, '_$1')
    owner.names.set(index, name)
    return `${name} true`
  }

  #write(text: number, expected: number | null | undefined): string {
    const isExpected = expected === undefined || (expected === null ? this.text === undefined : this.text === expected)
    if (!isExpected) return 'conflict'
    this.text = text
    return 'saved'
  }

  #forget(jobs: readonly number[] | 'all'): number {
    return this.#remove(jobs === 'all' ? this.ended : this.ended.filter((job) => jobs.includes(job)))
  }

  #remove(jobs: readonly number[]): number {
    this.ended = this.ended.filter((job) => !jobs.includes(job))
    for (const job of jobs) this.jobs.delete(job)
    return jobs.length
  }
}

/** What both can say of themselves, to be compared. */
export async function stateOf(store: JobStore): Promise<object> {
  const number = (stored: { readonly id: string }) => Number(stored.id.slice(4))
  const ended = await store.history({ limit: 1000, order: 'oldest' })
  const living = await store.history({ limit: 1000, order: 'oldest', states: ['queued', 'running'] })
  const jobs = [...ended.jobs, ...living.jobs].map(async (job) => [number(job), {
    state: job.state, attempts: job.attempts, deaths: job.deaths, files: (await store.filesOf(job.id)).map(({ index }) => index),
  }])
  return {
    waiting: (await store.waiting()).map(number), ended: ended.jobs.map(number), isPaused: await store.paused(),
    text: (await store.workflows.read('w'))?.text, jobs: Object.fromEntries(await Promise.all(jobs)), counts: (await store.counts()).byState,
  }
}

/** The same of the model. */
export function stateOfModel(model: StoreModel): object {
  const counts = { queued: 0, running: 0, done: 0, failed: 0, cancelled: 0, quarantined: 0 }
  for (const { state } of model.jobs.values()) counts[state]++
  return {
    waiting: model.waiting(), ended: model.ended, isPaused: model.isPaused, text: model.text === undefined ? undefined : texts[model.text],
    jobs: Object.fromEntries([...model.jobs.values()].map(({ number, state, attempts, deaths, files }) =>
      [number, { state, attempts, deaths, files: [...files].sort() }])),
    counts,
  }
}
