/** /api/openapi.json, and /api/docs, a page to read it: own small files, nothing from elsewhere. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Type } from '@sinclair/typebox'
import type { Router } from 'express'
import type { JsonObject } from '../../core/types/json.ts'
import type { Services } from '../services.ts'
import { missing } from './errors.ts'
import { ANSWERED, implement } from './implement.ts'
import { openApiDocument } from './openapi.ts'
import { packageRoot } from './package-root.ts'
import { loose } from './schema/typed.ts'
import type { Routes } from './spec.ts'

export const docsRoutes = {
  'GET /openapi.json': {
    operation: 'getOpenApi', tag: 'docs', scope: 'run', summary: 'This document',
    replies: { 200: loose<JsonObject>(Type.Object({})) },
  },
  'GET /docs': {
    operation: 'getDocs', tag: 'docs', scope: 'run', summary: 'A page to read it',
    replies: { 200: { content: { 'text/html': Type.String() } } },
  },
  'GET /docs/{file}': {
    operation: 'getDocsFile', tag: 'docs', scope: 'run', summary: 'Files of that page',
    params: Type.Object({ file: Type.String({ maxLength: 40 }) }),
    replies: { 200: { content: { 'text/css': Type.String(), 'text/javascript': Type.String() } } },
    errors: [404],
  },
} as const satisfies Routes

const FILES: ReadonlyMap<string, string> = new Map([
  ['docs.css', 'text/css; charset=utf-8'], ['docs.js', 'text/javascript; charset=utf-8'],
])

/** Scripts and styles of this server alone; nothing inline. */
const POLICY = 'default-src \'none\'; script-src \'self\'; style-src \'self\'; connect-src \'self\'; base-uri \'none\'; form-action \'none\'; frame-ancestors \'none\''

/** @param allRoutes every table, this one included */
export function docsRouter(services: Services, allRoutes: () => Routes): Router {
  let document: Promise<JsonObject> | undefined
  return implement(docsRoutes, services, {
    'GET /openapi.json': () => (document ??= writeDocument(allRoutes())),
    'GET /docs': async ({ request, response }) => {
      const isFolder = request.path.endsWith('/')
      if (isFolder) return response.redirect(301, '../docs'), ANSWERED
      response.set('content-security-policy', POLICY).type('text/html').send(await readFile(join(folder(), 'index.html'), 'utf8'))
      return ANSWERED
    },
    'GET /docs/{file}': async ({ params, response }) => {
      const type = FILES.get(params.file)
      if (type === undefined) throw missing(`the file "${params.file}"`, 'GET /api/docs shows the page.')
      response.set('content-security-policy', POLICY).set('cache-control', 'no-cache').type(type).send(await readFile(join(folder(), params.file), 'utf8'))
      return ANSWERED
    },
  })
}

const folder = () => join(packageRoot(), 'server', 'api', 'docs')

/** The format's schema is read when somebody asks. */
async function writeDocument(routes: Routes): Promise<JsonObject> {
  const { default: format } = await import('../../core/workflow/workflow.schema.json', { with: { type: 'json' } })
  return openApiDocument(routes, format as unknown as JsonObject) // a JSON file
}
