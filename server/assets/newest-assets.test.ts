import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newestAssets } from './newest-assets.ts'

const folder = mkdtempSync(join(tmpdir(), 'kinograph-newest-'))
afterAll(() => rmSync(folder, { recursive: true }))

function write(path: string, second: number): void {
  mkdirSync(join(folder, path, '..'), { recursive: true })
  writeFileSync(join(folder, path), path)
  utimesSync(join(folder, path), second, second)
}
beforeAll(() => {
  for (const [path, second] of [['old.mp4', 10], ['a/new.mp4', 40], ['a/b/middle.png', 20], ['same1.png', 30], ['same2.png', 30], ['.hidden', 90]] as const) write(path, second)
  symlinkSync('/etc', join(folder, 'away'))
})

const paths = async (...rest: [below?: string, limit?: number, after?: string]) => {
  const [below = '', limit = 10, after] = rest
  const { assets, next, total } = await newestAssets(join(folder, below), below, limit, after)
  return { paths: assets.map(({ path }) => path), next, total }
}

test('files of all folders come newest first, of equal age by name; links and hidden files are none', async () => {
  expect(await paths()).toEqual({ paths: ['a/new.mp4', 'same1.png', 'same2.png', 'a/b/middle.png', 'old.mp4'], next: undefined, total: 5 })
})

test('pages go on where the last ended, although newer files came', async () => {
  const first = await paths('', 2)
  expect(first.paths).toEqual(['a/new.mp4', 'same1.png'])
  write('newest.png', 100)
  const second = await paths('', 2, first.next)
  expect(second.paths).toEqual(['same2.png', 'a/b/middle.png'])
  expect(await paths('', 2, second.next)).toEqual({ paths: ['old.mp4'], next: undefined, total: 6 })
  rmSync(join(folder, 'newest.png'))
})

test('of one folder, with paths below the root', async () => {
  expect((await paths('a')).paths).toEqual(['a/new.mp4', 'a/b/middle.png'])
})

test('what is no end of a page is refused, and a folder that has gone is empty', async () => {
  await expect(paths('', 2, 'x')).rejects.toThrow('expected the "next" of a page')
  expect(await paths('gone')).toEqual({ paths: [], next: undefined, total: 0 })
})
