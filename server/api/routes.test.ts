import type { Router } from 'express'
import { expect, test } from 'vitest'
import type { Services } from '../services.ts'
import { expressPath } from './implement.ts'
import { openApiDocument } from './openapi.ts'
import { API_ROUTES, apiRouter } from './routes.ts'
import { partsOf, type Routes } from './spec.ts'

/** Every method and path that express answers, however deep it is mounted. */
function mounted(router: Router): string[] {
  return router.stack.flatMap(({ route, handle }) => {
    if (route) return route.stack.map(({ method }) => `${method.toUpperCase()} ${route.path}`)
    return 'stack' in handle ? mounted(handle as unknown as Router) : []
  })
}

test('what is mounted is what is described, and nothing else', () => {
  const services = { folders: { temp: '/tmp', data: '/tmp' }, store: {} } as unknown as Services
  const described = Object.keys(API_ROUTES).map((key) => `${partsOf(key).method} ${expressPath(partsOf(key).path)}`)
  expect(mounted(apiRouter(services)).sort()).toEqual(described.sort())
  const { paths } = openApiDocument(API_ROUTES, {}) as { paths: Record<string, object> }
  expect(Object.values(paths).flatMap(Object.keys)).toHaveLength(described.length)
})

test('no GET takes a body or asks for more than the scope run', () => {
  for (const [key, spec] of Object.entries<Routes[keyof Routes]>(API_ROUTES)) {
    if (!key.startsWith('GET ')) continue
    expect(spec.body, key).toBeUndefined()
    expect(spec.scope, key).toBe('run')
  }
})
