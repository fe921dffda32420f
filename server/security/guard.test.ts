/** The guard as a server uses it, on a real port. */
import { createServer, request as send } from 'node:http'
import type { IncomingHttpHeaders, Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { once } from 'node:events'
import express from 'express'
import { afterEach, expect, test } from 'vitest'
import type { ServerConfig, TokenConfig } from '../config/config.ts'
import { defaultConfig } from '../config/defaults.ts'
import { guardRequests, guardUpgrade, limitConnections, principalOf, refuseUpgrade, replaceTokens } from './index.ts'
import { digestOf } from './tokens.ts'

const RUN = 'run-token-0123456789'
const EDIT = 'edit-token-0123456789'
const ADMIN = 'admin-token-0123456789'
const token = (name: string, scope: 'run' | 'edit' | 'admin', text: string): TokenConfig => ({ name, scopes: [scope], sha256: digestOf(text) })
const TOKENS = [token('runner', 'run', RUN), token('editor', 'edit', EDIT), token('chief', 'admin', ADMIN)]

const open: Server[] = []
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** A server whose routes say who came in; `ask` sends what a client library would refuse to send. */
async function serve(settings: Partial<ServerConfig> = {}) {
  const config = { ...defaultConfig(), ...settings }
  const app = express().disable('x-powered-by')
  app.use(guardRequests(config))
  app.use((request, response) => void response.json({ name: principalOf(request)?.name ?? 'nobody' }))
  const server = createServer(app)
  limitConnections(server, config)
  const judge = guardUpgrade(config)
  server.on('upgrade', (request, socket) => {
    const verdict = judge(request)
    if (!verdict.ok) return refuseUpgrade(socket, verdict)
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Name: ${verdict.principal.name}\r\n\r\n`)
    socket.on('error', () => socket.destroy()).on('end', () => socket.end()).resume()
  })
  open.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const ask = (method: string, path: string, headers: Readonly<Record<string, string>> = {}, body = '') => new Promise<Answer>((resolve, reject) => {
    const outgoing = send({ port, host: '127.0.0.1', method, path, headers, agent: false }, (incoming) => {
      let text = ''
      incoming.setEncoding('utf8').on('data', (piece: string) => { text += piece }).on('error', reject)
        .on('end', () => resolve({ status: incoming.statusCode!, headers: incoming.headers, text }))
    })
    outgoing.on('error', reject)
    outgoing.on('upgrade', (incoming, socket) => {
      sockets.push(socket.resume() as Socket) // an upgrade of TCP
      resolve({ status: 101, headers: incoming.headers, text: '' })
    })
    outgoing.end(body)
  })
  const sockets: Socket[] = []
  return { config, ask, sockets, origin: `http://127.0.0.1:${port}` }
}

const bearer = (text: string) => ({ authorization: `Bearer ${text}` })
const basic = (name: string, text: string) => ({ authorization: `Basic ${Buffer.from(`${name}:${text}`).toString('base64')}` })
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const UPGRADE = { connection: 'Upgrade', upgrade: 'websocket' }

test('without tokens, this machine may do everything', async () => {
  const { ask } = await serve()
  expect(await ask('POST', '/free')).toMatchObject({ status: 200, text: '{"name":"local"}' })
})

test('a token comes as Bearer, or as the password of Basic under any name; never in the URL', async () => {
  const { ask } = await serve({ tokens: TOKENS })
  for (const headers of [bearer(RUN), { authorization: `bearer  ${RUN}` }, basic('', RUN), basic('anybody', RUN), basic('Zoë', RUN)]) {
    expect(await ask('GET', '/queue', headers)).toMatchObject({ status: 200, text: '{"name":"runner"}' })
  }
  for (const path of [`/queue?token=${RUN}`, `/queue?access_token=${RUN}`, `/queue?api_key=${RUN}`]) expect((await ask('GET', path)).status).toBe(401)
  for (const headers of [{}, bearer(''), bearer('nobody-knows-this-one'), { authorization: RUN }, { authorization: `Digest ${RUN}` }, basic(RUN, '')]) {
    const answer = await ask('GET', '/queue', headers as Record<string, string>)
    expect(answer.status).toBe(401)
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer .*Basic /)
    expect(answer.text).not.toContain(RUN)
  }
})

test.each([
  ['GET', '/queue', 200, 200, 200],
  ['POST', '/prompt', 200, 200, 200],
  ['POST', '/api/prompt', 200, 200, 200],
  ['POST', '/upload/image', 403, 200, 200],
  ['POST', '/api/userdata/x.json', 403, 200, 200],
  ['DELETE', '/userdata/x.json', 403, 200, 200],
  ['POST', '/settings', 403, 403, 200],
  ['POST', '/api/settings/Comfy.Color', 403, 403, 200],
  ['POST', '/SETTINGS/', 403, 403, 200],
  ['POST', '/api//settings', 403, 403, 200],
  ['POST', '/userdata/../settings', 403, 200, 200], // a path of its own, since routes are not resolved; nothing answers it
  ['POST', '/free', 403, 403, 200],
  ['POST', '/not-thought-of', 403, 403, 200],
  ['PATCH', '/prompt/x', 403, 403, 200],
])('%s %s: run %d, edit %d, admin %d', async (method, path, run, edit, admin) => {
  const { ask } = await serve({ tokens: TOKENS })
  expect((await ask(method, path, bearer(RUN))).status).toBe(run)
  expect((await ask(method, path, bearer(EDIT))).status).toBe(edit)
  expect((await ask(method, path, bearer(ADMIN))).status).toBe(admin)
  expect((await ask(method, path)).status).toBe(401)
})

test('only whether it lives is answered without a token', async () => {
  const { ask } = await serve({ tokens: TOKENS })
  for (const path of ['/health', '/ready', '/api/health']) expect((await ask('GET', path)).status).toBe(200)
  for (const path of ['/metrics', '/health/x', '/healthz', '/', '/api', '/view', '/HEALTH']) expect((await ask('GET', path)).status).toBe(401)
})

test('guessing is slowed down by the address of the connection, whatever X-Forwarded-For says', async () => {
  const { ask } = await serve({ tokens: TOKENS })
  const statuses: number[] = []
  for (let i = 0; i < 14; i++) {
    const forged = { 'x-forwarded-for': `10.0.0.${i}`, 'x-real-ip': `10.0.1.${i}`, 'forwarded': `for=10.0.2.${i}`, 'client-ip': `10.0.3.${i}` }
    statuses.push((await ask('GET', '/queue', { ...bearer(`guess-${i}-0123456789`), ...forged })).status)
  }
  expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 401))
  expect(statuses.slice(10)).toContain(429)
  const right = await ask('GET', '/queue', bearer(RUN))
  if (right.status === 429) expect(Number(right.headers['retry-after'])).toBeGreaterThan(0)
  else expect(right.status).toBe(200) // ten seconds passed: a slow machine
})

test('many requests of one token are answered 429 with the time to wait; other tokens go on', async () => {
  const { ask, config } = await serve({ tokens: TOKENS, limits: { ...defaultConfig().limits, requestsPerSecond: 0.01 } })
  const answers: Answer[] = []
  for (let i = 0; i < 3; i++) answers.push(await ask('GET', '/queue', bearer(RUN)))
  expect(config.limits.requestsPerSecond).toBe(0.01)
  expect(answers.map(({ status }) => status)).toContain(429)
  expect(Number(answers.at(-1)!.headers['retry-after'])).toBeGreaterThan(1)
  expect((await ask('GET', '/queue')).status).toBe(401)
})

test('tokens are exchanged while it runs: old ones and their sessions end', async () => {
  const { ask, config, origin } = await serve({ tokens: TOKENS })
  const cookie = await logIn(ask, origin, RUN)
  expect((await ask('GET', '/queue', { cookie })).text).toBe('{"name":"runner"}')
  replaceTokens(config, [token('runner', 'run', 'another-token-0123456789')])
  expect((await ask('GET', '/queue', { cookie })).status).toBe(401)
  expect((await ask('GET', '/queue', bearer(RUN))).status).toBe(401)
  expect((await ask('GET', '/queue', bearer('another-token-0123456789'))).status).toBe(200)
})

async function logIn(ask: (...args: [string, string, Record<string, string>, string]) => Promise<Answer>, origin: string, text: string): Promise<string> {
  const answer = await ask('POST', '/login', { ...FORM, origin, referer: `${origin}/login?next=%2Fqueue` }, `token=${text}`)
  expect(answer).toMatchObject({ status: 303, headers: { location: '/queue' } })
  const [cookie] = answer.headers['set-cookie']!
  expect(cookie).toMatch(/^kinograph-session-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/)
  return cookie!.split(';')[0]!
}

test('a browser logs in on a page, and out again', async () => {
  const { ask, origin } = await serve({ tokens: TOKENS })
  const visit = await ask('GET', '/editor?workflow=a', { 'accept': 'text/html', 'sec-fetch-mode': 'navigate' })
  expect(visit).toMatchObject({ status: 303, headers: { location: '/login?next=%2Feditor%3Fworkflow%3Da' } })
  const page = await ask('GET', '/login')
  expect(page.headers['content-type']).toContain('text/html')
  expect(page.text).not.toMatch(/<script>|<style|\son\w+=|style=/) // nothing that the policy would have to let in
  const fetched = await ask('GET', '/queue', { 'sec-fetch-mode': 'cors', 'sec-fetch-site': 'same-origin' })
  expect(fetched.headers['www-authenticate']).toBe('Bearer realm="kinograph"') // no dialog of the browser
  const cookie = await logIn(ask, origin, ADMIN)
  expect(await ask('POST', '/free', { cookie, origin })).toMatchObject({ status: 200, text: '{"name":"chief"}' })
  expect((await ask('GET', '/login/session', { cookie })).status).toBe(204)
  expect((await ask('POST', '/free', { cookie, origin: 'http://evil.test' })).status).toBe(403)
  await ask('POST', '/logout', { cookie, origin })
  expect((await ask('GET', '/queue', { cookie })).status).toBe(401)
})

test('logging in is no way to another site, nor for one', async () => {
  const { ask, origin } = await serve({ tokens: TOKENS })
  for (const next of ['https://evil.test', '//evil.test', '/\\evil.test', '/%0d%0aSet-Cookie:x', 'javascript:alert(1)', '/a\r\nb']) {
    const answer = await ask('POST', '/login', { ...FORM, origin }, `token=${RUN}&next=${encodeURIComponent(next)}`)
    expect(answer.status).toBe(303)
    expect(answer.headers.location).toMatch(/^\/(%0d%0aSet-Cookie:x)?$/)
  }
  for (const foreign of ['http://evil.test', 'null']) {
    expect((await ask('POST', '/login', { ...FORM, origin: foreign }, `token=${RUN}`)).status).toBe(403)
  }
  const wrong = await ask('POST', '/login', { ...FORM, origin, accept: 'text/html' }, 'token=wrong')
  expect(wrong.status).toBe(401)
  expect(wrong.headers['set-cookie']).toBeUndefined()
  expect((await ask('POST', '/login', { ...FORM, origin }, `token=${'x'.repeat(5000)}`)).status).toBeGreaterThanOrEqual(400)
})

test('sockets pass the same way', async () => {
  const { ask, origin } = await serve({ tokens: TOKENS })
  const cookie = await logIn(ask, origin, RUN)
  for (const path of ['/ws?clientId=1', '/socket.io/?EIO=4&transport=websocket']) {
    expect((await ask('GET', path, { ...UPGRADE, ...bearer(RUN) })).headers['x-name']).toBe('runner')
    expect((await ask('GET', path, { ...UPGRADE, cookie, origin })).headers['x-name']).toBe('runner')
    expect((await ask('GET', path, UPGRADE)).status).toBe(401)
    expect((await ask('GET', path, { ...UPGRADE, ...bearer(RUN), origin: 'http://evil.test' })).status).toBe(403)
    expect((await ask('GET', path, { ...UPGRADE, cookie, origin: 'null' })).status).toBe(403)
    expect((await ask('GET', path, { ...UPGRADE, ...bearer(RUN), host: 'evil.test' })).status).toBe(403)
    expect((await ask('GET', path, { ...UPGRADE, ...bearer(RUN), 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  }
})

test('a socket ends with its token, and stays where nothing changed', async () => {
  const { ask, sockets, config } = await serve({ tokens: TOKENS })
  for (const text of [RUN, EDIT, ADMIN]) expect((await ask('GET', '/ws', { ...UPGRADE, ...bearer(text) })).status).toBe(101)
  const ended = sockets.map((socket) => once(socket, 'close'))
  const isOpen = sockets.map(() => true)
  ended.forEach((end, i) => { void end.then(() => { isOpen[i] = false }) })
  replaceTokens(config, [TOKENS[1]!, token('chief', 'run', ADMIN)]) // one is gone, one stays, one may do less
  await Promise.all([ended[0], ended[2]])
  expect(isOpen).toEqual([false, true, false])
})

test('only so many sockets are open at a time', async () => {
  const { ask, sockets } = await serve({ limits: { ...defaultConfig().limits, sockets: 2 } })
  expect((await ask('GET', '/ws', UPGRADE)).status).toBe(101)
  expect((await ask('GET', '/ws', UPGRADE)).status).toBe(101)
  expect(await ask('GET', '/ws', UPGRADE)).toMatchObject({ status: 503, headers: { 'retry-after': '5' } })
  sockets[0]!.destroy()
  await expect.poll(async () => (await ask('GET', '/ws', UPGRADE)).status, { timeout: 20_000 }).toBe(101)
})

test('bodies are refused before they are read: compressed ones, and those that say they are too large', async () => {
  const { ask, config } = await serve()
  for (const encoding of ['gzip', 'deflate', 'br', 'zstd', 'gzip, identity', 'GZIP', 'x-gzip']) {
    expect(await ask('POST', '/prompt', { 'content-encoding': encoding }, 'x'), encoding).toMatchObject({ status: 415 })
  }
  expect((await ask('POST', '/prompt', { 'content-encoding': 'identity' }, 'x')).status).toBe(200)
  const tooMuch = String(config.limits.uploadBytes * 2)
  expect((await ask('POST', '/upload/image', { 'content-length': tooMuch, 'connection': 'close' })).status).toBe(413)
})

test('another origin that is allowed may read and write, and only that one is told so', async () => {
  const { ask } = await serve({ allowedOrigins: ['https://editor.example.org'] })
  const preflight = { 'origin': 'https://editor.example.org', 'access-control-request-method': 'POST', 'sec-fetch-site': 'cross-site' }
  expect(await ask('OPTIONS', '/prompt', preflight)).toMatchObject({ status: 204, headers: { 'access-control-allow-origin': 'https://editor.example.org' } })
  const posted = await ask('POST', '/prompt', { origin: 'https://editor.example.org' })
  expect(posted).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': 'https://editor.example.org', 'vary': 'Origin' } })
  expect(posted.headers['access-control-allow-credentials']).toBeUndefined()
  for (const origin of ['https://evil.test', 'null', 'https://editor.example.org.evil.test']) {
    const answer = await ask('OPTIONS', '/prompt', { ...preflight, origin })
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
    expect((await ask('POST', '/prompt', { origin })).status).toBe(403)
  }
})

test('every answer carries the headers, refusals too', async () => {
  const { ask } = await serve({ tokens: TOKENS })
  for (const answer of [await ask('GET', '/queue'), await ask('GET', '/login'), await ask('POST', '/prompt', { host: 'evil.test' }), await ask('GET', '/view', bearer(RUN))]) {
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin', 'cross-origin-resource-policy': 'same-origin',
    })
    const policy = answer.headers['content-security-policy']
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
    expect(answer.headers['x-powered-by']).toBeUndefined()
  }
})
