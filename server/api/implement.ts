/** Puts handlers behind the routes of a table: parse, check, call, answer. */
import { Router, type Request, type Response } from 'express'
import type { JsonObject } from '../../core/types/json.ts'
import { readJson } from '../../core/workflow/json-text.ts'
import type { Principal, Scope, Services } from '../services.ts'
import { contentType, readText } from './body.ts'
import { checkValue, readFields } from './check.ts'
import { ApiError } from './errors.ts'
import { isContent, partsOf, type AnswerBody, type InputOf, type RouteKey, type Routes, type RouteSpec } from './spec.ts'

/** One request, checked against its route. */
export interface Call<S extends RouteSpec> extends InputOf<S> {
  readonly principal: Principal
  readonly request: Request
  readonly response: Response
}

/** An answer with another status than the route's first, or with headers. */
export class Reply<B> {
  readonly status: number
  readonly body: B
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, body: B, headers: Readonly<Record<string, string>> = {}) {
    this.status = status
    this.body = body
    this.headers = headers
  }
}

/** Given by a handler that has answered itself (a stream). */
export const ANSWERED: Answered = { answered: true }
interface Answered { readonly answered: true }

type Answer<S extends RouteSpec> = AnswerBody<S> | Reply<AnswerBody<S>> | Reply<undefined> | Answered
export type Handler<S extends RouteSpec> = (call: Call<S>) => Answer<S> | Promise<Answer<S>>
export type Handlers<R extends Routes> = { readonly [K in keyof R & RouteKey]: Handler<R[K]> }

/** A router for the routes of a table. Every handler gets what its route declares, already checked. */
export function implement<R extends Routes>(routes: R, services: Services, handlers: Handlers<R>): Router {
  const router = Router({ caseSensitive: true })
  for (const [key, spec] of Object.entries(routes)) {
    const { method, path } = partsOf(key)
    const handler = handlers[key as keyof R & RouteKey] as unknown as Handler<RouteSpec> // the table types each pair
    const name = method.toLowerCase() as 'get' | 'post' | 'put' | 'delete'
    router[name](expressPath(path), async (request, response) => {
      const call = await readCall(spec, request, response, services)
      send(response, spec, await handler(call))
    })
  }
  return router
}

/** `/run/{workflow+}` as express writes it: `/run/*workflow`. */
export function expressPath(path: string): string {
  return path.replace(/\{(\w+)\+\}/g, '*$1').replace(/\{(\w+)\}/g, ':$1')
}

async function readCall(spec: RouteSpec, request: Request, response: Response, services: Services): Promise<Call<RouteSpec>> {
  const principal = principalOf(response, spec.scope)
  const params = spec.params ? readFields(spec.params, joined(request.params), 'path') : {}
  const query = queryOf(spec, request)
  const headers = spec.headers ? readFields(spec.headers, request.headers, 'headers') : {}
  const body = spec.body && !isContent(spec.body) ? await readBody(spec, request, services) : undefined
  const call: unknown = { principal, request, response, params, query, headers, body }
  return call as Call<RouteSpec> // each part was checked against the schema that types it
}

function queryOf({ query }: RouteSpec, request: Request): JsonObject {
  if (!request.url.includes('?')) return query ? readFields(query, {}, 'query') as JsonObject : {}
  const given: Record<string, unknown> = request.query
  if (query) return readFields(query, given, 'query') as JsonObject
  const [name] = Object.keys(given)
  if (name === undefined) return {}
  throw new ApiError({
    status: 400, code: 'invalid_request', field: `query.${name.slice(0, 40)}`,
    message: `expected no query, got "${name.slice(0, 40)}"`, remedy: 'Leave it out.',
  })
}

/** A wildcard comes as the list of its segments. */
function joined(params: Readonly<Record<string, string | string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, Array.isArray(value) ? value.join('/') : value]))
}

function principalOf({ locals }: Response, scope: Scope): Principal {
  const principal = locals['principal'] as Principal | undefined // set by security/, before any route
  if (principal?.scopes.has(scope)) return principal
  throw forbidden(scope)
}

/** The refusal of a request whose token has not the scope. */
export function forbidden(scope: Scope): ApiError {
  return new ApiError({
    status: 403, code: 'forbidden', message: `expected a token with the scope "${scope}"`,
    remedy: 'Use another token, or give this one the scope in the configuration file.',
  })
}

async function readBody(spec: RouteSpec, request: Request, { config }: Services): Promise<unknown> {
  const type = contentType(request)
  if (type !== 'application/json') {
    throw new ApiError({
      status: 415, code: 'unsupported_media_type', field: 'headers.content-type',
      message: `expected application/json, got ${type === '' ? 'no content type' : type.slice(0, 80)}`,
      remedy: 'Send the body as JSON, with content-type: application/json.',
    })
  }
  const body = readJson(await readText(request, config.limits.bodyBytes))
  if (spec.body && !isContent(spec.body)) checkValue(spec.body, body, 'body')
  return body
}

function send(response: Response, spec: RouteSpec, answer: unknown): void {
  if (answer === ANSWERED) return
  if (!response.hasHeader('cache-control')) response.setHeader('cache-control', 'no-store')
  const isReply = answer instanceof Reply
  response.statusCode = isReply ? answer.status : Number(Object.keys(spec.replies)[0])
  if (isReply) for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value)
  const body: unknown = isReply ? answer.body : answer
  if (body === undefined) return void response.end()
  // Past express' own json(), which looks for ETags, JSONP and settings of the application.
  const text = JSON.stringify(body)
  response.setHeader('content-type', 'application/json; charset=utf-8')
  response.setHeader('content-length', Buffer.byteLength(text))
  response.end(text)
}
