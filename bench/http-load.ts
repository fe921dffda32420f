/** Requests over kept connections, as many as a server answers: plain sockets, so that little of the machine goes into asking. */
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'

export interface Load {
  readonly port: number
  readonly connections: number
  /** How many in all. */
  readonly requests: number
  /** The n-th request, whole, as bytes or text. */
  request(n: number): string
}

export interface LoadResult {
  readonly seconds: number
  readonly perSecond: number
  /** Milliseconds from a request to the end of its answer, by the order in which they came. */
  readonly latencies: readonly number[]
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>
}

/** A whole HTTP/1.1 request. */
export function httpRequest(method: string, path: string, body = '', headers: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries({
    host: '127.0.0.1', ...(body !== '' && { 'content-type': 'application/json' }), 'content-length': String(Buffer.byteLength(body)), ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`
}

/** Asks over so many connections, each its next request when it has its answer. @throws when a connection breaks */
export async function load({ port, connections, requests, request }: Load): Promise<LoadResult> {
  const latencies: number[] = []
  const statuses: Record<string, number> = {}
  let asked = 0
  const sockets = await Promise.all(Array.from({ length: connections }, () => opened(port)))
  const started = performance.now()
  await Promise.all(sockets.map(async (socket) => {
    const answers = answersOf(socket)
    while (asked < requests) {
      const text = request(asked++)
      const begun = performance.now()
      socket.write(text)
      const { value: status } = await answers.next()
      if (status === undefined) throw new Error('the server closed the connection')
      latencies.push(performance.now() - begun)
      statuses[status] = (statuses[status] ?? 0) + 1
    }
    socket.destroy()
  }))
  const seconds = (performance.now() - started) / 1000
  return { seconds, perSecond: requests / seconds, latencies, statuses }
}

async function opened(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  return socket
}

/** The statuses of the answers that come over a socket; bodies are counted by their length or their chunks. */
async function* answersOf(socket: Socket): AsyncGenerator<string, undefined> {
  let buffer = ''
  for await (const chunk of socket.setEncoding('latin1')) {
    buffer += chunk
    for (let end = endOfAnswer(buffer); end !== undefined; end = endOfAnswer(buffer)) {
      yield buffer.slice(9, 12)
      buffer = buffer.slice(end)
    }
  }
  return undefined
}

/** Where the first whole answer ends. */
function endOfAnswer(text: string): number | undefined {
  const head = text.indexOf('\r\n\r\n')
  if (head < 0) return undefined
  const [, length] = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, head + 2)) ?? []
  if (length !== undefined) return text.length >= head + 4 + Number(length) ? head + 4 + Number(length) : undefined
  const last = text.indexOf('0\r\n\r\n', head + 4) // of a chunked body
  return last < 0 ? undefined : last + 5
}

/** The value that so many of a hundred do not exceed. */
export function percentile(values: readonly number[], of: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil((of / 100) * sorted.length) - 1)] ?? 0
}
