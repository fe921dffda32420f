import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect, createServer, type Socket } from 'node:net'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { io } from 'socket.io-client'
import { createClient, JobError, KinographError, type FeedEntry, type JobEvent, type KinographClient, type Preview, type RunEvent, type Snapshot } from '../../server/client/index.ts'
import { apiOf, eventually, picture, PIXEL, slow, startApi, type Api } from './api-support.ts'
import { root } from './support.ts'

let api: Api
let client: KinographClient
beforeAll(async () => {
  api = await apiOf(await startApi())
  client = createClient({ url: api.server.url })
})
afterAll(async () => {
  client.close()
  await api.server.stop()
})

/** A way to the server that can be cut. */
async function wire() {
  const sockets = new Set<Socket>()
  const proxy = createServer((near) => {
    const far = connect(api.server.port, '127.0.0.1')
    for (const one of [near, far]) {
      sockets.add(one)
      one.on('error', () => {}).on('close', () => sockets.delete(one))
    }
    near.pipe(far).pipe(near)
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const address = proxy.address() as { port: number }
  return {
    url: `http://localhost:${address.port}`,
    cut: () => { for (const one of sockets) one.destroy() },
    close: () => { proxy.close(); for (const one of sockets) one.destroy() },
  }
}

test('a run is followed from queue to result, events in order and none twice', async () => {
  const events: JobEvent[] = []
  const { job, result } = await client.jobs.run(slow(0.5, 10), { onEvent: (event) => events.push(event) })
  expect(job.state).toBe('done')
  expect(result.ran).toBe(2)
  expect(events.map(({ type }) => type).filter((type) => type !== 'run' && type !== 'job.changed')).toEqual(['job.queued', 'job.started', 'job.graph', 'job.ended'])
  const run = events.flatMap((event) => (event.type === 'run' ? [event.event] : []))
  expect(run.map(({ seq }) => seq)).toEqual(run.map((_, index) => index))
  expect(run.map(({ type }) => type)).toEqual(expect.arrayContaining(['run.started', 'node.progress', 'node.done', 'run.done']))
})

test('a video is made with previews on the way, and downloaded', async () => {
  const workflow = JSON.parse(readFileSync(join(root, 'workflows/text-to-video.json'), 'utf8')) as object
  const previews: Preview[] = []
  const { result } = await client.jobs.run({ ...workflow }, { inputs: { seed: 7, steps: 12 }, onPreview: (preview) => previews.push(preview) })
  expect(previews.length).toBeGreaterThan(0)
  expect(previews[0]!.frames.length).toBeGreaterThan(1)
  expect([...previews[0]!.frames[0]!.subarray(0, 2)]).toEqual([0xff, 0xd8])
  const path = client.assets.pathOf(result.files[0]!)
  const part = await client.assets.get('output', path, { from: 4, to: 7 })
  expect([part.status, await part.text()]).toEqual([206, 'ftyp'])
})

test('a saved workflow is called like a function; conflicts and refusals are errors that say what to do', async () => {
  const colours = client.workflow<{ color: number; prefix: string }>('client/colours')
  const { etag } = await colours.save(picture(20), null)
  await expect(colours.save(picture(21), null)).rejects.toMatchObject({ status: 412, code: 'conflict' })
  const { result } = await colours.run({ color: 21, prefix: 'client' })
  expect(result.files[0]!.filename).toMatch(/^client/)
  const read = await colours.get()
  expect(read.etag).toBe(etag)
  expect(read.workflow.title).toBe('Colour 20')
  const refused = await colours.run({ color: 'red' as never }).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(KinographError)
  expect(refused).toMatchObject({ status: 400, field: 'body.color' })
  expect((await client.workflows()).map(({ name }) => name)).toContain('client/colours')
  await colours.remove(etag)
})

test('jobs that fail or are stopped are errors with the job in them', async () => {
  const failing = { version: 1, nodes: [{ id: 'x', type: 'TrialFail', inputs: { text: 'on purpose' } }] }
  const failed = await client.jobs.run(failing).catch((error: unknown) => error)
  expect(failed).toBeInstanceOf(JobError)
  expect((failed as JobError).job.state).toBe('failed')
  expect((failed as JobError).message).toContain('on purpose')

  const stop = new AbortController()
  const running = client.jobs.run(slow(60), { signal: stop.signal, onRun: ({ type }) => { if (type === 'node.progress') stop.abort() } })
  expect(await running.catch((error: unknown) => error)).toMatchObject({ name: 'JobError', job: { state: 'cancelled' } })
  await expect(client.jobs.run('not/saved')).rejects.toMatchObject({ status: 404 })
})

test('an upload is an input', async () => {
  const { path } = await client.assets.upload(new Blob([new Uint8Array(PIXEL)]), 'pixel.png')
  const { result } = await client.jobs.run({
    version: 1,
    nodes: [
      { id: 'load', type: 'LoadImage', inputs: { image: path } },
      { id: 'save', type: 'SaveImage', inputs: { images: { from: 'load', output: 'IMAGE' }, filename_prefix: 'uploaded' } },
    ],
  })
  expect(result.files).toHaveLength(1)
})

test('a connection that is cut again and again loses no event', async () => {
  const { url, cut, close } = await wire()
  const cutting = createClient({ url })
  try {
    const run: RunEvent[] = []
    let cuts = 0
    const { job } = await cutting.jobs.run(slow(6, 60), {
      onRun: (event) => {
        run.push(event)
        if (event.type === 'node.progress' && event.value % 12 === 0 && cuts++ < 4) cut()
      },
    })
    expect(job.state).toBe('done')
    expect(cuts).toBeGreaterThan(1)
    const numbers = run.map(({ seq }) => seq)
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
    // Of the progress that was missed only the newest is told; of everything else nothing is left out.
    expect(run.filter(({ type }) => type !== 'node.progress').map(({ type }) => type)).toEqual([
      'run.started', 'node.started', 'node.done', 'node.started', 'node.done', 'run.done',
    ])
    expect(run.filter(({ type }) => type === 'node.progress').at(-1)).toMatchObject({ value: 60, max: 60 })
  } finally {
    cutting.close()
    close()
  }
})

test('who comes late gets a snapshot, and what follows it', async () => {
  const first = await client.jobs.submit(slow(60, 600), { id: 'late' })
  expect(first.job.id).toBe('late')
  await eventually(async () => (await client.jobs.get('late')).job.state === 'running')
  const late = createClient({ url: api.server.url })
  try {
    const snapshots: Snapshot[] = []
    const entries: FeedEntry[] = []
    const subscription = late.events.subscribe({ onSnapshot: (snapshot) => snapshots.push(snapshot), onEntry: (entry) => entries.push(entry) })
    await subscription.ready
    await eventually(() => entries.some((entry) => 'job' in entry && entry.job === 'late'))
    expect(snapshots[0]!.running.map(({ job }) => job.id)).toEqual(['late'])
    // A second listener of the same client begins with a snapshot of its own.
    const second = late.events.subscribe({ onSnapshot: (snapshot) => snapshots.push(snapshot) })
    await second.ready
    await eventually(() => snapshots.length > 1)
    await client.jobs.cancel('late')
    await eventually(() => entries.some((entry) => 'job' in entry && entry.job === 'late' && entry.event.type === 'job.ended'))
  } finally {
    late.close()
  }
})

test('what a socket greets with is checked', async () => {
  const goodbye = (auth: object) => new Promise((resolve) => {
    const socket = io(api.server.url, { transports: ['websocket'], forceNew: true, reconnection: false, auth })
    socket.on('goodbye', (reason: unknown) => {
      resolve(reason)
      socket.disconnect()
    })
  })
  expect(await goodbye({ jobs: ['../x'] })).toMatchObject({ code: 'invalid_request' })
  expect(await goodbye({ cursor: 5 })).toMatchObject({ code: 'invalid_request' })
  expect(await goodbye({ other: true })).toMatchObject({ code: 'invalid_request' })
  const polling = await api.server.fetch('/socket.io/?EIO=4&transport=polling')
  expect(polling.status).toBe(426)
})

test('a job survives its server: the client goes on when it is back', async () => {
  const { server } = api
  const port = server.port
  const resilient = createClient({ url: server.url })
  const running = resilient.jobs.run(slow(4, 20), { title: 'survivor' })
  await eventually(async () => (await client.jobs.list({ state: ['running'] })).jobs.some(({ title }) => title === 'survivor'))
  await server.kill()
  api = { ...api, server: await server.restart({ args: [`--port=${port}`, '--plugins', join(root, 'test/server/comfy-plugins')] }) }
  const { job } = await running
  expect(job.state).toBe('done')
  expect(job.attempts).toBeGreaterThan(1)
  resilient.close()
}, 120_000)

test('the built client has no module of Node in it', () => {
  const text = readFileSync(join(root, 'dist/client/index.js'), 'utf8')
  expect([...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(([, name]) => name)).toEqual(['socket.io-client'])
})
