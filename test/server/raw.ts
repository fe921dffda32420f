/** HTTP as bytes over a socket: what client libraries would mend, refuse or hide is sent as it is written. */
import { connect } from 'node:net'
import type { Socket } from 'node:net'

export interface RawAnswer {
  /** Of the last whole answer; 0 when the connection ended without one. */
  readonly status: number
  /** Names in lower case; several values of one name are joined with a newline. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly bytes: Buffer
  /** Everything that came. */
  readonly text: string
  /** Whether the server ended the connection. */
  readonly isClosed: boolean
}

export interface RawRequest {
  readonly method?: string
  readonly path?: string
  /** In this order, as written; `Host` of the server is first unless one is named here. A pair with '' as its name is a raw line. */
  readonly headers?: readonly (readonly [string, string])[]
  readonly host?: string | null
  readonly body?: string | Uint8Array
  /** Chunked instead of Content-Length. */
  readonly chunked?: boolean
}

const SECONDS = 60

/** The bytes of a request. */
export function bytesOf(port: number, { method = 'GET', path = '/', headers = [], host = `127.0.0.1:${port}`, body, chunked = false }: RawRequest): Buffer {
  const lines = [`${method} ${path} HTTP/1.1`]
  if (host !== null) lines.push(`Host: ${host}`)
  lines.push(...headers.map(([name, value]) => name === '' ? value : `${name}: ${value}`))
  const content = Buffer.from(body ?? '')
  const saysLength = headers.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name))
  if (chunked) lines.push('Transfer-Encoding: chunked')
  else if ((body !== undefined || method === 'POST') && !saysLength) lines.push(`Content-Length: ${content.length}`)
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  return Buffer.concat(chunked ? [head, Buffer.from(`${content.length.toString(16)}\r\n`), content, Buffer.from('\r\n0\r\n\r\n')] : [head, content])
}

/** Sends bytes, and gives what came back once an answer is whole, or the connection has ended. */
export function exchange(port: number, bytes: Uint8Array | string, host = '127.0.0.1'): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    const isHead = Buffer.from(bytes).toString('latin1', 0, 5) === 'HEAD '
    const socket = connect(port, host)
    const finish = (isClosed: boolean) => {
      clearTimeout(limit)
      socket.destroy()
      resolve({ ...parse(Buffer.concat(pieces)), isClosed })
    }
    const limit = setTimeout(() => {
      socket.destroy()
      reject(new Error(`no whole answer within ${SECONDS} s: ${JSON.stringify(Buffer.concat(pieces).toString('latin1').slice(0, 500))}`))
    }, SECONDS * 1000)
    socket.on('data', (piece: Buffer) => {
      pieces.push(piece)
      if (isWhole(Buffer.concat(pieces), isHead)) finish(false)
    })
    socket.on('error', () => {}) // a server that refuses may reset the connection while we still send
    socket.on('close', () => finish(true))
    socket.write(bytes)
  })
}

/** One request, one answer. */
export const ask = (port: number, request: RawRequest): Promise<RawAnswer> => exchange(port, bytesOf(port, request))

/** A connection that is left open. */
export function hold(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket))
    socket.once('error', reject)
  })
}

function isWhole(bytes: Buffer, isHead: boolean): boolean {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return false
  const head = bytes.subarray(0, end).toString('latin1')
  if (/^HTTP\/1\.1 1(?!01)\d\d/.test(head)) return isWhole(bytes.subarray(end + 4), isHead)
  if (isHead || /^HTTP\/1\.1 (101|204|304)/.test(head)) return true
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)
  if (length) return bytes.length >= end + 4 + Number(length[1])
  return /\r\ntransfer-encoding: *chunked/i.test(head) && bytes.subarray(-5).toString('latin1') === '0\r\n\r\n'
}

function parse(bytes: Buffer): Omit<RawAnswer, 'isClosed'> {
  const text = bytes.toString('utf8')
  const end = text.indexOf('\r\n\r\n')
  const head = end < 0 ? text : text.slice(0, end)
  if (/^HTTP\/1\.1 1(?!01)\d\d/.test(head)) return { ...parse(bytes.subarray(end + 4)), text }
  const [first = '', ...lines] = head.split('\r\n')
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const name = line.slice(0, line.indexOf(':')).toLowerCase()
    const value = line.slice(line.indexOf(':') + 1).trim()
    headers[name] = name in headers ? `${headers[name]}\n${value}` : value
  }
  const rest = end < 0 ? bytes.subarray(bytes.length) : bytes.subarray(bytes.indexOf('\r\n\r\n') + 4)
  const isChunked = /chunked/i.test(headers['transfer-encoding'] ?? '')
  const body = isChunked ? unchunked(rest) : rest
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 0), headers, bytes: body, body: body.toString('utf8'), text }
}

function unchunked(bytes: Buffer): Buffer {
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    const line = bytes.indexOf('\r\n', at)
    const size = parseInt(bytes.toString('latin1', at, line), 16)
    if (line < 0 || !(size > 0)) break
    pieces.push(bytes.subarray(line + 2, line + 2 + size))
    at = line + 2 + size + 2
  }
  return Buffer.concat(pieces)
}
