/** The application: what a request passes through, from first to last. Listening is start.ts' business. */
import express from 'express'
import type { Express } from 'express'
import type { Services } from './services.ts'

/** Everything over HTTP but the sockets. */
export function createApp(_services: Services): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('etag', false)
  app.use((_request, response) => {
    response.status(404).json({ error: { type: 'not_found', message: 'There is nothing here.' } })
  })
  return app
}
