/** What pages of other sites may try against a server on this machine (the first part of the list of attacks). */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { ask, bytesOf, exchange, hold } from './raw.ts'
import type { RawAnswer } from './raw.ts'
import { startServer } from './support.ts'
import type { TestServer } from './support.ts'

// Hundreds of requests each, on machines that are busy.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 })

let server: TestServer
let port: number
let routes: Route[]
beforeAll(async () => {
  server = await startServer()
  port = server.port
  routes = await changingRoutes()
})
afterAll(() => server.stop())

type Header = readonly [string, string]

interface Route {
  readonly method: string
  readonly path: string
}

/** ComfyUI's routes that change something; they are not part of the OpenAPI document. */
const COMFY: readonly Route[] = [
  ['POST', '/prompt'], ['POST', '/queue'], ['POST', '/history'], ['POST', '/interrupt'], ['POST', '/free'], ['POST', '/upload/image'],
  ['POST', '/upload/mask'], ['POST', '/settings'], ['POST', '/settings/Comfy.Color'], ['POST', '/userdata/a.json'], ['DELETE', '/userdata/a.json'],
  ['POST', '/userdata/a.json/move/b.json'], ['POST', '/users'], ['PATCH', '/internal/logs/subscribe'],
].flatMap(([method, path]) => [{ method: method!, path: path! }, { method: method!, path: `/api${path!}` }])

/** All of them, ours as the server itself lists them: a route that is added is attacked too. */
async function changingRoutes(): Promise<Route[]> {
  const { paths } = await server.json('/api/openapi.json') as { readonly paths: Readonly<Record<string, object>> } // what the document is
  const ours = Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods)
    .filter((method) => ['post', 'put', 'delete', 'patch'].includes(method))
    .map((method) => ({ method: method.toUpperCase(), path: withApi(path.replace(/\{[^}]+\}/g, 'x')) })))
  expect(ours.length).toBeGreaterThan(5)
  return [...COMFY, ...ours, { method: 'POST', path: '/login' }, { method: 'POST', path: '/logout' }]
}

const withApi = (path: string) => path.startsWith('/api/') ? path : `/api${path}`

/** What is there to be changed. */
async function state(): Promise<string> {
  const paths = ['/queue', '/history', '/api/userdata?dir=&recurse=true', '/settings', '/api/jobs', '/api/workflows']
  return JSON.stringify(await Promise.all(paths.map(async (path) => {
    const answer = await ask(port, { path })
    return [path, answer.status, answer.body]
  })))
}

const JSON_IN_A_FORM = '{"prompt":{"1":{"class_type":"PreviewAny","inputs":{"source":"x=1"}}},"client_id":"a"}'
const MULTIPART = '--b\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\nContent-Type: image/png\r\n\r\nabc\r\n--b--\r\n'
const BODIES: readonly (readonly [string, Header | undefined, string | undefined])[] = [
  ['text/plain', ['Content-Type', 'text/plain'], JSON_IN_A_FORM],
  ['urlencoded', ['Content-Type', 'application/x-www-form-urlencoded'], `${encodeURIComponent(JSON_IN_A_FORM)}=`],
  ['multipart', ['Content-Type', 'multipart/form-data; boundary=b'], MULTIPART],
  ['JSON', ['Content-Type', 'application/json'], JSON_IN_A_FORM],
  ['a proxy stripped the type', undefined, JSON_IN_A_FORM],
  ['bare', undefined, undefined],
]

const FROM_AFAR: readonly (readonly [string, readonly Header[]])[] = [
  ['another site', [['Origin', 'http://evil.test'], ['Sec-Fetch-Site', 'cross-site'], ['Sec-Fetch-Mode', 'no-cors']]],
  ['another site, in a browser without Sec-Fetch', [['Origin', 'http://evil.test']]],
  ['a sandboxed frame or a local file', [['Origin', 'null']]],
  ['no Origin, but Sec-Fetch-Site: cross-site', [['Sec-Fetch-Site', 'cross-site']]],
  ['no Origin, but Sec-Fetch-Site: same-site', [['Sec-Fetch-Site', 'same-site']]],
  ['another port of this machine', [['Origin', 'http://127.0.0.1:1']]],
  ['the same address under another name', [['Origin', 'http://localhost:PORT']]],
  ['only Referer is left', [['Referer', 'http://evil.test/page.html']]],
  ['our origin beside another one', [['Origin', 'http://127.0.0.1:PORT'], ['Origin', 'http://evil.test']]],
  ['a list of origins', [['Origin', 'http://127.0.0.1:PORT http://evil.test']]],
]

const placed = (headers: readonly Header[]): Header[] => headers.map(([name, value]) => [name, value.replace('PORT', String(port))])

test.each(FROM_AFAR)('changes nothing for %s, whatever the body (1, 2, 3)', async (_name, from) => {
  const before = await state()
  for (const { method, path } of routes) {
    for (const [kind, type, body] of BODIES) {
      const headers = [...placed(from), ...type ? [type] : []]
      const answer = await ask(port, { method, path, headers, ...(body !== undefined && { body }) })
      expect(answer.status, `${method} ${path} with ${kind}`).toBe(403)
      expect(answer.body).toContain('cross_site_request')
    }
  }
  expect(await state()).toBe(before)
})

test('says behind a proxy what is to be configured (1)', async () => {
  const headers: Header[] = [['Origin', 'https://render.example.org'], ['X-Forwarded-Host', 'render.example.org'], ['X-Forwarded-Proto', 'https']]
  const answer = await ask(port, { method: 'POST', path: '/prompt', headers, body: '{}' })
  expect(answer.status).toBe(403)
  for (const said of ['https://render.example.org', 'reverse proxy', 'Host', 'allowedHosts', 'allowedOrigins']) expect(answer.body).toContain(said)
})

const HOSTS: readonly (readonly [string, number])[] = [
  ['127.0.0.1:PORT', 200], ['localhost:PORT', 200], ['LOCALHOST:PORT', 200], ['LocalHost', 200], ['localhost.:PORT', 200], ['[::1]:PORT', 200],
  ['127.0.0.2:PORT', 200], ['127.0.0.1:1', 200], // a forwarded port
  ['evil.test', 403], ['evil.test:PORT', 403], ['127.0.0.1.evil.test:PORT', 403], ['localhost.evil.test', 403], ['evil.localhost', 403],
  ['0.0.0.0:PORT', 403], ['[::]:PORT', 403], ['[::ffff:1.2.3.4]', 403], ['2130706433:PORT', 403], ['0x7f000001', 403], ['127.1', 403], ['10.0.0.1', 403],
  ['user@127.0.0.1:PORT', 400], ['127.0.0.1:PORT@evil.test', 400], ['user:pass@localhost', 400], ['127.0.0.1:PORT:PORT', 400], ['127.0.0.1:', 400],
  ['127.0.0.1:0', 400], ['127.0.0.1:99999', 400], ['127.0.0.1:80,evil.test', 400], ['127.0.0.1 evil.test', 400], ['::1', 400], ['[localhost]', 400],
  ['', 400], ['.', 400], ['localhost..', 400], ['localhost/', 400], ['localhost#', 400], ['localhost\\', 400], ['localh\u00f6st', 400],
]

test.each(HOSTS)('Host: %s is answered %d, however much Origin agrees (4, 5)', async (form, expected) => {
  const host = form.replaceAll('PORT', String(port))
  for (const headers of [[], [['Origin', `http://${host}`]] as Header[]]) {
    const read = await ask(port, { path: '/queue', host, headers: headers.length > 0 && expected === 200 ? [] : headers })
    expect(read.status).toBe(expected)
  }
  const socket = await ask(port, { path: '/ws', host, headers: UPGRADE })
  expect(socket.status).toBe(expected === 200 ? 101 : expected)
  if (expected === 200) return
  const post = await ask(port, { method: 'POST', path: '/prompt', host, headers: [['Origin', `http://${host}`]], body: '{}' })
  expect(post.status).toBe(expected)
})

test('every request says one Host, and no other server in its target (5)', async () => {
  const own = `127.0.0.1:${port}`
  const statuses = async (...requests: Parameters<typeof ask>[1][]) => Promise.all(requests.map(async (request) => (await ask(port, request)).status))
  expect(await statuses(
    { path: '/queue', headers: [['Host', 'evil.test']] },
    { path: '/queue', host: 'evil.test', headers: [['Host', own]] },
    { path: '/queue', headers: [['host', own]] },
    { path: '/queue', host: null },
    { path: 'http://evil.test/queue' },
    { path: `http://${own}/queue` },
    { path: 'queue' },
    { method: 'OPTIONS', path: '*' },
    { path: '/queue', headers: [['', 'Host : evil.test']] },
    { path: '/queue', headers: [['', ' Host: evil.test']] },
  )).toEqual([400, 400, 400, 400, 400, 400, 400, 400, 400, 400])
  expect((await exchange(port, 'GET /queue HTTP/1.0\r\n\r\n')).status).toBe(400)
  expect((await exchange(port, `CONNECT evil.test:80 HTTP/1.1\r\nHost: ${own}\r\n\r\n`)).status).not.toBe(200)
})

test('a second request cannot hide in the first one (5)', async () => {
  const own = `127.0.0.1:${port}`
  const inside = `POST /free HTTP/1.1\r\nHost: ${own}\r\nContent-Length: 0\r\n\r\n`
  for (const framing of ['Transfer-Encoding: chunked\r\nContent-Length: 4', 'Transfer-Encoding: xchunked', 'Transfer-Encoding: chunked, identity',
    'Content-Length: 0\r\nContent-Length: 4', 'Content-Length: +4', 'Transfer-Encoding : chunked', 'Content-Length: 4\n']) {
    const answer = await exchange(port, `POST /login HTTP/1.1\r\nHost: ${own}\r\nOrigin: http://evil.test\r\n${framing}\r\n\r\n0\r\n\r\n${inside}`)
    expect([400, 403], framing).toContain(answer.status)
    expect(answer.text.match(/HTTP\/1\.1 \d/g)?.length, framing).toBe(1)
  }
})

const UPGRADE: Header[] = [
  ['Connection', 'Upgrade'], ['Upgrade', 'websocket'], ['Sec-WebSocket-Version', '13'], ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
]
const SOCKETS = ['/ws', '/ws?clientId=a', '/api/ws', '/socket.io/?EIO=4&transport=websocket']

test.each(SOCKETS)('%s opens for our own page and for no other (6)', async (path) => {
  const own: Header[] = [['Origin', `http://127.0.0.1:${port}`]]
  expect((await ask(port, { path, headers: UPGRADE })).status).toBe(101)
  expect((await ask(port, { path, headers: [...UPGRADE, ...own] })).status).toBe(101)
  for (const [name, from] of FROM_AFAR) {
    const answer = await ask(port, { path, headers: [...UPGRADE, ...placed(from)] })
    expect(answer.status, name).toBe(403)
    expect(answer.isClosed || answer.headers['connection'] === 'close').toBe(true)
  }
})

test('neither does any other path, or any other protocol (6)', async () => {
  for (const path of ['/', '/queue', '/ws/', '/wsx', '/socket.iox', '/WS/../ws', '/%77s']) {
    const answer = await ask(port, { path, headers: UPGRADE })
    expect(answer.status, path).not.toBe(101)
  }
  for (const protocol of ['h2c', 'TLS/1.0', 'websocket2', '']) {
    const headers: Header[] = [['Connection', 'Upgrade'], ['Upgrade', protocol]]
    expect((await ask(port, { path: '/ws', headers })).status, protocol).not.toBe(101)
  }
  for (const [name, value] of [['Sec-WebSocket-Key', 'short'], ['Sec-WebSocket-Version', '1']] as const) {
    const headers: Header[] = UPGRADE.map(([one, was]) => one === name ? [one, value] : [one, was])
    expect((await ask(port, { path: '/ws', headers })).status, name).toBe(400)
  }
})

test('socket.io is not to be had by polling, which would be requests like any other (7)', async () => {
  const poll = '/socket.io/?EIO=4&transport=polling'
  for (const path of [poll, `${poll}&sid=abc`, '/socket.io/', '/api/socket.io/?EIO=4&transport=polling', '/Socket.IO/?EIO=4&transport=polling', '/socket.io/socket.io.js']) {
    // Whoever reads a socket's address is told that it is one.
    expect((await ask(port, { path })).status, path).toBe(path.startsWith('/socket.io/') ? 426 : 404)
    expect((await ask(port, { method: 'POST', path, body: '40' })).status, path).toBe(404)
  }
  for (const [name, from] of FROM_AFAR) {
    const headers = placed(from)
    expect((await ask(port, { path: poll, headers })).status, name).toBe(403)
    expect((await ask(port, { method: 'POST', path: poll, headers, body: '40' })).status, name).toBe(403)
  }
  expect((await ask(port, { path: poll, host: 'evil.test' })).status).toBe(403)
})

test('no answer tells a browser that others may read it, and no preflight lets them write (8)', async () => {
  for (const origin of ['http://evil.test', 'null']) {
    const headers: Header[] = [['Origin', origin], ['Access-Control-Request-Method', 'POST'], ['Access-Control-Request-Headers', 'content-type']]
    for (const path of ['/prompt', '/api/jobs', '/socket.io/?EIO=4&transport=polling']) {
      const answers = [await ask(port, { method: 'OPTIONS', path, headers }), await ask(port, { path, headers: [['Origin', origin]] })]
      for (const answer of answers) expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control')), path).toEqual([])
    }
  }
})

test('an allowed origin lets in nobody else, and "*" is none (8)', async () => {
  const sharing = await startServer({ config: { allowedOrigins: ['https://editor.example.org'] } })
  const post = (origin: string) => ask(sharing.port, { method: 'POST', path: '/queue', headers: [['Origin', origin], ['Content-Type', 'application/json']], body: '{"delete":[]}' })
  try {
    const allowed = await post('https://editor.example.org')
    expect(allowed.status).toBe(200)
    expect(allowed.headers['access-control-allow-origin']).toBe('https://editor.example.org')
    for (const origin of ['http://evil.test', 'null', 'http://editor.example.org', 'https://editor.example.org.evil.test', 'https://editor.example.org:444']) {
      const answer = await post(origin)
      expect(answer.status, origin).toBe(403)
      expect(answer.headers['access-control-allow-origin'], origin).toBeUndefined()
    }
  } finally {
    await sharing.stop()
  }
  await expect(startServer({ config: { allowedOrigins: ['*'] } })).rejects.toThrow(/allowedOrigins/)
})

test('no GET, HEAD or OPTIONS changes anything (9)', async () => {
  const saved = await ask(port, { method: 'POST', path: '/userdata/workflows%2Fkept.json', headers: [['Content-Type', 'application/json']], body: '{}' })
  expect(saved.status).toBe(200)
  const before = await state()
  expect(before).toContain('kept.json')
  const said = 'clear=true&delete=kept&unload_models=true&free_memory=true&prompt_id=x&overwrite=true&value=1&method=POST&_method=DELETE'
  for (const { path } of [...routes, { path: '/userdata/workflows%2Fkept.json' }, { path: '/userdata/workflows%2Fkept.json/move/gone.json' }]) {
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      const headers: Header[] = [['X-HTTP-Method-Override', 'POST'], ['Content-Type', 'application/json']]
      const { status } = await ask(port, { method, path: `${path}?${said}`, headers, ...(method === 'GET' && { body: '{"clear":true}' }) })
      expect(status, `${method} ${path}`).not.toBe(500)
    }
  }
  expect(await state()).toBe(before)
})

test('nothing of ours can be framed, run inline or taken for something else (10)', async () => {
  for (const path of ['/', '/login', '/queue', '/api/docs', '/api/openapi.json', '/not-there', '/view?filename=a.png', '/socket.io/?EIO=4&transport=polling']) {
    const { headers, status } = await ask(port, { path })
    const policy = headers['content-security-policy'] ?? ''
    expect(policy, path).toContain("frame-ancestors 'none'")
    expect(policy, path).toContain("default-src 'none'")
    expect(policy, path).not.toMatch(/unsafe|\*|http:|https:|data:(?! blob:)/)
    expect(headers, path).toMatchObject({
      'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin', 'cross-origin-resource-policy': 'same-origin',
    })
    expect(headers['permissions-policy'], path).toContain('camera=()')
    expect(Object.keys(headers).filter((name) => /^(x-powered-by|server|x-aspnet.*)$/.test(name)), path).toEqual([])
    expect(status, path).toBeLessThan(500)
  }
})

test('our pages keep to their policy: no script, style or handler inside them (10)', async () => {
  for (const path of ['/login', '/api/docs', '/']) {
    const { body, status } = await ask(port, { path })
    if (status !== 200) continue
    expect(body, path).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=|javascript:|(?:src|href)=["']?(?:https?:)?\/\//i)
  }
})

test('other sites may link to a page, but embed nothing and learn nothing of what is there', async () => {
  const site: Header = ['Sec-Fetch-Site', 'cross-site']
  const status = async (path: string, ...more: Header[]) => (await ask(port, { path, headers: [site, ...more] })).status
  expect(await status('/queue', ['Sec-Fetch-Mode', 'navigate'], ['Sec-Fetch-Dest', 'document'])).toBe(200)
  for (const [mode, dest] of [['no-cors', 'image'], ['no-cors', 'script'], ['no-cors', 'video'], ['cors', 'empty'], ['navigate', 'iframe'], ['navigate', 'embed']] as const) {
    for (const path of ['/queue', '/view?filename=a.png', '/not-there']) {
      expect(await status(path, ['Sec-Fetch-Mode', mode], ['Sec-Fetch-Dest', dest]), `${dest} ${path}`).toBe(403)
    }
  }
})

test('a request that breaks off, or is none, leaves the server as it was', async () => {
  const junk = ['\0\0\0\0', '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03', 'GET', 'GET / HTTP/9.9\r\n\r\n', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'A'.repeat(100_000), `GET /${'a'.repeat(40_000)} HTTP/1.1\r\n`]
  for (const bytes of junk) {
    const socket = await hold(port)
    socket.on('error', () => {})
    socket.write(Buffer.from(bytes, 'latin1'), () => socket.end())
  }
  const whole = bytesOf(port, { method: 'POST', path: '/prompt', body: JSON_IN_A_FORM })
  for (const cut of [10, 40, whole.length - 20, whole.length - 1]) {
    const socket = await hold(port)
    socket.on('error', () => {})
    socket.write(whole.subarray(0, cut), () => socket.destroy())
  }
  const answer: RawAnswer = await ask(port, { path: '/queue' })
  expect(answer.status).toBe(200)
  expect(JSON.parse(answer.body)).toMatchObject({ queue_running: [], queue_pending: [] })
})
