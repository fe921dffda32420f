/**
 * What a route is, as data: the one source of its checks (check.ts), its description (openapi.ts) and the client's types.
 * Keys are `METHOD /path/{name}` below /api; `{name+}` takes the rest of the path, slashes included.
 */
import type { Static, TObject, TSchema } from '@sinclair/typebox'
import type { Scope } from '../services.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'
export type RouteKey = `${Method} /${string}`

/** A body or an answer that is not JSON: what it is, by content type. `schema` describes forms. */
export interface Content {
  readonly content: Readonly<Record<string, TSchema>>
  readonly description?: string
}

export interface RouteSpec {
  /** The name of the operation in the OpenAPI document; unique. */
  readonly operation: string
  readonly tag: string
  readonly summary: string
  readonly description?: string
  readonly scope: Scope
  readonly params?: TObject
  readonly query?: TObject
  /** Names in lower case. */
  readonly headers?: TObject
  /** A schema for JSON, which is read and checked; `content` for a body that the handler reads itself. */
  readonly body?: TSchema | Content
  /** By status. An empty answer is `null`. */
  readonly replies: Readonly<Record<number, TSchema | Content | null>>
  /** Statuses of refusals that are this route's own. */
  readonly errors?: readonly number[]
}

export type Routes = Readonly<Record<RouteKey, RouteSpec>>

type StaticOf<S> = S extends TSchema ? Static<S> : Readonly<Record<string, never>>

/** What a route takes, checked. */
export interface InputOf<S extends RouteSpec> {
  readonly params: StaticOf<S['params']>
  readonly query: StaticOf<S['query']>
  readonly headers: StaticOf<S['headers']>
  readonly body: S['body'] extends TSchema ? Static<S['body']> : undefined
}

/** What a route answers as JSON, whatever the status. */
export type AnswerBody<S extends RouteSpec> = { [K in keyof S['replies']]: S['replies'][K] extends TSchema ? Static<S['replies'][K]> : never }[keyof S['replies']]

/** Whether a body or an answer is not JSON. */
export function isContent(value: TSchema | Content): value is Content {
  return 'content' in value && typeof value['content'] === 'object'
}

/** The method and the path of a route. */
export function partsOf(key: string): { readonly method: Method; readonly path: string } {
  const [method, path] = key.split(' ')
  return { method: method as Method, path: path! } // keys are typed so
}
