/** What speaks HTTP: the application, its sockets and the port. Loaded while workers and store come up, since it takes as long. */
import { createServer } from 'node:http'
import { createApp } from './app.ts'
import type { AppServices } from './app.ts'
import type { TokenConfig } from './config/config.ts'
import { listen } from './operations/listen.ts'
import { letAnswersArrive, limitConnections, replaceTokens, timeLimits } from './security/index.ts'
import { attachSockets } from './sockets.ts'

export interface HttpSide {
  /** Without a slash at its end. */
  readonly url: string
  /** Takes other tokens from now on. */
  replaceTokens(tokens: readonly TokenConfig[]): void
  /** Takes no new connections. */
  refuse(): void
  /** Says goodbye to all sockets and cuts what is still open. Resolves when nothing is. */
  close(): Promise<void>
}

/** Milliseconds that sockets have for their last messages. */
const FAREWELL = 500

/** Begins to serve. @throws StartError when the port can't be had */
export async function serveHttp(services: AppServices): Promise<HttpSide> {
  const { config } = services
  const server = createServer(timeLimits(config), createApp(services))
  limitConnections(server, config)
  letAnswersArrive(server)
  const sockets = attachSockets(server, services)
  const url = await listen(server, config)
  let closed: Promise<void> | undefined
  const refuse = () => {
    closed ??= new Promise<void>((resolve) => { server.close(() => resolve()) })
    server.closeIdleConnections()
  }
  return {
    url, refuse,
    replaceTokens: (tokens) => replaceTokens(config, tokens),
    async close() {
      refuse()
      await sockets.close(FAREWELL)
      server.closeAllConnections()
      await closed
    },
  }
}
