import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Checkpoints } from './checkpoints.ts'

let folder = ''
let warnings: string[] = []
let stops = 0
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'checkpoints-'))
  warnings = []
  stops = 0
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const keeper = (settings = {}, engine = 'engine 1') =>
  new Checkpoints({ folder, steps: 3, seconds: 1000, ...settings }, () => engine, () => { stops++ })
const owner = (key = 'key') => ({ key, place: { path: '1', shown: '1' }, warn: (message: string) => { warnings.push(message) } })
const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString()
const file = (key = 'key') => join(folder, `${key}.ckpt`)

/** One that holds a state, its run having been killed. */
async function saved(state = 'state', engine = 'engine 1') {
  const run = keeper({}, engine)
  const checkpoint = run.open(owner())
  await checkpoint.save(() => Buffer.from(state))
  checkpoint.close()
  await run.end(false)
}

test('what was saved is there for the same work, until the run is done', async () => {
  await saved()
  const run = keeper()
  const checkpoint = run.open(owner())
  expect(text(await checkpoint.load())).toBe('state')
  expect(await run.open(owner('other')).load()).toBeUndefined()
  checkpoint.close()
  await run.end(true)
  expect(readdirSync(folder)).toEqual([])
  expect(warnings).toEqual([])
})

test('every so many steps, at the latest after so many seconds', () => {
  const checkpoint = keeper().open(owner())
  expect([1, 2, 3, 4, 5, 6].map((step) => checkpoint.due(step))).toEqual([false, false, true, false, false, true])
  const resumed = keeper().open(owner())
  expect([8, 9, 10].map((step) => resumed.due(step))).toEqual([false, false, true])
  const hasty = keeper({ seconds: 0 }).open(owner())
  expect([1, 2].map((step) => hasty.due(step))).toEqual([true, true])
})

test.each([
  ['cut off', (whole: Buffer) => whole.subarray(0, whole.length - 2), 'it is cut off'],
  ['too long', (whole: Buffer) => Buffer.concat([whole, Buffer.from('x')]), 'it is cut off'],
  ['changed in one bit', (whole: Buffer) => { whole[whole.length - 1]! ^= 1; return whole }, 'it is damaged'],
  ['empty', () => Buffer.alloc(0), 'it is no checkpoint of this version'],
  ['without its state', (whole: Buffer) => whole.subarray(0, 20), 'it is no checkpoint of this version'],
  ['of other work', (whole: Buffer) => Buffer.from(whole.toString('latin1').replace('"key":"key"', '"key":"yek"'), 'latin1'), 'it belongs to other work'],
  ['noise', () => Buffer.alloc(10_000, 255), 'it is no checkpoint of this version'],
  ['one that says it is huge', (whole: Buffer) => Buffer.from(whole.toString('latin1').replace('"bytes":5', '"bytes":9007199254740991'), 'latin1'), 'it is cut off'],
])('a file that is %s is passed over with a warning', async (_, spoil, why) => {
  await saved()
  writeFileSync(file(), spoil(readFileSync(file())))
  const run = keeper()
  const checkpoint = run.open(owner())
  expect(await checkpoint.load()).toBeUndefined()
  expect(warnings).toEqual([`What an earlier attempt saved can't be used (${why}); it starts from the beginning.`])
  await checkpoint.save(() => Buffer.from('new'))
  checkpoint.close()
  await run.end(false)
  expect(text(await keeper().open(owner()).load())).toBe('new')
})

test('another version of the engine starts from the beginning', async () => {
  await saved('state', 'engine 0')
  expect(await keeper().open(owner()).load()).toBeUndefined()
  expect(warnings.join()).toContain('another version wrote it')
})

test('a place that can\'t be written warns once, and the node goes on', async () => {
  writeFileSync(join(folder, 'file'), '')
  const run = keeper({ folder: join(folder, 'file') })
  const checkpoint = run.open(owner())
  await checkpoint.save(() => Buffer.from('a'))
  await run.end(false)
  await checkpoint.save(() => Buffer.from('b'))
  checkpoint.close()
  await run.end(false)
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toContain("Its state can't be saved (")
})

test('suspended: all save, then the run stops', async () => {
  const run = keeper()
  const [a, b] = [run.open(owner('a')), run.open(owner('b'))]
  expect(a.due(1)).toBe(false)
  run.suspend()
  expect(stops).toBe(0)
  expect([a.due(2), b.due(1)]).toEqual([true, true])
  await a.save(() => Buffer.from('a'))
  expect(stops).toBe(0)
  await b.save(() => Buffer.from('b'))
  expect(stops).toBe(1)
  expect(readFileSync(file('a'), 'latin1').endsWith('\na')).toBe(true)
  expect(readFileSync(file('b'), 'latin1').endsWith('\nb')).toBe(true)
})

test('suspended with nothing that could save: it stops at once', () => {
  keeper().suspend()
  expect(stops).toBe(1)
  new Checkpoints(undefined, () => '', () => { stops++ }).suspend()
  expect(stops).toBe(2)
})

test('suspended while the only one ends by itself', async () => {
  const run = keeper()
  const checkpoint = run.open(owner())
  run.suspend()
  checkpoint.close()
  await new Promise(setImmediate)
  expect(stops).toBe(1)
})

test('without a folder nothing is kept', async () => {
  const checkpoint = new Checkpoints(undefined, () => '', () => {}).open(owner())
  expect([checkpoint.due(1000), await checkpoint.load()]).toEqual([false, undefined])
})
