/** How a running job stands, kept from its events one by one: each costs the same, however many nodes there are. */
import type { RunEvent } from '../../core/run/events.ts'
import type { NodeRef, Problem } from '../../core/workflow/problem.ts'
import type { Job } from '../job/job.ts'
import type { JobEvent, JobSnapshot } from './feed.ts'

type RunningNode = JobSnapshot['running'][number]

/** Warnings that are kept; a node may warn without end. */
const MOST_WARNINGS = 200

export class JobFold {
  #job: Job
  #nodes: NodeRef[] = []
  #done: string[] = []
  #cached: string[] = []
  #running = new Map<string, RunningNode>()
  #ui = new Map<string, unknown>()
  #warnings: { node: string; message: string }[] = []
  #plan: Pick<JobSnapshot, 'plan' | 'seeds'> = {}
  #skipped: NonNullable<JobSnapshot['skipped']>[number][] = []
  #problem: Problem | undefined

  constructor(job: Job) {
    this.#job = job
  }

  /** Goes on from a snapshot, as a client does. */
  static from(snapshot: JobSnapshot): JobFold {
    const fold = new JobFold(snapshot.job)
    fold.#nodes = [...snapshot.nodes]
    fold.#done = [...snapshot.done]
    fold.#cached = [...snapshot.cached]
    fold.#running = new Map(snapshot.running.map((one) => [one.node, one]))
    fold.#ui = new Map(Object.entries(snapshot.ui))
    fold.#warnings = [...snapshot.warnings]
    fold.#plan = { ...(snapshot.plan && { plan: snapshot.plan }), ...(snapshot.seeds && { seeds: snapshot.seeds }) }
    fold.#skipped = [...snapshot.skipped ?? []]
    fold.#problem = snapshot.problem
    return fold
  }

  get job(): Job {
    return this.#job
  }

  apply(event: JobEvent): void {
    switch (event.type) {
      case 'job.queued':
      case 'job.changed':
        this.#job = event.job
        return this.#forget() // the next attempt begins anew
      case 'job.started':
      case 'job.ended':
        this.#job = event.job
        return
      case 'job.graph':
        for (const node of event.nodes) this.#nodes.push(node)
        return
      case 'run':
        return this.#run(event.event)
      case 'job.forgotten':
        return
      default:
        event satisfies never
    }
  }

  snapshot(): JobSnapshot {
    return {
      job: this.#job,
      nodes: [...this.#nodes],
      done: [...this.#done],
      cached: [...this.#cached],
      running: [...this.#running.values()],
      ui: Object.fromEntries(this.#ui),
      warnings: [...this.#warnings],
      ...this.#plan,
      ...(this.#skipped.length > 0 && { skipped: [...this.#skipped] }),
      ...(this.#problem && { problem: this.#problem }),
    }
  }

  #forget(): void {
    this.#nodes = []
    this.#done = []
    this.#cached = []
    this.#running.clear()
    this.#ui.clear()
    this.#warnings = []
    this.#plan = {}
    this.#skipped = []
    this.#problem = undefined
  }

  #run(event: RunEvent): void {
    switch (event.type) {
      case 'run.started':
        this.#plan = { plan: event.plan, ...(event.seeds && { seeds: event.seeds }) }
        return
      case 'node.skipped':
        this.#skipped.push({ node: event.node, shown: event.shown, ...(event.message !== undefined && { message: event.message }) })
        return
      case 'node.started':
        this.#running.set(event.node, { node: event.node, shown: event.shown })
        return
      case 'node.progress':
        this.#running.set(event.node, { node: event.node, shown: event.shown, value: event.value, max: event.max })
        return
      case 'node.done':
        this.#running.delete(event.node)
        this.#done.push(event.node)
        if (event.ui !== undefined) this.#ui.set(event.node, event.ui)
        return
      case 'node.cached':
        this.#cached.push(event.node)
        if (event.ui !== undefined) this.#ui.set(event.node, event.ui)
        return
      case 'node.warning':
        if (this.#warnings.length < MOST_WARNINGS) this.#warnings.push({ node: event.node, message: event.message })
        return
      case 'node.failed':
        this.#running.delete(event.node)
        this.#problem ??= event.error
        return
      case 'node.cancelled':
        this.#running.delete(event.node)
        return
      case 'run.failed':
        this.#problem ??= event.error
        return
      default:
    }
  }
}
