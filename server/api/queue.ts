/** /api/queue/…: what runs and what waits, as a whole; memory of the workers. (GET and POST /api/queue are ComfyUI's.) */
import { Type } from '@sinclair/typebox'
import type { Router } from 'express'
import { isTheirs } from '../comfy/principal.ts'
import type { Services } from '../services.ts'
import { implement, Reply } from './implement.ts'
import { Limit } from './schema/common.ts'
import { JobSchema } from './schema/job.ts'
import type { Routes } from './spec.ts'

const QueueSchema = Type.Object(
  {
    paused: Type.Boolean(),
    running: Type.Array(JobSchema),
    queued: Type.Array(JobSchema, { description: 'The first that wait, in their order.' }),
    size: Type.Object({ running: Type.Integer(), queued: Type.Integer() }),
  },
  { $id: 'Queue' },
)

export const queueRoutes = {
  'GET /queue/state': {
    operation: 'getQueue', tag: 'queue', scope: 'run', summary: 'What runs and what waits',
    query: Type.Object({ limit: Type.Optional(Limit) }, { additionalProperties: false }),
    replies: { 200: QueueSchema },
  },
  'POST /queue/pause': {
    operation: 'pauseQueue', tag: 'queue', scope: 'admin', summary: 'Start no more jobs', description: 'Those that run go on. It stays so after a restart.',
    replies: { 200: Type.Object({ paused: Type.Boolean() }) },
  },
  'POST /queue/resume': {
    operation: 'resumeQueue', tag: 'queue', scope: 'admin', summary: 'Start jobs again',
    replies: { 200: Type.Object({ paused: Type.Boolean() }) },
  },
  'POST /queue/clear': {
    operation: 'clearQueue', tag: 'queue', scope: 'admin', summary: 'Cancel all jobs that wait',
    replies: { 200: Type.Object({ cancelled: Type.Integer() }) },
  },
  'POST /memory/free': {
    operation: 'freeMemory', tag: 'queue', scope: 'admin', summary: 'Let go of models and results that workers hold',
    body: Type.Object({
      sessions: Type.Optional(Type.Boolean({ default: true, description: 'Models that are loaded.' })),
      results: Type.Optional(Type.Boolean({ default: false, description: 'Results of nodes that are kept for later runs.' })),
    }, { additionalProperties: false }),
    replies: { 204: null },
  },
} as const satisfies Routes

export function queueRouter(services: Services): Router {
  const { queue } = services
  return implement(queueRoutes, services, {
    'GET /queue/state': ({ query, principal }) => ({
      paused: queue.isPaused,
      running: queue.running().filter((job) => isTheirs(job, principal)),
      queued: queue.waiting(query.limit ?? 100).filter((job) => isTheirs(job, principal)),
      size: { ...queue.size },
    }),
    'POST /queue/pause': async () => {
      await queue.pause()
      return { paused: queue.isPaused }
    },
    'POST /queue/resume': async () => {
      await queue.resume()
      return { paused: queue.isPaused }
    },
    'POST /queue/clear': async () => ({ cancelled: await queue.clear() }),
    'POST /memory/free': async ({ body }) => {
      await queue.free({ sessions: body.sessions ?? true, results: body.results ?? false })
      return new Reply(204, undefined)
    },
  })
}
