/** What ComfyUI's clients show of a server's terminal. */
import { Router } from 'express'
import { own } from '../../core/comfy/fields.ts'
import type { Services } from '../services.ts'
import { readRecord } from './body.ts'
import { isTheirs, principalOf } from './principal.ts'
import { hubOf, LOG_SIZE } from './socket/hub.ts'

/** Clients that may be told of each line. */
const MOST_READERS = 1000

/** `GET /internal/logs`, `GET /internal/logs/raw`, `PATCH /internal/logs/subscribe`. */
export function logRoutes(services: Services): Router {
  const hub = hubOf(services)
  return Router()
    .get('/internal/logs', (_request, response) => {
      const lines = hub.log.list((job) => isTheirs(job, principalOf(response)))
      response.json(lines.map(({ t, m }) => `${t} - ${m}`).join(''))
    })
    .get('/internal/logs/raw', (_request, response) => {
      response.json({ entries: hub.log.list((job) => isTheirs(job, principalOf(response))), size: LOG_SIZE })
    })
    .patch('/internal/logs/subscribe', async (request, response) => {
      const body = await readRecord(request, services)
      const client = own(body, 'clientId')
      if (typeof client === 'string') {
        if (own(body, 'enabled') === true && hub.logReaders.size < MOST_READERS) hub.logReaders.add(client)
        else hub.logReaders.delete(client)
      }
      response.json({})
    })
}
