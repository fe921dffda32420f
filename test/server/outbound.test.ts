/** A server asks nobody for anything: no look-up, no connection, no datagram, while it does all that it can do. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { form, openGround, PNG, run } from './ground.ts'
import { root, scratchFolder } from './support.ts'

const hook = join(import.meta.dirname, 'record-network.cjs')

interface Seen {
  readonly pid: number
  readonly kind: string
  readonly target: string
}

const recorded = (file: string): Seen[] => existsSync(file)
  ? readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as Seen) // lines of the hook
  : []
const watched = (file: string) => ({ RECORD_NETWORK: file, NODE_OPTIONS: `--require=${hook}` })

test('the watch sees what there is to see', () => {
  const file = join(scratchFolder(), 'network')
  const script = `
    import('node:dns').then(({ promises }) => promises.lookup('localhost')).catch(() => {})
    fetch('http://127.0.0.1:47001/').catch(() => {})
    require('node:https').get('https://127.0.0.1:47002/').on('error', () => {})
    require('node:http').get({ host: 'localhost', port: 47003 }).on('error', () => {})
    const socket = require('node:dgram').createSocket('udp4')
    socket.send('x', 4, '127.0.0.1', () => socket.close())`
  const { stderr } = spawnSync(process.execPath, ['-e', script], { env: { ...process.env, ...watched(file) }, encoding: 'utf8' })
  const seen = recorded(file)
  expect(seen.map(({ kind }) => kind), stderr).toEqual(expect.arrayContaining(['look-up', 'connect', 'datagram', 'started']))
  for (const port of ['47001', '47002', '47003']) expect(seen.some(({ kind, target }) => kind === 'connect' && target.includes(port)), port).toBe(true)
})

test('a start, a video from its prompt, uploads, pictures, lists and a stop: nobody is asked', async () => {
  const file = join(scratchFolder(), 'network')
  const ground = await openGround({ env: watched(file) })
  const { server } = ground
  const url = 'http://127.0.0.1:9/x'
  const workflow: unknown = JSON.parse(readFileSync(join(root, 'workflows', 'text-to-video.json'), 'utf8'))
  const submitted = await ground.post('/api/jobs', { workflow })
  expect(submitted.status, submitted.body).toBeLessThan(300)
  for (const end = Date.now() + 120_000; !/"state":"(done|failed|cancelled|quarantined)"/.test((await ground.ask({ path: '/api/jobs?limit=5' })).body);) expect(Date.now()).toBeLessThan(end)
  expect((await ground.ask({ path: '/api/jobs?limit=5' })).body).toContain('"state":"done"')
  expect((await ground.ask({ path: '/upload/image', ...form('image', 'a.png', PNG) })).status).toBe(200)
  for (const path of ['/view?filename=a.png&type=input&preview=webp', '/api/openapi.json', '/api/docs', '/object_info', '/api/nodes', '/api/models', '/system_stats', '/metrics', '/ready', '/api/assets', '/models', '/workflow_templates', '/extensions', '/i18n',
    `/view?filename=${encodeURIComponent(url)}`, `/login?next=${encodeURIComponent(url)}`]) {
    expect((await ground.ask({ path, headers: [['Referer', `http://127.0.0.1:${server.port}/`]] })).status, path).toBeLessThan(500)
  }
  await run(ground, { 1: { class_type: 'LoadImage', inputs: { image: 'a.png' } }, 2: { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'a' } } })
  for (const [type, name] of [['LoadImage', 'image'], ['LoadVideo', 'file'], ['LoadWeights', 'file'], ['LoadDiT', 'model'], ['PreviewAny', 'source']] as const) {
    await run(ground, { 1: { class_type: type, inputs: { [name]: url } }, 2: { class_type: 'PreviewAny', inputs: { source: ['1', 0] } } })
  }
  await ground.post('/prompt', { prompt: {}, client_id: url, extra_data: { webhook_url: url, callback: url, auth_token_comfy_org: 'x' } })
  await ground.post('/settings', { webhook: url, proxy: url })
  const processes = [server.pid, ...server.workers()]
  await server.stop()
  const seen = recorded(file)
  for (const pid of processes) expect(seen.some((one) => one.pid === pid && one.kind === 'started'), `process ${pid} was watched`).toBe(true)
  // Binding to an address looks it up: it is a number, so nobody is asked.
  const asked = seen.filter(({ kind, target }) => kind !== 'started' && !(kind === 'look-up' && target.startsWith('127.0.0.1 ')))
  expect(asked).toEqual([])
})
