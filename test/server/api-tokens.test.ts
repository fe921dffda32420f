import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClient, type KinographClient } from '../../server/client/index.ts'
import { eventually, picture, slow, startApi } from './api-support.ts'
import type { TestServer } from './support.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const people = { anna: ['run'], bert: ['run', 'edit'], root: ['run', 'edit', 'admin'] } as const
type Person = keyof typeof people

let server: TestServer
const clients = new Map<Person, KinographClient>()
const as = (person: Person) => clients.get(person)!

beforeAll(async () => {
  const tokens = Object.entries(people).map(([name, scopes]) => ({ name, scopes, sha256: sha256(`${name}-token`) }))
  server = await startApi({ config: { tokens }, env: { KINOGRAPH_TOKEN: undefined } })
  for (const name of ['anna', 'bert', 'root'] as const) clients.set(name, createClient({ url: server.url, token: `${name}-token` }))
})
afterAll(async () => {
  for (const client of clients.values()) client.close()
  await server.stop()
})

test('who only runs jobs sees, follows and cancels their own', async () => {
  const heard: string[] = []
  const listening = as('anna').events.subscribe({ onEntry: (entry) => { if ('job' in entry) heard.push(entry.job) } })
  await listening.ready
  const berts = as('bert').jobs.run(slow(60), { id: 'bert-1' }).catch((error: unknown) => error)
  await eventually(async () => (await as('bert').jobs.list()).jobs.some(({ id }) => id === 'bert-1'))
  expect(await as('anna').jobs.list()).toMatchObject({ jobs: [], total: 0 })
  const { jobs } = as('anna')
  for (const call of [() => jobs.get('bert-1'), () => jobs.cancel('bert-1'), () => jobs.workflow('bert-1'), () => jobs.remove('bert-1')]) {
    await expect(call()).rejects.toMatchObject({ status: 404 })
  }
  expect((await as('root').jobs.get('bert-1')).job.owner).toBe('bert')
  await as('root').jobs.cancel('bert-1')
  expect(await berts).toMatchObject({ name: 'JobError', job: { state: 'cancelled' } })
  const { job } = await as('anna').jobs.run(picture(1))
  expect(job.owner).toBe('anna')
  await eventually(() => heard.includes(job.id))
  expect(new Set(heard)).toEqual(new Set([job.id]))
  expect((await as('anna').jobs.list()).jobs.map(({ id }) => id)).toEqual([job.id])
  listening.close()
})

test.each([
  ['anna', 'PUT', '/workflows/x', 403], ['anna', 'PUT', '/preferences/x', 403], ['anna', 'POST', '/assets', 403], ['anna', 'DELETE', '/assets/output/x', 403],
  ['bert', 'PUT', '/preferences/x', 204], ['bert', 'POST', '/queue/pause', 403], ['bert', 'POST', '/queue/clear', 403], ['bert', 'POST', '/memory/free', 403],
  ['bert', 'DELETE', '/jobs', 403], ['anna', 'POST', '/validate', 200], ['anna', 'GET', '/nodes', 200], ['root', 'POST', '/queue/resume', 200],
] as const)('%s may or may not: %s %s is %i', async (person, method, path, status) => {
  const hasBody = method === 'PUT' || path === '/memory/free' || path === '/validate'
  const answer = await server.fetch(`/api${path}`, {
    method, headers: { authorization: `Bearer ${person}-token`, ...(hasBody && { 'content-type': 'application/json' }) },
    ...(hasBody && { body: JSON.stringify(path === '/validate' ? picture(2) : {}) }),
  })
  expect(answer.status).toBe(status)
  if (status === 403) expect(await answer.json()).toMatchObject({ error: { code: 'forbidden' } })
})

test('preferences are one\'s own', async () => {
  await as('bert').call('PUT /preferences/{key}', { params: { key: 'theme' }, body: 'dark' })
  expect(await as('bert').call('GET /preferences/{key}', { params: { key: 'theme' } })).toBe('dark')
  await expect(as('root').call('GET /preferences/{key}', { params: { key: 'theme' } })).rejects.toMatchObject({ status: 404 })
})

test('without a token nothing is told, over sockets neither', async () => {
  const nobody = createClient({ url: server.url })
  await expect(nobody.nodes()).rejects.toMatchObject({ status: 401 })
  await expect(nobody.events.subscribe({}).ready).rejects.toMatchObject({ code: 'unreachable' })
  nobody.close()
})
