/**
 * The jobs that the worker of one device has been given, in the order in which it runs them: one runs, a few are there
 * ahead so that it never waits for the next. What it does not obey in time, it is killed for.
 */
import type { NodeRef, Problem } from '../../core/workflow/problem.ts'
import type { RunEvent } from '../../core/run/events.ts'
import { WorkflowError } from '../../core/workflow/workflow-error.ts'
import { WorkerDiedError, type WorkerClient } from '../../worker/client.ts'
import type { RunRequest } from '../../worker/protocol.ts'
import type { PublishedName, SamplerPreview, StagedFile } from '../../worker/protocol-files.ts'
import type { Flight } from './flight.ts'
import type { Outcome } from './retry-rule.ts'
import type { WorkerSlot } from './worker-slot.ts'

/** How many jobs a worker is given beside the one that runs. */
export const PREFETCH = 4
/** The same while runs are over in a moment: it would wait for the next, as long as we are at something else. */
const PREFETCH_BRISK = 15
/** Milliseconds of such a run. */
const MOMENT = 20

/** Who is told what happens to the jobs of a lane. */
export interface LaneHost {
  started(flight: Flight): void
  graph(flight: Flight, nodes: readonly NodeRef[]): void
  event(flight: Flight, event: RunEvent): void
  publish(flight: Flight, file: StagedFile): Promise<PublishedName>
  preview(flight: Flight, preview: SamplerPreview): void
  settled(flight: Flight, outcome: Outcome): void
}

export class Lane {
  readonly slot: WorkerSlot
  readonly #host: LaneHost
  /** Seconds. */
  readonly #grace: number
  readonly #flights = new Map<string, Flight>()
  #isBrisk = false
  /** The worker that was the last to die: whoever is told of it first may ask for more before its slot knows. */
  #buried: WorkerClient | undefined

  constructor(slot: WorkerSlot, host: LaneHost, grace: number) {
    this.slot = slot
    this.#host = host
    this.#grace = grace
  }

  get flights(): Iterable<Flight> {
    return this.#flights.values()
  }

  get size(): number {
    return this.#flights.size
  }

  /** Whether the worker is there and takes another job. */
  get hasRoom(): boolean {
    return this.slot.isReady && this.slot.client !== this.#buried && this.#flights.size <= (this.#isBrisk ? PREFETCH_BRISK : PREFETCH)
  }

  get(id: string): Flight | undefined {
    return this.#flights.get(id)
  }

  /** Hands a job to the worker. */
  send(flight: Flight, request: RunRequest): void {
    const { client } = this.slot
    this.#flights.set(flight.job.id, flight)
    const answer = client.ask(request, {
      onGraph: (nodes) => { if (!flight.isOver) this.#host.graph(flight, nodes) },
      onEvent: (event) => this.#hear(flight, event),
      onPublish: (file) => this.#publish(flight, file),
      onPreview: (preview) => this.#host.preview(flight, preview),
    })
    answer.then(
      (given) => this.#settle(flight, { how: 'answer', answer: given }),
      (error: unknown) => this.#lost(flight, client, error),
    )
  }

  /** Asks the worker to let go of a job. One whose turn it is must obey within the grace time. */
  stop(flight: Flight, wish: 'cancel' | 'recall'): void {
    flight.wish = wish
    this.slot.client.cancel(flight.job.id)
    this.#watch()
  }

  /** Asks a running job to save its state and stop. */
  suspend(flight: Flight): void {
    flight.wish = 'suspend'
    this.slot.client.suspend(flight.job.id)
  }

  #hear(flight: Flight, event: RunEvent): void {
    if (flight.isOver) return
    if (!flight.hasStarted) {
      flight.hasStarted = true
      this.#host.started(flight)
    }
    this.#host.event(flight, event)
  }

  #publish(flight: Flight, file: StagedFile): Promise<PublishedName> {
    if (!flight.isOver && flight.wish !== 'cancel') return this.#host.publish(flight, file)
    return Promise.reject(new WorkflowError({ code: 'cancelled', problem: 'the job was cancelled', remedy: 'Submit it again.' }))
  }

  #lost(flight: Flight, client: WorkerClient, error: unknown): void {
    if (!(error instanceof WorkerDiedError)) return this.#settle(flight, { how: 'failure', problem: problemOf(error) })
    this.#buried = client
    const { hasBegun, isAlone } = error.work
    flight.wasBegun = hasBegun
    this.#settle(flight, { how: 'death', problem: error.toJSON(), ...(!isAlone && { isDoubtful: true }) })
  }

  #settle(flight: Flight, outcome: Outcome): void {
    clearTimeout(flight.grace)
    this.#flights.delete(flight.job.id)
    this.#isBrisk = Date.now() - (flight.job.started ?? 0) < MOMENT
    this.#host.settled(flight, outcome)
    this.#watch()
  }

  /** The first job is the worker's concern now: if it is to be stopped, the time for that begins. */
  #watch(): void {
    const [first] = this.#flights.values()
    if (first === undefined || first.grace !== undefined) return
    if (first.wish !== 'cancel' && first.wish !== 'recall') return
    first.grace = setTimeout(() => this.slot.kill(), this.#grace * 1000)
  }
}

function problemOf(error: unknown): Problem {
  if (error instanceof WorkflowError) return error.toJSON()
  return { code: 'execution_failed', problem: error instanceof Error ? error.message : String(error) }
}
