/**
 * How a browser gets in where tokens are set: a page that posts the token once, for a cookie that scripts can't read and
 * that other sites can't make the browser send. No URL ever holds a token.
 */
import express, { Router } from 'express'
import type { Request, Response } from 'express'
import type { IncomingMessage } from 'node:http'
import { sessionCookie } from './credentials.ts'
import type { Doorkeeper } from './doorkeeper.ts'
import { refuse } from './refusal.ts'
import { SESSION_SECONDS } from './sessions.ts'

/** The paths that need no token, since they are the way to show one. */
export function isLoginPath(path: string): boolean {
  return /^\/(login|login\.css|login\.js|logout)$/.test(path)
}

/** Whether somebody opened a page in a browser: they are sent to the login page, not told of headers. */
export function isPageVisit({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && (headers.accept ?? '').includes('text/html') && (headers['sec-fetch-mode'] ?? 'navigate') === 'navigate'
}

/** Sends to the login page, which comes back to what was asked for. */
export function sendToLogin(request: Request, response: Response): void {
  response.set('Cache-Control', 'no-store').redirect(303, `/login?next=${encodeURIComponent(request.url)}`)
}

/** GET and POST /login, POST /logout. */
export function loginRoutes(door: Doorkeeper): Router {
  const router = Router()
  const form = express.urlencoded({ extended: false, limit: '4kb', inflate: false, parameterLimit: 4 })
  router.get('/login', (_request, response) => void response.set('Cache-Control', 'no-store').type('html').send(PAGE))
  router.get('/login.css', (_request, response) => void response.type('css').send(STYLE))
  router.get('/login.js', (_request, response) => void response.type('js').send(SCRIPT))
  router.get('/login/session', (_request, response) => void response.set('Cache-Control', 'no-store').status(204).end())
  router.post('/login', form, (request, response) => logIn(door, request, response))
  router.post('/logout', (request, response) => logOut(door, request, response))
  return router
}

function logIn(door: Doorkeeper, request: Request, response: Response): void {
  const { token, next } = (request.body ?? {}) as { readonly token?: unknown; readonly next?: unknown } // a parsed form, or none
  if (door.isOpen) return response.redirect(303, placeIn(next, request))
  const known = door.try(typeof token === 'string' ? token : '', request)
  if ('refusal' in known) {
    if (!isBrowser(request)) return refuse(response, known.refusal)
    return void response.status(known.refusal.status).set(known.refusal.headers ?? {}).set('Cache-Control', 'no-store').type('html')
      .send(PAGE.replace('<!-- problem -->', `<p role="alert">${known.refusal.status === 429 ? 'Too many wrong tokens: wait a little.' : 'This token is not known here.'}</p>`))
  }
  setCookie(request, response, door.sessions.open(known.sha256), SESSION_SECONDS)
  response.redirect(303, placeIn(next, request))
}

function logOut(door: Doorkeeper, request: Request, response: Response): void {
  const name = sessionCookie(request)
  const id = new RegExp(`(?:^|; *)${name}=([A-Za-z0-9_-]+)`).exec(request.headers.cookie ?? '')?.[1]
  if (id !== undefined) door.sessions.close(id)
  setCookie(request, response, '', 0)
  response.redirect(303, '/login')
}

function setCookie(request: Request, response: Response, value: string, seconds: number): void {
  const secure = request.headers.origin?.startsWith('https:') ? '; Secure' : ''
  response.set('Cache-Control', 'no-store')
  response.set('Set-Cookie', `${sessionCookie(request)}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${secure}`)
}

function isBrowser({ headers }: Request): boolean {
  return (headers.accept ?? '').includes('text/html')
}

/** A path of this server, from the form or from the page that it was on; never another server's. */
function placeIn(next: unknown, { headers }: Request): string {
  const referer = headers.referer !== undefined && URL.canParse(headers.referer) ? new URL(headers.referer).searchParams.get('next') : undefined
  const wanted = typeof next === 'string' ? next : referer ?? '/'
  return /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(wanted) ? wanted : '/'
}

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Kinograph</title>
<link rel="stylesheet" href="/login.css">
<script src="/login.js" defer></script>
<main>
<h1>Kinograph</h1>
<!-- problem -->
<form method="post" action="/login" autocomplete="on">
<label for="token">Token</label>
<input type="text" name="username" value="kinograph" autocomplete="username" hidden>
<input type="password" id="token" name="token" autocomplete="current-password" required autofocus>
<button>Log in</button>
</form>
</main>
</html>
`

const STYLE = `body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 16px/1.5 system-ui, sans-serif; color-scheme: light dark }
form { display: grid; gap: .5rem; width: 20rem }
input, button { font: inherit; padding: .5rem }
`

/** Who follows a link from elsewhere comes without the cookie (it is strict), though logged in: then go on at once. */
const SCRIPT = `const next = new URLSearchParams(location.search).get('next') ?? '/'
const place = /^\\/(?![/\\\\])/.test(next) ? next : '/'
fetch('/login/session').then((answer) => { if (answer.status === 204) location.replace(place) })
`
