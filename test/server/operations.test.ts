/** What a running server says of itself: metrics, log, readiness after a worker's death. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root, startServer } from './support.ts'
import type { TestServer } from './support.ts'

const PROMPT = 'a large yellow star spins on a black background'
const workflow: unknown = JSON.parse(readFileSync(join(root, 'workflows', 'text-to-image.json'), 'utf8'))

let server: TestServer
beforeAll(async () => { server = await startServer({ config: { logLevel: 'debug' } }) })
afterAll(async () => { await server.stop() })

/** Submits the workflow and waits for its end. Gives its id. */
async function runOn(one: TestServer): Promise<string> {
  const answer = await one.post('/api/jobs', { workflow, inputs: { prompt: PROMPT, steps: 2 } })
  const { job } = await answer.json() as { job: { id: string } }
  await one.seen(new RegExp(`"job":"${job.id}","state":"done"`))
  return job.id
}

async function metric(line: string): Promise<number | undefined> {
  const text = await (await server.fetch('/metrics')).text()
  const found = text.split('\n').find((one) => one.startsWith(`${line} `))
  return found === undefined ? undefined : Number(found.slice(line.length + 1))
}

test('a job shows in the metrics: by state, its waiting and running time, its nodes, its requests by route', async () => {
  const id = await runOn(server)
  await server.json(`/api/jobs/${id}`)
  expect(await metric('kinograph_jobs{state="done"}')).toBe(1)
  expect(await metric('kinograph_jobs{state="queued"}')).toBe(0)
  expect(await metric('kinograph_jobs_submitted_total{api="kinograph"}')).toBe(1)
  expect(await metric('kinograph_jobs_ended_total{state="done"}')).toBe(1)
  expect(await metric('kinograph_job_wait_seconds_count')).toBe(1)
  expect(await metric('kinograph_job_run_seconds_count{state="done"}')).toBe(1)
  expect(await metric('kinograph_nodes_total{outcome="done"}')).toBeGreaterThan(3)
  expect(await metric('kinograph_files_published_total')).toBe(1)
  expect(await metric('kinograph_model_load_seconds_count{device="cpu"}')).toBeGreaterThan(2) // text encoder, transformer, autoencoder
  expect(await metric('kinograph_model_load_seconds_sum{device="cpu"}')).toBeGreaterThan(0)
  expect(await metric('kinograph_http_requests_total{method="POST",route="/api/jobs",status="201"}')).toBe(1)
  expect(await metric('kinograph_http_requests_total{method="GET",route="/api/jobs/:id",status="200"}')).toBe(1)
  expect(await metric('kinograph_worker_ready')).toBe(1)
  expect(await metric('kinograph_resident_bytes{process="workers"}')).toBeGreaterThan(1e7)
  expect(await metric('kinograph_event_loop_delay_seconds{quantile="0.99"}')).toBeGreaterThanOrEqual(0)
})

test('what was made again from the cache counts as cached', async () => {
  const before = await metric('kinograph_nodes_total{outcome="cached"}') ?? 0
  await runOn(server)
  expect(await metric('kinograph_nodes_total{outcome="cached"}')).toBeGreaterThan(before)
})

test('the log names jobs by id, and holds neither prompts nor titles, names of files or paths', async () => {
  const id = await runOn(server)
  await server.fetch('/view?filename=my-private-film.mp4')
  await server.seen('"route":"/view"')
  const log = server.log()
  expect(log).toContain(id)
  for (const text of [PROMPT, 'yellow star', 'Text to image', 'my-private-film', '.png']) expect(log).not.toContain(text)
  for (const line of log.trim().split('\n')) expect(JSON.parse(line)).toMatchObject({ level: expect.stringMatching(/^(debug|info|warn|error)$/) })
})

test('prompts are logged where somebody wants them', async () => {
  const open = await startServer({ config: { logPrompts: true } })
  await runOn(open)
  await open.seen('"msg":"prompts of the job"')
  const line = open.log().split('\n').find((one) => one.includes('"msg":"prompts of the job"'))
  await open.stop()
  expect(JSON.parse(line!)).toMatchObject({ prompts: expect.arrayContaining([{ node: 'positive', input: 'text', text: PROMPT }]) })
})

test('a worker that was killed is replaced, which the metrics count, and the server is ready again', async () => {
  const [worker] = server.workers()
  process.kill(worker!, 'SIGKILL')
  for (const end = Date.now() + 60_000; await metric('kinograph_worker_restarts') === 0 && Date.now() < end;) await pause(20)
  expect(await metric('kinograph_worker_restarts')).toBe(1)
  for (const end = Date.now() + 60_000; (await server.fetch('/ready')).status !== 200 && Date.now() < end;) await pause(20)
  expect((await server.fetch('/ready')).status).toBe(200)
  expect(server.workers()).not.toContain(worker)
  await runOn(server)
})

test.skipIf(existsSync('/dev/nvidia0'))('a server one of whose devices can\'t be opened says so, and is not ready', async () => {
  const two = await startServer({ config: { devices: ['cpu', 'cuda'] }, listening: true })
  try {
    await expect.poll(async () => {
      const answer = await two.fetch('/ready')
      const { ready, checks } = await answer.json() as { ready: boolean; checks: { name: string; problem?: string }[] }
      return [answer.status, ready, checks.find(({ name }) => name === 'worker')?.problem]
    }, { timeout: 60_000 }).toEqual([503, false, expect.stringMatching(/^cuda can't be opened: .+ If this stays, "kinograph doctor" says what is missing\.$/s)])
  } finally {
    await two.stop()
  }
})
