import type { RunEvent } from '../core/run/events.ts'
import type { NodeRef, Problem } from '../core/workflow/problem.ts'
import { Redactor } from '../core/workflow/redact.ts'
import { MAX_MESSAGE } from './protocol.ts'
import type { FromWorker, FromWorkerMessage } from './protocol.ts'

/** Nodes and events in one message: far below MAX_MESSAGE at their usual sizes. */
const BATCH = 2000
/** What stands around the messages of a batch, in characters. */
const ENVELOPE = 40
/** Problems that cross; the rest are counted. */
const MAX_PROBLEMS = 200

/** Sends what a worker says, in order: what is said in one turn of the event loop travels together, within the limit of a message. */
export class Outbox {
  readonly #send: (message: FromWorker) => void
  readonly #redactor: Redactor
  /** For requests whose workflows hold secrets. */
  readonly #redactors = new Map<string, Redactor>()
  readonly #begun = new Set<string>()
  #waiting: Said[] = []
  #isScheduled = false

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
    this.#begun.delete(id)
  }

  hasBegun(id: string): boolean {
    return this.#begun.has(id)
  }

  /** Says at once that work on a request begins that may be the end of this process, and all that was said before. */
  begun(id: string): void {
    if (this.hasBegun(id)) return
    this.#begun.add(id)
    this.post({ type: 'begun', id })
    this.flush()
  }

  /** Sends at the end of this turn, after what was said before. */
  post(message: Said): void {
    this.#add(('id' in message ? this.redactor(message.id) : this.#redactor).data(message))
  }

  graph(id: string, nodes: readonly NodeRef[]): void {
    for (let from = 0; from < nodes.length; from += BATCH) this.post({ type: 'graph', id, nodes: nodes.slice(from, from + BATCH) })
  }

  event(id: string, event: RunEvent): void {
    const said = hasText(event) ? this.redactor(id).data(boundedEvent(event)) : event
    const last = this.#waiting.at(-1)
    if (last?.type === 'events' && last.id === id && last.events.length < BATCH) last.events.push(said)
    else this.#add({ type: 'events', id, events: [said] })
  }

  /** Sends what waits. */
  flush(): void {
    this.#isScheduled = false
    const pieces = this.#waiting.flatMap(fitting)
    this.#waiting = []
    let from = 0
    let bytes = 0
    for (const [index, piece] of pieces.entries()) {
      if (bytes + piece.bytes > MAX_MESSAGE - ENVELOPE && index > from) {
        this.#sendAll(pieces.slice(from, index))
        from = index
        bytes = 0
      }
      bytes += piece.bytes + 1
    }
    this.#sendAll(pieces.slice(from))
  }

  #add(message: Said): void {
    this.#waiting.push(message)
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => this.flush())
  }

  #sendAll(pieces: readonly Piece[]): void {
    const [first, ...others] = pieces
    if (first === undefined) return
    this.#send(others.length === 0 ? first.message : { type: 'batch', messages: pieces.map(({ message }) => message) })
  }
}

/** What waits: events may still be added to the last. */
type Said = Exclude<FromWorkerMessage, { readonly type: 'events' }> | { readonly type: 'events'; readonly id: string; readonly events: RunEvent[] }

/** What is sent as it is, and how many characters of JSON it takes. */
interface Piece {
  readonly message: FromWorkerMessage
  readonly bytes: number
}

/** A message as it can be sent: events that are too large together are halved until they fit. */
function fitting(message: Said): Piece[] {
  const bytes = JSON.stringify(message).length
  if (message.type !== 'events' || message.events.length < 2 || bytes <= MAX_MESSAGE) return [{ message, bytes }]
  const half = message.events.length >> 1
  return [message.events.slice(0, half), message.events.slice(half)].flatMap((events) => fitting({ ...message, events }))
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
