import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeEach, expect, test, vi } from 'vitest'

import { derivedWeights, type Derivation } from './derived.ts'
import { fileIdentity } from './identity.ts'
import { int8Weights } from './int8.ts'
import { openCheckpoint } from './open.ts'
import { readTensor } from './read.ts'
import { bytesOf, writeSafetensors } from './write-safetensors.ts'

const folders: string[] = []
let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kinograph-cache-'))
  folders.push(folder)
  vi.stubEnv('KINOGRAPH_CACHE_DIR', join(folder, 'cache'))
})
afterAll(() => Promise.all(folders.map((path) => rm(path, { recursive: true }))))

const kept = async () => (await readdir(join(folder, 'cache', 'weights'))).filter((name) => !name.startsWith('.'))

/** Twice the number `of`; `made` counts how often it was computed. */
function twice(of: number) {
  const calls = { made: 0 }
  const derivation: Derivation = {
    kind: 'twice',
    from: { of },
    plan: new Map([['x', { dtype: 'float32', shape: [1] }]]),
    make: async function* () {
      calls.made++
      yield { name: 'x', data: bytesOf(Float32Array.of(2 * of)) }
    },
  }
  return { calls, derivation }
}

test('derived weights are computed once, by what they come from', async () => {
  const { calls, derivation } = twice(3)
  const [first] = await Promise.all([derivedWeights(derivation), derivedWeights(derivation)])
  expect(calls.made).toBe(1)
  expect((await readTensor(first.entries.get('x')!)).data).toEqual(Float32Array.of(6))
  await derivedWeights(derivation)
  expect(calls.made).toBe(1)
  await derivedWeights(twice(4).derivation)
  expect(await kept()).toHaveLength(2)
})

test('a damaged or foreign file in the cache is made again', async () => {
  const { calls, derivation } = twice(3)
  await derivedWeights(derivation)
  const [name] = await kept()
  const path = join(folder, 'cache', 'weights', name!)
  const whole = await readFile(path)
  await writeFile(path, whole.subarray(0, -1))
  await derivedWeights(derivation)
  await writeSafetensors(path, new Map([['x', { dtype: 'float32', shape: [1], data: Float32Array.of(9) }]]))
  const { entries } = await derivedWeights(derivation)
  expect((await readTensor(entries.get('x')!)).data).toEqual(Float32Array.of(6))
  expect(calls.made).toBe(3)
})

test('a computation that fails leaves nothing, and may be tried again', async () => {
  const { calls, derivation } = twice(3)
  const failing = {
    ...derivation,
    make: async function* () {
      yield* []
      throw new Error('interrupted')
    },
  }
  await expect(derivedWeights(failing)).rejects.toThrow('interrupted')
  expect(await readdir(join(folder, 'cache', 'weights'))).toEqual([])
  await derivedWeights(derivation)
  expect(calls.made).toBe(1)
})

test('what killed writers left is swept away after a day', async () => {
  await derivedWeights(twice(1).derivation)
  const left = join(folder, 'cache', 'weights', '.x.safetensors.abc.tmp')
  await writeFile(left, 'half')
  const yesterday = new Date(Date.now() - 25 * 3600 * 1000)
  await utimes(left, yesterday, yesterday)
  await derivedWeights(twice(2).derivation)
  expect(await readdir(join(folder, 'cache', 'weights'))).not.toContain('.x.safetensors.abc.tmp')
})

test('int8: half a step of error at most, laid out [in, out], one scale an output channel', async () => {
  const [out, inner] = [70, 9]
  const values = Float32Array.from({ length: out * inner }, (_, i) => Math.sin(i) * (1 + (i % 7)))
  values.fill(0, 0, inner) // a channel of zeros
  const path = join(folder, 'w.safetensors')
  await writeSafetensors(path, new Map([['a.weight', { dtype: 'float32', shape: [out, inner], data: values }]]))
  const { entries } = await openCheckpoint(path)
  const progress: number[] = []
  const { weight, scale } = (
    await int8Weights(entries, ['a.weight'], { onProgress: (done) => progress.push(done) })
  ).get('a.weight')!
  expect(weight).toMatchObject({ dtype: 'int8', shape: [inner, out] })
  expect(scale).toMatchObject({ dtype: 'float32', shape: [out] })
  const [q, s] = [(await readTensor(weight)).data, (await readTensor(scale)).data]
  for (let o = 0; o < out; o++) {
    for (let i = 0; i < inner; i++) {
      expect(Math.abs(Number(q[i * out + o]) * Number(s[o]) - values[o * inner + i]!)).toBeLessThanOrEqual(
        Number(s[o]) * 0.500001,
      )
    }
  }
  expect(progress.at(-1)).toBe(out * inner * 4)
})

test('int8 from half precision, and only from finite float matrices', async () => {
  const path = join(folder, 'w.safetensors')
  await writeSafetensors(
    path,
    new Map([
      ['half', { dtype: 'bfloat16' as const, shape: [1, 2], data: Uint16Array.of(0x3f80, 0xbec0) }],
      ['nan', { dtype: 'float32' as const, shape: [1, 1], data: Float32Array.of(NaN) }],
      ['bias', { dtype: 'float32' as const, shape: [1], data: Float32Array.of(1) }],
    ]),
  )
  const { entries } = await openCheckpoint(path)
  const half = (await int8Weights(entries, ['half'])).get('half')!
  expect((await readTensor(half.weight)).data).toEqual(Int8Array.of(127, -48)) // 1 and -0.375
  await expect(int8Weights(entries, ['nan'])).rejects.toThrow(/"nan": the weights are not all finite/)
  await expect(int8Weights(entries, ['bias'])).rejects.toThrow(/expected a float matrix, found float32 \[1\]/)
  await expect(int8Weights(entries, ['gone'])).rejects.toThrow(/expected a float matrix, found nothing/)
})

test('a file is identified by its content; a large one is hashed once', async () => {
  const path = join(folder, 'large.bin')
  await writeFile(path, Buffer.alloc(9 * 1024 * 1024, 7))
  const identity = await fileIdentity(path)
  expect(identity).toMatchObject({ path, bytes: 9 * 1024 * 1024, hash: expect.stringMatching(/^[0-9a-f]{64}$/) })
  const [name] = await readdir(join(folder, 'cache', 'identity'))
  const kept = join(folder, 'cache', 'identity', name!)
  // the hash that is kept is the one that is given, so the file was not read again
  await writeFile(kept, (await readFile(kept, 'utf8')).replace(identity.hash, 'f'.repeat(64)))
  expect((await fileIdentity(path)).hash).toBe('f'.repeat(64))
  await writeFile(path, Buffer.alloc(9 * 1024 * 1024, 8))
  expect((await fileIdentity(path)).hash).not.toBe('f'.repeat(64))
})
