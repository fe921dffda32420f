import type { RunEvent } from '../core/run/events.ts'
import type { NodeRef, Problem } from '../core/workflow/problem.ts'
import { Redactor } from '../core/workflow/redact.ts'
import { MAX_MESSAGE } from './protocol.ts'
import type { FromWorker } from './protocol.ts'

/** Nodes and events in one message: far below MAX_MESSAGE at their usual sizes. */
const BATCH = 2000
/** Problems that cross; the rest are counted. */
const MAX_PROBLEMS = 200

/** Sends what a worker says, and keeps each message within its limit. */
export class Outbox {
  readonly #send: (message: FromWorker) => void
  readonly #redactor: Redactor
  /** For requests whose workflows hold secrets. */
  readonly #redactors = new Map<string, Redactor>()
  readonly #events = new Map<string, RunEvent[]>()
  #scheduled = false

  /** @param redactor takes out what must not leave this process */
  constructor(send: (message: FromWorker) => void, redactor: Redactor = new Redactor()) {
    this.#send = send
    this.#redactor = redactor
  }

  /** Keeps texts back from all that is said of a request, until it is forgotten. */
  withhold(id: string, texts: readonly string[]): void {
    if (texts.length > 0) this.#redactors.set(id, this.redactor(id).with(texts))
  }

  /** What takes the secrets of a request out of what is said or written for it. */
  redactor(id: string): Redactor {
    return this.#redactors.get(id) ?? this.#redactor
  }

  /** A request has been answered. */
  forget(id: string): void {
    this.#redactors.delete(id)
  }

  /** Sends at once, after the events that came before. */
  post(message: FromWorker): void {
    this.flush()
    this.#send(('id' in message ? this.redactor(message.id) : this.#redactor).data(message))
  }

  graph(id: string, nodes: readonly NodeRef[]): void {
    for (let from = 0; from < nodes.length; from += BATCH) this.post({ type: 'graph', id, nodes: nodes.slice(from, from + BATCH) })
  }

  /** Events of one turn of the event loop travel together. */
  event(id: string, event: RunEvent): void {
    const events = this.#events.get(id) ?? []
    this.#events.set(id, events)
    events.push(hasText(event) ? this.redactor(id).data(boundedEvent(event)) : event)
    if (events.length >= BATCH) return this.flush()
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => this.flush())
  }

  flush(): void {
    this.#scheduled = false
    for (const [id, events] of this.#events) this.#sendEvents(id, events)
    this.#events.clear()
  }

  /** A batch that is too large is halved until it fits. */
  #sendEvents(id: string, events: readonly RunEvent[]): void {
    const message: FromWorker = { type: 'events', id, events }
    if (events.length < 2 || JSON.stringify(message).length <= MAX_MESSAGE) return this.#send(message)
    const half = events.length >> 1
    this.#sendEvents(id, events.slice(0, half))
    this.#sendEvents(id, events.slice(half))
  }
}

/** Whether an event says more than which node it is about: most don't. */
function hasText(event: RunEvent): boolean {
  if (event.type === 'node.cached' || event.type === 'node.done') return event.ui !== undefined
  return event.type !== 'node.started'
}

function boundedEvent(event: RunEvent): RunEvent {
  return event.type === 'run.failed' || event.type === 'node.failed' ? { ...event, error: bounded(event.error) } : event
}

/** A problem that sums up so many that they would not fit a message: the first of them. */
export function bounded(problem: Problem): Problem {
  const { problems } = problem
  if (problems === undefined || problems.length <= MAX_PROBLEMS) return problem
  return {
    ...problem,
    problem: `the workflow has ${problems.length} problems; these are the first ${MAX_PROBLEMS}`,
    problems: problems.slice(0, MAX_PROBLEMS),
  }
}
