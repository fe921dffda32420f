/** Which socket an upgrade is for: security first, then ComfyUI's `/ws` or socket.io. Anything else is refused. */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { AppServices } from './app.ts'
import { attachComfySocket } from './comfy/socket.ts'
import { guardUpgrade, refuseUpgrade } from './security/index.ts'

export interface Sockets {
  /** Tells all clients that the server ends, and closes their connections. */
  close(): void
}

/** Milliseconds that a client has to answer a farewell before its connection is cut. */
const FAREWELL = 500

/** Takes over the upgrades of a server. */
export function attachSockets(server: Server, services: AppServices): Sockets {
  const guard = guardUpgrade(services.config)
  const comfy = attachComfySocket(services)
  const open = new Set<Duplex>()
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (services.isStopping()) return refuseUpgrade(socket, { status: 503, type: 'stopping', message: 'The server is shutting down. Try again when it is back.' })
    const verdict = guard(request)
    if (!verdict.ok) return refuseUpgrade(socket, verdict)
    const path = pathOf(request)
    if (path !== '/ws' && path !== '/api/ws') {
      return refuseUpgrade(socket, { status: 404, type: 'not_found', message: 'There is no socket here. There are /ws, /api/ws and /socket.io.' })
    }
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    comfy.upgrade(request, socket, head, verdict.principal)
  })
  return {
    close() {
      comfy.close()
      setTimeout(() => { for (const socket of open) socket.destroy() }, FAREWELL).unref()
    },
  }
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0]!
}
