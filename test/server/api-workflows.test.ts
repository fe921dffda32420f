import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiOf, picture, startApi, type Api } from './api-support.ts'

let api: Api
beforeAll(async () => { api = await apiOf(await startApi()) })
afterAll(() => api.server.stop())

const at = (name: string, rest = '') => `/workflows/${encodeURIComponent(name)}${rest}`

test('a workflow is saved, read, changed by whoever has its newest version, and removed', async () => {
  const created = await api.ask('PUT', at('shots/red'), picture(1), { 'if-none-match': '*' })
  expect(created.status).toBe(200)
  const etag = created.headers.get('etag')!
  expect(created.body).toEqual({ name: 'shots/red', etag: JSON.parse(etag) })
  const again = await api.ask('PUT', at('shots/red'), picture(2), { 'if-none-match': '*' })
  expect([again.status, again.body.error.field]).toEqual([412, 'headers.if-none-match'])

  const read = await api.ask('GET', at('shots/red'))
  expect(read.headers.get('etag')).toBe(etag)
  expect(read.body).toMatchObject({ version: 1, title: 'Colour 1' })
  expect((await api.ask('GET', at('shots/red'), undefined, { 'if-none-match': etag })).status).toBe(304)

  const changed = await api.ask('PUT', at('shots/red'), picture(2), { 'if-match': etag })
  expect(changed.status).toBe(200)
  const late = await api.ask('PUT', at('shots/red'), picture(3), { 'if-match': etag })
  expect(late.status).toBe(412)
  expect(late.headers.get('etag')).toBe(changed.headers.get('etag'))
  expect(late.body.error).toMatchObject({ code: 'conflict', field: 'headers.if-match' })
  expect(late.body.error.message).toContain(changed.body.etag)

  const { body: { versions } } = await api.ask('GET', at('shots/red', '/versions'))
  expect(versions.map((one: { etag: string }) => one.etag)).toEqual([changed.body.etag, created.body.etag])
  expect((await api.ask('GET', at('shots/red', `?version=${created.body.etag}`))).body.title).toBe('Colour 1')

  expect((await api.ask('DELETE', at('shots/red'), undefined, { 'if-match': etag })).status).toBe(412)
  expect((await api.ask('DELETE', at('shots/red'), undefined, { 'if-match': changed.headers.get('etag')! })).status).toBe(204)
  expect((await api.ask('GET', at('shots/red'))).status).toBe(404)
})

test('names are moved and listed; a name that is taken stays', async () => {
  await api.ask('PUT', at('a'), picture(1))
  await api.ask('PUT', at('folder/b'), picture(2))
  expect((await api.ask('POST', at('a', '/move'), { to: 'folder/b' })).status).toBe(409)
  expect((await api.ask('POST', at('a', '/move'), { to: 'folder/c' })).body).toEqual({ name: 'folder/c' })
  expect((await api.ask('POST', at('a', '/move'), { to: 'x' })).status).toBe(404)
  const { body } = await api.ask('GET', '/workflows')
  expect(body.workflows.map((one: { name: string }) => one.name)).toEqual(expect.arrayContaining(['folder/b', 'folder/c']))
})

test.each(['../x', 'a/../b', '/a', 'a//b', '.hidden', 'a\\b', 'x\u0000', 'a/', ' '])('the name %j is refused', async (name) => {
  const { status, body } = await api.ask('PUT', at(name), picture(1))
  expect(status).toBe(400)
  expect(body.error).toMatchObject({ code: 'invalid_name', field: 'path.name' })
})

test('what is no workflow is not saved; ComfyUI\'s are kept as ours', async () => {
  expect((await api.ask('PUT', at('wrong'), { version: 1 })).status).toBe(400)
  expect((await api.ask('GET', at('wrong'))).status).toBe(404)
  await api.ask('PUT', at('comfy'), { 1: { class_type: 'NoSuchNode', inputs: { text: 'kept' } } })
  expect((await api.ask('GET', at('comfy'))).body.nodes).toMatchObject([{ id: '1', type: 'NoSuchNode', inputs: { text: 'kept' } }])
})

test('a saved workflow is a function of its named inputs, typed by its own document', async () => {
  await api.ask('PUT', at('typed/colours'), picture(5))
  const { body: document } = await api.ask('GET', at('typed/colours', '/openapi.json'))
  expect(document.openapi).toBe('3.1.0')
  const post = document.paths['/api/run/typed/colours'].post
  const schema = post.requestBody.content['application/json'].schema
  expect(schema.properties.color).toMatchObject({ type: 'integer', default: 5, description: 'RGB as one number' })
  expect(api.problem(schema, { color: 6 })).toBeUndefined()
  expect(api.problem(schema, { colour: 6 })).toBeDefined()

  const done = await api.ask('POST', '/run/typed/colours?wait=50', { color: 6, prefix: 'typed' })
  expect(done.status).toBe(200)
  expect(done.body.job.state).toBe('done')
  expect(done.body.result.files[0].filename).toMatch(/^typed/)
  const queued = await api.ask('POST', `/run/${encodeURIComponent('typed/colours')}`, { color: 7 })
  expect(queued.status).toBe(202)
  expect((await api.ask('GET', `/jobs/${queued.body.job.id}/workflow`)).body.nodes[0].inputs.color).toBe(7)

  const wrong = await api.ask('POST', '/run/typed/colours', { color: 'red', colour: 1 })
  expect(wrong.status).toBe(400)
  expect(wrong.body.error.problems.map((one: { field: string; code: string }) => [one.field, one.code])).toEqual([
    ['body.color', 'invalid_input_type'], ['body.colour', 'unknown_parameter'],
  ])
  expect((await api.ask('POST', '/run/no/such', {})).status).toBe(404)
  expect((await api.ask('GET', at('typed/colours', '/inputs'))).body.inputs).toMatchObject([{ name: 'color', value: 5 }, { name: 'prefix' }])
})

test('TypeScript declarations of a workflow and its nodes compile', async () => {
  const { default: ts } = await import('esbuild')
  for (const path of [at('typed/colours', '/types.d.ts'), '/nodes/types.d.ts']) {
    const { body } = await api.ask('GET', path)
    expect(body).toContain('export interface')
    await expect(ts.transform(body, { loader: 'ts' })).resolves.toMatchObject({ warnings: [] })
  }
  const { body } = await api.ask('GET', at('typed/colours', '/types.d.ts'))
  expect(body).toContain('readonly "color"?: number')
})

test('one definition comes with a schema that its own defaults fit', async () => {
  const { body } = await api.ask('GET', '/nodes/ImageScale')
  expect(api.problem(body.schema, { image: { from: 'a', output: 0 }, width: 64 })).toBeUndefined()
  expect(api.problem(body.schema, { image: 3 })).toBeDefined()
  expect(api.problem(body.schema, { image: { from: 'a', output: 0 }, crop: 'left' })).toBeDefined()
  expect(body.types).toContain('export interface ImageScaleInputs')
  const missing = await api.ask('GET', '/nodes/ImageScal')
  expect(missing.status).toBe(404)
  expect(missing.body.error.remedy).toContain('ImageScale')
})

test('node types that only expansions hold are in no list', async () => {
  const [{ body: { nodes } }, { body: types }, comfy] = await Promise.all([api.ask('GET', '/nodes'), api.ask('GET', '/nodes/types.d.ts'), api.server.json('/object_info')])
  const names = (nodes as { type: string }[]).map(({ type }) => type)
  expect(names).toContain('RepeatEnd')
  expect(names.toSorted()).toEqual(Object.keys(comfy as object).toSorted())
  expect(types).not.toContain('RepeatRounds')
  expect((await api.ask('GET', '/nodes/RepeatRounds')).status).toBe(404)
})

test('what to do about an override is said in words of the request', async () => {
  const asked = await api.ask('POST', '/jobs', { workflow: picture(5), set: ['empty.width'] })
  expect([asked.status, asked.body.error.code, asked.body.error.remedy]).toEqual([400, 'invalid_override', 'For example: sampler.steps=30.'])
  expect(JSON.stringify(asked.body)).not.toContain('--')
})

test('preferences are kept by key, as data', async () => {
  expect((await api.ask('PUT', '/preferences/theme', { dark: true, __proto__: 1 })).status).toBe(204)
  expect((await api.ask('PUT', '/preferences/Theme', '"other"')).status).toBe(204)
  expect((await api.ask('GET', '/preferences/theme')).body).toEqual({ dark: true })
  expect((await api.ask('GET', '/preferences')).body.keys).toEqual(['Theme', 'theme'])
  expect((await api.ask('DELETE', '/preferences/theme')).status).toBe(204)
  expect((await api.ask('GET', '/preferences/theme')).status).toBe(404)
  for (const key of ['..%2Fconfig', '.x', 'a%2Fb', 'a'.repeat(101)]) expect((await api.ask('PUT', `/preferences/${key}`, {})).status).toBe(400)
  expect((await api.ask('PUT', '/preferences/large', JSON.stringify('x'.repeat(1_100_000)))).status).toBe(413)
})
