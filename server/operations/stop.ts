/** The end of a server, in order: nothing new, what runs is drained or suspended, what was said is sent, the store is closed. */
import type { Server } from 'node:http'

export interface Stoppable {
  readonly server: Server
  /** Ends sockets of both kinds, once they were told what there is to tell. */
  closeSockets(): Promise<void> | void
  /** Lets running jobs finish for so many seconds, then has them save where they are. */
  suspend(seconds: number): Promise<void>
  closeStore(): Promise<void>
}

/** Stops everything. Takes `drainSeconds`, and a few for what comes after. */
export async function stopServer({ server, closeSockets, suspend, closeStore }: Stoppable, drainSeconds: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  await suspend(drainSeconds)
  await closeSockets()
  server.closeAllConnections()
  await Promise.all([closed, closeStore()])
}
