/** Which socket an upgrade is for: security first, then ComfyUI's `/ws` or socket.io. Anything else is refused. */
import { once } from 'node:events'
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { RequestHandler } from 'express'
import { attachSocketIo } from './api/socket.ts'
import type { AppServices } from './app.ts'
import { attachComfySocket } from './comfy/socket.ts'
import { guardUpgrade, refuseUpgrade } from './security/index.ts'

export interface Sockets {
  /** Tells all clients that the server ends. Resolves when they have gone; after so many milliseconds they are cut off. */
  close(milliseconds: number): Promise<void>
}

/** Takes over the upgrades of a server. */
export function attachSockets(server: Server, services: AppServices): Sockets {
  const guard = guardUpgrade(services.config)
  const comfy = attachComfySocket(services)
  const events = attachSocketIo(services)
  const open = new Set<Duplex>()
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (services.isStopping()) return refuseUpgrade(socket, { status: 503, type: 'stopping', message: 'The server is shutting down. Try again when it is back.' })
    const verdict = guard(request)
    if (!verdict.ok) return refuseUpgrade(socket, verdict)
    const path = pathOf(request)
    const isComfy = isComfyPath(path)
    if (!isComfy && !isEventPath(path)) {
      return refuseUpgrade(socket, { status: 404, type: 'not_found', message: 'There is no socket here. There are /ws, /api/ws and /socket.io.' })
    }
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    const upgrade = isComfy ? comfy.upgrade : events.upgrade
    upgrade(request, socket, head, verdict.principal)
  })
  return {
    async close(milliseconds) {
      comfy.close()
      events.close()
      const gone = Promise.all([...open].map((socket) => socket.closed || once(socket, 'close')))
      const timer = setTimeout(() => { for (const socket of open) socket.destroy() }, milliseconds)
      await gone
      clearTimeout(timer)
    },
  }
}

/** Answers who asks a socket's address for a page: 426, and what to do. */
export const upgradeRequired: RequestHandler = (request, response, next) => {
  const isEvents = isEventPath(request.path)
  if (request.method !== 'GET' || (!isEvents && !isComfyPath(request.path))) return next()
  const message = isEvents
    ? 'This is a websocket: connect with socket.io and { transports: ["websocket"] }; polling is not served.'
    : 'This is a websocket: connect to ws://…/ws?clientId=ID, or have a proxy before the server pass Upgrade and Connection on.'
  response.status(426).set({ 'Upgrade': 'websocket', 'Connection': 'Upgrade', 'Cache-Control': 'no-store' })
    .json({ error: { type: 'upgrade_required', code: 'upgrade_required', message } })
}

const isComfyPath = (path: string) => path === '/ws' || path === '/api/ws'
const isEventPath = (path: string) => path.startsWith('/socket.io/')

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0]!
}
