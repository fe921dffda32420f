import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiOf, form, picture, slow, startApi, type Api } from './api-support.ts'

let api: Api
beforeAll(async () => { api = await apiOf(await startApi()) })
afterAll(() => api.server.stop())

const submit = async (body: unknown, headers: Record<string, string> = {}) => {
  const answer = await api.ask('POST', '/jobs', body, headers)
  expect(answer.body.error).toBeUndefined()
  return answer
}
const ended = async (id: string) => (await api.ask('GET', `/jobs/${id}/result?wait=50`)).body

test('a workflow by itself is a submission; its end can be waited for', async () => {
  const { status, body, headers } = await submit(picture(1))
  expect(status).toBe(201)
  expect(headers.get('location')).toBe(`/api/jobs/${body.job.id}`)
  const { job, result } = await ended(body.job.id)
  expect(job).toMatchObject({ state: 'done', title: 'Colour 1', nodes: 2, attempts: 1 })
  const [file] = result.files
  expect(readFileSync(join(api.server.output, file.subfolder, file.filename)).length).toBe(file.bytes)
  expect((await api.ask('GET', `/jobs/${job.id}`)).body.result).toEqual(result)
})

test('ComfyUI\'s formats, a saved name and a produced file are submissions too', async () => {
  const comfy = {
    1: { class_type: 'EmptyImage', inputs: { width: 8, height: 8, batch_size: 1, color: 2 } },
    2: { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'api' } },
  }
  const first = await ended((await submit(comfy)).body.job.id)
  expect(first.job.state).toBe('done')
  expect((await ended((await submit({ workflow: comfy, title: 'mine' })).body.job.id)).job.title).toBe('mine')

  await api.ask('PUT', '/workflows/colours%2Fplain', picture(3))
  const saved = await ended((await submit({ workflow: 'colours/plain', inputs: { color: 4 } })).body.job.id)
  expect(saved.job.state).toBe('done')

  const [file] = saved.result.files
  const png = readFileSync(join(api.server.output, file.subfolder, file.filename))
  const again = await ended((await submit(form(png, 'again.png', { options: '{"title":"again","set":["save.filename_prefix=again"]}' }))).body.job.id)
  expect(again.job).toMatchObject({ state: 'done', title: 'again' })
  expect(again.result.files[0].filename).toMatch(/^again/)
  const { body: workflow } = await api.ask('GET', `/jobs/${again.job.id}/workflow`)
  expect(workflow.nodes[0].inputs.color).toBe(4)
})

test('seeds past 2^53 of ComfyUI are taken as they are; in our format they are refused by name', async () => {
  const prompt = '{"1":{"class_type":"EmptyImage","inputs":{"width":8,"height":8,"batch_size":1,"color":5}},"2":{"class_type":"SaveImage","inputs":{"images":["1",0],"filename_prefix":"a"},"_meta":{"seed":18446744073709551615}}}'
  expect((await submit(prompt)).status).toBe(201)
  const { status, body } = await api.ask('POST', '/jobs', JSON.stringify(picture(6)).replace('"color":6', '"color":18446744073709551615'))
  expect(status).toBe(400)
  expect(body.error.code).toBe('invalid_json')
})

test('the same key gives the same job; another request under it is refused', async () => {
  const key = { 'idempotency-key': 'once' }
  const first = await submit(picture(7), key)
  const second = await submit(picture(7), key)
  expect([first.status, second.status]).toEqual([201, 200])
  expect(second.body.job.id).toBe(first.body.job.id)
  const other = await api.ask('POST', '/jobs', picture(8), key)
  expect(other.status).toBe(422)
  expect(other.body.error).toMatchObject({ code: 'idempotency_key_reuse', field: 'headers.idempotency-key' })
})

test('everything that is wrong is said, by node and input', async () => {
  const broken = picture(9)
  broken.nodes[0]!.inputs.width = -1 as never
  broken.nodes.push({ id: 'x', type: 'NoSuchNode', inputs: {} } as never, { id: 'y', type: 'SaveImage', inputs: { images: { from: 'x', output: 'IMAGE' } } } as never)
  const { status, body } = await api.ask('POST', '/jobs', broken)
  expect(status).toBe(400)
  expect(body.error.problems.map((one: { code: string; node?: { id: string } }) => [one.code, one.node?.id])).toEqual(
    expect.arrayContaining([['value_smaller_than_min', 'empty'], ['missing_node_type', 'x']]))
  expect(body.error.message).toContain('NoSuchNode')
  const { body: checked } = await api.ask('POST', '/validate', broken)
  expect(checked).toMatchObject({ ok: false })
  expect((await api.ask('POST', '/validate', { workflow: picture(9) })).body).toEqual({ ok: true, problems: [], outputs: { good: ['save'], bad: [] } })
})

test.each([
  ['not JSON', '{"version": 1,', 'invalid_json'],
  ['a list', '[]', 'invalid_request'],
  ['neither workflow nor envelope', '{"wrokflow": {}}', 'invalid_request'],
  ['an unknown option', JSON.stringify({ workflow: picture(1), priority: 3 }), 'invalid_request'],
  ['a place that is none', JSON.stringify({ workflow: picture(1), place: 'top' }), 'invalid_request'],
  ['for a device that is not there', JSON.stringify({ workflow: picture(1), device: 'cuda' }), 'device_unavailable'],
  ['an id that is a path', JSON.stringify({ workflow: picture(1), id: '../x' }), 'invalid_request'],
  ['a saved name that leads away', JSON.stringify({ workflow: '../../etc/passwd' }), 'invalid_name'],
  ['inputs that are a list', JSON.stringify({ workflow: picture(1), inputs: [] }), 'invalid_request'],
  ['a parameter that it has not', JSON.stringify({ workflow: picture(1), inputs: { colour: 1 } }), 'unknown_parameter'],
  ['the same key twice', `{"workflow":${JSON.stringify(picture(1))},"title":"a","title":"b"}`, 'invalid_json'],
])('a submission that is %s is refused: %#', async (_, text, code) => {
  const { status, body } = await api.ask('POST', '/jobs', text)
  expect(status).toBe(400)
  expect(body.error.code).toBe(code)
  expect(body.error.message).not.toMatch(/\n\s+at /)
})

test.each(['/jobs?limit=-1', '/jobs?limit=1e9', '/jobs?limit=0', '/jobs?limit=1.5', '/jobs?limit=abc', '/jobs?limit=1&limit=2', '/jobs?state=dead',
  '/jobs?after=xyz', '/jobs?order=up', '/jobs?__proto__=1', '/jobs?constructor=1', '/queue/state?limit=1001', '/jobs/x/result?wait=601', '/assets/output?limit=-1',
])('%s is refused by the name of its field', async (path) => {
  const { status, body } = await api.ask('GET', path)
  expect(status).toBe(400)
  expect(body.error.field).toMatch(/^query\./)
})

test('a body that is not JSON by its content type is refused', async () => {
  const { status, body } = await api.ask('POST', '/jobs', '{}', { 'content-type': 'text/plain' })
  expect(status).toBe(415)
  expect(body.error).toMatchObject({ code: 'unsupported_media_type', field: 'headers.content-type' })
})

test('jobs that wait are placed, moved and cancelled; cancelling again is no error', async () => {
  const isIdle = async () => Object.values((await api.ask('GET', '/queue/state')).body.size).every((count) => count === 0)
  while (!await isIdle()) await new Promise((resolve) => { setTimeout(resolve, 50) }) // what earlier tests left would stand in line too
  await api.ask('POST', '/queue/pause')
  try {
    const id = async (options: object) => (await submit({ workflow: slow(60), ...options })).body.job.id as string
    const a = await id({ id: 'wait-a' })
    const b = await id({ id: 'wait-b' })
    const c = await id({ id: 'wait-c', place: 'front' })
    const placed = await submit({ workflow: slow(60), id: 'wait-d', place: { before: 'wait-b' } })
    expect(placed.body.ahead).toBe(2)
    const d = placed.body.job.id as string
    const lost = await api.ask('POST', '/jobs', { workflow: slow(60), id: 'wait-e', place: { before: 'nobody' } })
    expect([lost.status, lost.body.error.code, lost.body.error.field]).toEqual([409, 'not_queued', 'body.place.before'])
    expect((await api.ask('GET', '/jobs/wait-e')).status).toBe(404)
    const order = async () => (await api.ask('GET', '/queue/state')).body.queued.map((job: { id: string }) => job.id)
    expect(await order()).toEqual([c, a, d, b])
    expect((await api.ask('POST', `/jobs/${b}/move`, { to: { before: c } })).body.id).toBe(b)
    await api.ask('POST', `/jobs/${c}/move`, { to: 'end' })
    expect(await order()).toEqual([b, a, d, c])
    expect((await api.ask('GET', `/jobs/${d}`)).body.ahead).toBe(2)
    expect((await api.ask('DELETE', `/jobs/${d}`)).body.error.code).toBe('job_alive')
    expect((await api.ask('POST', '/jobs', { workflow: slow(1), id: a })).body.error.code).toBe('id_taken')
    expect((await api.ask('POST', `/jobs/${a}/cancel`)).body).toEqual({ status: 'cancelled' })
    expect((await api.ask('POST', `/jobs/${a}/cancel`)).body).toEqual({ status: 'ended' })
    expect((await api.ask('POST', `/jobs/${a}/move`, { to: 'front' })).status).toBe(409)
    expect((await api.ask('POST', '/jobs/nobody/cancel')).status).toBe(404)
    expect((await api.ask('POST', '/queue/clear')).body).toEqual({ cancelled: 3 })
  } finally {
    await api.ask('POST', '/queue/resume')
  }
})

test('a running job is cancelled by its id', async () => {
  const { body } = await submit({ workflow: slow(60), id: 'to-cancel' })
  for (let state = body.job.state; state !== 'running';) state = (await api.ask('GET', '/jobs/to-cancel')).body.job.state
  expect((await api.ask('GET', '/jobs/to-cancel/result')).status).toBe(202)
  expect((await api.ask('POST', '/jobs/to-cancel/cancel')).body.status).toBe('cancelling')
  expect((await ended('to-cancel')).job.state).toBe('cancelled')
})

test('a job runs again with other inputs, and the difference is told', async () => {
  const first = (await submit({ workflow: picture(10), inputs: { color: 11 } })).body.job.id
  await ended(first)
  const again = (await api.ask('POST', `/jobs/${first}/rerun`, { inputs: { color: 12 } })).body.job.id
  expect((await ended(again)).job.state).toBe('done')
  const { body } = await api.ask('GET', `/jobs/${first}/diff/${again}`)
  expect(body.changes).toMatchObject([{ of: 'input', name: 'color', before: 11, after: 12 }])
})

test('the list goes through queue and history page by page, each job once', async () => {
  await api.ask('POST', '/queue/pause')
  try {
    for (const id of ['page-1', 'page-2', 'page-3']) await submit({ workflow: slow(1), id })
    const seen: string[] = []
    for (let after = ''; ;) {
      const { body } = await api.ask('GET', `/jobs?limit=2${after}`)
      expect(body.jobs.length).toBeLessThanOrEqual(2)
      seen.push(...body.jobs.map((job: { id: string }) => job.id))
      if (body.next === undefined) {
        expect(seen.length).toBe(body.total)
        break
      }
      after = `&after=${encodeURIComponent(body.next)}`
    }
    expect(seen.slice(0, 3)).toEqual(['page-1', 'page-2', 'page-3'])
    expect(new Set(seen).size).toBe(seen.length)
    const { body } = await api.ask('GET', '/jobs?state=done&order=oldest&limit=3')
    expect(body.jobs.map((job: { seq: number }) => job.seq)).toEqual(body.jobs.map((job: { seq: number }) => job.seq).sort((a: number, b: number) => a - b))
    expect(body.jobs.every((job: { state: string }) => job.state === 'done')).toBe(true)
    await api.ask('POST', '/queue/clear')
  } finally {
    await api.ask('POST', '/queue/resume')
  }
})

test('a job that ended can be forgotten, once', async () => {
  const { body } = await submit(picture(13))
  await ended(body.job.id)
  expect((await api.ask('DELETE', `/jobs/${body.job.id}`)).status).toBe(204)
  expect((await api.ask('GET', `/jobs/${body.job.id}`)).status).toBe(404)
  expect((await api.ask('DELETE', `/jobs/${body.job.id}`)).status).toBe(404)
})

test('a plan says what would run', async () => {
  const { status, body } = await api.ask('POST', '/plan', { workflow: picture(99) })
  expect(status).toBe(200)
  expect(body.nodes.map((row: { node: string }) => row.node)).toEqual(expect.arrayContaining(['empty', 'save']))
})
