/** The built editor over HTTP: its files never change under one name, so browsers keep them; they travel compressed. */
import { access } from 'node:fs/promises'
import { extname, join } from 'node:path'
import express from 'express'
import type { Request, RequestHandler, Response } from 'express'

/** Names that the build makes from what is in the files. */
const ASSET = /^\/assets\/[\w.-]+$/
/** Files that the build compresses, by how they end. */
const SQUEEZED: ReadonlyMap<string, string> = new Map([
  ['.js', 'text/javascript; charset=utf-8'], ['.css', 'text/css; charset=utf-8'], ['.html', 'text/html; charset=utf-8'],
  ['.svg', 'image/svg+xml'], ['.json', 'application/json; charset=utf-8'], ['.txt', 'text/plain; charset=utf-8'],
])
/** The best first. */
const ENCODINGS = [{ name: 'br', ending: '.br' }, { name: 'gzip', ending: '.gz' }] as const

const FOREVER = 'public, max-age=31536000, immutable'

/** Serves a folder of the build; what it does not have is left to what comes next. */
export function editorFiles(folder: string): RequestHandler[] {
  const plain = express.static(folder, { dotfiles: 'ignore', redirect: false, cacheControl: false, acceptRanges: false })
  const squeezed: RequestHandler = async (request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next()
    const path = request.path === '/' ? '/index.html' : request.path
    const type = SQUEEZED.get(extname(path))
    if (!isPlainName(path) || ENCODINGS.some(({ ending }) => path.endsWith(ending))) return next('router')
    response.set('Cache-Control', ASSET.test(path) ? FOREVER : 'no-cache')
    if (type === undefined) return next()
    response.vary('Accept-Encoding')
    const encoding = await encodingFor(request, join(folder, path))
    if (encoding !== undefined) send(response, { folder, path, type, encoding }, next)
    else next()
  }
  return [express.Router().use(squeezed, plain, forget)]
}

/** Names of files of the build: no folder but assets/, nothing that would have to be resolved. */
function isPlainName(path: string): boolean {
  return /^\/(?:assets\/)?[A-Za-z0-9_][\w.-]*$/.test(path)
}

type Encoding = (typeof ENCODINGS)[number]

/** What the browser takes and the build has made of this file. */
async function encodingFor(request: Request, file: string): Promise<Encoding | undefined> {
  for (const encoding of ENCODINGS) {
    if (request.acceptsEncodings(encoding.name) !== encoding.name) continue
    const isThere = await access(file + encoding.ending).then(() => true, () => false)
    if (isThere) return encoding
  }
  return undefined
}

interface Squeezed {
  readonly folder: string
  readonly path: string
  readonly type: string
  readonly encoding: Encoding
}

function send(response: Response, { folder, path, type, encoding }: Squeezed, next: (error?: unknown) => void): void {
  const headers = { 'Content-Type': type, 'Content-Encoding': encoding.name }
  response.sendFile(`${path.slice(1)}${encoding.ending}`, { root: folder, headers, cacheControl: false, acceptRanges: false }, (error) => {
    if (!error || response.headersSent) return
    if (response.destroyed || 'code' in error && error.code === 'ECONNABORTED') response.destroy() // the reader has gone: there is nobody to tell
    else next(error)
  })
}

/** What is not there is not to be kept for a year. */
const forget: RequestHandler = (_request, response, next) => {
  response.removeHeader('Cache-Control')
  next()
}
