/** A job followed from its events, one by one: each costs the same, however many nodes there are. */
import type { RunEvent } from '../../core/run/events.ts'
import type { UiResult } from '../../core/types/node-type.ts'
import { problemText, type Problem } from '../../core/workflow/problem.ts'
import type { ResolvedSeed } from '../../core/workflow/seeds.ts'
import type { Job, JobEvent, JobResult, JobSnapshot } from '../../server/client/index.ts'
import type { NodeMedia } from '../graph/canvas.ts'
import type { NodeCourse, NodeState } from './node-course.ts'
import { nextPace } from './pace.ts'
import { shownOf } from './shown-node.ts'

/** What a node has shown. */
export interface ShownResult {
  readonly node: string
  readonly shown: string
  readonly ui: UiResult
}

export class JobCourse {
  job: Job
  result: JobResult | undefined
  problem: Problem | undefined
  seeds: readonly ResolvedSeed[] = []
  /** Types of the nodes of the file, by id; titles of those that have one. */
  readonly types = new Map<string, string>()
  readonly titles = new Map<string, string>()
  /** Paths of the nodes that were planned to run. */
  readonly planned = new Set<string>()
  readonly nodes = new Map<string, NodeCourse>()
  readonly ui = new Map<string, ShownResult>()
  /** What was drawn of `ui`, by what it says. */
  readonly media = new Map<string, NodeMedia>()
  /** Seconds that nodes took, by path. */
  readonly took = new Map<string, number>()
  /** The server's clock when it was last heard of, and ours: milliseconds since 1970. */
  #heard: { readonly at: number; readonly received: number } | undefined

  constructor(job: Job, result?: JobResult) {
    this.job = job
    this.#end(job, result)
  }

  /** Goes on from how a running job stands. */
  static from(snapshot: JobSnapshot): JobCourse {
    const course = new JobCourse(snapshot.job)
    course.#graph(snapshot.nodes)
    for (const path of snapshot.plan?.run ?? []) course.planned.add(path)
    for (const path of snapshot.done) course.#set(path, 'done')
    for (const path of [...snapshot.plan?.cached ?? [], ...snapshot.cached]) course.#set(path, 'cached')
    for (const { node, shown, message } of snapshot.skipped ?? []) course.nodes.set(node, { node, shown, state: 'skipped', ...(message !== undefined && { message }) })
    for (const { node, shown, value, max } of snapshot.running) {
      course.nodes.set(node, { node, shown, state: 'running', ...(value !== undefined && { value }), ...(max !== undefined && { max }) })
    }
    for (const { node, message } of snapshot.warnings) course.#warn(node, message)
    for (const [node, ui] of Object.entries(snapshot.ui)) course.ui.set(node, { node, shown: course.#shown(node), ui: ui as UiResult }) // as nodes gave it
    course.problem = snapshot.problem
    if (snapshot.problem) course.#blame(snapshot.problem)
    course.seeds = snapshot.seeds ?? []
    return course
  }

  get isRunning(): boolean {
    return this.job.state === 'running'
  }

  /** The server's time when ours is `now`. */
  serverTime(now: number): number {
    return this.#heard === undefined ? now : this.#heard.at + Math.max(0, now - this.#heard.received)
  }

  /** @param received our clock when it came */
  apply(event: JobEvent, received: number): void {
    switch (event.type) {
      case 'job.queued':
      case 'job.changed':
        this.job = event.job
        return this.#forget() // the next attempt begins anew
      case 'job.started':
        this.job = event.job
        return
      case 'job.graph':
        return this.#graph(event.nodes)
      case 'run':
        this.#heard = { at: event.event.at, received }
        return this.#run(event.event)
      case 'job.ended':
        this.job = event.job
        return this.#end(event.job, event.result)
      case 'job.forgotten':
        return
      default:
        event satisfies never
    }
  }

  #forget(): void {
    for (const kept of [this.types, this.titles, this.planned, this.nodes, this.ui, this.media, this.took]) kept.clear()
    this.problem = undefined
    this.seeds = []
  }

  #graph(nodes: JobSnapshot['nodes']): void {
    for (const { id, type, title } of nodes) {
      this.types.set(id, type)
      if (title !== undefined) this.titles.set(id, title)
    }
  }

  #run(event: RunEvent): void {
    switch (event.type) {
      case 'run.started':
        this.seeds = event.seeds ?? []
        for (const path of event.plan.run) this.planned.add(path)
        for (const path of event.plan.cached) this.#set(path, 'cached')
        return
      case 'node.started':
        return void this.nodes.set(event.node, { node: event.node, shown: event.shown, state: 'running', began: event.at })
      case 'node.progress':
        return this.#progress(event)
      case 'node.warning':
        return this.#warn(event.node, event.message)
      case 'node.expanded':
        for (const { node } of event.nodes) this.planned.add(node)
        return
      case 'node.cached':
      case 'node.done':
        this.#close(event.node, event.shown, event.type === 'node.done' ? 'done' : 'cached')
        if (event.type === 'node.done') this.took.set(event.node, event.seconds)
        if (event.ui) this.ui.set(event.node, { node: event.node, shown: event.shown, ui: event.ui })
        return
      case 'node.failed':
        this.problem ??= event.error
        return this.#close(event.node, event.shown, 'failed', problemText(event.error))
      case 'node.skipped':
        return this.#close(event.node, event.shown, 'skipped', event.message)
      case 'node.cancelled':
        return this.#close(event.node, event.shown, 'cancelled')
      case 'run.failed':
        this.problem ??= event.error
        return
      case 'run.dropped':
        return this.#dropped(event.outputs, event.problems)
      case 'node.published':
      case 'run.done':
      case 'run.cancelled':
        return
      default:
        event satisfies never
    }
  }

  #progress({ node, shown, value, max, extra, at }: Extract<RunEvent, { readonly type: 'node.progress' }>): void {
    const before = this.nodes.get(node)
    const { item, items } = extra ?? {}
    this.nodes.set(node, {
      ...before, node, shown, state: 'running', value, max, pace: nextPace(before?.pace, value, at),
      ...(typeof item === 'number' && { item }), ...(typeof items === 'number' && { items }),
    })
  }

  /** Outputs that can't be made are not run: they say why at once. */
  #dropped(outputs: Extract<RunEvent, { readonly type: 'run.dropped' }>['outputs'], problems: readonly Problem[]): void {
    for (const output of outputs) {
      const problem = problems[output.problems[0] ?? -1]
      this.#close(output.node, this.#shown(output.node), 'failed', problem && problemText(problem))
    }
  }

  #close(node: string, shown: string, state: NodeState, message = this.nodes.get(node)?.message): void {
    this.nodes.set(node, { node, shown, state, ...(message !== undefined && { message }) })
  }

  #warn(node: string, message: string): void {
    const before = this.nodes.get(node) ?? { node, shown: this.#shown(node), state: 'running' as const }
    this.nodes.set(node, { ...before, message })
  }

  #set(path: string, state: NodeState): void {
    if (!this.nodes.has(path)) this.nodes.set(path, { node: path, shown: this.#shown(path), state })
  }

  #shown(path: string): string {
    return shownOf(path, this.types)
  }

  /** What the history keeps says more than was heard, or all that is known. */
  #end(job: Job, result: JobResult | undefined): void {
    if (job.state === 'queued' || job.state === 'running') return
    this.result = result
    this.problem = job.problem ?? this.problem
    if (result) this.seeds = result.seeds
    for (const path of result?.cached ?? []) this.#set(path, 'cached')
    for (const { node, shown, state, ui } of result?.nodes ?? []) {
      if (!this.nodes.has(node) || this.nodes.get(node)!.state === 'running') this.nodes.set(node, { node, shown, state })
      if (ui) this.ui.set(node, { node, shown, ui })
    }
    for (const [path, node] of this.nodes) if (node.state === 'running') this.#close(path, node.shown, job.state === 'done' ? 'done' : 'cancelled')
    if (this.problem) this.#blame(this.problem)
  }

  /** Puts a failure on its nodes, where their own word was not heard. */
  #blame({ node, problems = [], ...problem }: Problem): void {
    for (const one of problems) this.#blame(one)
    if (node === undefined || problems.length > 0 || this.nodes.get(node.id)?.message !== undefined) return
    this.#close(node.id, this.#shown(node.id), 'failed', problemText({ ...problem, node }))
  }
}
