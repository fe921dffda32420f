/**
 * What every request passes before any route or socket sees it: Host, Origin, size, token, scope. docs/security.md has the
 * model. One state per configuration: HTTP and sockets share sessions, limits and what is known of guesses.
 */
import type { IncomingMessage } from 'node:http'
import type { Request, RequestHandler, Response } from 'express'
import type { ServerConfig, TokenConfig } from '../config/config.ts'
import type { Principal } from '../services.ts'
import { crossOrigin } from './cors.ts'
import { Doorkeeper } from './doorkeeper.ts'
import { safeHeaders } from './headers.ts'
import { hostCheck } from './host.ts'
import { bodyCheck, OpenSockets } from './limits.ts'
import { isLoginPath, isPageVisit, loginRoutes, sendToLogin } from './login.ts'
import { originCheck } from './origin.ts'
import { Buckets } from './rate.ts'
import { refuse } from './refusal.ts'
import type { Refusal } from './refusal.ts'
import { scopeFor } from './scopes.ts'
import { LOCAL } from './tokens.ts'

export { FRAME_BYTES, limitConnections, timeLimits, UNSENT_BYTES } from './limits.ts'
export { refuseUpgrade } from './refusal.ts'
export type { Refusal } from './refusal.ts'
export { letAnswersArrive } from './unread.ts'

export type Verdict =
  | { readonly ok: true; readonly principal: Principal }
  | { readonly ok: false } & Refusal

/** What answers without a token: whether it lives, and the way to show a token. */
const OPEN_PATHS = /^(?:\/api)?\/(?:health|ready)$/
/** Where loginRoutes may answer: more than that is no harm. */
const LOGIN_PATHS = /^\/log/i
const SOCKET_PATHS = /^\/socket\.io(?:\/|$)/i

const principals = new WeakMap<IncomingMessage, Principal>()

/** Who a request comes from, also for sockets, whose handshake it was. Undefined for what security has not let in. */
export function principalOf(request: IncomingMessage): Principal | undefined {
  return principals.get(request)
}

/** Middleware for the application, in this order, before everything else. Sets `response.locals.principal`. */
export function guardRequests(config: ServerConfig): RequestHandler[] {
  const guard = guardOf(config)
  const login = loginRoutes(guard.door)
  return [inOrder([
    safeHeaders,
    (request, response, next) => pass(guard.place(request), response, next),
    crossOrigin(config),
    (request, response, next) => pass(guard.size(request), response, next),
    (request, response, next) => enter(guard, request, response, next),
    (request, response, next) => LOGIN_PATHS.test(request.path) ? login(request, response, next) : next(),
  ])]
}

/** One after another, without looking at the path again before each of them, as express does. */
function inOrder(handlers: readonly RequestHandler[]): RequestHandler {
  return handlers.reduceRight<RequestHandler>(
    (rest, handler) => (request, response, next) =>
      void handler(request, response, (error?: unknown) => error === undefined ? rest(request, response, next) : next(error)),
    (_request, _response, next) => next())
}

/** The same for a handshake of a socket, whichever path it asks for. Sockets that it lets in are counted. */
export function guardUpgrade(config: ServerConfig): (request: IncomingMessage) => Verdict {
  const guard = guardOf(config)
  return (request) => {
    const refusal = guard.host(request) ?? guard.origin(request, true) ?? guard.sockets.check(request)
    if (refusal) return { ok: false, ...refusal }
    const entrance = guard.door.enter(request)
    if ('refusal' in entrance) return { ok: false, ...entrance.refusal }
    guard.sockets.hold(request, entrance.principal)
    principals.set(request, entrance.principal)
    return { ok: true, principal: entrance.principal }
  }
}

/** Takes other tokens from now on; sessions and sockets of those that are gone have ended. */
export function replaceTokens(config: ServerConfig, tokens: readonly TokenConfig[]): void {
  const { door, sockets } = guardOf(config)
  door.replaceTokens(tokens)
  sockets.drop((principal) => !door.knows(principal))
}

interface Guard {
  readonly door: Doorkeeper
  readonly sockets: OpenSockets
  /** Counts a request; the seconds to wait when there were too many. */
  rate(principal: Principal): number
  host(request: IncomingMessage): Refusal | undefined
  origin(request: IncomingMessage, strict: boolean): Refusal | undefined
  size(request: IncomingMessage): Refusal | undefined
  /** Host and Origin. */
  place(request: IncomingMessage): Refusal | undefined
}

const guards = new WeakMap<ServerConfig, Guard>()

function guardOf(config: ServerConfig): Guard {
  let guard = guards.get(config)
  if (!guard) guards.set(config, guard = createGuard(config))
  return guard
}

function createGuard(config: ServerConfig): Guard {
  const host = hostCheck(config)
  const origin = originCheck(config)
  return {
    door: new Doorkeeper(config), sockets: new OpenSockets(config), rate: rateCheck(config),
    host, origin, size: bodyCheck(config),
    place: (request) => host(request) ?? origin(request, SOCKET_PATHS.test(request.url ?? '')),
  }
}

function rateCheck({ limits }: ServerConfig): (principal: Principal) => number {
  const buckets = new Buckets(limits.requestsPerSecond, limits.requestsPerSecond * 5)
  return (principal) => {
    if (principal === LOCAL) return 0
    const seconds = buckets.wait(principal.name)
    if (seconds === 0) buckets.take(principal.name)
    return seconds
  }
}

function pass(refusal: Refusal | undefined, response: Response, next: () => void): void {
  if (refusal) refuse(response, refusal)
  else next()
}

function enter({ door, rate }: Guard, request: Request, response: Response, next: () => void): void {
  if (isLoginPath(request.path) || OPEN_PATHS.test(request.path)) return next()
  const entrance = door.enter(request)
  if ('refusal' in entrance) {
    return entrance.refusal.status === 401 && isPageVisit(request) ? sendToLogin(request, response) : refuse(response, entrance.refusal)
  }
  const { principal } = entrance
  const seconds = rate(principal)
  if (seconds > 0) return refuse(response, tooFast(principal, seconds))
  const scope = scopeFor(request.method, request.path)
  if (!principal.scopes.has(scope)) return refuse(response, lacking(principal, scope))
  principals.set(request, principal)
  response.locals['principal'] = principal
  next()
}

function tooFast({ name }: Principal, seconds: number): Refusal {
  return {
    status: 429,
    type: 'rate_limited',
    message: `Too many requests with the token "${name}". Try again in ${seconds} s.`,
    headers: { 'Retry-After': String(seconds) },
  }
}

function lacking({ name }: Principal, scope: string): Refusal {
  return {
    status: 403,
    type: 'forbidden',
    message: `This needs the scope "${scope}", which the token "${name}" has not. Use another token, or give it the scope in the configuration file.`,
  }
}
