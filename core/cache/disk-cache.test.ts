import fc from 'fast-check'
import { execFileSync } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { runs } from '../../test/laws.ts'
import { Blocked } from '../types/blocked.ts'
import { STRING } from '../types/scalars.ts'
import { listType, unionType, type TypedValue } from '../types/value-type.ts'
import { eachValue, typed } from '../run/lists.ts'
import type { Kept } from '../run/kept.ts'
import { DiskCache, type DiskCacheOptions } from './disk-cache.ts'
import { blob, BLOB, blobResult, bytesFrom, contents, SESSION, typeOf } from './testing/blobs.ts'
import { Writers } from './testing/writers.ts'

let folder = ''
let trouble: string[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kinograph-disk-cache-'))
  trouble = []
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function open(options: Partial<DiskCacheOptions> = {}): DiskCache {
  return new DiskCache({ folder, budget: 1e8, typeOf, onTrouble: (message) => trouble.push(message), ...options })
}

async function files(of = folder): Promise<string[]> {
  const found = await readdir(of, { recursive: true, withFileTypes: true })
  return found.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name))
}

async function bytesIn(of = folder): Promise<number> {
  const sizes = await Promise.all((await files(of)).map((path) => stat(path).then(({ size }) => size, () => 0)))
  return sizes.reduce((sum, size) => sum + size, 0)
}

const some = () => blobResult('one', bytesFrom(1, 25_000))

describe('what is stored', () => {
  test('comes back in another process’s cache as it was, values, warnings and seconds', async () => {
    const cache = open()
    cache.set('key', some())
    await cache.flush()
    expect(await contents(await open().get('key'))).toEqual(await contents(some()))
    expect(await open().get('another key')).toBeUndefined()
    expect(trouble).toEqual([])
  })

  test('lists, mapped lists, unions, blocked and missing outputs come back too', async () => {
    const text = (value: string): TypedValue => ({ type: unionType<unknown>([BLOB, STRING]), value })
    const outputs = new Map<string, TypedValue>([
      ['list', { type: listType(STRING), value: ['a', 'b'] }],
      ['each', eachValue(STRING, ['a', new Blocked('no'), undefined], ['k1', 'k2', 'k3'])],
      ['union', text('u')],
      ['blocked', typed(STRING, new Blocked('not now', { node: 'n', shown: 'n' }))],
      ['nothing', { type: STRING, value: undefined }],
    ])
    const cache = open()
    cache.set('key', { outputs, warnings: [], bytes: 10, seconds: 9 })
    await cache.flush()
    const found = (await open().get('key'))!.outputs
    expect([...found].map(([name, { value }]) => [name, value])).toEqual([...outputs].map(([name, { value }]) => [name, value]))
    expect(found.get('each')!.each).toMatchObject({ type: STRING, keys: ['k1', 'k2', 'k3'] })
  })

  test('a large value is read from its file piece by piece, also after its entry is evicted', async () => {
    const bytes = bytesFrom(3, 34 * 2 ** 20)
    const cache = open()
    cache.set('key', blobResult('large', bytes))
    await cache.flush()
    const result = (await open().get('key'))!
    expect(result.bytes).toBeLessThan(34 * 2 ** 20 + 1000)
    await rm(folder, { recursive: true })
    expect(await contents(result)).toEqual(await contents(blobResult('large', bytes)))
  })

  test.each<[string, TypedValue, number, Kept]>([
    ['a value that never leaves the process', { type: SESSION, value: {} }, 9, { kept: false, why: 'type', details: 'values of type SESSION are not stored' }],
    ['what is made sooner than read', { type: STRING, value: 'x' }, 0.001, { kept: false, why: 'cheap' }],
    ['what is worth storing', { type: STRING, value: 'x' }, 1, { kept: true }],
    ['a type nobody knows', { type: { ...STRING, id: 'TEXT' }, value: 'x' }, 1, { kept: false, why: 'type', details: 'values of type TEXT are not stored' }],
    ['more than there is room for', { type: BLOB, value: blob(bytesFrom(1, 200_000)) }, 1, { kept: false, why: 'no room' }],
    ['a value that is longer than it said', { type: BLOB, value: { ...blob(bytesFrom(1, 30_000)), size: 20_000, read: async () => new Uint8Array(15_000) } }, 1,
      { kept: false, why: 'failed', details: 'a value of 20000 bytes was announced, and 30000 came' }],
  ])('%s', async (_, value, seconds, expected) => {
    const cache = open({ budget: 100_000 })
    const heard: Kept[] = []
    cache.onKept((_key, kept) => heard.push(kept))
    cache.set('key', { outputs: new Map([['out', value]]), warnings: [], bytes: 8, seconds })
    await cache.flush()
    expect(heard).toEqual([expected])
    expect((await files()).length).toBe(expected.kept ? 1 : 0)
  })
})

describe('the budget', () => {
  test('what is worth the least seconds per byte goes first', async () => {
    const cache = open({ budget: 100_000 })
    cache.set('dear', blobResult('dear', bytesFrom(1, 40_000), 100))
    cache.set('cheap', blobResult('cheap', bytesFrom(2, 40_000), 1))
    cache.set('middling', blobResult('middling', bytesFrom(3, 40_000), 10))
    cache.set('cheaper', blobResult('cheaper', bytesFrom(4, 40_000), 0.5))
    await cache.flush()
    const there = await Promise.all(['dear', 'cheap', 'middling', 'cheaper'].map((key) => cache.has(key)))
    expect(there).toEqual([true, false, true, false])
  })

  test('law: never exceeded, not even while entries are written', async () => {
    const offer = fc.record({ key: fc.nat({ max: 20 }), size: fc.nat({ max: 60_000 }), seconds: fc.double({ min: 0.1, max: 50, noNaN: true }) })
    await fc.assert(fc.asyncProperty(fc.array(offer, { maxLength: 20 }), fc.nat({ max: 200_000 }), async (offers, budget) => {
      const own = await mkdtemp(join(folder, 'law-'))
      const cache = open({ folder: own, budget })
      let most = 0
      const end = new AbortController()
      const watching = (async () => {
        for (; !end.signal.aborted; await new Promise((resolve) => setTimeout(resolve, 1))) most = Math.max(most, await bytesIn(own).catch(() => 0))
      })()
      for (const { key, size, seconds } of offers) cache.set(`${key}`, blobResult(`${key}`, bytesFrom(key, size), seconds))
      await cache.flush()
      end.abort()
      await watching
      expect(Math.max(most, await bytesIn(own))).toBeLessThanOrEqual(budget)
      expect(cache.bytes).toBeLessThanOrEqual(budget)
    }), runs(25))
  })

  test('a smaller budget later removes what is over it', async () => {
    const cache = open()
    for (let number = 0; number < 10; number++) cache.set(`${number}`, blobResult('x', bytesFrom(number, 20_000)))
    await cache.flush()
    await open({ budget: 60_000 }).flush()
    expect(await bytesIn()).toBeLessThanOrEqual(60_000)
    expect((await files()).length).toBe(2)
  })
})

describe('what goes wrong', () => {
  /** Changes the only entry's file and sees that it is found, removed, and made again. */
  async function expectFound(spoil: (path: string, bytes: Buffer) => Promise<void>): Promise<void> {
    const cache = open()
    cache.set('key', some())
    await cache.flush()
    const [path] = await files()
    await spoil(path!, await readFile(path!))
    expect(await open().get('key')).toBeUndefined()
    expect(trouble).toHaveLength(1)
    expect(trouble[0]).toContain(`a damaged entry was removed from the cache in ${folder}: `)
    expect(await files()).toEqual([])
    cache.set('key', some())
    await cache.flush()
    expect(await contents(await open().get('key'))).toEqual(await contents(some()))
  }

  test('law: every single changed byte of an entry is found', async () => {
    const cache = open()
    cache.set('key', blobResult('small', bytesFrom(1, 300)))
    await cache.flush()
    const [path] = await files()
    const whole = await readFile(path!)
    for (let at = 0; at < whole.length; at++) {
      const spoilt = Buffer.from(whole)
      spoilt[at]! ^= 1 << at % 8
      await writeFile(path!, spoilt)
      expect([at, await cache.get('key')]).toEqual([at, undefined])
      await writeFile(path!, whole)
    }
    expect(await contents(await cache.get('key'))).toEqual(await contents(blobResult('small', bytesFrom(1, 300))))
  })

  test.each([0, 1, 23, 24, 40, 1000, 25_000])('an entry cut off after %i bytes is found and made again', (size) =>
    expectFound((path) => truncate(path, size)))

  test('an entry with more at its end is found and made again', () =>
    expectFound((path, bytes) => writeFile(path, Buffer.concat([bytes, Buffer.alloc(10)]))))

  test('an entry under another key’s name is found and made again', async () => {
    const cache = open()
    cache.set('other', blobResult('other', bytesFrom(2, 100)))
    await cache.flush()
    const [other] = await files()
    const bytes = await readFile(other!)
    await rm(other!)
    await expectFound((path) => writeFile(path, bytes))
  })

  test('the folder is removed in mid-run: what comes later is stored again', async () => {
    const cache = open()
    cache.set('a', some())
    await cache.flush()
    await rm(folder, { recursive: true })
    expect(await cache.get('a')).toBeUndefined()
    cache.set('b', some())
    await cache.flush()
    expect(await contents(await cache.get('b'))).toEqual(await contents(some()))
    expect(trouble).toEqual([])
  })

  test('the folder is removed while an entry is written: the run goes on', async () => {
    const cache = open()
    const slow = { ...blob(bytesFrom(1, 50_000)), read: async (from: number, to: number) => {
      if (from > 20_000) await rm(folder, { recursive: true, force: true })
      return bytesFrom(1, 50_000).slice(from, to)
    } }
    cache.set('a', { outputs: new Map([['blob', { type: BLOB, value: slow }]]), warnings: [], bytes: 1, seconds: 9 })
    await cache.flush()
    expect(trouble).toHaveLength(1)
    cache.set('b', some())
    await cache.flush()
    expect(await cache.has('b')).toBe(true)
  })

  test('a folder that may only be read serves what it has, and says why nothing is added', async () => {
    const cache = open()
    cache.set('a', some())
    await cache.flush()
    execFileSync('chmod', ['-R', 'a-w,a+rX', folder])
    const isRoot = process.geteuid?.() === 0
    if (isRoot) process.seteuid!(65534)
    try {
      const reader = open()
      expect(await contents(await reader.get('a'))).toEqual(await contents(some()))
      reader.set('b', some())
      await reader.flush()
      expect(await reader.get('b')).toBeUndefined()
      expect(trouble).toHaveLength(1)
      expect(trouble[0]).toMatch(`a result could not be written to the cache in ${folder}: EACCES`)
    } finally {
      if (isRoot) process.seteuid!(0)
      execFileSync('chmod', ['-R', 'u+w', folder])
    }
  })

  test('a file stands where the folder should be', async () => {
    const path = join(folder, 'file')
    await writeFile(path, '')
    const cache = open({ folder: path })
    cache.set('a', some())
    await cache.flush()
    expect(await cache.get('a')).toBeUndefined()
    expect(trouble).toHaveLength(1)
  })
})

describe('a full disk', () => {
  let mount = ''
  beforeAll(async () => {
    const place = await mkdtemp(join(tmpdir(), 'kinograph-full-'))
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=200k', 'tmpfs', place], { stdio: 'pipe' })
      mount = place
    } catch {
      await rm(place, { recursive: true })
    }
  })
  afterAll(async () => {
    if (mount === '') return
    execFileSync('umount', [mount])
    await rm(mount, { recursive: true })
  })

  test('leaves nothing half written, keeps what is there, and goes on', async ({ skip }) => {
    skip(mount === '', 'no tmpfs may be mounted here')
    const cache = open({ folder: mount })
    const heard: Kept[] = []
    cache.onKept((_, kept) => heard.push(kept))
    cache.set('small', some())
    cache.set('large', blobResult('large', bytesFrom(2, 400_000)))
    cache.set('next', some())
    await cache.flush()
    expect(heard.map(({ kept }) => kept)).toEqual([true, false, true])
    expect(trouble[0]).toContain('ENOSPC')
    expect(await contents(await cache.get('small'))).toEqual(await contents(some()))
    expect((await files(mount)).length).toBe(2)
  })
})

describe('several processes', () => {
  const writers = new Writers()
  beforeAll(() => writers.build())
  afterAll(() => writers.remove())

  test('write the same and different entries at once: each reads whole ones or none, within the budget in the end', async () => {
    const budget = 800_000
    const all = [[0, 30], [0, 30], [20, 50]].map(([from, to]) => writers.start(folder, budget, from!, to!, 3))
    const ends = await Promise.all(all.map(({ ended }) => ended))
    expect(ends).toEqual([0, 1, 2].map(() => ({ code: 0, signal: null, complaints: '' })))
    expect(await bytesIn()).toBeLessThanOrEqual(budget)
    expect((await files()).filter((path) => path.endsWith('.tmp'))).toEqual([])
    const cache = open({ budget })
    for (let number = 0; number < 50; number++) await cache.get(`key ${number}`)
    expect(trouble).toEqual([])
  })

  test('one killed while it writes leaves no entry that is not whole, and its rest is removed by the next', async () => {
    let left = 0
    for (let time = 0; time < 12; time++) {
      const { child, ready, ended } = writers.start(folder, 1e8, 0, 200, 50)
      await ready
      await new Promise((resolve) => setTimeout(resolve, 20 + 13 * time))
      child.kill('SIGKILL')
      expect((await ended).signal).toBe('SIGKILL')
      left += (await files()).filter((path) => path.endsWith('.tmp')).length
      const cache = open()
      for (let number = 0; number < 200; number++) await cache.get(`key ${number}`)
      await cache.flush()
      expect((await files()).filter((path) => path.endsWith('.tmp'))).toEqual([])
    }
    expect(trouble).toEqual([])
    expect(left).toBeGreaterThan(0) // or no kill has come while one was written
  })
})

test('an entry of the format of this version is read for as long as that does not change', async () => {
  const fixture = join(import.meta.dirname, 'testing', 'entry-v1')
  await cp(fixture, folder, { recursive: true })
  expect(await contents(await open().get('a key'))).toEqual(await contents(blobResult('kept', bytesFrom(5, 50), 3)))
})
