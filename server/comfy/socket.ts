/** `/ws?clientId=ID`: the socket of ComfyUI's clients. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import type { Principal, Services } from '../services.ts'
import { featureFlags } from './features.ts'
import { Connection, flagsIn } from './socket/connection.ts'
import { textFrame } from './socket/frames.ts'
import { hubOf, type Hub } from './socket/hub.ts'

/** Bytes of one message of a client: they say what they can do, and nothing else. */
const LONGEST_MESSAGE = 64 * 1024
const LONGEST_ID = 256
/** Milliseconds between two pings; who has not answered one by the next is gone. */
const PING_EVERY = 30_000

export interface ComfySocket {
  /** Takes over a connection that security has let in. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, principal: Principal): void
  /** Closes all connections: the server stops. */
  close(): void
}

/** The sockets of ComfyUI's clients, for the server's `upgrade` events. */
export function attachComfySocket(services: Services): ComfySocket {
  const hub = hubOf(services)
  const server = new WebSocketServer({ noServer: true, maxPayload: LONGEST_MESSAGE, perMessageDeflate: false, clientTracking: true })
  const stopPinging = pingAll(server)
  return {
    upgrade(request, socket, head, principal) {
      server.handleUpgrade(request, socket, head, (opened) => {
        welcome(hub, services, opened, new Connection(opened, socket, clientId(request), principal))
      })
    },
    close() {
      stopPinging()
      for (const opened of server.clients) opened.close(1001, 'the server stops')
      server.close()
    },
  }
}

function welcome(hub: Hub, services: Services, socket: WebSocket, connection: Connection): void {
  socket.on('error', () => {}) // told by 'close'
  socket.on('close', () => hub.clients.remove(connection))
  socket.on('message', (message, isBinary) => {
    const flags = isBinary ? undefined : flagsIn(message)
    if (flags === undefined) return
    connection.takesDescribedPreviews = flags['supports_preview_metadata'] === true
    connection.send(textFrame('feature_flags', featureFlags(services)))
  })
  hub.welcome(connection)
}

/** The id that the client gives itself, or a new one. */
function clientId({ url = '' }: IncomingMessage): string {
  const id = new URL(url, 'http://localhost').searchParams.get('clientId') ?? ''
  return id === '' || id.length > LONGEST_ID ? randomUUID().replaceAll('-', '') : id
}

/** Ends connections whose other side is gone without a word. Gives the function that stops it. */
function pingAll(server: WebSocketServer): () => void {
  const waiting = new WeakSet<WebSocket>()
  const timer = setInterval(() => {
    for (const socket of server.clients) {
      if (waiting.has(socket)) {
        socket.terminate()
        continue
      }
      waiting.add(socket)
      socket.once('pong', () => waiting.delete(socket))
      socket.ping()
    }
  }, PING_EVERY).unref()
  return () => clearInterval(timer)
}
