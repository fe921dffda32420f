/** /api/workflows: saved ones, with versions and detection of conflicts; what can be set in them. */
import { Type } from '@sinclair/typebox'
import type { Router } from 'express'
import type { JsonObject } from '../../core/types/json.ts'
import { nodeTypes } from './input-schema.ts'
import type { Services } from '../services.ts'
import type { StoredWorkflow } from '../store/store.ts'
import { checkName } from '../workflows/names.ts'
import { namedInputs, noWorkflow, readSaved, savedText } from '../workflows/saved.ts'
import { inputsSchema, inputsType } from '../workflows/typed-inputs.ts'
import { contentType, readText } from './body.ts'
import { ApiError } from './errors.ts'
import { ANSWERED, implement, Reply } from './implement.ts'
import { workflowDocument } from './openapi.ts'
import { AnyJson, AnyWorkflow, Milliseconds, WorkflowSchema } from './schema/common.ts'
import { loose, typed } from './schema/typed.ts'
import type { Routes } from './spec.ts'
import { readWorkflowJson } from './workflow-source.ts'

const NameParams = Type.Object({ name: Type.String({ minLength: 1, maxLength: 400, description: '`folder/name`, with its slashes as %2F.' }) })
const SavedSchema = typed<StoredWorkflow>()(Type.Object(
  { name: Type.String(), etag: Type.String(), modified: Milliseconds, bytes: Type.Integer() },
  { $id: 'SavedWorkflow', description: 'A saved workflow, or one of its versions.' },
))
const IF_MATCH = Type.Object({
  'if-match': Type.Optional(Type.String({ maxLength: 1000, description: 'Only if it still has this ETag.' })),
  'if-none-match': Type.Optional(Type.String({ maxLength: 1000, description: '`*`: only if there is none yet.' })),
})

export const workflowRoutes = {
  'GET /workflows': {
    operation: 'listWorkflows', tag: 'workflows', scope: 'run', summary: 'Saved workflows',
    replies: { 200: Type.Object({ workflows: Type.Array(SavedSchema) }) },
  },
  'GET /workflows/{name}': {
    operation: 'getWorkflow', tag: 'workflows', scope: 'run', summary: 'A saved workflow',
    params: NameParams,
    query: Type.Object({ version: Type.Optional(Type.String({ maxLength: 200, description: 'The ETag of an older version.' })) }, { additionalProperties: false }),
    replies: { 200: WorkflowSchema, 304: null },
    errors: [404],
  },
  'PUT /workflows/{name}': {
    operation: 'saveWorkflow', tag: 'workflows', scope: 'edit', summary: 'Save a workflow',
    description: 'In any format; it is kept as Kinograph\'s own. With `If-Match` (or `If-None-Match: *` for a new one), nobody\'s changes are lost: '
      + 'where it was changed meanwhile the answer is 412 with the ETag that it has now.',
    params: NameParams,
    headers: IF_MATCH,
    body: { content: { 'application/json': AnyWorkflow } },
    replies: { 200: Type.Object({ name: Type.String(), etag: Type.String() }) },
    errors: [412, 413, 415, 507],
  },
  'DELETE /workflows/{name}': {
    operation: 'deleteWorkflow', tag: 'workflows', scope: 'edit', summary: 'Remove a saved workflow',
    params: NameParams,
    headers: Type.Pick(IF_MATCH, ['if-match']),
    replies: { 204: null },
    errors: [404, 412],
  },
  'GET /workflows/{name}/versions': {
    operation: 'listVersions', tag: 'workflows', scope: 'run', summary: 'The last 50 versions, newest first',
    params: NameParams,
    replies: { 200: Type.Object({ versions: Type.Array(SavedSchema) }) },
    errors: [404],
  },
  'POST /workflows/{name}/move': {
    operation: 'moveWorkflow', tag: 'workflows', scope: 'edit', summary: 'Give a saved workflow another name',
    params: NameParams,
    body: Type.Object({ to: Type.String({ maxLength: 400 }), overwrite: Type.Optional(Type.Boolean({ default: false })) }, { additionalProperties: false }),
    replies: { 200: Type.Object({ name: Type.String() }) },
    errors: [404, 409],
  },
  'GET /workflows/{name}/inputs': {
    operation: 'getWorkflowInputs', tag: 'workflows', scope: 'run', summary: 'What can be set in it by name, and what comes out by name',
    params: NameParams,
    replies: {
      200: Type.Object({
        title: Type.Optional(Type.String()),
        description: Type.Optional(Type.String()),
        schema: loose<JsonObject>(Type.Object({}, { description: 'JSON Schema of the body of POST /run/{workflow}.' })),
        inputs: Type.Array(Type.Object({
          name: Type.String(), node: Type.String(), input: Type.String(), description: Type.Optional(Type.String()), value: Type.Optional(AnyJson),
        })),
        outputs: Type.Array(Type.Object({ name: Type.String(), node: Type.String(), description: Type.Optional(Type.String()) })),
      }),
    },
    errors: [404],
  },
  'GET /workflows/{name}/openapi.json': {
    operation: 'getWorkflowOpenApi', tag: 'workflows', scope: 'run', summary: 'POST /run/{workflow} for this one, as an OpenAPI document',
    params: NameParams,
    replies: { 200: loose<JsonObject>(Type.Object({})) },
    errors: [404],
  },
  'GET /workflows/{name}/types.d.ts': {
    operation: 'getWorkflowTypes', tag: 'workflows', scope: 'run', summary: 'TypeScript declarations: what can be set in it, and its nodes',
    params: NameParams,
    replies: { 200: { content: { 'text/plain': Type.String() } } },
    errors: [404],
  },
} as const satisfies Routes

export function workflowRouter(services: Services): Router {
  const { store: { workflows }, desk, config } = services
  return implement(workflowRoutes, services, {
    'GET /workflows': async () => ({ workflows: [...await workflows.list()] }),
    'GET /workflows/{name}': async ({ params, query, request, response }) => {
      const name = checkName(params.name)
      const saved = await workflows.read(name, query.version)
      if (saved === undefined) throw noWorkflow(name)
      response.set({ 'etag': quoted(saved.etag), 'cache-control': 'private, no-cache', 'last-modified': new Date(saved.modified).toUTCString() })
      // By the ETag alone: a second is too coarse to tell two versions apart.
      if (listed(request.get('if-none-match')).includes(saved.etag)) return new Reply(304, undefined)
      response.type('application/json').send(saved.text)
      return ANSWERED
    },
    'PUT /workflows/{name}': async ({ params, headers, request }) => {
      const name = checkName(params.name)
      if (contentType(request) !== 'application/json') throw notJson()
      const value = readWorkflowJson(await readText(request, config.limits.bodyBytes))
      const saved = await workflows.write(name, savedText(value, await desk.definitions()), expectedOf(headers))
      if (saved.status === 'conflict') throw headers['if-none-match'] === undefined ? conflict(name, saved.etag) : exists(name, saved.etag)
      return new Reply(200, { name, etag: saved.etag }, { etag: quoted(saved.etag) })
    },
    'DELETE /workflows/{name}': async ({ params, headers }) => {
      const name = checkName(params.name)
      const expected = expectedOf(headers)
      const removed = await workflows.remove(name, expected ?? undefined)
      if (removed === 'missing') throw noWorkflow(name)
      if (removed === 'conflict') throw conflict(name, (await workflows.read(name))?.etag)
      return new Reply(204, undefined)
    },
    'GET /workflows/{name}/versions': async ({ params }) => {
      const name = checkName(params.name)
      const versions = await workflows.versions(name)
      if (versions.length === 0) throw noWorkflow(name)
      return { versions: [...versions] }
    },
    'POST /workflows/{name}/move': async ({ params, body }) => {
      const name = checkName(params.name)
      const to = checkName(body.to, 'body.to')
      const moved = await workflows.move(name, to, body.overwrite === true)
      if (moved === 'missing') throw noWorkflow(name)
      if (moved === 'taken') throw taken(to)
      return { name: to }
    },
    'GET /workflows/{name}/inputs': async ({ params }) => {
      const { workflow } = await readSaved(services, params.name)
      const inputs = await namedInputs(services, workflow)
      const { title, description, outputs = [] } = workflow
      return {
        ...(title !== undefined && { title }), ...(description !== undefined && { description }),
        schema: inputsSchema(inputs),
        inputs: inputs.map(({ definition: _definition, ...input }) => input),
        outputs: outputs.map(({ name, node, description: text }) => ({ name, node, ...(text !== undefined && { description: text }) })),
      }
    },
    'GET /workflows/{name}/openapi.json': async ({ params }) => {
      const { name, workflow } = await readSaved(services, params.name)
      return workflowDocument(name, workflow, await namedInputs(services, workflow))
    },
    'GET /workflows/{name}/types.d.ts': async ({ params, response }) => {
      const { name, workflow } = await readSaved(services, params.name)
      const definitions = await desk.definitions()
      const used = [...new Set(workflow.nodes.map(({ type }) => type))].flatMap((type) => definitions.get(type) ?? [])
      response.type('text/plain').send(`${inputsType(name, await namedInputs(services, workflow))}\n${nodeTypes(used)}`)
      return ANSWERED
    },
  })
}

const quoted = (etag: string) => `"${etag}"`

/** The ETags of a header, without quotes; a weak one counts as itself, since texts are compared. */
function listed(header: string | undefined): string[] {
  return (header ?? '').split(',').map((one) => one.trim().replace(/^W\//, '').replace(/^"(.*)"$/, '$1'))
}

/** What the sender takes to be there: an ETag, null for nothing, undefined for whatever it is. */
function expectedOf(headers: { readonly 'if-match'?: string; readonly 'if-none-match'?: string }): string | null | undefined {
  if (headers['if-none-match'] !== undefined) {
    if (headers['if-none-match'].trim() === '*') return null
    throw wrongCondition('headers.if-none-match', 'expected *')
  }
  if (headers['if-match'] === undefined || headers['if-match'].trim() === '*') return undefined
  const [etag, ...others] = listed(headers['if-match'])
  if (others.length > 0) throw wrongCondition('headers.if-match', 'expected one ETag')
  return etag
}

/** It was to be new. */
function exists(name: string, etag: string | undefined): ApiError {
  return new ApiError({
    status: 412, code: 'conflict', field: 'headers.if-none-match', ...(etag !== undefined && { headers: { etag: quoted(etag) } }),
    message: `there is a workflow "${name}" already`, remedy: 'Choose another name, or send If-Match with its ETag to replace it.',
  })
}

const wrongCondition = (field: string, message: string) =>
  new ApiError({ status: 400, code: 'invalid_request', field, message, remedy: 'Send If-Match with the ETag that you read, or If-None-Match: *.' })

function conflict(name: string, etag: string | undefined): ApiError {
  return new ApiError({
    status: 412, code: 'conflict', field: 'headers.if-match', ...(etag !== undefined && { headers: { etag: quoted(etag) } }),
    message: etag === undefined ? `the workflow "${name}" does not exist any more` : `the workflow "${name}" was changed by somebody else: its ETag is "${etag}" now`,
    remedy: 'Read it again, put both changes together, and save with its new ETag.',
  })
}

const taken = (name: string) => new ApiError({
  status: 409, code: 'name_taken', field: 'body.to', message: `a workflow called "${name}" is saved already`, remedy: 'Choose another name, or send "overwrite": true.',
})

const notJson = () => new ApiError({
  status: 415, code: 'unsupported_media_type', field: 'headers.content-type', message: 'expected application/json',
  remedy: 'Send the workflow as JSON, with content-type: application/json.',
})
