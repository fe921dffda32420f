import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Measurement } from '../core/index.ts'
import { keepTimes, readTimes } from './times.ts'

let folder = ''
let file = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'times-'))
  file = join(folder, 'cache', 'times.jsonl')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const took = (seconds: number, type = 'Work', size = 'a'): Measurement => ({ type, version: 1, size, seconds })
const secondsOf = async (device = 'cpu') => (await readTimes(file, device)).get('1 Work')?.map(({ seconds }) => seconds)

test('what runs add is there for the next plan, by device', async () => {
  expect(await secondsOf()).toBeUndefined()
  await keepTimes(file, 'cpu', [took(1), took(2)])
  await keepTimes(file, 'webgpu', [took(9)])
  await keepTimes(file, 'cpu', [took(3)])
  expect(await secondsOf()).toEqual([1, 2, 3])
  expect((await stat(file)).mode & 0o077).toBe(0)
})

test('several writers at once lose nothing', async () => {
  await Promise.all(Array.from({ length: 50 }, (_, i) => keepTimes(file, 'cpu', [took(i), took(i)])))
  expect((await secondsOf())?.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i >> 1))
})

test.each([
  ['not JSON at all', '\u0000\u0001garbage\n'],
  ['half a line', '{"type":"Work","version":1,"siz'],
  ['another form', '{"type":"Work"}\n[]\nnull\n{"type":"Work","version":1,"size":"a","seconds":-1,"device":"cpu"}\n'],
])('a file that holds %s is passed over and written anew', async (_, text) => {
  await keepTimes(file, 'cpu', [took(1)])
  await writeFile(file, `${await readFile(file, 'utf8')}${text}`)
  expect(await secondsOf()).toEqual([1])
  await keepTimes(file, 'cpu', [took(2)])
  expect(await secondsOf()).toEqual([1, 2])
  expect((await readFile(file, 'utf8')).trimEnd().split('\n')).toHaveLength(2)
})

test('it stays small, and keeps the latest', async () => {
  for (let round = 0; round < 40; round++) await keepTimes(file, 'cpu', Array.from({ length: 200 }, (_, i) => took(round, 'Work', `${i}`.padStart(60, '-'))))
  expect((await stat(file)).size).toBeLessThan(600 * 1024)
  expect((await secondsOf())?.at(-1)).toBe(39)
})

test('a file far too large is none of ours', async () => {
  await mkdir(join(folder, 'cache'))
  await writeFile(file, 'x'.repeat(3 * 2 ** 20))
  expect(await secondsOf()).toBeUndefined()
  await keepTimes(file, 'cpu', [took(1)])
  expect(await secondsOf()).toEqual([1])
})

test('a place that can\'t be written is no trouble of the run', async () => {
  await writeFile(join(folder, 'cache'), 'a file in its way')
  await keepTimes(file, 'cpu', [took(1)])
  expect(await secondsOf()).toBeUndefined()
})
