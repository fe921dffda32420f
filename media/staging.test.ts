import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { build } from 'esbuild'
import { removeTemporaries, withStage } from './staging.ts'

// What these tests kill and starve are processes of their own, that run media/ as it is shipped: bundled.

let bundle: string
beforeAll(async () => {
  bundle = join(import.meta.dirname, '..', 'node_modules', '.cache', `kinograph-media-${process.pid}.mjs`)
  await build({
    entryPoints: [join(import.meta.dirname, 'index.ts')], outfile: bundle,
    bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'error',
  })
})
afterAll(() => rmSync(bundle, { force: true }))

let folder: string
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'kinograph-staging-')) })
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('importing media/ loads neither sharp nor fluent-ffmpeg; the first picture does', async () => {
  const child = node(`const { createRequire } = await import('node:module')
    const loaded = () => Object.keys(createRequire(process.env.KINOGRAPH_TEST_BUNDLE).cache).filter((path) => /sharp|ffmpeg/.test(path)).length
    const before = loaded()
    await writeImage({ count: 1, width: 1, height: 1, channels: 1, dtype: 'u8', read: async () => new Uint8Array(1) }, ${JSON.stringify(join(folder, 'a.png'))})
    console.log(before, loaded() > 0)`)
  expect((await child.stdout!.setEncoding('utf8').toArray()).join('')).toBe('0 true\n')
})

describe('a stage', () => {
  test('shows the file when it is whole, over an old one, and goes', async () => {
    const target = join(folder, 'new', 'a.txt')
    for (const text of ['first', 'second']) {
      const given = await withStage(target, async (stage) => {
        await writeFile(stage.path('a'), text)
        if (text === 'second') expect(readFileSync(target, 'utf8')).toBe('first')
        await stage.publish('a', target)
        return text
      })
      expect([given, readFileSync(target, 'utf8'), readdirSync(dirname(target))]).toEqual([text, text, ['a.txt']])
    }
  })

  test('goes when the work fails, with the work\'s own error', async () => {
    const reason = new Error('no')
    await expect(withStage(join(folder, 'a'), async (stage) => {
      await writeFile(stage.path('a'), 'half')
      throw reason
    })).rejects.toBe(reason)
    expect(readdirSync(folder)).toEqual([])
  })

  test('goes when the process exits in the middle, by itself or by an uncaught error', async () => {
    for (const end of ['process.exit(3)', 'setTimeout(() => { throw new Error("crash") })']) {
      const result = node(`await withStage(${JSON.stringify(join(folder, 'a'))}, async (stage) => {
        await fs.writeFile(stage.path('a'), 'half'); ${end}; await new Promise((r) => setTimeout(r, 5000)) })`)
      const [code] = await once(result, 'exit')
      expect([code, readdirSync(folder)]).toEqual([end.includes('exit') ? 3 : 1, []])
    }
  })
})

const stages = () => readdirSync(folder, { recursive: true }).map(String).filter((name) => basename(name).startsWith('.kinograph-'))
const killed = async () => {
  const child = node(`await withStage(${JSON.stringify(join(folder, 'sub', 'a'))}, async (stage) => {
    await fs.writeFile(stage.path('a'), 'half'); console.log('ready'); await new Promise((r) => setTimeout(r, 60000)) })`)
  await once(child.stdout!, 'data')
  return child
}
const kill = async (child: ChildProcess) => {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

describe('what a killed process leaves', () => {
  test('its parent removes by its id, wherever it lies below; others\' stay', async () => {
    const [child, other] = [await killed(), await killed()]
    expect(stages()).toHaveLength(2)
    await kill(child)
    expect(await removeTemporaries(folder, { pid: child.pid! })).toHaveLength(1)
    expect(stages()).toHaveLength(1)
    await kill(other)
  })

  test('the next start removes when the process is dead, and only then', async () => {
    const child = await killed()
    expect(await removeTemporaries(folder)).toEqual([])
    await kill(child)
    expect(await removeTemporaries(folder)).toHaveLength(1)
    expect(readdirSync(join(folder, 'sub'))).toEqual([])
  })

  test('under our own id: only what is older than we are (the id was used before)', async () => {
    await withStage(join(folder, 'a'), async (stage) => {
      const mine = dirname(stage.path('a'))
      const old = join(folder, basename(mine).replace(/[0-9a-f]+$/, '00'))
      mkdirSync(old)
      utimesSync(old, 1, 1)
      expect(await removeTemporaries(folder)).toEqual([old])
      expect(existsSync(mine)).toBe(true)
    })
  })

  test('of another host, of another name, behind a link or too deep: stays', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'kinograph-elsewhere-'))
    const own = basename(await withStage(join(folder, 'a'), async (stage) => dirname(stage.path('a'))))
    const dead = own.replace(/-\d+-/, '-999999999-')
    mkdirSync(join(elsewhere, dead))
    symlinkSync(elsewhere, join(folder, 'link'))
    symlinkSync(elsewhere, join(folder, dead))
    mkdirSync(join(folder, '.kinograph-00000g-1-00'))
    mkdirSync(join(folder, dead.replace(/-[0-9a-f]{6}-/, '-000000-')))
    mkdirSync(join(folder, 'a', 'b', dead), { recursive: true })
    writeFileSync(join(folder, `${dead}0`), 'a file')
    expect(await removeTemporaries(folder, { depth: 1 })).toEqual([])
    expect(await removeTemporaries(join(folder, 'none'))).toEqual([])
    expect(await removeTemporaries(folder)).toEqual([join(folder, 'a', 'b', dead)])
    expect(existsSync(join(elsewhere, dead))).toBe(true)
    rmSync(elsewhere, { recursive: true })
  })

  test('a worker killed in mid-encode: its ffmpeg ends by itself, and nothing comes back after the parent has cleaned', async () => {
    const child = node(encoding(`index < 60 ? frame : (console.log('waiting'), new Promise(() => {}))`))
    await once(child.stdout!, 'data')
    expect(ffmpegsOf(folder)).toHaveLength(1)
    expect(stages()).toHaveLength(1)
    await kill(child)
    await removeTemporaries(folder, { pid: child.pid! })
    await vi.waitFor(() => expect(ffmpegsOf(folder)).toEqual([]), { timeout: 10_000 })
    expect(readdirSync(folder)).toEqual([])
  })
})

/** Runs a mount of 1 MB at `disk` and a command in it, in a mount namespace of their own; null where that isn't allowed. */
const namespace = [['-m'], ['-r', '-m']].find((flags) =>
  spawnSync('unshare', [...flags, 'sh', '-c', 'mount -t tmpfs -o size=1m none /mnt']).status === 0) ?? null

const onSmallDisk = async (script: string): Promise<{ message: string, left: string[], old: string }> => {
  const disk = join(folder, 'disk')
  mkdirSync(disk)
  const shell = 'mount -t tmpfs -o size=1m none "$0" && printf "the old one" > "$0/old.mp4" && exec "$@"'
  const child = spawn('unshare', [...namespace!, 'sh', '-c', shell, disk, process.execPath, '--input-type=module', '-e', `${PRELUDE}
    const disk = ${JSON.stringify(disk)}
    const error = await (async () => { ${script} })().then(() => null, (error) => error)
    console.log(JSON.stringify({ name: error?.name, code: error?.code, message: error?.message, left: (await fs.readdir(disk)).sort(),
      old: (await fs.readFile(disk + '/old.mp4', 'latin1')).slice(0, 20) }))`], { env: { ...process.env, KINOGRAPH_TEST_BUNDLE: bundle }, stdio: ['ignore', 'pipe', 'inherit'] })
  const output = await child.stdout.setEncoding('utf8').toArray()
  return JSON.parse(output.join('').trim().split('\n').at(-1)!)
}

describe.skipIf(namespace === null)('a full disk (needs unshare and mount)', () => {
  const noisyFrames = `const noise = (n) => Buffer.concat(Array.from({ length: n }, () => crypto.getRandomValues(Buffer.alloc(65536))))
    const shape = { count: 60, width: 256, height: 256, channels: 3, dtype: 'u8' }
    const frames = { ...shape, read: async () => noise(3) };`

  test('while ffmpeg writes: said as such, nothing left, the old file as it was', async () => {
    const { message, ...rest } = await onSmallDisk(`${noisyFrames} await encodeVideo(frames, disk + '/old.mp4', { fps: 8, crf: 5 })`)
    expect(message).toContain('/disk/old.mp4: the disk is full, so the file was not written and nothing was left behind. Free some space')
    expect(rest).toMatchObject({ name: 'MediaError', code: 'disk_full', left: ['old.mp4'], old: 'the old one' })
  })

  test('at its very end, or while its final copy is made: every size around the limit', async () => {
    const result = await onSmallDisk(`${noisyFrames}
      let full = 0
      for (let count = 1; count < 30; count += 2) {
        const error = await encodeVideo({ ...frames, count }, disk + '/v.mp4', { fps: 8, crf: 30 }).then(() => null, (error) => error)
        if (error && (error.code !== 'disk_full' || error.path !== disk + '/v.mp4')) throw error
        if (error) full++
        const left = await fs.readdir(disk)
        if (left.length > (error ? 1 : 2)) throw new Error('left behind: ' + left)
        await fs.rm(disk + '/v.mp4', { force: true })
      }
      if (full < 3 || full > 12) throw new Error(full + ' of 15 did not fit')`)
    expect(result).toEqual({ left: ['old.mp4'], old: 'the old one' })
  })

  test.each(['webm', 'gif', 'webp'])('%s, of every size around the limit', async (format) => {
    const result = await onSmallDisk(`${noisyFrames}
      let full = 0
      for (let count = 1; count < 30; count += 4) {
        const path = disk + '/v.${format}'
        const error = await encodeVideo({ ...frames, count }, path, { fps: 8, crf: 30, format: '${format}' }).then(() => null, (error) => error)
        if (error && (error.code !== 'disk_full' || error.path !== path)) throw error
        if (error) full++
        const left = await fs.readdir(disk)
        if (left.length > (error ? 1 : 2)) throw new Error('left behind: ' + left)
        await fs.rm(path, { force: true })
      }
      if (full < 1 || full > 7) throw new Error(full + ' of 8 did not fit')`)
    expect(result).toEqual({ left: ['old.mp4'], old: 'the old one' })
  })

  test('while a picture, or the frames themselves, are written', async () => {
    const picture = await onSmallDisk(`${noisyFrames} await writeImage({ count: 1, width: 1024, height: 1024, channels: 3,
      dtype: 'u8', read: async () => noise(48) }, disk + '/a.png')`)
    expect(picture).toMatchObject({ code: 'disk_full', left: ['old.mp4'] })
    rmSync(join(folder, 'disk'), { recursive: true })
    const spilled = await onSmallDisk(`const writer = frameWriter({ count: 30, width: 256, height: 256, channels: 3, dtype: 'u8',
      memoryBudget: 0, spillFolder: disk }); const reading = writer.frames.read(29, 30)
      for (let i = 0; i < 30; i++) await writer.push(new Uint8Array(196608)).catch((error) => { reading.catch(() => {}); throw error })`)
    expect(spilled).toMatchObject({ code: 'disk_full', left: ['old.mp4'] })
  })
})

const PRELUDE = `import fs from 'node:fs/promises'
  const { withStage, encodeVideo, writeImage, frameWriter } = await import(process.env.KINOGRAPH_TEST_BUNDLE);`

/** A process that runs this script with media/'s functions at hand. */
function node(script: string): ChildProcess {
  return spawn(process.execPath, ['--input-type=module', '-e', `${PRELUDE}\n${script}`],
    { env: { ...process.env, KINOGRAPH_TEST_BUNDLE: bundle }, stdio: ['ignore', 'pipe', 'ignore'] })
}

const encoding = (frame: string) => `const frame = new Uint8Array(196608)
  await encodeVideo({ count: 1000, width: 256, height: 256, channels: 3, dtype: 'u8', read: async (index) => ${frame} },
    ${JSON.stringify(join(folder, 'a.mp4'))}, { fps: 8 })`

/** Ids of the ffmpeg processes whose command line names this folder. */
function ffmpegsOf(name: string): number[] {
  return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)).filter((pid) => {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      return line.includes('ffmpeg') && line.includes(name)
    } catch {
      return false
    }
  }).map(Number)
}
