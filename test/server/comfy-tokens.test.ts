/** With tokens: nobody hears, sees or stops what is somebody else's. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listen, queue, slow, startComfy, type Prompt } from './comfy-support.ts'
import type { TestServer } from './support.ts'

const TOKENS = { ann: 'ann-0123456789-abcdefghij', bob: 'bob-0123456789-abcdefghij', root: 'root-0123456789-abcdefghij' }
type Name = keyof typeof TOKENS
const bearer = (name: Name) => ({ authorization: `Bearer ${TOKENS[name]}` })
const token = (name: Name, scopes: readonly string[]) => ({ name, scopes, sha256: createHash('sha256').update(TOKENS[name]).digest('hex') })

let server: TestServer
beforeAll(async () => {
  server = await startComfy({ config: { tokens: [token('ann', ['run', 'edit']), token('bob', ['run', 'edit']), token('root', ['run', 'edit', 'admin'])] } })
})
afterAll(() => server?.stop())

const show = (value: number): Prompt => ({ '1': { class_type: 'PrimitiveInt', inputs: { value } }, '2': { class_type: 'PreviewAny', inputs: { source: ['1', 0] } } })
const get = async (path: string, name: Name) => (await server.fetch(path, { headers: bearer(name) })).json() as Promise<Record<string, unknown>>
const post = (path: string, body: unknown, name: Name) => server.post(path, body, bearer(name))

async function ended(id: string, name: Name) {
  await expect.poll(async () => Object.keys(await get(`/history/${id}`, name)), { timeout: 50_000 }).toEqual([id])
}

test('a client\'s id does not give its events to somebody else', async () => {
  const [ann, bob, root] = await Promise.all((['ann', 'bob', 'root'] as const).map((name) => listen(server, 'shared', bearer(name))))
  const id = await queue(server, show(1), { client_id: 'shared' }, bearer('ann'))
  await Promise.all([ann!.end(id), root!.end(id)])
  expect(ann!.types(id)).toContain('executed')
  expect(root!.types(id)).toContain('executed')
  expect(bob!.types(id)).toEqual([])
  await Promise.all([ann!.close(), bob!.close(), root!.close()])

  await queue(server, show(2), { client_id: 'shared' }, bearer('ann')).then((other) => ended(other, 'ann'))
  const late = await listen(server, 'shared', bearer('bob'))
  await late.event(({ type }) => type === 'status')
  expect(late.events.every(({ type }) => type === 'status')).toBe(true)
  await late.close()
})

test('history and queue show one\'s own; of others only that they wait', async () => {
  const mine = await queue(server, show(3), {}, bearer('bob'))
  await ended(mine, 'bob')
  expect(await get(`/history/${mine}`, 'ann')).toEqual({})
  expect(Object.keys(await get('/history', 'ann'))).not.toContain(mine)
  expect(Object.keys(await get('/history', 'root'))).toContain(mine)

  const running = await queue(server, slow(60), {}, bearer('ann'))
  const waiting = await queue(server, show(4), { extra_data: { note: 'private' } }, bearer('ann'))
  await expect.poll(async () => ((await get('/queue', 'ann'))['queue_running'] as unknown[]).length, { timeout: 30_000 }).toBe(1)
  expect(await get('/queue', 'bob')).toEqual({ queue_running: [[expect.any(Number), running, {}, {}, []]], queue_pending: [[expect.any(Number), waiting, {}, {}, []]] })
  expect(JSON.stringify(await get('/queue', 'ann'))).toContain('private')

  for (const [path, body] of [['/interrupt', {}], ['/interrupt', { prompt_id: running }], ['/queue', { delete: [waiting] }], ['/queue', { clear: true }], ['/history', { clear: true }], ['/free', { free_memory: true }], ['/settings', { a: 1 }]] as const) {
    const answer = await post(path, body, 'bob')
    expect([path, answer.status]).toEqual([path, 403])
    expect(await answer.json()).toMatchObject({ error: { message: expect.any(String) } })
  }
  expect((await post('/history', { delete: [mine] }, 'ann')).status).toBe(403)
  expect((await post('/prompt', { prompt: show(5), prompt_id: mine }, 'ann')).status).toBe(409)

  expect((await post('/queue', { delete: [waiting] }, 'ann')).status).toBe(200)
  expect((await post('/interrupt', { prompt_id: running }, 'ann')).status).toBe(200)
  await ended(running, 'ann')
  expect((await post('/history', { delete: [mine] }, 'bob')).status).toBe(200)
  expect(await get(`/history/${mine}`, 'bob')).toEqual({})
})

test('files and lines of the log are each person\'s own', async () => {
  await server.fetch('/userdata/note.json', { method: 'POST', body: '{}', headers: bearer('ann') })
  expect((await server.fetch('/userdata/note.json', { headers: bearer('ann') })).status).toBe(200)
  expect((await server.fetch('/userdata/note.json', { headers: bearer('bob') })).status).toBe(404)
  const id = await queue(server, show(6), {}, bearer('ann'))
  await ended(id, 'ann')
  expect(JSON.stringify(await get('/internal/logs/raw', 'ann'))).toContain(id)
  expect(JSON.stringify(await get('/internal/logs/raw', 'bob'))).not.toContain(id)
})

test('without a token nothing is told', async () => {
  for (const path of ['/prompt', '/history', '/queue', '/object_info', '/view?filename=a.png', '/userdata?dir=']) expect((await server.fetch(path)).status).toBe(401)
  await expect(listen(server, 'nobody')).rejects.toThrow(/401/)
})
