/** Answers with an open file: whole, a range of it (videos), or "you have it". */
import { pipeline } from 'node:stream/promises'
import type { Request, Response } from 'express'
import { shownAs } from './content-types.ts'
import { disposition } from './file-names.ts'
import type { OpenedFile } from './open-inside.ts'

export interface SendOptions {
  /** To be saved, not shown. */
  readonly download?: boolean
  /** What it is called where it is saved; the file's own name otherwise. */
  readonly name?: string
  readonly cacheControl?: string
}

/** A document of the file, should a browser make one, may do nothing. */
const SANDBOX = 'default-src \'none\'; img-src \'self\'; media-src \'self\'; frame-ancestors \'none\'; sandbox'

/** Sends the file and closes it, also when nobody reads to the end. */
export async function sendFile(request: Request, response: Response, file: OpenedFile, options: SendOptions = {}): Promise<void> {
  try {
    describe(response, file, options)
    const { size } = file.stats
    if (request.fresh) return void response.status(304).end()
    const part = rangeOf(request, response, size)
    if (part === 'none') return void response.status(416).set('content-range', `bytes */${size}`).end()
    if (part) response.status(206).set('content-range', `bytes ${part.start}-${part.end}/${size}`)
    const { start, end } = part ?? { start: 0, end: size - 1 }
    response.set('content-length', String(end - start + 1))
    if (request.method === 'HEAD' || size === 0) return void response.end()
    await pipeline(file.handle.createReadStream({ start, end, autoClose: false }), response)
  } catch (error) {
    if (!response.headersSent && !response.destroyed) throw error
    response.destroy() // the reader has gone, or the file became shorter: there is nobody to tell
  } finally {
    await file.handle.close()
  }
}

function describe(response: Response, { stats, name }: OpenedFile, options: SendOptions): void {
  const shown = shownAs(name)
  response.set({
    'content-type': shown.type,
    'content-disposition': disposition(options.download ? 'attachment' : shown.disposition, options.name ?? name),
    'content-security-policy': SANDBOX,
    'x-content-type-options': 'nosniff',
    'accept-ranges': 'bytes',
    'cache-control': options.cacheControl ?? 'private, no-cache',
    'last-modified': stats.mtime.toUTCString(),
    'etag': etagOf(stats),
  })
}

/** Changes with the file: its time to the microsecond, its size and which file it is. */
export function etagOf({ mtimeMs, size, ino }: OpenedFile['stats']): string {
  return `"${Math.round(mtimeMs * 1000).toString(36)}-${size.toString(36)}-${ino.toString(36)}"`
}

/** One range; several, or what is no range at all, are answered with the whole. */
function rangeOf(request: Request, response: Response, size: number): { readonly start: number; readonly end: number } | 'none' | undefined {
  const condition = request.get('if-range')
  if (condition !== undefined && condition !== response.get('etag') && condition !== response.get('last-modified')) return undefined
  const ranges = request.range(size, { combine: true })
  if (ranges === -1) return 'none'
  if (ranges === undefined || ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return undefined
  return ranges[0]
}
