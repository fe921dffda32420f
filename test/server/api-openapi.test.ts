import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiOf, startApi, type Api } from './api-support.ts'

let api: Api
beforeAll(async () => { api = await apiOf(await startApi()) })
afterAll(() => api.server.stop())

/** What an operation takes: the least that its schema lets through. */
const EXAMPLES: Readonly<Record<string, string>> = { root: 'output', sha256: 'a'.repeat(64), file: 'docs.css', type: 'SaveImage', path: 'none.png' }

test('every operation that is documented is there, and its name is its own', async () => {
  const names: string[] = []
  for (const [path, methods] of Object.entries(api.document.paths)) {
    for (const [method, { operationId }] of Object.entries(methods)) {
      names.push(operationId)
      if (operationId === 'clearHistory' || operationId === 'clearQueue') continue // would be felt by others
      const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => EXAMPLES[name] ?? 'none')
      const answer = await api.server.fetch(filled, { method: method.toUpperCase(), redirect: 'manual' })
      const text = await answer.text()
      expect(text, `${method} ${path}`).not.toContain('lists what there is.","') // nobody answered
      expect(text, `${method} ${path}`).not.toMatch(/There is no (GET|POST|PUT|DELETE) /)
    }
  }
  expect(new Set(names).size).toBe(names.length)
  expect(names.length).toBeGreaterThan(40)
})

test('references lead somewhere, names of parameters are those of the path, and every refusal has one form', () => {
  const text = JSON.stringify(api.document)
  for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)/g)) expect(api.document.components.schemas).toHaveProperty(name!)
  expect(text).not.toMatch(/"\$ref":"(?!#\/components\/schemas\/)/)
  for (const [path, methods] of Object.entries(api.document.paths)) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    for (const { parameters = [], responses, operationId } of Object.values(methods)) {
      expect(parameters.filter((one) => one.in === 'path').map((one) => one.name), operationId).toEqual(inPath)
      for (const [status, reply] of Object.entries(responses)) {
        if (Number(status) >= 400) expect(reply.content?.['application/json']?.schema).toEqual({ $ref: '#/components/schemas/Error' })
      }
    }
  }
})

test('every schema compiles, and workflows that are shipped fit theirs', async () => {
  const { readFileSync, readdirSync } = await import('node:fs')
  for (const [name] of Object.entries(api.document.components.schemas)) api.problem({ $ref: `#/components/schemas/${name}` }, null)
  for (const name of readdirSync('workflows').filter((one) => one.endsWith('.json'))) {
    const workflow: unknown = JSON.parse(readFileSync(`workflows/${name}`, 'utf8'))
    expect(api.problem({ $ref: '#/components/schemas/Workflow' }, workflow)).toBeUndefined()
    expect(api.problem({ $ref: '#/components/schemas/Submit' }, { workflow, inputs: { seed: 1 }, place: { before: 'x' } })).toBeUndefined()
  }
  expect(api.problem({ $ref: '#/components/schemas/Submit' }, { workflow: 'x', priority: 1 })).toBeDefined()
})

test('the page that shows it has files of its own only, under a strict policy', async () => {
  const page = await api.server.fetch('/api/docs')
  const html = await page.text()
  expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self'; style-src 'self'/)
  expect(page.headers.get('content-security-policy')).not.toContain('unsafe')
  expect(html).not.toMatch(/<script(?![^>]*src=)|<style|\son\w+=|style=|https?:/)
  for (const [, file] of html.matchAll(/(?:href|src)="(docs\/[^"]+)"/g)) {
    const answer = await api.server.fetch(`/api/${file}`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toMatch(/^text\/(css|javascript)/)
    expect(await answer.text()).not.toMatch(/https?:|innerHTML|eval\(/)
  }
  expect((await api.server.fetch('/api/docs/routes.ts')).status).toBe(404)
})

test('what is not there is said in the same form', async () => {
  for (const path of ['/api/nothing', '/api/jobs/none', '/api/jobs/%E0%A4%A']) {
    const answer = await api.server.fetch(path)
    const { error } = await answer.json() as { error: { code: string; message: string } }
    expect([400, 404]).toContain(answer.status)
    expect(typeof error.code).toBe('string')
    expect(error.message).toMatch(/\.$/)
  }
})
