import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { Router } from 'express'
import { expect, test } from 'vitest'
import { observeRequests } from './observe-requests.ts'
import { ServerMetrics } from './metrics.ts'

test('requests are counted by the route that answered, whatever the path says', async () => {
  const metrics = new ServerMetrics()
  const lines: object[] = []
  const routes = Router().get('/jobs/:id', (_request, response) => { response.json({}) })
  const hidden = Router().get('/x', (_request, response) => { response.json({}) })
  const app = express().use(observeRequests(metrics, { debug: (fields) => lines.push(fields) })).use(routes).use('/api', routes).use('/users/:name', hidden)
  app.use((_request, response) => { response.status(404).end() })
  const server = createServer(app).listen(0)
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  for (const path of ['/jobs/my-secret-film', '/api/jobs/1?token=abc', '/api/jobs/2', '/users/ada/x', '/nothing/here']) await fetch(url + path)
  server.close()
  server.closeAllConnections()
  const counted = (await metrics.text()).split('\n').filter((line) => line.startsWith('kinograph_http_requests_total{'))
  expect(counted.map((line) => line.replace('kinograph_http_requests_total', '')).sort()).toEqual([
    '{method="GET",route="/api/jobs/:id",status="200"} 2',
    '{method="GET",route="/jobs/:id",status="200"} 1',
    '{method="GET",route="other",status="404"} 1',
    '{method="GET",route="…/x",status="200"} 1',
  ])
  expect(lines).toHaveLength(5)
  expect(JSON.stringify(lines)).not.toMatch(/film|token|ada/)
})
