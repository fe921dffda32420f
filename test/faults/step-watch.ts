/** Which steps samplers make: heard over socket.io from the moment that it is opened. */
import { io } from 'socket.io-client'
import type { Socket } from 'socket.io-client'
import type { ServerEvents } from '../../server/api/channel.ts'
import type { FeedEntry } from '../../server/events/feed.ts'
import { eventually } from './life.ts'

export class StepWatch {
  readonly #socket: Socket<ServerEvents>
  readonly #steps: number[] = []
  readonly #job: string

  private constructor(socket: Socket<ServerEvents>, job: string) {
    this.#socket = socket
    this.#job = job
    const hear = (entries: readonly FeedEntry[]) => { for (const entry of entries) this.#note(entry) }
    socket.on('replay', hear)
    socket.on('entries', hear)
  }

  /** Resolves when it hears what happens from now on. */
  static async open(url: string, job: string): Promise<StepWatch> {
    const socket: Socket<ServerEvents> = io(url, { transports: ['websocket'], forceNew: true, reconnection: false, auth: { jobs: [job] } })
    const watch = new StepWatch(socket, job)
    await new Promise<void>((resolve, reject) => {
      socket.once('snapshot', () => resolve())
      socket.once('connect_error', reject)
    })
    return watch
  }

  /** The first step that it hears of. */
  first(): Promise<number> {
    return eventually(async () => this.#steps[0], 'the sampler makes a step')
  }

  close(): void {
    this.#socket.close()
  }

  #note(entry: FeedEntry): void {
    if (!('job' in entry) || entry.job !== this.#job || entry.event.type !== 'run') return
    const { event } = entry.event
    if (event.type === 'node.progress' && event.shown === 'sampler') this.#steps.push(event.value)
  }
}
