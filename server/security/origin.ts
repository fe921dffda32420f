/**
 * Whether a request was caused by a page of somebody else. Browsers say so, in Origin and in Sec-Fetch-Site, and pages
 * cannot change what they say. Nothing here depends on Content-Type: form posts need none, ComfyUI's clients send none,
 * and proxies strip it. What carries none of these headers comes from no browser of the last years, and passes.
 */
import type { IncomingMessage } from 'node:http'
import type { ServerConfig } from '../config/config.ts'
import { parseHost, valuesOf } from './host.ts'
import type { Refusal } from './refusal.ts'

const READING = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Whether a method may change something. No GET of ours does. */
export function isChange(method: string | undefined): boolean {
  return !READING.has(method ?? '')
}

/**
 * Gives the check of where a request comes from; undefined when it may pass. `strict` holds for sockets and for their
 * polling too, where a GET already opens a session.
 */
export function originCheck(config: ServerConfig): (request: IncomingMessage, strict: boolean) => Refusal | undefined {
  const allowed = new Set(config.allowedOrigins.map(originOf))
  return (request, strict) => {
    const origins = valuesOf(request, 'origin')
    if (origins.length > 1) return crossSite('more than one Origin header', request)
    const [origin] = origins
    if (origin !== undefined && allowed.has(originOf(origin))) return undefined
    if (!strict && !isChange(request.method)) return isForeignRead(request) ? crossSite('another site', request) : undefined
    if (origin !== undefined && !isOwn(origin, request)) return crossSite(named(origin), request)
    const site = request.headers['sec-fetch-site']
    if (site !== undefined && site !== 'same-origin' && site !== 'none') return crossSite('a page of another site', request)
    if (origin === undefined && site === undefined) return refererCheck(request)
    return undefined
  }
}

/** Only Referer is left to go by; clients that are no browsers send none. */
function refererCheck(request: IncomingMessage): Refusal | undefined {
  const { referer } = request.headers
  return referer === undefined || isOwn(referer, request) ? undefined : crossSite(named(originOf(referer) ?? referer), request)
}

/**
 * What another site embeds or fetches from here (it can't read it, but may learn from its size or time). Links to us are
 * fine: they open in a tab of their own.
 */
function isForeignRead({ method, headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site']
  if (method === 'OPTIONS' || site === undefined || site === 'same-origin' || site === 'none') return false
  return headers['sec-fetch-mode'] !== 'navigate' || headers['sec-fetch-dest'] !== 'document'
}

/** Whether a URL is of the server that Host names. Behind a proxy that speaks TLS for us it may begin with https. */
function isOwn(text: string, request: IncomingMessage): boolean {
  const url = parsed(text)
  const host = parseHost(request.headers.host ?? '')
  if (!url || !host || (url.protocol !== 'http:' && url.protocol !== 'https:')) return false
  const usual = url.protocol === 'https:' ? 443 : 80
  const page = parseHost(url.host)
  return page !== undefined && page.name === host.name && (page.port ?? usual) === (host.port ?? usual)
}

/** `https://name:port` of a URL or an origin, in one spelling; undefined for what is none, `null` among it. */
export function originOf(text: string): string | undefined {
  const url = parsed(text)
  return url && url.origin !== 'null' ? url.origin : undefined
}

function parsed(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}

function named(origin: string): string {
  return origin === 'null' ? 'a page without an origin (a local file, a sandboxed frame)' : JSON.stringify(origin.slice(0, 200))
}

function crossSite(from: string, request: IncomingMessage): Refusal {
  return {
    status: 403,
    type: 'cross_site_request',
    message: `This request comes from ${from}, and was sent to ${JSON.stringify(request.headers.host ?? '')}. Only pages of ` +
      'this server may use it. Behind a reverse proxy, let the proxy pass on Host as it came (nginx: proxy_set_header Host ' +
      '$http_host) and name that host in "allowedHosts". To let another site in, name its origin in "allowedOrigins".',
  }
}
