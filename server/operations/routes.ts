/** /health, /ready and /metrics. */
import { Router } from 'express'
import type { RequestHandler } from 'express'
import packageJson from '../../package.json' with { type: 'json' }
import type { Metrics } from '../services.ts'
import type { Readiness } from './readiness.ts'

/** For whoever watches over the server. */
export function operationsRoutes(metrics: Metrics, readiness: () => Promise<Readiness>): RequestHandler {
  const routes = Router()
  routes.get('/health', (_request, response) => {
    response.set('Cache-Control', 'no-store').json({ status: 'alive', version: packageJson.version, uptime: process.uptime() })
  })
  routes.get('/ready', async (_request, response) => {
    const state = await readiness()
    response.set('Cache-Control', 'no-store').status(state.ready ? 200 : 503).json(state)
  })
  routes.get('/metrics', async (_request, response) => {
    response.set('Cache-Control', 'no-store').type('text/plain; version=0.0.4; charset=utf-8').send(await metrics.text())
  })
  return (request, response, next) => (PATHS.test(request.path) ? routes(request, response, next) : next())
}

/** What is ours begins so; all else passes at once. */
const PATHS = /^\/(?:health|ready|metrics)/i
