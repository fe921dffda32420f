/**
 * Tells browsers that pages of the allowed origins may read our answers. It only adds to what they may read: whether a
 * request may change something is decided in origin.ts, whatever stands here. Cookies are never let in this way.
 */
import type { RequestHandler } from 'express'
import type { ServerConfig } from '../config/config.ts'
import { originOf } from './origin.ts'

const PREFLIGHT = {
  'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, DELETE',
  'Access-Control-Allow-Headers': 'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Range, Comfy-User',
  'Access-Control-Max-Age': '600',
}
const EXPOSED = 'Content-Disposition, Content-Range, ETag, Location, Retry-After'

/** Answers preflights of allowed origins, and marks what they may read. */
export function crossOrigin({ allowedOrigins }: ServerConfig): RequestHandler {
  const allowed = new Set(allowedOrigins.map(originOf))
  return (request, response, next) => {
    const { origin } = request.headers
    if (allowed.size === 0) return next()
    response.vary('Origin')
    if (origin === undefined || originOf(origin) === undefined || !allowed.has(originOf(origin))) return next()
    response.set({ 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': EXPOSED })
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return next()
    response.set(PREFLIGHT).status(204).end()
  }
}
