/** A disk that is full while somebody replaces a file (18): the old one stays whole, nothing lies about, and later it works. */
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { form, PNG } from './ground.ts'
import { ask } from './raw.ts'
import type { RawAnswer, RawRequest } from './raw.ts'
import { filesBelow, root, scratchFolder } from './support.ts'

// Hundreds of requests each, on machines that are busy.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 })

/** A mount of its own for a process, as root or in a user namespace; null where that isn't allowed. */
const namespace = [['-m'], ['-r', '-m']].find((flags) =>
  spawnSync('unshare', [...flags, 'sh', '-c', 'mount -t tmpfs -o size=1m none /mnt']).status === 0) ?? null

// CI (KINOGRAPH_TEST_ALL) fails here where it can't be had.
describe.skipIf(namespace === null && process.env['KINOGRAPH_TEST_ALL'] !== '1')('a full disk (needs unshare and mount)', () => {
  const small = join(scratchFolder(), 'small')
  let child: ChildProcess
  let port = 0
  /** The small disk, as the server sees it. */
  let disk = ''
  const send = (request: RawRequest) => ask(port, request)
  beforeAll(async () => {
    mkdirSync(small)
    child = spawn('unshare', [...namespace!, 'sh', '-c', 'mount -t tmpfs -o size=24m none "$0" && exec "$@"', small, process.execPath,
      join(root, 'bin', 'kinograph.js'), 'serve', '--port=0', `--data-dir=${join(small, 'data')}`], { stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    child.stdout!.setEncoding('utf8').on('data', (text: string) => { said += text })
    child.stderr!.setEncoding('utf8').on('data', (text: string) => { said += text })
    for (const end = Date.now() + 50_000; port === 0; await pause(20)) {
      port = Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1] ?? 0)
      if (child.exitCode !== null || Date.now() > end) throw new Error(`the server does not start: ${said}`)
    }
    disk = join('/proc', String(child.pid), 'root', small)
  })
  afterAll(async () => {
    if (child.exitCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  })

  const ballast = () => join(disk, 'ballast')
  const fill = () => {
    writeFileSync(ballast(), '')
    try {
      for (;;) appendFileSync(ballast(), Buffer.alloc(4096, 1))
    } catch {
      // full
    }
  }
  const upload = (name: string, content: Buffer) => send({ path: '/upload/image', ...form('image', name, content, { overwrite: 'true' }) })
  const keep = (text: string) => send({ method: 'POST', path: '/userdata/kept.json?overwrite=true', body: text })
  const save = (title: string) => send({
    method: 'PUT', path: '/api/workflows/kept', headers: [['Content-Type', 'application/json']], body: JSON.stringify({ version: 1, title, nodes: [{ id: 'a', type: 'PreviewAny', inputs: { source: 'x' } }] }),
  })
  const setting = (value: string) => send({ method: 'POST', path: '/settings/Comfy.Kept', headers: [['Content-Type', 'application/json']], body: JSON.stringify(value) })
  const prompt = () => send({ method: 'POST', path: '/prompt', headers: [['Content-Type', 'application/json']], body: JSON.stringify({ prompt: { 1: { class_type: 'PreviewAny', inputs: { source: 'x'.repeat(100_000) } } } }) })
  const noise = (bytes: number) => Buffer.concat([PNG, Buffer.from(Array.from({ length: bytes }, (_, i) => (i * 31) % 251))])

  test('old files stay, refusals say why, and with space it works again', async () => {
    for (const answer of [await upload('old.png', PNG), await keep('"old"'), await save('old'), await setting('old'), await prompt()]) expect(answer.status, answer.body).toBeLessThan(300)
    const input = () => filesBelow(join(disk, 'data', 'input'))
    const before = input()
    fill()

    const refused: RawAnswer[] = [await upload('old.png', noise(100_000)), await upload('new.png', noise(100_000)), await keep(JSON.stringify('n'.repeat(100_000)))]
    for (const answer of refused) {
      expect(answer.status, answer.body).toBe(507)
      expect(answer.body).toMatch(/disk|space/i)
      expect(answer.body).not.toContain(small)
    }
    for (let tries = 0; tries < 50; tries++) {
      const answer = await prompt()
      expect([200, 507, 503], answer.body).toContain(answer.status)
      if (answer.status !== 200) break
    }
    await save('n'.repeat(50_000))
    await setting('n'.repeat(50_000))

    expect(readFileSync(join(disk, 'data', 'input', 'old.png')).equals(PNG)).toBe(true)
    expect(input()).toEqual(before)
    for (const name of readdirSync(join(disk, 'data'), { recursive: true, encoding: 'utf8' })) {
      expect(name, 'left behind').not.toMatch(/\.kinograph-|\.tmp$/)
    }
    expect((await send({ path: '/userdata/kept.json' })).body).toBe('"old"')
    expect(['old', 'n'.repeat(50_000)]).toContain(JSON.parse((await send({ path: '/settings/Comfy.Kept' })).body))
    expect((await send({ path: '/view?filename=old.png&type=input' })).bytes.equals(PNG)).toBe(true)
    expect((await send({ path: '/queue' })).status).toBe(200)

    rmSync(ballast())
    const big = noise(100_000)
    for (const answer of [await upload('old.png', big), await keep('"new"'), await save('new'), await setting('new'), await prompt()]) expect(answer.status, answer.body).toBeLessThan(300)
    expect(statSync(join(disk, 'data', 'input', 'old.png')).size).toBe(big.length)
    expect((await send({ path: '/userdata/kept.json' })).body).toBe('"new"')
    expect(JSON.parse((await send({ path: '/settings/Comfy.Kept' })).body)).toBe('new')
  })
})
