/** Reads the text of a request's body, within limits. */
import type { IncomingMessage } from 'node:http'
import { ApiError } from './errors.ts'

/** The content type without its parameters, in lower case. */
export function contentType(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()
}

/** Throws a 415 for a body that is compressed: it could grow without bound. */
export function refuseCompressed(request: IncomingMessage): void {
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding.toLowerCase() === 'identity') return
  throw new ApiError({
    status: 415, code: 'unsupported_encoding', field: 'headers.content-encoding',
    message: `expected a body that is not compressed, got ${encoding.slice(0, 40)}`, remedy: 'Send it as it is.',
  })
}

/** The body's text. @throws ApiError 413 when it is longer, 415 when it is compressed, 400 when it isn't UTF-8 or ends early */
export async function readText(request: IncomingMessage, limit: number): Promise<string> {
  return utf8(await readBytes(request, limit))
}

/** The body's bytes. @throws ApiError 413 when there are more, 415 when they are compressed */
export async function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  refuseCompressed(request)
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit)
  if (request.destroyed) throw incomplete(undefined)
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    let bytes = 0
    // Listeners and not `for await`, which costs more than all the rest of a small request.
    request.on('data', (piece: Buffer) => {
      bytes += piece.length
      if (bytes <= limit) return void pieces.push(piece)
      reject(tooLarge(limit))
      request.removeAllListeners('data').pause() // what becomes of the rest: security/unread.ts
    })
    request.on('end', () => resolve(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, bytes)))
    request.on('error', (cause) => reject(incomplete(cause)))
    request.on('close', () => { if (!request.readableEnded) reject(incomplete(undefined)) })
  })
}

function incomplete(cause: unknown): ApiError {
  return new ApiError({ status: 400, code: 'incomplete_body', message: 'the body ended before it was whole', remedy: 'Send it again.', cause })
}

/** The refusal of a body that is too large. */
export function tooLarge(limit: number): ApiError {
  return new ApiError({
    status: 413, code: 'body_too_large', message: `expected at most ${limit} bytes`,
    remedy: 'Send less, or raise the limit in the configuration file.',
  })
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

function utf8(bytes: Buffer): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw new ApiError({ status: 400, code: 'invalid_json', field: 'body', message: 'the body is not UTF-8', remedy: 'Send JSON as UTF-8.', cause })
  }
}
