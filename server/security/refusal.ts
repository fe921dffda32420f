/** What a request that must not pass is told: one shape for HTTP and for sockets, with what to do about it. */
import type { Response } from 'express'
import type { Duplex } from 'node:stream'
import { STATUS_CODES } from 'node:http'

export interface Refusal {
  readonly status: number
  readonly type: string
  /** What is wrong, and what to do. */
  readonly message: string
  readonly headers?: Readonly<Record<string, string>>
}

/** What clients of both APIs look for in an error: `code` is ours, `type` and the rest are ComfyUI's. */
function body({ type, message }: Refusal): string {
  return JSON.stringify({ error: { code: type, type, message, details: '', extra_info: {} }, node_errors: {} })
}

/** Answers a request that is refused. What becomes of its body: unread.ts. */
export function refuse(response: Response, refusal: Refusal): void {
  response.status(refusal.status).set({ ...refusal.headers, 'Cache-Control': 'no-store' }).type('json').send(body(refusal))
}

/** Answers an upgrade that is refused, and ends its connection. */
export function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  const text = body(refusal)
  const headers = {
    ...refusal.headers, 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': String(Buffer.byteLength(text)),
    'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store', 'Connection': 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('')
  socket.on('error', () => socket.destroy())
  socket.end(`HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\n${lines}\r\n${text}`, () => socket.destroy())
}
