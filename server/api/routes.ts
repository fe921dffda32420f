/** All routes below /api. */
import { Router, type RequestHandler } from 'express'
import type { Services } from '../services.ts'
import { assetRouter, assetRoutes } from './assets.ts'
import { docsRouter, docsRoutes } from './docs.ts'
import { errorHandler } from './errors.ts'
import { jobRouter, jobRoutes } from './jobs.ts'
import { modelRouter, modelRoutes } from './models.ts'
import { nodeRouter, nodeRoutes } from './nodes.ts'
import { openRouter, openRoutes } from './open.ts'
import { preferenceRouter, preferenceRoutes } from './preferences.ts'
import { questionRouter, questionRoutes } from './questions.ts'
import { queueRouter, queueRoutes } from './queue.ts'
import { runRouter, runRoutes } from './run.ts'
import { templateRouter, templateRoutes } from './templates.ts'
import { workflowRouter, workflowRoutes } from './workflows.ts'

/** Every route, as data: what is checked, described and typed. */
export const API_ROUTES = {
  ...jobRoutes, ...queueRoutes, ...nodeRoutes, ...modelRoutes, ...assetRoutes, ...workflowRoutes, ...templateRoutes, ...runRoutes, ...questionRoutes,
  ...openRoutes, ...preferenceRoutes, ...docsRoutes,
}

export type ApiRoutes = typeof API_ROUTES

/** First parts of paths that are ours: what else is below /api is ComfyUI's, and passes at once. */
const OURS = new Set(Object.keys(API_ROUTES).map((key) => /\/([^/]+)/.exec(key)![1]!))

/** To be mounted at /api. What is not ours is left to what follows, at once and in the same turn. */
export function apiRoutes(services: Services): RequestHandler {
  const router = apiRouter(services)
  return (request, response, next) => (OURS.has(firstPart(request.path)) ? router(request, response, next) : next())
}

/** All routes, with their own answers to what goes wrong. */
export function apiRouter(services: Services): Router {
  const router = Router({ caseSensitive: true })
  const parts = [
    jobRouter, queueRouter, nodeRouter, modelRouter, assetRouter, workflowRouter, templateRouter, runRouter, questionRouter, openRouter, preferenceRouter,
  ]
  for (const part of parts) router.use(part(services))
  router.use(docsRouter(services, () => API_ROUTES))
  router.use(errorHandler(services))
  return router
}

function firstPart(path: string): string {
  const end = path.indexOf('/', 1)
  return end < 0 ? path.slice(1) : path.slice(1, end)
}
