/** The OpenAPI 3.1 document, from the same tables that check requests. */
import { STATUS_CODES } from 'node:http'
import type { TObject, TSchema } from '@sinclair/typebox'
import packageJson from '../../package.json' with { type: 'json' }
import type { Json, JsonObject } from '../../core/types/json.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import type { NamedInput } from '../workflows/saved.ts'
import { inputsSchema } from '../workflows/typed-inputs.ts'
import { AnyWorkflow, ErrorSchema, WorkflowSchema } from './schema/common.ts'
import { JobDetail } from './schema/job.ts'
import { isContent, partsOf, type Content, type Routes, type RouteSpec } from './spec.ts'

const ABOUT = 'Jobs, events, nodes, models, files and workflows of a Kinograph server. Every refusal is answered as `{error: {code, message, field?, remedy?, problems?}}`. '
  + 'Events come over socket.io (docs/api.md); `kinograph/client` speaks all of it.'

/** Schemas by name, gathered while routes are described. */
type Components = Map<string, Json>

/** The document of all routes. @param workflowFormat the JSON Schema of workflow files */
export function openApiDocument(routes: Routes, workflowFormat: JsonObject): JsonObject {
  const components: Components = new Map()
  const paths = new Map<string, Map<string, Json>>()
  for (const [key, spec] of Object.entries(routes)) {
    const { method, path } = partsOf(key)
    const plain = `/api${path.replaceAll('+}', '}')}`
    paths.set(plain, (paths.get(plain) ?? new Map<string, Json>()).set(method.toLowerCase(), operation(spec, components)))
  }
  schemaOf(AnyWorkflow, components)
  schemaOf(WorkflowSchema, components)
  components.set('Workflow', embedded(workflowFormat))
  return frame('Kinograph', ABOUT, Object.fromEntries([...paths].map(([path, methods]) => [path, Object.fromEntries(methods)])), components)
}

/** POST /api/run/{workflow} for one saved workflow, with its named inputs as the body. */
export function workflowDocument(name: string, { title, description }: Workflow, inputs: readonly NamedInput[]): JsonObject {
  const components: Components = new Map()
  const reply = (status: number, text: string) => [String(status), { description: text, content: { 'application/json': { schema: schemaOf(JobDetail, components) } } }]
  const post: JsonObject = {
    operationId: 'run', summary: title ?? `Run ${name}`, ...(description !== undefined && { description }),
    parameters: [
      { name: 'wait', in: 'query', description: 'Seconds to wait for the result.', schema: { type: 'integer', minimum: 0, maximum: 600, default: 0 } },
      { name: 'idempotency-key', in: 'header', description: 'The same key with the same body gives the same job.', schema: { type: 'string' } },
    ],
    requestBody: { required: true, content: { 'application/json': { schema: inputsSchema(inputs) } } },
    responses: { ...Object.fromEntries([reply(200, 'It has ended.'), reply(202, 'It waits or runs.')]), ...refusals([400, 401, 403, 404, 422, 429], components) },
  }
  const path = `/api/run/${name.split('/').map(encodeURIComponent).join('/')}`
  return frame(title ?? name, description ?? `The workflow ${name}.`, { [path]: { post } }, components)
}

function frame(title: string, description: string, paths: JsonObject, components: Components): JsonObject {
  return {
    openapi: '3.1.0',
    info: { title, description, version: packageJson.version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    security: [{}, { bearer: [] }, { basic: [] }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'A token of the server.' },
        basic: { type: 'http', scheme: 'basic', description: 'Any name, the token as the password.' },
      },
      schemas: Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  }
}

function operation(spec: RouteSpec, components: Components): JsonObject {
  const { operation: operationId, tag, summary, description, scope, params, query, headers, body, replies, errors = [] } = spec
  const parameters = [...fieldsOf('path', params, components), ...fieldsOf('query', query, components), ...fieldsOf('header', headers, components)]
  const takes = parameters.length > 0 || body !== undefined
  const own = body === undefined ? [] : isContent(body) ? [] : [413, 415]
  const refused = [...new Set([...(takes ? [400] : []), 401, 403, ...own, ...errors])].sort((a, b) => a - b)
  const answers = Object.entries(replies).map(([status, reply]) => [status, answer(Number(status), reply, components)])
  return {
    operationId, tags: [tag], summary, ...(description !== undefined && { description }), 'x-scope': scope,
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: contentOf(body, components) } }),
    responses: { ...Object.fromEntries(answers), ...refusals(refused, components) },
  }
}

function fieldsOf(place: 'path' | 'query' | 'header', schema: TObject | undefined, components: Components): JsonObject[] {
  return Object.entries(schema?.properties ?? {}).map(([name, property]) => {
    const { description, ...rest } = schemaOf(property, components) as JsonObject
    const isList = property['type'] === 'array'
    return {
      name, in: place, required: place === 'path' || (schema?.required ?? []).includes(name),
      ...(description !== undefined && { description }), ...(isList && { style: 'form', explode: false }), schema: rest,
    }
  })
}

function answer(status: number, reply: TSchema | Content | null, components: Components): Json {
  const description = reply !== null && typeof reply['description'] === 'string' ? reply['description'] : STATUS_CODES[status] ?? ''
  return reply === null ? { description } : { description, content: contentOf(reply, components) }
}

function contentOf(body: TSchema | Content, components: Components): JsonObject {
  const types = isContent(body) ? body.content : { 'application/json': body }
  return Object.fromEntries(Object.entries(types).map(([type, schema]) => [type, { schema: schemaOf(schema, components) }]))
}

function refusals(statuses: readonly number[], components: Components): JsonObject {
  const content = { 'application/json': { schema: schemaOf(ErrorSchema, components) } }
  return Object.fromEntries(statuses.map((status) => [String(status), { description: STATUS_CODES[status] ?? '', content }]))
}

/** A schema as the document has it: what has a name stands among the components, once. */
function schemaOf(schema: TSchema, components: Components): Json {
  const { $id: name, ...rest } = schema
  if (name === undefined) return plain(rest, components)
  if (!components.has(name)) {
    components.set(name, {}) // it may hold itself
    components.set(name, plain(rest, components))
  }
  return { $ref: `#/components/schemas/${name}` }
}

/** Words of our own that mean nothing to readers of the document. */
const OWN = new Set(['expects'])

function plain(schema: Readonly<Record<string, unknown>>, components: Components): Json {
  const entries = Object.entries(schema).filter(([key, value]) => value !== undefined && !OWN.has(key) && !(key === 'pattern' && 'enum' in schema))
  return Object.fromEntries(entries.map(([key, value]) => [key, key === '$ref' ? `#/components/schemas/${String(value)}` : part(value, components)]))
}

function part(value: unknown, components: Components): Json {
  if (Array.isArray(value)) return value.map((one) => part(one, components))
  if (typeof value !== 'object' || value === null) return value as Json // the rest of a schema is text, numbers, true and false
  const record = value as Readonly<Record<string, unknown>>
  return typeof record['$id'] === 'string' ? schemaOf(record as unknown as TSchema, components) : plain(record, components)
}

/** A schema with definitions of its own, as a component: what it refers to is looked for there. */
function embedded(schema: JsonObject): Json {
  const { $id: _id, $schema: _schema, ...rest } = schema
  const text = JSON.stringify(rest).replaceAll('"$ref":"#', '"$ref":"#/components/schemas/Workflow')
  return JSON.parse(text) as Json // it was JSON
}
