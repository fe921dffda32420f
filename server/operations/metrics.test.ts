import { expect, test } from 'vitest'
import { ServerMetrics } from './metrics.ts'
import { COUNTERS, GAUGES, HISTOGRAMS } from './metrics-table.ts'

/** The value of a line of Prometheus' text. */
const valueOf = (text: string, line: string) => {
  const found = text.split('\n').find((one) => one.startsWith(`${line} `))
  return found === undefined ? undefined : Number(found.slice(line.length + 1))
}

test('what was counted and measured before somebody asked is there, and what comes after', async () => {
  const metrics = new ServerMetrics()
  const api = { api: 'comfy' }
  metrics.count('kinograph_jobs_submitted_total', api)
  metrics.count('kinograph_jobs_submitted_total', api, 2)
  metrics.observe('kinograph_job_wait_seconds', 0.3)
  await metrics.text()
  metrics.count('kinograph_jobs_submitted_total', api)
  metrics.observe('kinograph_job_wait_seconds', 40)
  const text = await metrics.text()
  expect(valueOf(text, 'kinograph_jobs_submitted_total{api="comfy"}')).toBe(4)
  expect(valueOf(text, 'kinograph_job_wait_seconds_count')).toBe(2)
  expect(valueOf(text, 'kinograph_job_wait_seconds_sum')).toBe(40.3)
  expect(valueOf(text, 'kinograph_job_wait_seconds_bucket{le="0.1"}')).toBe(0)
  expect(valueOf(text, 'kinograph_job_wait_seconds_bucket{le="0.5"}')).toBe(1)
})

test('none is lost where very many come before somebody asks', async () => {
  const metrics = new ServerMetrics()
  for (let i = 0; i < 12_345; i++) metrics.observe('kinograph_http_request_seconds', 0.01, { method: 'GET', route: '/a' })
  const text = await metrics.text()
  expect(valueOf(text, 'kinograph_http_request_seconds_count{method="GET",route="/a"}')).toBe(12_345)
})

test('gauges are what they are at the moment', async () => {
  const metrics = new ServerMetrics()
  let queued = 3
  metrics.readFrom(async () => [{ name: 'kinograph_jobs', labels: { state: 'queued' }, value: queued }])
  expect(valueOf(await metrics.text(), 'kinograph_jobs{state="queued"}')).toBe(3)
  queued = 0
  expect(valueOf(await metrics.text(), 'kinograph_jobs{state="queued"}')).toBe(0)
  metrics.readFrom(async () => [])
  expect(valueOf(await metrics.text(), 'kinograph_jobs{state="queued"}')).toBeUndefined()
})

test('each name of the table is described', async () => {
  const text = await new ServerMetrics().text()
  for (const [name, { help }] of Object.entries({ ...COUNTERS, ...GAUGES, ...HISTOGRAMS })) expect(text).toContain(`# HELP ${name} ${help}\n`)
})
