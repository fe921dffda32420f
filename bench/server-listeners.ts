/** Socket clients of a server: one that waits for jobs to end, and many that watch a run. */
import { io } from 'socket.io-client'
import type { Socket } from 'socket.io-client'
import type { ServerEvents } from '../server/api/channel.ts'
import type { FeedEntry } from '../server/events/feed.ts'

type EventSocket = Socket<ServerEvents>

/** A client that hears of all jobs. */
export interface Listener {
  /** Resolves when so many jobs more have ended. */
  ended(count: number): Promise<void>
  close(): void
}

/** Connects, and resolves once everything that happens from then on is heard. */
export async function listen(url: string): Promise<Listener> {
  let left = 0
  let resolve: () => void = () => {}
  const socket = await connected(url, (entry) => {
    if ('job' in entry && entry.event.type === 'job.ended' && --left === 0) resolve()
  })
  return {
    ended: (count) => new Promise((settle) => {
      left = count
      resolve = settle
    }),
    close: () => void socket.close(),
  }
}

export interface Heard {
  /** Clients that heard every report of progress that any of them heard, and the end. */
  readonly whole: number
  readonly reports: number
  /** From the first client that heard the end to the last. */
  readonly spreadMilliseconds: number
}

/** Runs something while so many clients listen. `run` starts one job. */
export async function heardBy(count: number, url: string, run: () => Promise<void>): Promise<Heard> {
  const reports = Array.from({ length: count }, () => 0)
  const ends: number[] = []
  let allHeard: () => void = () => {}
  const finished = new Promise<void>((resolve) => { allHeard = resolve })
  const sockets = await Promise.all(reports.map((_, index) => connected(url, (entry) => {
    if (!('job' in entry)) return
    if (entry.event.type === 'run' && entry.event.event.type === 'node.progress') reports[index]!++
    if (entry.event.type === 'job.ended' && ends.push(performance.now()) === count) allHeard()
  })))
  await run()
  await finished
  for (const socket of sockets) socket.close()
  const most = Math.max(...reports)
  return { whole: reports.filter((one) => one === most && most > 0).length, reports: most, spreadMilliseconds: Math.max(...ends) - Math.min(...ends) }
}

async function connected(url: string, hear: (entry: FeedEntry) => void): Promise<EventSocket> {
  const socket: EventSocket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false })
  const take = (entries: readonly FeedEntry[]) => { for (const entry of entries) hear(entry) }
  socket.on('entries', take)
  socket.on('replay', take)
  await new Promise<void>((resolve, reject) => {
    socket.once('snapshot', () => resolve())
    socket.once('connect_error', reject)
  })
  return socket
}
