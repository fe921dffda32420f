import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiOf, startApi, type Api } from './api-support.ts'
import { root } from './support.ts'

let api: Api
beforeAll(async () => { api = await apiOf(await startApi()) })
afterAll(() => api.server.stop())

test('templates are listed with what they are for, those to start with first, those that need more last', async () => {
  const { body: { templates } } = await api.ask('GET', '/templates')
  expect(templates.length).toBeGreaterThanOrEqual(12)
  expect(templates.slice(0, 2).map((one: { name: string }) => one.name).sort()).toEqual(['text-to-image', 'text-to-video'])
  expect(templates.at(-1)).toMatchObject({ name: 'easyanimate-v1', thumbnail: false, needs: expect.stringContaining('weights') })
  for (const { description, tags } of templates) expect([description.length > 20, tags.length > 0]).toEqual([true, true])
})

test('a template is the workflow of its file, with its picture and the files that it reads', async () => {
  const { body } = await api.ask('GET', '/templates/image-variation')
  expect(body).toEqual(JSON.parse(readFileSync(join(root, 'workflows', 'image-variation.json'), 'utf8')))
  const picture = await api.server.fetch('/api/templates/image-variation/thumbnail')
  expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/webp'])
  const file = await api.server.fetch('/api/templates/image-variation/files/images/circle.png')
  expect(Buffer.from(await file.arrayBuffer()).equals(readFileSync(join(root, 'workflows', 'images', 'circle.png')))).toBe(true)
})

test.each([
  '/templates/text-to-vide', '/templates/..%2Fpackage', '/templates/images', '/templates/__proto__', '/templates/easyanimate-v1/thumbnail',
  '/templates/text-to-video/files/images/circle.png', '/templates/image-variation/files/text-to-video.json', '/templates/image-variation/files/..%2Fpackage.json',
])('%s is not there', async (path) => {
  const { status, body } = await api.ask('GET', path)
  expect([status, body.error.code]).toEqual([404, 'not_found'])
})
