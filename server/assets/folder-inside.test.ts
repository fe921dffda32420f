import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { insideFolder } from './folder-inside.ts'

let top: string
let root: string
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'kinograph-inside-'))
  root = join(top, 'root')
  mkdirSync(join(top, 'outside'))
})
afterEach(() => rmSync(top, { recursive: true }))

const put = (...parts: string[]) => insideFolder(root, parts, 'body.folder', (path) => writeFile(join(path, 'file'), 'x'))

test('makes what is missing, the root too', async () => {
  await put('a', 'b')
  await put()
  await put('a')
  expect(readdirSync(root, { recursive: true }).sort()).toEqual(['a', 'a/b', 'a/b/file', 'a/file', 'file'])
})

test.each([[['link']], [['link', 'deeper']], [['a', 'up']], [['file']], [['file', 'x']], [['dangling']]])('goes not through %j', async (parts) => {
  mkdirSync(join(root, 'a'), { recursive: true })
  writeFileSync(join(root, 'file'), '')
  symlinkSync(join(top, 'outside'), join(root, 'link'))
  symlinkSync('../../outside', join(root, 'a', 'up'))
  symlinkSync(join(top, 'outside', 'new'), join(root, 'dangling'))
  await expect(put(...parts)).rejects.toMatchObject({ status: 400, message: expect.stringContaining('link to elsewhere') as string })
  expect(readdirSync(join(top, 'outside'))).toEqual([])
})

test('a root that is a link of the owner\'s is fine', async () => {
  symlinkSync(join(top, 'outside'), root)
  await put('a')
  expect(existsSync(join(top, 'outside', 'a', 'file'))).toBe(true)
})

test.runIf(process.platform === 'linux')('what becomes of the name meanwhile does not matter', async () => {
  await insideFolder(root, ['a'], 'body.folder', async (path) => {
    renameSync(join(root, 'a'), join(root, 'moved'))
    symlinkSync(join(top, 'outside'), join(root, 'a'))
    await writeFile(join(path, 'file'), 'x')
  })
  expect(readdirSync(join(root, 'moved'))).toEqual(['file'])
  expect(readdirSync(join(top, 'outside'))).toEqual([])
})

test.runIf(process.platform === 'linux')('a folder that is removed meanwhile is told of', async () => {
  const work = insideFolder(root, ['a'], 'body.folder', async (path) => {
    rmSync(join(root, 'a'), { recursive: true })
    await writeFile(join(path, 'file'), 'x')
  })
  await expect(work).rejects.toMatchObject({ status: 400 })
})
