/** What the tests of our API share: requests whose answers are held to the OpenAPI document. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { root, startServer, type ServerOptions, type TestServer } from './support.ts'

export { PIXEL } from './comfy-support.ts'

/** A server with the nodes of comfy-plugins, beside the built-in ones. */
export function startApi({ args = [], ...options }: ServerOptions = {}): Promise<TestServer> {
  return startServer({ ...options, args: ['--plugins', join(root, 'test/server/comfy-plugins'), ...args] })
}

export interface Operation {
  readonly operationId: string
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean; readonly schema: object }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> }
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>>
}
export interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** Parsed where it is JSON, otherwise the text. */
  readonly body: any // oxlint-disable-line typescript/no-explicit-any -- held to its schema at run time, looked at freely by tests
}

export interface Api {
  readonly server: TestServer
  readonly document: Document
  /** Whether a value fits a schema of the document; the errors as a text otherwise. */
  problem(schema: object, value: unknown): string | undefined
  /** `path` below /api. A plain object as the body is sent as JSON. The answer must be one that is documented. */
  ask(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>
}

/** Requests to a server, each answer checked against what the document says of it. */
export async function apiOf(server: TestServer, headers: Readonly<Record<string, string>> = {}): Promise<Api> {
  const document = await (await server.fetch('/api/openapi.json', { headers })).json() as Document
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false })
  ajv.addSchema({ $id: 'doc', components: document.components })
  const compiled = new Map<object, ValidateFunction>()
  const problem = (schema: object, value: unknown): string | undefined => {
    let check = compiled.get(schema)
    if (check === undefined) {
      check = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"doc#/components')) as object)
      compiled.set(schema, check)
    }
    return check(value) ? undefined : ajv.errorsText(check.errors)
  }
  return {
    server, document, problem,
    async ask(method, path, body, more = {}) {
      const isRaw = body instanceof FormData || typeof body === 'string' || body === undefined
      const response = await server.fetch(`/api${path}`, {
        method, redirect: 'manual', headers: { ...headers, ...(body !== undefined && !(body instanceof FormData) && { 'content-type': 'application/json' }), ...more },
        ...(body !== undefined && { body: isRaw ? body : JSON.stringify(body) }),
      })
      const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false
      const text = Buffer.from(await response.arrayBuffer()).toString('utf8')
      const answer = { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) as unknown : text }
      const operation = operationOf(document, method, path)
      if (operation) holdToDocument(operation, answer, problem)
      return answer
    },
  }
}

function holdToDocument(operation: Operation, { status, body, headers }: Answer, problem: Api['problem']): void {
  const reply = operation.responses[String(status)]
  if (reply === undefined) throw new Error(`${operation.operationId} answered ${status}, which is not documented: ${JSON.stringify(body)}`)
  const type = headers.get('content-type')?.split(';')[0]
  const schema = type === 'application/json' ? reply.content?.[type]?.schema : undefined
  const wrong = schema && problem(schema, body)
  if (wrong !== undefined) throw new Error(`${operation.operationId} answered ${status} with what its schema does not allow: ${wrong}\n${JSON.stringify(body).slice(0, 2000)}`)
}

/** The operation that a path means; the one with the most literal parts, as express has it by the order of routes. */
function operationOf({ paths }: Document, method: string, path: string): Operation | undefined {
  const asked = `/api${path.split('?')[0]}`
  const fits = (template: string): boolean => {
    const pattern = template.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{(path|workflow)\}$/, '.+').replace(/\{\w+\}/g, '[^/]+')
    return new RegExp(`^${pattern}$`).test(asked)
  }
  const found = Object.entries(paths).filter(([template, methods]) => methods[method.toLowerCase()] && fits(template))
  found.sort(([a], [b]) => (a.match(/\{/g)?.length ?? 0) - (b.match(/\{/g)?.length ?? 0))
  return found[0]?.[1][method.toLowerCase()]
}

/** A workflow of ours: a picture of one colour, saved. A colour of its own makes one that nothing is known of yet. */
export function picture(color: number, size = 16) {
  return {
    version: 1, title: `Colour ${color}`,
    parameters: [{ name: 'color', node: 'empty', input: 'color', description: 'RGB as one number' }, { name: 'prefix', node: 'save', input: 'filename_prefix' }],
    nodes: [
      { id: 'empty', type: 'EmptyImage', inputs: { width: size, height: size, batch_size: 1, color } },
      { id: 'save', type: 'SaveImage', inputs: { images: { from: 'empty', output: 'IMAGE' }, filename_prefix: 'api' } },
    ],
  }
}

/** Takes so many seconds. */
export function slow(seconds: number, steps = 20) {
  return {
    version: 1,
    nodes: [
      { id: 'slow', type: 'TrialSlow', inputs: { seconds, steps } },
      { id: 'show', type: 'PreviewAny', inputs: { source: { from: 'slow', output: 'steps' } } },
    ],
  }
}

/** A form with one file. */
export function form(bytes: Uint8Array<ArrayBuffer> | Buffer, name: string, fields: Readonly<Record<string, string>> = {}): FormData {
  const made = new FormData()
  for (const [key, value] of Object.entries(fields)) made.set(key, value)
  made.set('file', new Blob([new Uint8Array(bytes)]), name)
  return made
}

/** Resolves once it is so. @throws after a minute */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; !await condition(); await pause(20)) {
    if (Date.now() > end) throw new Error(`it did not become so: ${condition}`)
  }
}
