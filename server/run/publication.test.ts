import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished, expect, test } from 'vitest'
import type { JobStore } from '../store/store.ts'
import { openStore } from '../store/open-store.ts'
import { publishFile } from './publication.ts'
import { testFolder, trivial } from './testing/test-queue.ts'

interface Desk {
  readonly output: string
  readonly store: JobStore
  publish(text: string, over?: { readonly prefix?: string; readonly node?: string; readonly index?: number; readonly staged?: string }): ReturnType<typeof publishFile>
  read(path: string): string
}

async function withJob(): Promise<Desk> {
  const folder = testFolder()
  const output = join(folder, 'output')
  mkdirSync(output)
  const store = await openStore(join(folder, 'data'), { outputFolder: output })
  onTestFinished(() => store.close())
  await store.submit({ id: 'job', title: '', nodes: 1, created: 0, origin: { api: 'kinograph' }, request: { workflow: trivial() } })
  let made = 0
  const stage = (text: string) => {
    const at = join(output, `.stage-${made++}`)
    mkdirSync(at)
    writeFileSync(join(at, 'made.txt'), text)
    return join(at, 'made.txt')
  }
  return {
    output, store,
    publish: (text, { prefix = 'clip', node = '1', index = 0, staged = stage(text) } = {}) => publishFile(store, output, 'job', {
      node, index, prefix, extension: 'txt', staged, bytes: text.length, sha256: createHash('sha256').update(text).digest('hex'),
    }),
    read: (path) => readFileSync(join(output, path), 'utf8'),
  }
}

const shown = (output: string) => readdirSync(output).filter((name) => !name.startsWith('.'))

test('a file gets the next name of its prefix, folders are made, and the store knows of it', async () => {
  const { publish, read, store } = await withJob()
  expect(await publish('a')).toMatchObject({ filename: 'clip_00001.txt', subfolder: '' })
  expect(await publish('b', { index: 1 })).toMatchObject({ filename: 'clip_00002.txt' })
  expect(await publish('c', { node: '2', prefix: 'deep/er/clip' })).toMatchObject({ filename: 'clip_00001.txt', subfolder: 'deep/er' })
  expect([read('clip_00001.txt'), read('clip_00002.txt'), read('deep/er/clip_00001.txt')]).toEqual(['a', 'b', 'c'])
  expect((await store.filesOf('job')).map(({ filename, bytes }) => [filename, bytes])).toEqual([['clip_00001.txt', 1], ['clip_00002.txt', 1], ['clip_00001.txt', 1]])
})

test('asked again, it is the same file under the same name, also with another content', async () => {
  const { publish, read, output } = await withJob()
  const first = await publish('a')
  expect(await publish('a')).toEqual(first)
  expect(await publish('other')).toMatchObject({ filename: first.filename, bytes: 5 })
  expect([shown(output), read(first.filename)]).toEqual([['clip_00001.txt'], 'other'])
})

test('named and moved, but not noted when all went down: the next attempt takes the same place', async () => {
  const { publish, store, output, read } = await withJob()
  const sha256 = createHash('sha256').update('first try').digest('hex')
  const name = await store.named({ job: 'job', node: '1', index: 0, prefix: 'clip', extension: 'txt', sha256 })
  writeFileSync(join(output, name.filename), 'first try')
  expect(await publish('second try')).toMatchObject({ filename: name.filename })
  expect([shown(output), read(name.filename)]).toEqual([[name.filename], 'second try'])
})

test('named, but not moved when all went down, and a stranger took the name: another name, and the stranger\'s file stays', async () => {
  const { publish, store, output, read } = await withJob()
  const name = await store.named({ job: 'job', node: '1', index: 0, prefix: 'clip', extension: 'txt', sha256: 'x' })
  writeFileSync(join(output, name.filename), 'precious')
  const published = await publish('ours')
  expect(published.filename).not.toBe(name.filename)
  expect([read(name.filename), read(published.filename)]).toEqual(['precious', 'ours'])
  expect(await publish('ours')).toEqual(published)
  expect(await store.filesOf('job')).toHaveLength(1)
})

test('a file that was removed after it was published is not given to another', async () => {
  const { publish, output } = await withJob()
  const { filename } = await publish('a')
  rmSync(join(output, filename))
  expect((await publish('b', { index: 1 })).filename).not.toBe(filename)
})

test('a folder on the way that is a link leads nowhere', async () => {
  const { publish, output } = await withJob()
  const elsewhere = testFolder()
  symlinkSync(elsewhere, join(output, 'link'))
  await expect(publish('a', { prefix: 'link/clip' })).rejects.toThrow('leads out of the output folder')
  expect(readdirSync(elsewhere)).toEqual([])
})

test('a link under the name of a file is not followed and not replaced', async () => {
  const { publish, store, output } = await withJob()
  const elsewhere = join(testFolder(), 'secret')
  writeFileSync(elsewhere, 'secret')
  const name = await store.named({ job: 'job', node: '1', index: 0, prefix: 'clip', extension: 'txt', sha256: 'x' })
  symlinkSync(elsewhere, join(output, name.filename))
  expect((await publish('a')).filename).not.toBe(name.filename)
  expect(readFileSync(elsewhere, 'utf8')).toBe('secret')
})

test('what a worker names as its file must be one, below the output folder', async () => {
  const { publish, output } = await withJob()
  const elsewhere = join(testFolder(), 'passwords')
  writeFileSync(elsewhere, 'secret')
  await expect(publish('a', { staged: elsewhere })).rejects.toThrow('is not below the output folder')
  symlinkSync(elsewhere, join(output, 'link.txt'))
  await expect(publish('a', { staged: join(output, 'link.txt') })).rejects.toThrow('there is no file')
  await expect(publish('a', { staged: join(output, 'missing') })).rejects.toThrow('there is no file')
  expect(existsSync(elsewhere)).toBe(true)
})

test.each(['../clip', 'a/../../clip', 'a//b', '/clip', 'a\\..\\clip'])('a prefix that is no path below the output folder is refused: %s', async (prefix) => {
  const { publish, output } = await withJob()
  await expect(publish('a', { prefix })).rejects.toThrow()
  expect(shown(output)).toEqual([])
})
