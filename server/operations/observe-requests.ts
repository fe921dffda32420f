/** Measures requests by route template, never by path: a path may hold names of people's files, and there is no end of them. */
import type { Request, RequestHandler } from 'express'
import type { Metrics } from '../services.ts'
import type { ServerLog } from './log.ts'

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
/** Where routers are mounted. What else a request was rewritten below is not known to be free of names. */
const MOUNTS: ReadonlySet<string> = new Set(['', '/api'])

/** Goes before everything else. */
export function observeRequests(metrics: Metrics, log: Pick<ServerLog, 'debug'>): RequestHandler {
  return (request, response, next) => {
    const began = performance.now()
    response.once('close', () => {
      const labels = { method: METHODS.has(request.method) ? request.method : 'other', route: routeOf(request) }
      const seconds = (performance.now() - began) / 1000
      metrics.count('kinograph_http_requests_total', { ...labels, status: String(response.statusCode) })
      metrics.observe('kinograph_http_request_seconds', seconds, labels)
      log.debug({ ...labels, status: response.statusCode, seconds }, 'request')
    })
    next()
  }
}

/** `/api/jobs/:id` of the route that answered; `other` for files, and for what there is not. */
export function routeOf({ route, baseUrl }: Pick<Request, 'route' | 'baseUrl'>): string {
  const path: unknown = Object(route).path
  if (typeof path !== 'string' && !Array.isArray(path)) return 'other'
  return `${MOUNTS.has(baseUrl) ? baseUrl : '…'}${String(path)}`
}
