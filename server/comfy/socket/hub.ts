/** Between the feed of events and the sockets of ComfyUI's clients. One for a server. */
import type { JsonObject } from '../../../core/types/json.ts'
import type { FeedEntry, JobEvent, Preview } from '../../events/feed.ts'
import type { Job } from '../../job/job.ts'
import type { Services } from '../../services.ts'
import { endMessage } from '../messages.ts'
import { nodeOfJob } from '../node-in-prompt.ts'
import { isTheirs } from '../principal.ts'
import { Clients } from './clients.ts'
import type { Connection } from './connection.ts'
import { describedPreviewFrame, previewFrame, textFrame } from './frames.ts'
import { JobCourse, type Frame } from './job-course.ts'
import { LogLines } from './log-lines.ts'
import { StatusSender } from './status.ts'

/** Milliseconds between two `progress_state` of a job. */
const PROGRESS_EVERY = 100
/** Milliseconds after the answer to a prompt in which its client hears nothing of it; then it is asked whether it is there. */
const HEAD_START = 5

/** A job whose id its client is told. */
type Told = Pick<Job, 'id' | 'owner'> & { readonly client: string }

export class Hub {
  readonly clients = new Clients()
  readonly log = new LogLines()
  readonly status: StatusSender
  /** Ids of clients that asked for the lines of the log. */
  readonly logReaders = new Set<string>()
  readonly #services: Services
  readonly #courses = new Map<string, { readonly job: Job; readonly course: JobCourse }>()
  /** What is to be said of jobs whose client has not been told their ids yet. */
  readonly #held = new Map<string, { job: Job; frame: Frame }[]>()
  readonly #moved = new Set<string>()
  /** Jobs whose ids are on their way to their clients, by client. */
  readonly #told = new Map<string, Told[]>()
  #timer: NodeJS.Timeout | undefined

  constructor(services: Services) {
    this.#services = services
    this.status = new StatusSender(services, this.clients)
    services.feed.subscribe({
      onEntry: (entry, job) => this.#onEntry(entry, job),
      onPreview: (preview) => this.#onPreview(preview),
    })
  }

  /** Takes a client in: how the queue stands, what it missed, and what runs for it. */
  welcome(connection: Connection): void {
    this.clients.add(connection)
    connection.send(this.status.frame(connection.client))
    for (const frame of this.clients.returned(connection)) connection.send(frame)
    for (const { job, course } of this.#courses.values()) {
      if (job.client !== connection.client || !isTheirs(job, connection.principal)) continue
      for (const { text } of course.current()) connection.send(text)
    }
  }

  /** Says nothing of a job before `release`: its client can't know what an event is about before it has the job's id. */
  hold(job: Told): void {
    if (!this.#held.has(job.id)) this.#held.set(job.id, [])
  }

  /** The id is on its way. It and the socket's events go separate ways: the client is to have read it first. */
  release(job: Told): void {
    const waiting = this.#told.get(job.client)
    if (waiting !== undefined) return void waiting.push(job)
    this.#told.set(job.client, [job])
    setTimeout(() => void this.#releaseAll(job.client), HEAD_START)
  }

  async #releaseAll(client: string): Promise<void> {
    const jobs = this.#told.get(client) ?? []
    this.#told.delete(client)
    const connections = new Set(jobs.slice(0, 1).flatMap((job) => this.clients.hearing(job)))
    await Promise.all([...connections].map((connection) => connection.caughtUp()))
    for (const { id } of jobs) {
      const frames = this.#held.get(id)
      this.#held.delete(id)
      for (const { job, frame } of frames ?? []) this.#tell(job, frame)
    }
  }

  #onEntry(entry: FeedEntry, job: Job | undefined): void {
    if (!('job' in entry)) return this.status.changed()
    if (job === undefined) return
    this.#logLine(entry.event, job)
    if (job.client !== undefined) this.#onJob(entry.event, job)
  }

  #onJob(event: JobEvent, job: Job): void {
    switch (event.type) {
      case 'run': {
        const course = this.#courseOf(job)
        for (const frame of course.note(event.event)) this.#tell(job, frame)
        if (course.hasMoved) this.#progressSoon(job.id)
        return
      }
      case 'job.ended': return void this.#end(event.job)
      default: return
    }
  }

  #courseOf(job: Job): JobCourse {
    const known = this.#courses.get(job.id)
    if (known !== undefined) return known.course
    const course = new JobCourse(job.id)
    this.#courses.set(job.id, { job, course })
    return course
  }

  /** The last words on a job. What is known of the node that it ended in has to be looked up first. */
  async #end(job: Job): Promise<void> {
    const course = this.#courses.get(job.id)?.course ?? new JobCourse(job.id)
    this.#courses.delete(job.id)
    this.#moved.delete(job.id)
    if (course.hasMoved) this.#tell(job, course.progressState())
    const { executed, stopped } = course
    const endedIn = job.state === 'done' ? undefined : job.state === 'cancelled' ? stopped : job.problem?.node?.id
    const node = endedIn === undefined ? undefined : await nodeOfJob(this.#services, job.id, endedIn)
    const [type, data] = endMessage(job, { executed, stopped, ...node })
    const frames = [textFrame(type, data), textFrame('executing', { node: null, display_node: null, prompt_id: job.id })]
    for (const text of frames) this.#tell(job, { text })
    this.clients.missed(job, frames)
  }

  #tell(job: Job, frame: Frame): void {
    const held = this.#held.get(job.id)
    if (held !== undefined) return void held.push({ job, frame })
    for (const connection of this.clients.hearing(job)) {
      if (frame.passing) connection.offer(frame.text)
      else connection.send(frame.text)
    }
  }

  #progressSoon(id: string): void {
    this.#moved.add(id)
    if (this.#timer === undefined) this.#timer = setTimeout(() => this.#sendProgress(), PROGRESS_EVERY).unref()
  }

  #sendProgress(): void {
    this.#timer = undefined
    for (const id of this.#moved) {
      const known = this.#courses.get(id)
      if (known?.course.hasMoved) this.#tell(known.job, known.course.progressState())
    }
    this.#moved.clear()
  }

  #onPreview(preview: Preview): void {
    const job = this.#courses.get(preview.job)?.job
    const picture = preview.frames[preview.frames.length >> 1]
    if (job === undefined || picture === undefined) return
    const plain = previewFrame(picture)
    for (const connection of this.clients.hearing(job)) {
      connection.offer(connection.takesDescribedPreviews ? describedPreviewFrame(picture, previewIds(preview)) : plain)
    }
  }

  #logLine(event: JobEvent, job: Job): void {
    const line = this.log.note(event, job)
    if (line === undefined || this.logReaders.size === 0) return
    const frame = textFrame('logs', { entries: [{ ...line }], size: LOG_SIZE })
    for (const connection of this.clients.all()) {
      if (this.logReaders.has(connection.client) && isTheirs(job, connection.principal)) connection.offer(frame)
    }
  }
}

/** The size of the terminal that there is none of. */
export const LOG_SIZE = { cols: 120, rows: 40 }

function previewIds({ job, node, shown }: Preview): JsonObject {
  return { node_id: node, display_node_id: shown, parent_node_id: null, real_node_id: node, prompt_id: job }
}

const hubs = new WeakMap<Services, Hub>()

/** The hub of a server: routes and sockets share it. */
export function hubOf(services: Services): Hub {
  const known = hubs.get(services)
  if (known !== undefined) return known
  const hub = new Hub(services)
  hubs.set(services, hub)
  return hub
}
