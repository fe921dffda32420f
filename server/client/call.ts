/** Calls routes by their keys; what they take and give is typed by the server's own table. */
import type { Static, TObject, TSchema } from '@sinclair/typebox'
import type { AnswerBody, Content } from '../api/spec.ts'
import type { ApiRoutes } from '../api/routes.ts'
import type { ErrorBody } from '../api/errors.ts'
import { KinographError } from './errors.ts'

export interface ClientOptions {
  /** Where the server is: `http://127.0.0.1:8188`. In a browser, where the page came from. */
  readonly url?: string
  /** Sent as a Bearer token. */
  readonly token?: string
  /** More headers for every request. */
  readonly headers?: Readonly<Record<string, string>>
  /** Instead of the global one. */
  readonly fetch?: typeof fetch
}

export type RouteName = keyof ApiRoutes

type Part<R, N extends string> = R extends { readonly [K in N]: infer S extends TObject } ? { readonly [K in N]: Static<S> } : unknown
type Loose<R, N extends string> = R extends { readonly [K in N]: infer S extends TObject } ? { readonly [K in N]?: Static<S> } : unknown
type Body<R> = R extends { readonly body: infer S } ? { readonly body: S extends Content ? object : S extends TSchema ? Static<S> : never } : unknown

/** What a route takes. */
export type Given<K extends RouteName> = Part<ApiRoutes[K], 'params'> & Loose<ApiRoutes[K], 'query'> & Loose<ApiRoutes[K], 'headers'> & Body<ApiRoutes[K]> & {
  readonly signal?: AbortSignal
}
/** What a route answers as JSON. */
export type AnswerOf<K extends RouteName> = AnswerBody<ApiRoutes[K]>

interface Parts {
  readonly params?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, unknown>>
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/** Times that a request is sent where that can do no harm. */
const TRIES = 4

/** Speaks to one server. */
export class Caller {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly #fetch: typeof fetch

  constructor({ url, token, headers = {}, fetch: given }: ClientOptions) {
    const page = (globalThis as { readonly location?: { readonly origin?: string } }).location?.origin
    const place = url ?? page
    if (place === undefined) throw new TypeError('createClient: expected a url, such as http://127.0.0.1:8188')
    this.url = place.replace(/\/+$/, '')
    this.headers = { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) }
    this.#fetch = given ?? ((...args) => fetch(...args))
  }

  /** @throws KinographError for a refusal, or where the server can't be reached */
  async call<K extends RouteName>(key: K, given: Given<K>): Promise<AnswerOf<K>> {
    const response = await this.open(key, given)
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false
    const answer: unknown = isJson ? await response.json() : await response.text()
    return answer as AnswerOf<K> // the server's table types both ends
  }

  /** The answer as it comes, for files and texts. Refusals are thrown. */
  async open<K extends RouteName>(key: K, given: Given<K>): Promise<Response> {
    const parts = given as unknown as Parts
    const [method, path] = key.split(' ') as [string, string] // as all keys are
    const isSafe = method === 'GET' || parts.headers?.['idempotency-key'] !== undefined
    for (let tries = 1; ; tries++) {
      const response = await this.#send(method, this.address(path, parts), parts).catch((cause: unknown) => {
        if (parts.signal?.aborted) throw cause
        return new KinographError(0, { code: 'unreachable', message: `The server at ${this.url} can't be reached.` }, { cause })
      })
      const failure = response instanceof KinographError ? response : response.ok ? undefined : await refusalOf(response)
      if (failure === undefined && !(response instanceof KinographError)) return response
      const mayPass = failure?.status === 0 || failure?.status === 503
      if (!isSafe || !mayPass || tries >= TRIES) throw failure!
      await pause((failure.retryAfter ?? 0.25 * 2 ** tries) * 1000, parts.signal)
    }
  }

  /** The address of a route. */
  address(path: string, { params = {}, query = {} }: Pick<Parts, 'params' | 'query'> = {}): string {
    const filled = path.replace(/\{(\w+)(\+?)\}/g, (_, name: string, rest: string) => {
      const value = String(params[name])
      return rest === '' ? encodeURIComponent(value) : value.split('/').map(encodeURIComponent).join('/')
    })
    const fields = Object.entries(query).filter(([, value]) => value !== undefined).map(([name, value]): [string, string] => [name, String(value)])
    return `${this.url}/api${filled}${fields.length > 0 ? `?${new URLSearchParams(fields)}` : ''}`
  }

  #send(method: string, address: string, { headers = {}, body, signal }: Parts): Promise<Response> {
    const own = Object.entries(headers).filter(([, value]) => value !== undefined).map(([name, value]): [string, string] => [name, String(value)])
    const isForm = body instanceof FormData
    return this.#fetch(address, {
      method,
      headers: { accept: 'application/json, */*', ...this.headers, ...(body !== undefined && !isForm && { 'content-type': 'application/json' }), ...Object.fromEntries(own) },
      ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
      ...(signal && { signal }),
      credentials: 'same-origin',
    })
  }
}

async function refusalOf(response: Response): Promise<KinographError> {
  const text = await response.text()
  const wait = Number(response.headers.get('retry-after') ?? NaN)
  const options = Number.isFinite(wait) ? { retryAfter: wait } : {}
  try {
    const { error } = JSON.parse(text) as ErrorBody // checked by what follows
    if (typeof error.code === 'string' && typeof error.message === 'string') return new KinographError(response.status, error, options)
  } catch {} // not ours: a proxy's page
  return new KinographError(response.status, { code: 'http_error', message: `The server answered ${response.status} ${response.statusText}.` }, options)
}

/** Waits so many milliseconds, or throws when the signal fires. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, milliseconds)
    if (signal?.aborted) stop()
    else signal?.addEventListener('abort', stop, { once: true })
  })
}
