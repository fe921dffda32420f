/** Who is connected, by the id that clients give themselves, and what those who are away for a moment will have missed. */
import type { Job } from '../../job/job.ts'
import { isTheirs } from '../principal.ts'
import type { Connection } from './connection.ts'

/** Milliseconds that the end of a job waits for a client whose connection broke. */
const AWAY = 120_000
/** Endings kept for one client, and clients that are waited for. */
const MOST_ENDINGS = 200
const MOST_AWAY = 1000

interface Away {
  readonly since: number
  endings: Ending[]
}

interface Ending {
  readonly job: Pick<Job, 'owner'>
  readonly frames: readonly string[]
}

export class Clients {
  readonly #connected = new Map<string, Set<Connection>>()
  readonly #away = new Map<string, Away>()

  get size(): number {
    let count = 0
    for (const connections of this.#connected.values()) count += connections.size
    return count
  }

  all(): Connection[] {
    return [...this.#connected.values()].flatMap((connections) => [...connections])
  }

  /** The connections that may hear of a job: those that its client opened, of the same person. */
  hearing(job: Pick<Job, 'client' | 'owner'>): Connection[] {
    const connections = job.client === undefined ? undefined : this.#connected.get(job.client)
    return connections === undefined ? [] : [...connections].filter(({ principal }) => isTheirs(job, principal))
  }

  add(connection: Connection): void {
    const connections = this.#connected.get(connection.client) ?? new Set()
    this.#connected.set(connection.client, connections.add(connection))
  }

  remove(connection: Connection): void {
    const connections = this.#connected.get(connection.client)
    connections?.delete(connection)
    if (connections?.size !== 0) return
    this.#connected.delete(connection.client)
    this.#away.set(connection.client, { since: performance.now(), endings: [] })
    this.#forgetOld()
  }

  /** Keeps how a job ended for a client that is away. */
  missed(job: Pick<Job, 'client' | 'owner'>, frames: readonly string[]): void {
    const away = job.client === undefined ? undefined : this.#away.get(job.client)
    if (away === undefined || performance.now() - away.since > AWAY) return
    away.endings.push({ job, frames })
    if (away.endings.length > MOST_ENDINGS) away.endings.shift()
  }

  /** What a client that came back has missed; told once. */
  returned({ client, principal }: Connection): string[] {
    const away = this.#away.get(client)
    if (away === undefined) return []
    const theirs = away.endings.filter(({ job }) => isTheirs(job, principal))
    away.endings = away.endings.filter((ending) => !theirs.includes(ending))
    if (away.endings.length === 0) this.#away.delete(client)
    return performance.now() - away.since > AWAY ? [] : theirs.flatMap(({ frames }) => frames)
  }

  #forgetOld(): void {
    const now = performance.now()
    for (const [client, { since }] of this.#away) {
      if (this.#away.size <= MOST_AWAY && now - since <= AWAY) return
      this.#away.delete(client)
    }
  }
}
