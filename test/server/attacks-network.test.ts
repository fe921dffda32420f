/** Tokens and scopes, slow and greedy clients, floods, odd queries (the last part of the list of attacks). */
import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { ended, openGround, queue, run } from './ground.ts'
import type { Ground, Prompt } from './ground.ts'
import { ask, bytesOf, hold } from './raw.ts'
import type { RawAnswer } from './raw.ts'
import { scratchFolder, startServer } from './support.ts'
import type { TestServer } from './support.ts'

// Hundreds of requests each, on machines that are busy.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 })

type Header = readonly [string, string]

const TOKENS = { runner: 'run-token-4f1d2c3b5a', second: 'run-token-9e8d7c6b5a', editor: 'edit-token-1a2b3c4d5e', chief: 'admin-token-0f9e8d7c6b' } as const
type Name = keyof typeof TOKENS
const SCOPES: Readonly<Record<Name, string>> = { runner: 'run', second: 'run', editor: 'edit', chief: 'admin' }
const configured = (names: readonly Name[] = ['runner', 'second', 'editor', 'chief']) => names.map((name) =>
  ({ name, scopes: [SCOPES[name]], sha256: createHash('sha256').update(TOKENS[name]).digest('hex') }))
const bearer = (name: Name): Header => ['Authorization', `Bearer ${TOKENS[name]}`]
const JSON_TYPE: Header = ['Content-Type', 'application/json']
const UPGRADE: Header[] = [
  ['Connection', 'Upgrade'], ['Upgrade', 'websocket'], ['Sec-WebSocket-Version', '13'], ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
]

const quick = (text = 'x'): Prompt => ({ 1: { class_type: 'PreviewAny', inputs: { source: text } } })

describe('tokens (46, 49)', () => {
  let ground: Ground
  let port: number
  beforeAll(async () => {
    ground = await openGround({ config: { tokens: configured(), logLevel: 'debug' }, env: { KINOGRAPH_TOKEN: '' } })
    port = ground.server.port
  })
  afterAll(() => ground.server.stop())

  const as = (name: Name, method: string, path: string, body?: unknown) =>
    ask(port, { method, path, headers: [bearer(name), JSON_TYPE], ...(body !== undefined && { body: JSON.stringify(body) }) })

  test.each(['Bearer', 'Basic'] as const)('%s opens the door, for reading, writing and both sockets', async (kind) => {
    const value = kind === 'Bearer' ? `Bearer ${TOKENS.runner}` : `Basic ${Buffer.from(`whoever:${TOKENS.runner}`).toString('base64')}`
    const authorization: Header = ['Authorization', value]
    expect((await ask(port, { path: '/queue', headers: [authorization] })).status).toBe(200)
    expect((await ask(port, { path: '/ws', headers: [...UPGRADE, authorization] })).status).toBe(101)
    expect((await ask(port, { path: '/socket.io/?EIO=4&transport=websocket', headers: [...UPGRADE, authorization] })).status).toBe(101)
    expect((await ask(port, { method: 'POST', path: '/prompt', headers: [authorization], body: JSON.stringify({ prompt: quick() }) })).status).toBe(200)
  })

  test('without one there is nothing but whether it lives, and the page to log in', async () => {
    for (const path of ['/', '/queue', '/api/queue', '/history', '/object_info', '/view?filename=a.png', '/metrics', '/api/jobs', '/api/openapi.json', '/api/docs', '/system_stats',
      '/internal/logs', '/socket.io/?EIO=4&transport=polling', '/not-there', '/health/../queue', '/health/%2e%2e/queue', '//queue', '/login/../queue', '/login/session']) {
      const answer = await ask(port, { path })
      expect(answer.status, path).toBe(401)
      expect(answer.headers['www-authenticate'], path).toContain('Bearer')
      expect(answer.body, path).not.toMatch(/queue_running|kinograph-data|version/)
    }
    for (const path of ['/ws', '/socket.io/?EIO=4&transport=websocket']) expect((await ask(port, { path, headers: UPGRADE })).status, path).toBe(401)
    for (const path of ['/health', '/login']) expect((await ask(port, { path })).status, path).toBe(200)
  })

  test('a token in the URL, in a body, in a cookie or in another header opens nothing', async () => {
    const token = TOKENS.chief
    for (const path of [`/queue?token=${token}`, `/queue?access_token=${token}`, `/ws?token=${token}`, `/queue;token=${token}`]) expect((await ask(port, { path })).status).toBe(401)
    const others: Header[] = [['Cookie', `token=${token}`], ['Cookie', `kinograph-session-${port}=${token}`], ['X-Api-Key', token], ['Comfy-User', 'chief'], ['X-Forwarded-User', 'chief'],
      ['Authorization', token], ['Authorization', `Digest ${token}`], ['Authorization', `Bearer ${token}x`], ['Authorization', `Bearer ${token.slice(0, -1)}`],
      ['Authorization', `Bearer ${createHash('sha256').update(token).digest('hex')}`], ['Sec-WebSocket-Protocol', token]]
    for (const header of others) {
      const answer = await ask(port, { path: '/queue', headers: [header] })
      expect([401, 429], header.join(': ')).toContain(answer.status)
    }
  })

  const ADMIN: readonly (readonly [string, string, unknown])[] = [
    ['POST', '/free', { unload_models: true, free_memory: true }], ['POST', '/queue', { clear: true }], ['POST', '/history', { clear: true }], ['POST', '/settings', { a: 1 }],
    ['POST', '/settings/Comfy.Color', 'dark'], ['POST', '/api/queue/pause', {}], ['POST', '/api/queue/resume', {}], ['POST', '/api/queue/clear', {}], ['POST', '/api/free', {}], ['POST', '/users', {}],
  ]
  test.each(ADMIN)('%s %s is for administrators alone, with /api and without', async (method, path, body) => {
    for (const one of [path, path.startsWith('/api') ? path.replace('/api', '/API') : `/api${path}`, `${path}/`, `${path}?scope=admin`]) {
      for (const name of ['runner', 'editor'] as const) {
        const { status } = await as(name, method, one, body)
        expect([403, 404, 405], `${name} ${one}`).toContain(status)
      }
    }
    expect((await as('chief', method, path, body)).status).not.toBe(403)
  })

  const EDIT: readonly (readonly [string, string])[] = [
    ['POST', '/upload/image'], ['POST', '/upload/mask'], ['POST', '/userdata/a.json'], ['DELETE', '/userdata/a.json'], ['POST', '/userdata/a.json/move/b.json'], ['PUT', '/api/userdata/a'],
    ['PUT', '/api/workflows/a'], ['DELETE', '/api/workflows/a'], ['POST', '/api/assets'],
  ]
  test.each(EDIT)('%s %s needs more than a token to run jobs', async (method, path) => {
    expect((await as('runner', method, path, {})).status).toBe(403)
    expect((await as('editor', method, path, {})).status).not.toBe(403)
  })

  test('what is stored for a person gives nobody more rights (14, 46)', async () => {
    const wish = { scopes: ['admin'], tokens: configured(), role: 'admin', __proto__: { scopes: ['admin'] } }
    for (const name of ['kinograph.config.json', 'comfy.settings.json', 'users.json', 'tokens.json', '../kinograph.config.json', '..%2Fkinograph.config.json']) {
      await as('editor', 'POST', `/userdata/${encodeURIComponent(name)}?overwrite=true`, wish)
      await as('editor', 'PUT', `/api/userdata/${encodeURIComponent(name)}`, wish)
    }
    await as('chief', 'POST', '/settings', { 'scopes': ['admin'], 'runner.scopes': ['admin'], '__proto__': { scopes: ['admin'] } })
    await ask(port, { method: 'POST', path: '/prompt', headers: [bearer('runner'), JSON_TYPE], body: JSON.stringify({ prompt: quick('rights'), extra_data: { principal: 'chief', scopes: ['admin'] } }) })
    for (const name of ['runner', 'editor'] as const) expect((await as(name, 'POST', '/free', {})).status).toBe(403)
  })

  test('a job is its owner\'s: others neither stop, remove nor read it', async () => {
    const paused = await as('chief', 'POST', '/api/queue/pause', {})
    expect(paused.status).toBeLessThan(300)
    const queued = await as('runner', 'POST', '/prompt', { prompt: quick('of the runner'), client_id: 'runner' })
    const { prompt_id: id } = JSON.parse(queued.body) as { prompt_id: string } // ComfyUI's answer
    expect((await as('second', 'POST', '/queue', { delete: [id] })).status).toBe(403)
    expect([403, 404]).toContain((await as('second', 'POST', `/api/jobs/${id}/cancel`, {})).status)
    expect((await as('second', 'POST', '/prompt', { prompt: quick('taken'), prompt_id: id })).status).toBeGreaterThanOrEqual(400)
    for (const path of [`/history/${id}`, `/queue`, `/api/jobs/${id}`, '/api/jobs', '/history']) {
      expect((await as('second', 'GET', path)).body, path).not.toContain('of the runner')
    }
    expect((await as('runner', 'GET', '/queue')).body).toContain('of the runner')
    expect((await as('chief', 'POST', '/api/queue/resume', {})).status).toBeLessThan(300)
    for (const end = Date.now() + 60_000; ;) {
      const history = await as('runner', 'GET', `/history/${id}`)
      if (history.body.includes('success')) break
      expect(Date.now(), history.body).toBeLessThan(end)
      await pause(50)
    }
    expect((await as('second', 'GET', `/history/${id}`)).body).not.toContain('of the runner')
    await as('second', 'POST', '/history', { delete: [id] })
    expect((await as('runner', 'GET', `/history/${id}`)).body).toContain(id)
  })

  test('one hears nothing of the jobs of others under their client id', async () => {
    const heard = await listen(port, '/ws?clientId=runner', [bearer('second')])
    const queued = await as('runner', 'POST', '/prompt', { prompt: quick('a private text'), client_id: 'runner' })
    const { prompt_id: id } = JSON.parse(queued.body) as { prompt_id: string } // ComfyUI's answer
    for (const end = Date.now() + 60_000; !(await as('runner', 'GET', `/history/${id}`)).body.includes('success') && Date.now() < end;) await pause(50)
    await pause(300)
    heard.socket.destroy()
    expect(heard.text()).toContain('status')
    expect(heard.text()).not.toContain('a private text')
  })

  test('no token is ever told: not in the log, not in answers, not in errors', async () => {
    await ask(port, { path: `/queue?token=${TOKENS.chief}`, headers: [bearer('chief'), ['Referer', `http://127.0.0.1:${port}/?token=${TOKENS.chief}`]] })
    await ask(port, { path: '/view?filename=x', headers: [['Authorization', `Basic ${Buffer.from(`u:${TOKENS.chief}`).toString('base64')}`]] })
    await ask(port, { method: 'POST', path: '/login', headers: [['Content-Type', 'application/x-www-form-urlencoded']], body: `token=${TOKENS.chief}` })
    for (const path of ['/system_stats', '/internal/logs', '/internal/logs/raw', '/object_info', '/settings', '/api/openapi.json', '/metrics', '/ready', '/features']) {
      const { body } = await as('chief', 'GET', path)
      for (const secret of [...Object.values(TOKENS), ...configured().map(({ sha256 }) => sha256)]) expect(body, path).not.toContain(secret)
    }
    await pause(200)
    for (const secret of [...Object.values(TOKENS), Buffer.from(`u:${TOKENS.chief}`).toString('base64')]) expect(ground.server.log()).not.toContain(secret)
  })

  test('guesses are counted by connection, not by what X-Forwarded-For says', async () => {
    const statuses: number[] = []
    for (let i = 0; i < 40; i++) {
      const headers: Header[] = [['Authorization', `Bearer guess-${randomBytes(8).toString('hex')}`], ['X-Forwarded-For', `10.1.${i}.1`], ['Forwarded', `for=10.2.${i}.1`], ['X-Real-IP', `10.3.${i}.1`]]
      statuses.push((await ask(port, { path: '/queue', headers })).status)
    }
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(10)
    const waiting = await ask(port, { path: '/queue', headers: [['Authorization', 'Bearer one-more-guess']] })
    expect(Number(waiting.headers['retry-after'])).toBeGreaterThan(0)
  })
})

test('tokens are exchanged without a restart; a broken file changes nothing', async () => {
  const file = join(scratchFolder(), 'kinograph.config.json')
  const write = (names: readonly Name[]) => writeFileSync(file, JSON.stringify({ tokens: configured(names) }))
  write(['runner', 'chief'])
  const server = await startServer({ args: [`--config=${file}`], env: { KINOGRAPH_TOKEN: '' } })
  const status = async (name: Name) => (await ask(server.port, { path: '/queue', headers: [bearer(name)] })).status
  try {
    const [gone, stays] = [await upgrade(server.port, '/ws', [bearer('runner')]), await upgrade(server.port, '/ws', [bearer('chief')])]
    const isClosed = new Promise<void>((resolve) => { gone.socket.on('close', () => resolve()) })
    write(['second', 'chief'])
    process.kill(server.pid, 'SIGHUP')
    await expect.poll(() => status('second'), { timeout: 20_000 }).toBe(200)
    expect(await status('runner')).toBe(401)
    await isClosed
    expect(stays.socket.destroyed).toBe(false)
    for (const broken of ['{', '{"tokens":[{"name":"x","scopes":["god"],"sha256":"1"}]}', '{"host":"0.0.0.0","tokens":[]}']) {
      writeFileSync(file, broken)
      process.kill(server.pid, 'SIGHUP')
      await pause(300)
      expect(await status('second'), broken).toBe(200)
      expect((await ask(server.port, { path: '/queue' })).status, broken).toBe(401)
    }
    stays.socket.destroy()
  } finally {
    await server.stop()
  }
})

test('other machines are let in by token only', async () => {
  for (const host of ['0.0.0.0', '::', '192.168.77.1']) {
    await expect(startServer({ args: [`--host=${host}`], env: { KINOGRAPH_TOKEN: '' } }), host).rejects.toThrow(/token/)
  }
  await expect(startServer({ args: ['--host=0.0.0.0', '--token=short'], env: { KINOGRAPH_TOKEN: '' } })).rejects.toThrow(/too short/)
  const open = await startServer({ args: ['--host=0.0.0.0'], env: { KINOGRAPH_TOKEN: TOKENS.chief } })
  try {
    expect((await ask(open.port, { path: '/queue' })).status).toBe(401)
    expect((await ask(open.port, { path: '/queue', headers: [bearer('chief')] })).status).toBe(200)
    expect((await ask(open.port, { path: '/queue', host: 'evil.test', headers: [bearer('chief')] })).status).toBe(403)
  } finally {
    await open.stop()
  }
})

describe('slow and greedy clients (44, 45)', () => {
  let server: TestServer
  let port: number
  beforeAll(async () => {
    server = await startServer({ config: { limits: { headersSeconds: 2, requestSeconds: 4, connections: 120, sockets: 20, bodyBytes: 200_000, uploadBytes: 1_000_000 } } })
    port = server.port
  })
  afterAll(() => server.stop())
  const lives = async () => expect((await ask(port, { path: '/queue' })).status).toBe(200)

  test('heads that never end are cut off, and others are served meanwhile', async () => {
    const slow = await Promise.all(Array.from({ length: 60 }, () => hold(port)))
    const closed = slow.map((socket) => new Promise<void>((resolve) => socket.on('error', () => {}).on('close', () => resolve())))
    for (const socket of slow) socket.resume().write(`GET /queue HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-Slow: `)
    const drip = setInterval(() => { for (const socket of slow) if (socket.writable) socket.write('a') }, 200)
    try {
      await lives()
      await Promise.all(closed)
    } finally {
      clearInterval(drip)
    }
    await lives()
  })

  test.each(['/prompt', '/upload/image', '/api/jobs', '/login'])('a body that never ends is cut off: %s', async (path) => {
    const socket = await hold(port)
    const closed = new Promise<void>((resolve) => socket.on('error', () => {}).on('close', () => resolve()))
    const type = path === '/upload/image' ? 'multipart/form-data; boundary=b' : path === '/login' ? 'application/x-www-form-urlencoded' : 'application/json'
    socket.resume().write(`POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: ${type}\r\nContent-Length: 100000\r\n\r\n{`)
    const drip = setInterval(() => { if (socket.writable) socket.write(' ') }, 200)
    try {
      await closed
    } finally {
      clearInterval(drip)
    }
    await lives()
  })

  test('heads are bounded in size', async () => {
    const long = await ask(port, { path: '/queue', headers: [['X-Long', 'a'.repeat(100_000)]] })
    expect([0, 431]).toContain(long.status)
    const address = await ask(port, { path: `/queue?a=${'a'.repeat(100_000)}` })
    expect([0, 414, 431]).toContain(address.status)
    await lives()
  })

  const BIG = [['/prompt', 'application/json'], ['/api/jobs', 'application/json'], ['/queue', 'application/json'], ['/interrupt', 'application/json'], ['/free', 'application/json'],
    ['/settings', 'application/json'], ['/userdata/big.json', 'application/json'], ['/upload/image', 'multipart/form-data; boundary=b'], ['/api/assets', 'multipart/form-data; boundary=b'],
    ['/login', 'application/x-www-form-urlencoded'], ['/api/workflows/big', 'application/json']] as const
  test.each(BIG)('%s takes no more than it should: said beforehand, or in chunks', async (path, type) => {
    const method = path.includes('workflows') ? 'PUT' : 'POST'
    const field = path === '/api/assets' ? 'file' : 'image'
    const start = type.startsWith('multipart') ? `--b\r\nContent-Disposition: form-data; name="${field}"; filename="a.png"\r\n\r\n` : '{"a":"'
    const body = start + 'a'.repeat(4_000_000)
    const said = await ask(port, { method, path, headers: [['Content-Type', type], ['Content-Length', '40000000000']], body: 'x' })
    expect(said.status).toBe(413)
    expect(said.isClosed || said.headers['connection'] === 'close').toBe(true)
    for (const chunked of [false, true]) {
      const answer = await ask(port, { method, path, headers: [['Content-Type', type]], body, chunked })
      expect(answer.status, answer.body.slice(0, 200)).toBe(413)
    }
    await lives()
  })

  test.each([['/upload/image', 'image'], ['/api/assets', 'file'], ['/api/jobs', 'file']])('a workflow in a form is no longer than one in a body may be: %s', async (path, field) => {
    const form = new FormData()
    form.set(field, new Blob([`{"version": 1, "nodes": [], "extra": {"a": "${'a'.repeat(300_000)}"}}`]), 'a.json')
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: form })
    expect([answer.status, await answer.text()]).toEqual([413, expect.stringContaining('200000')])
    await lives()
  })

  test('a client that is refused while it sends gets the answer, and not a broken connection', async () => {
    const send = (path: string, field: string, headers: Record<string, string> = {}) => {
      const form = new FormData()
      form.set(field, new Blob([new Uint8Array(1_900_000)]), 'a.png')
      return fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: form, headers }).then(async (answer) => [answer.status, Object.keys(Object(await answer.json()))[0]])
    }
    for (let i = 0; i < 20; i++) {
      expect(await send('/upload/image', 'image')).toEqual([413, 'error'])
      expect(await send('/api/assets', 'file')).toEqual([413, 'error'])
      expect(await send('/nothing', 'file')).toEqual([404, 'error'])
      expect(await send('/upload/image', 'image', { origin: 'https://evil.test' })).toEqual([403, 'error'])
      expect(await send('/upload/image', 'image', { 'content-encoding': 'gzip' })).toEqual([415, 'error'])
    }
    await lives()
  })

  test.each([['/upload/image', 'image'], ['/upload/mask', 'image'], ['/api/assets', 'file'], ['/api/jobs', 'file']])('a form that breaks off is refused, and no more than that: %s', async (path, field) => {
    const head = `--b\r\nContent-Disposition: form-data; name="${field}"; filename="a.png"\r\n`
    for (const body of ['', '--b', head, `${head}\r\n`, `${head}\r\na`, `${head}\r\na\r\n--b`, `${head}\r\na\r\n--b\r\n\r\n`, `${head}\r\na\r\n--b\r\nx\r\n\r\n`]) {
      const answer = await ask(port, { method: 'POST', path, headers: [['Content-Type', 'multipart/form-data; boundary=b']], body })
      expect([answer.status, Object.keys(Object(JSON.parse(answer.body)))[0]], body).toEqual([400, 'error'])
    }
    await lives()
  })

  test.each(['gzip', 'deflate', 'br', 'zstd', 'x-gzip', 'compress', 'gzip, gzip', 'GZip'])('bodies in %s are not unpacked (45)', async (encoding) => {
    const bomb = gzipSync(Buffer.alloc(20_000_000, 0x20))
    for (const [path, type] of BIG) {
      for (const chunked of [false, true]) {
        const answer = await ask(port, { method: 'POST', path, headers: [['Content-Type', type], ['Content-Encoding', encoding]], body: bomb, chunked })
        expect([0, 415], path).toContain(answer.status)
      }
    }
    await lives()
  })

  test('only so many sockets are open, and the next gets one when one closes', async () => {
    const open: Socket[] = []
    const statuses: number[] = []
    for (let i = 0; i < 30; i++) {
      const { socket, answer } = await upgrade(port, i % 2 === 0 ? '/ws' : '/socket.io/?EIO=4&transport=websocket')
      statuses.push(answer)
      open.push(socket)
    }
    expect(statuses.filter((status) => status === 101).length).toBe(20)
    expect(statuses.filter((status) => status === 503).length).toBe(10)
    await lives()
    for (const socket of open) socket.destroy()
    await expect.poll(async () => {
      const { socket, answer } = await upgrade(port, '/ws')
      socket.destroy()
      return answer
    }, { timeout: 20_000 }).toBe(101)
  })

  test('only so many connections are open, and the others are served when they close', async () => {
    const flood = await Promise.all(Array.from({ length: 200 }, () => hold(port)))
    const closed = flood.map((socket) => new Promise<boolean>((resolve) => {
      socket.on('error', () => {}).on('close', () => resolve(true))
      setTimeout(() => resolve(false), 1000)
    }))
    for (const socket of flood) socket.resume()
    expect((await Promise.all(closed)).filter(Boolean).length).toBeGreaterThan(0)
    for (const socket of flood) socket.destroy()
    await expect.poll(() => ask(port, { path: '/queue' }).then(({ status }) => status), { timeout: 20_000 }).toBe(200)
  })

  test.each(['/ws', '/socket.io/?EIO=4&transport=websocket'])('%s refuses frames that are too large, broken or endless', async (path) => {
    const mask = Buffer.from([1, 2, 3, 4])
    const sized = (bytes: bigint) => {
      const head = Buffer.alloc(14)
      head[0] = 0x81
      head[1] = 0xff
      head.writeBigUInt64BE(bytes, 2)
      mask.copy(head, 10)
      return head
    }
    const frames: Readonly<Record<string, Buffer>> = {
      'a gigabyte': sized(1n << 30n),
      'more than there is': sized((1n << 63n) - 1n),
      'negative': sized(1n << 63n),
      'not masked': Buffer.from([0x81, 2, 0x7b, 0x7d]),
      'reserved bits': Buffer.from([0xf1, 0x80, ...mask]),
      'an unknown kind': Buffer.from([0x83, 0x80, ...mask]),
      'a long ping': Buffer.concat([Buffer.from([0x89, 0xfe, 0x01, 0x00]), mask, Buffer.alloc(256)]),
      'pieces without end': Buffer.concat(Array.from({ length: 200 }, (_, i) => Buffer.concat([Buffer.from([i === 0 ? 0x01 : 0x00, 0xfe, 0xff, 0xff]), mask, Buffer.alloc(65_535)]))),
    }
    for (const [name, bytes] of Object.entries(frames)) {
      const { socket, answer } = await upgrade(port, path)
      expect(answer).toBe(101)
      const closed = new Promise<string>((resolve) => {
        socket.on('close', () => resolve('closed'))
        setTimeout(() => resolve('still open'), 20_000)
      })
      socket.write(bytes)
      expect(await closed, name).toBe('closed')
    }
    await lives()
  })

  test('what a client says in a socket is data, however odd', async () => {
    const { socket } = await upgrade(port, '/ws?clientId=__proto__')
    for (const text of ['null', '[]', '"x"', '{"type":"__proto__","data":{"supports_preview_metadata":true}}', '{"type":"feature_flags","data":null}', '{"type":"feature_flags","data":{"__proto__":{"a":1}}}',
      '{"type":"feature_flags","data":[]}', '{', '', '9'.repeat(1000), '[['.repeat(5000)]) {
      const content = Buffer.from(text)
      const head = content.length < 126 ? Buffer.from([0x81, 0x80 | content.length]) : Buffer.from([0x81, 0xfe, content.length >> 8, content.length & 255])
      socket.write(Buffer.concat([head, Buffer.alloc(4), content]))
    }
    await lives()
    expect(server.log()).not.toMatch(/TypeError|unhandled/i)
    socket.destroy()
  })
})

test('a client that never reads is dropped, and others hear everything (44)', async () => {
  const ground = await openGround()
  const { port } = ground.server
  try {
    const deaf = await upgrade(port, '/ws?clientId=deaf')
    deaf.socket.pause()
    let isDropped = false
    deaf.socket.on('close', () => { isDropped = true })
    const hears = await listen(port, '/ws?clientId=hears', [])
    const text = 'x'.repeat(900_000)
    for (let round = 0; round < 120 && !isDropped; round += 8) {
      const ids = await Promise.all(Array.from({ length: 8 }, async (_, i) => {
        const answer = await ground.post('/prompt', { prompt: quick(`${round + i} ${text}`), client_id: 'deaf' })
        expect(answer.status).toBe(200)
        return (JSON.parse(answer.body) as { prompt_id: string }).prompt_id // ComfyUI's answer
      }))
      for (const id of ids) await ended(ground, id)
      if (deaf.socket.destroyed) isDropped = true
      // A paused socket is told of its end only once it is read: look whether the server still holds it.
      isDropped ||= await isGone(port, deaf.socket)
    }
    expect(isDropped).toBe(true)
    expect(hears.text()).toContain('queue_remaining')
    hears.socket.destroy()
    deaf.socket.destroy()
    expect((await run(ground, quick('after'))).status).toBe('success')
  } finally {
    await ground.server.stop()
  }
})

test('a queue that is full says so and when to come back; one person\'s flood is bounded (48)', async () => {
  const ground = await openGround({ config: { queue: { limit: 5 } } })
  try {
    expect((await ground.post('/api/queue/pause', {})).status).toBeLessThan(300)
    const answers: RawAnswer[] = []
    for (let i = 0; i < 12; i++) answers.push(await ground.post('/prompt', { prompt: quick(String(i)) }))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 429, 429, 429, 429, 429, 429])
    for (const answer of answers.slice(5)) expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    expect((await ground.post('/api/queue/resume', {})).status).toBeLessThan(300)
    const last = JSON.parse(answers[4]!.body) as { prompt_id: string } // ComfyUI's answer
    expect((await ended(ground, last.prompt_id)).status.status_str).toBe('success')
    expect('id' in await queue(ground, quick('again'))).toBe(true)
  } finally {
    await ground.server.stop()
  }
})

describe('odd queries and bodies (20, 50)', () => {
  let ground: Ground
  beforeAll(async () => {
    ground = await openGround()
    for (let i = 0; i < 3; i++) await run(ground, quick(`job ${i}`))
  })
  afterAll(() => ground.server.stop())

  const VALUES = ['-1', '0', '1e9', '1e309', '-1e309', 'NaN', 'Infinity', '9007199254740993', '0x10', '1.5', '', ' ', '1 ', '1;2', 'null', 'true', '[]', '{}', '__proto__', 'constructor', '(a+)+$', '.*', '%', '%25', '%00', '%ff',
    '\u0661', '99999999999999999999999', "1' OR '1'='1", '1; DROP TABLE jobs', '${7*7}', '{{7*7}}', '../..', 'a'.repeat(3000)]
  const QUERIES = ['/history?max_items=', '/history?offset=', '/history?max_items=1&offset=', '/queue?max_items=', '/api/jobs?limit=', '/api/jobs?after=', '/api/jobs?state=', '/api/queue?limit=', '/api/assets?limit=',
    '/api/assets?folder=', '/view?filename=', '/view?filename=a.png&preview=', '/view?filename=a.png&channel=', '/userdata?dir=', '/v2/userdata?path=', '/object_info?class=', '/ws?clientId=', '/api/events?cursor=',
    '/socket.io/?EIO=4&transport=polling&sid=', '/socket.io/?EIO=', '/socket.io/?EIO=4&transport=', '/api/nodes?search=', '/api/models?kind=', '/history/']
  test.each(QUERIES)('GET %s… is answered, never a failure of ours', async (path) => {
    for (const value of VALUES) {
      const said = encodeURIComponent(value).replaceAll('%25', '%')
      const answer = await ground.ask({ path: path + said })
      expect(answer.status, said).toBeGreaterThanOrEqual(200)
      expect(answer.status, `${said}: ${answer.body.slice(0, 300)}`).toBeLessThan(500)
      expect(answer.body, said).not.toMatch(/\bat .*\.(js|ts):\d+|SQLITE/)
    }
  })

  test('a query may name a field twice, as a list, or as an object', async () => {
    for (const query of ['max_items=1&max_items=2', 'max_items[]=1', 'max_items[a]=1', '__proto__[x]=1', 'constructor[prototype][x]=1', 'toString=1', `${'a=1&'.repeat(3000)}b=2`, '&&&==&', '[]=1']) {
      for (const path of ['/history', '/queue', '/api/jobs', '/view', '/userdata', '/api/assets']) {
        const { status } = await ground.ask({ path: `${path}?${query}` })
        expect(status, `${path}?${query.slice(0, 60)}`).toBeLessThan(500)
      }
    }
    expect(Object.keys(Object.prototype)).toEqual([])
    expect((await ground.ask({ path: '/history?max_items=1' })).status).toBe(200)
  })

  const BODIES = ['', ' ', 'null', 'true', '0', '"x"', '[]', '[{}]', '{', '{"a":}', '\u0000', '\ufeff{}', '{"prompt":null}', '{"prompt":[]}', '{"prompt":{}}', '{"prompt":{"__proto__":{"class_type":"PreviewAny","inputs":{"source":"x"}}}}',
    '{"prompt":{"1":null}}', '{"prompt":{"1":{"class_type":"__proto__","inputs":{}}}}', '{"prompt":{"1":{"class_type":"constructor","inputs":{"__proto__":1}}}}', '{"prompt":{"1":{"class_type":{},"inputs":[]}}}',
    '{"prompt":{"1":{"class_type":"PreviewAny","inputs":{"source":["1",0]}}}}', '{"prompt":{"1":{"class_type":"PreviewAny","inputs":{"source":["9",-1]}}}}', '{"clear":"yes"}', '{"delete":"x"}', '{"delete":[null,{},["a"]]}',
    '{"delete":["__proto__","constructor"]}', '{"prompt_id":{"a":1}}', '{"prompt_id":"../../x"}', '{"unload_models":"maybe"}', `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, `{"client_id":${'9'.repeat(400)}}`, '{"number":1e400}',
    '{"number":-1e300,"prompt":{}}', '{"front":"x","prompt":{}}', '{"extra_data":{"__proto__":{"x":1}},"prompt":{}}', '{"partial_execution_targets":[],"prompt":{}}', '{"Comfy.A":1,"Comfy.A":2}']
  test.each(['/prompt', '/queue', '/history', '/interrupt', '/free', '/settings', '/settings/__proto__', '/api/jobs', '/api/queue/pause', '/api/run/__proto__', '/api/jobs/x/cancel'])('POST %s with odd bodies is refused or answered', async (path) => {
    for (const body of BODIES) {
      const answer = await ground.ask({ method: 'POST', path, headers: [JSON_TYPE], body })
      expect(answer.status, `${body.slice(0, 100)}: ${answer.body.slice(0, 300)}`).toBeLessThan(500)
      expect(answer.status, body.slice(0, 100)).toBeGreaterThanOrEqual(200)
      expect(answer.body, body.slice(0, 100)).not.toMatch(/\bat .*\.(js|ts):\d+|SQLITE/)
      if (answer.status >= 400) expect(JSON.parse(answer.body), body.slice(0, 100)).toHaveProperty('error')
    }
    await ground.post('/api/queue/resume', {})
    expect((await run(ground, quick('still here'))).status).toBe('success')
  })
})

/** Opens a socket, and leaves it open. */
async function upgrade(port: number, path: string, headers: readonly Header[] = []): Promise<{ readonly socket: Socket; readonly answer: number }> {
  const socket = await hold(port)
  socket.on('error', () => {})
  const answer = await new Promise<number>((resolve, reject) => {
    socket.once('data', (bytes: Buffer) => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(bytes.toString('latin1'))?.[1])))
    socket.once('close', () => reject(new Error('closed before an answer')))
    socket.write(bytesOf(port, { path, headers: [...UPGRADE, ...headers] }))
  })
  socket.resume()
  return { socket, answer }
}

/** A socket and all that it heard. */
async function listen(port: number, path: string, headers: readonly Header[]): Promise<{ readonly socket: Socket; text(): string }> {
  let heard = ''
  const socket = await hold(port)
  socket.on('error', () => {}).on('data', (bytes: Buffer) => { heard = (heard + bytes.toString('latin1')).slice(-5_000_000) })
  socket.write(bytesOf(port, { path, headers: [...UPGRADE, ...headers] }))
  while (!heard.includes('101 ')) await pause(10)
  return { socket, text: () => heard }
}

/** Whether the server has let go of a connection (Linux): it is not among those that it has established. */
async function isGone(port: number, socket: Socket): Promise<boolean> {
  const { readFile } = await import('node:fs/promises')
  const hex = (number: number) => number.toString(16).toUpperCase().padStart(4, '0')
  const lines = (await readFile('/proc/net/tcp', 'utf8')).split('\n')
  return !lines.some((line) => new RegExp(`^ *\\d+: [0-9A-F]{8}:${hex(port)} [0-9A-F]{8}:${hex(socket.localPort ?? 0)} 01 `).test(line))
}
