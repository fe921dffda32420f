/** The application: what a request passes through, from first to last. Listening is start.ts' business. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import express from 'express'
import type { ErrorRequestHandler, Express, RequestHandler } from 'express'
import { apiRoutes } from './api/routes.ts'
import { comfyRoutes } from './comfy/routes.ts'
import { editorFiles } from './editor-files.ts'
import type { ServerLog } from './operations/log.ts'
import { observeRequests } from './operations/observe-requests.ts'
import type { Readiness } from './operations/readiness.ts'
import { operationsRoutes } from './operations/routes.ts'
import { guardRequests } from './security/index.ts'
import type { Services } from './services.ts'
import { upgradeRequired } from './sockets.ts'

export interface AppServices extends Services {
  readonly log: ServerLog
  readonly readiness: () => Promise<Readiness>
  /** Whether the server is on its way out: then it takes nothing more. */
  readonly isStopping: () => boolean
}

/** Everything over HTTP but the sockets. */
export function createApp(services: AppServices): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('etag', false) // routes that have versions of something set their own
  app.set('query parser', 'simple')
  app.use(observeRequests(services.metrics, services.log))
  app.use(refuseWhileStopping(services.isStopping))
  app.use(guardRequests(services.config))
  app.use(operationsRoutes(services.metrics, services.readiness))
  const comfy = comfyRoutes(services)
  app.use('/api', apiRoutes(services)) // tells by the first part of a path what is not its own, and lets it pass at once
  app.use(comfy).use('/api', comfy)
  const editor = editorFolder()
  if (editor !== undefined) app.use(editorFiles(editor))
  else app.get('/', (_, response) => response.redirect('/api/docs'))
  app.use(upgradeRequired)
  app.use(notFound)
  app.use(unforeseen(services))
  return app
}

/** Connections that are open may still ask for what they were promised; nothing new begins. */
function refuseWhileStopping(isStopping: () => boolean): RequestHandler {
  return (request, response, next) => {
    if (!isStopping()) return next()
    response.set('Connection', 'close')
    if (request.method === 'GET' || request.method === 'HEAD') return next()
    response.status(503).set('Retry-After', '10').json({ error: { type: 'stopping', code: 'stopping', message: 'The server is shutting down. Try again when it is back.' } })
  }
}

/** The built editor, found from wherever this file was bundled to; it need not be there. */
function editorFolder(from: string = import.meta.url): string | undefined {
  for (let folder = dirname(fileURLToPath(from)); ; folder = dirname(folder)) {
    const editor = join(folder, 'dist', 'editor')
    if (existsSync(join(editor, 'index.html'))) return editor
    if (existsSync(join(folder, 'package.json')) || folder === dirname(folder)) return undefined
  }
}

const notFound: RequestHandler = (request, response) => {
  const message = `There is no ${request.method} ${request.path.slice(0, 200)}. GET /api/openapi.json lists what there is.`
  response.status(404).json({ error: { type: 'not_found', code: 'not_found', message } })
}

/** What no route foresaw: the stack goes to the log, the client gets a number to look for there. */
function unforeseen({ log }: AppServices): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const status = statusOf(error)
    if (status >= 500) log.error({ error, method: request.method }, 'a request failed unforeseen')
    if (response.headersSent) return next(error)
    const message = status < 500 && error instanceof Error ? error.message : 'Something went wrong in the server; its log says more.'
    response.status(status).json({ error: { type: 'server_error', code: status < 500 ? 'bad_request' : 'internal', message } })
  }
}

/** Express' own refusals (a path that can't be decoded) say which status they mean. */
function statusOf(error: unknown): number {
  const status: unknown = Object(error).status
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500
}
