/**
 * What becomes of a body that an answer did not wait for. Closing a connection in whose way bytes still lie resets it, and
 * then the answer may be lost to a client that is busy sending. So the server says `Connection: close`, sends its answer and
 * its end, reads on for a while without keeping anything, and only then closes: what nginx calls a lingering close.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { finished } from 'node:stream'

/** What is read of a body after its answer: bytes, and milliseconds. */
export interface Patience {
  readonly bytes: number
  readonly milliseconds: number
}

/** Enough for a client that sends all of an ordinary picture before it reads, and nothing to someone who sends a disk. */
const PATIENCE: Patience = { bytes: 16 * 1024 * 1024, milliseconds: 5000 }
/** Shorter bodies are under way whole already: reading them is cheaper than another connection. */
const SHORT_BYTES = 64 * 1024

/** Lets clients of a server read its answers, whether or not it read their bodies. To be called before it listens. */
export function letAnswersArrive(server: Server, patience: Patience = PATIENCE): void {
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!hasBody(request)) return
    if (!isShort(request)) closeUnlessRead(request, response)
    // Before Node's own listener, which would close at once.
    response.prependListener('finish', () => { if (!request.readableEnded) drain(request, patience) })
  })
}

/** An answer that comes before the end of the body says that it is the last. */
function closeUnlessRead(request: IncomingMessage, response: ServerResponse): void {
  const { shouldKeepAlive } = response
  response.shouldKeepAlive = false
  request.once('end', () => { response.shouldKeepAlive = shouldKeepAlive })
}

function drain(request: IncomingMessage, { bytes, milliseconds }: Patience): void {
  const { socket } = request
  let left = bytes
  let isLast = false
  socket.destroySoon = () => { // what Node calls after an answer with `Connection: close`
    isLast = true
    socket.end()
  }
  const timer = setTimeout(() => socket.destroy(), milliseconds).unref()
  finished(request, () => {
    clearTimeout(timer)
    Reflect.deleteProperty(socket, 'destroySoon') // the class's own again
    if (isLast) socket.destroySoon()
  })
  request.on('data', (piece: Buffer) => {
    left -= piece.length
    if (left < 0) socket.destroy()
  })
  request.read() // now: a body that nobody has begun to read is otherwise thrown away uncounted
  request.resume()
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function isShort({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length']) <= SHORT_BYTES
}
