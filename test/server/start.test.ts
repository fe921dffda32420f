/** How a server starts, and how it says that it can't. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isAlive, scratchFolder, serveToEnd, startServer } from './support.ts'

const TOKEN = 'f3a1c0de99b84e21'

test('it says where it listens, and is ready once a worker has answered', async () => {
  const server = await startServer()
  expect(await server.json('/health')).toEqual({ status: 'alive', version: expect.stringMatching(/^\d/), uptime: expect.any(Number) })
  expect(await server.json('/ready')).toEqual({
    ready: true, notices: [], checks: ['running', 'worker', 'store', 'disk'].map((name) => ({ name, ok: true })),
  })
  const { code, stdout, stderr } = await server.stop()
  expect(code).toBe(0)
  expect(stdout).toMatch(/^Kinograph \S+ listens at http:\/\/127\.0\.0\.1:\d+\nOpen to this machine only\./)
  for (const line of stderr.trim().split('\n')) expect(JSON.parse(line)).toMatchObject({ level: expect.any(String), msg: expect.any(String) })
})

test('it is not ready as long as the disk is too full, and says so', async () => {
  const server = await startServer({ config: { minFreeBytes: 2 ** 52 }, listening: true })
  const answer = await server.fetch('/ready')
  expect(answer.status).toBe(503)
  expect(await answer.json()).toMatchObject({ ready: false, checks: expect.arrayContaining([{ name: 'disk', ok: false, problem: expect.stringContaining('Make room there') }]) })
  expect((await server.fetch('/health')).status).toBe(200)
  await server.stop()
})

test('a taken port is said, and what was started ends', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  const { code, stderr } = await serveToEnd({ args: [`--port=${port}`] })
  taken.close()
  expect(code).toBe(1)
  expect(stderr).toContain(`error: Port ${port} at 127.0.0.1 is in use`)
  expect(stderr).toContain('--port')
  expect(stderr).not.toMatch(/^\s+at /m)
})

test('two servers can\'t have one data folder: the second is told who has it, the first goes on', async () => {
  const first = await startServer()
  const { code, stderr } = await serveToEnd({ data: first.data })
  expect(code).toBe(1)
  expect(stderr).toMatch(new RegExp(`^error: .*\\b${first.pid}\\b`, 'm'))
  expect((await first.fetch('/ready')).status).toBe(200)
  expect(isAlive(first.pid)).toBe(true)
  expect((await first.stop()).code).toBe(0)
  const next = await first.restart()
  expect((await next.stop()).code).toBe(0)
})

test('a folder that can\'t be used is named', async () => {
  const data = join(scratchFolder(), 'data')
  writeFileSync(data, 'a file')
  const { code, stderr } = await serveToEnd({ data })
  expect(code).toBe(1)
  expect(stderr).toContain(`error: The folder ${data} can't be used`)
})

test('settings that are wrong are refused before anything starts, each with its place', async () => {
  const { code, stderr } = await serveToEnd({ config: { prot: 1, queue: { limit: 0 } } })
  expect(code).toBe(2)
  expect(stderr.replace(/\S+kinograph\.config\.json/g, 'FILE')).toBe([
    'error: FILE: there is no setting "prot". Did you mean "port"?',
    'error: FILE: queue.limit: expected >= 1, got 0.', '',
  ].join('\n'))
  expect(await serveToEnd({ args: ['--port=http'] })).toMatchObject({ code: 2, stderr: 'error: --port: expected a whole number from 0 to 65535, got "http".\n' })
})

test('the data folder\'s own file is read', async () => {
  const data = join(scratchFolder(), 'data')
  mkdirSync(data)
  writeFileSync(join(data, 'kinograph.config.json'), JSON.stringify({ folders: { output: '../clips' }, logLevel: 'debug' }))
  const server = await startServer({ data })
  await server.seen('"route":"/ready"')
  expect((await server.stop()).code).toBe(0)
})

test('an address that others reach demands a token', async () => {
  const { code, stderr } = await serveToEnd({ args: ['--host=0.0.0.0'], env: { KINOGRAPH_TOKEN: '' } })
  expect(code).toBe(2)
  expect(stderr).toContain('so it needs a token')
})

test.each([['the environment', { env: { KINOGRAPH_TOKEN: TOKEN } }], ['the command line', { args: [`--token=${TOKEN}`] }]])(
  'a token from %s opens the door, and is told to nobody', async (_where, options) => {
    const server = await startServer({ ...options, config: { logLevel: 'debug' } })
    const bearer = { headers: { authorization: `Bearer ${TOKEN}` } }
    expect((await server.fetch('/metrics')).status).toBe(401)
    expect((await server.fetch('/metrics', bearer)).status).toBe(200)
    expect((await server.fetch(`/api/jobs?token=${TOKEN}`)).status).toBe(401)
    const processes = [server.pid, ...server.workers()]
    for (const pid of processes) expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain(TOKEN)
    for (const pid of server.workers()) expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain(TOKEN)
    const { stdout, stderr } = await server.stop()
    expect(stdout).toContain('Tokens: default. In a browser, log in at http://127.0.0.1')
    expect(stdout + stderr).not.toContain(TOKEN)
  })
