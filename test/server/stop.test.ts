/** How a server ends, and what it finds when it comes back. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { filesBelow, isAlive, root, scratchFolder, startServer, until } from './support.ts'
import type { TestServer } from './support.ts'

vi.setConfig({ testTimeout: 180_000 })

const workflow: unknown = JSON.parse(readFileSync(join(root, 'workflows', 'text-to-video.json'), 'utf8'))

interface JobNow {
  readonly id: string
  readonly state: string
  readonly attempts: number
  readonly deaths: number
}

async function submit(server: TestServer, inputs: object): Promise<string> {
  const answer = await server.post('/api/jobs', { workflow, inputs: { prompt: 'a large blue star spins on a black background', ...inputs } })
  const body = await answer.json() as { job: JobNow }
  expect(answer.status, JSON.stringify(body)).toBe(201)
  return body.job.id
}

const jobOf = async (server: TestServer, id: string) => (await server.json(`/api/jobs/${id}`) as { job: JobNow }).job

async function waitFor(server: TestServer, id: string, wanted: (job: JobNow) => boolean): Promise<JobNow> {
  for (const end = Date.now() + 120_000; ;) {
    const now = await jobOf(server, id)
    if (now.state === 'failed') throw new Error(`job ${id} failed\n${server.log()}`)
    if (wanted(now)) return now
    if (Date.now() > end) throw new Error(`job ${id} stays ${JSON.stringify(now)}\n${server.log()}`)
    await pause(30)
  }
}

/** Waits until the sampler of a job has done some steps: then it is in the middle of its work. */
async function untilItSteps(server: TestServer): Promise<void> {
  for (const end = Date.now() + 120_000; Date.now() < end; await pause(50)) {
    const text = await (await server.fetch('/metrics')).text()
    if (Number(/^kinograph_step_seconds_count (\d+)/m.exec(text)?.[1]) >= 3) return
  }
  throw new Error(`nothing steps\n${server.log()}`)
}

const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')

test('SIGTERM ends an idle server and its workers', async () => {
  const server = await startServer()
  const workers = server.workers()
  expect(workers).toHaveLength(1)
  expect(await server.stop()).toMatchObject({ code: 0, signal: null })
  await until(() => !workers.some(isAlive), 'the workers are gone')
})

test('SIGTERM in the middle of a run: it goes on at the next start, and makes what it would have made', async () => {
  const server = await startServer({ args: ['--drain-seconds=30'] })
  const id = await submit(server, { steps: 120, seed: 7 })
  const waiting = await submit(server, { steps: 2, seed: 8 })
  await untilItSteps(server)
  const workers = server.workers()
  const { code } = await server.stop()
  expect(code).toBe(0)
  await until(() => !workers.some(isAlive), 'the workers are gone')
  expect(existsSync(join(server.data, 'checkpoints', id))).toBe(true)
  expect(filesBelow(server.output)).toEqual([])

  const next = await server.restart({ args: ['--no-cache'] })
  const ended = await waitFor(next, id, ({ state }) => state === 'done')
  expect(ended).toMatchObject({ deaths: 0, attempts: 1 }) // the stop was nobody's fault
  await waitFor(next, waiting, ({ state }) => state === 'done')
  expect(filesBelow(next.output)).toEqual(['video_00001.mp4', 'video_00002.mp4'])
  expect(existsSync(join(next.data, 'checkpoints', id))).toBe(false)
  const again = await submit(next, { steps: 120, seed: 7 })
  await waitFor(next, again, ({ state }) => state === 'done')
  await next.stop()
  expect(hashOf(join(next.output, 'video_00003.mp4'))).toBe(hashOf(join(next.output, 'video_00001.mp4')))
})

test('a job that does not stop within the limit is cut off, and runs again at the next start', async () => {
  const server = await startServer({ args: ['--drain-seconds=0'] })
  const id = await submit(server, { steps: 120, seed: 7 })
  await untilItSteps(server)
  expect((await server.stop()).code).toBe(0)
  const next = await server.restart()
  expect(await waitFor(next, id, ({ state }) => state === 'done')).toMatchObject({ deaths: 0 })
  expect(filesBelow(next.output)).toEqual(['video_00001.mp4'])
  await next.stop()
})

test('nothing new is taken while a server ends; a second signal ends it at once', async () => {
  const server = await startServer({ args: ['--drain-seconds=600'] })
  const workers = server.workers()
  const id = await submit(server, { steps: 60 })
  await untilItSteps(server)
  for (const pid of workers) execFileSync('kill', ['-STOP', String(pid)]) // so that they can't obey
  process.kill(server.pid, 'SIGTERM')
  await server.seen('stopping')
  await expect(fetch(`${server.url}/health`)).rejects.toThrow()
  process.kill(server.pid, 'SIGTERM')
  const { code } = await server.ended
  for (const pid of workers) execFileSync('kill', ['-CONT', String(pid)])
  expect(code).toBe(143)
  await until(() => !workers.some(isAlive), 'the workers are gone')
  const next = await server.restart()
  await waitFor(next, id, ({ state }) => state === 'done')
  await next.stop()
})

test('SIGHUP reads the tokens again', async () => {
  const file = join(scratchFolder(), 'settings.json')
  const tokens = (...names: string[]) => writeFileSync(file, JSON.stringify({
    tokens: names.map((name) => ({ name, scopes: ['run'], sha256: createHash('sha256').update(`token-of-${name}`).digest('hex') })),
  }))
  tokens('ada')
  const server = await startServer({ args: [`--config=${file}`] })
  const status = async (name: string) => (await server.fetch('/metrics', { headers: { authorization: `Bearer token-of-${name}` } })).status
  expect([await status('ada'), await status('eve')]).toEqual([200, 401])
  tokens('eve')
  process.kill(server.pid, 'SIGHUP')
  await server.seen('tokens were read again')
  expect([await status('ada'), await status('eve')]).toEqual([401, 200])
  writeFileSync(file, '{ "tokens": [{}] }')
  process.kill(server.pid, 'SIGHUP')
  await server.seen('tokens stay as they are')
  expect([await status('ada'), await status('eve')]).toEqual([401, 200])
  await server.stop()
})

test('the history is held to its limits, and the files stay', async () => {
  const server = await startServer()
  const ids = [await submit(server, { steps: 1, seed: 1 }), await submit(server, { steps: 1, seed: 2 })]
  for (const id of ids) await server.seen(new RegExp(`"job":"${id}","state":"done"`))
  await server.stop()
  const next = await server.restart({ config: { history: { count: 1 } } })
  await next.seen('were removed from the history')
  expect((await next.fetch(`/api/jobs/${ids[0]}`)).status).toBe(404)
  expect((await next.fetch(`/api/jobs/${ids[1]}`)).status).toBe(200)
  expect(filesBelow(next.output)).toEqual(['video_00001.mp4', 'video_00002.mp4'])
  await next.stop()
})
