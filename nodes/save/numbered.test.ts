import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { MediaError } from '../../media/index.ts'
import { prefixProblem, saveNumbered } from './numbered.ts'

const scratch = mkdtempSync(join(tmpdir(), 'kinograph-numbered-'))
afterAll(() => rmSync(scratch, { recursive: true }))
const folder = (name: string) => {
  mkdirSync(join(scratch, name))
  return join(scratch, name)
}

test('counts on from what is there, per prefix and ending, and never overwrites', async () => {
  const out = folder('count')
  writeFileSync(join(out, 'clip_00007.mp4'), 'old')
  writeFileSync(join(out, 'clip_long_00099.mp4'), 'other prefix')
  const write = (path: string) => writeFile(path, 'new')
  expect(await saveNumbered(out, 'clip', 'mp4', write)).toEqual({ path: join(out, 'clip_00008.mp4'), filename: 'clip_00008.mp4', subfolder: '' })
  expect((await saveNumbered(out, 'clip', 'png', write)).filename).toBe('clip_00001.png')
  expect(await saveNumbered(out, 'a/b', 'mp4', write)).toMatchObject({ filename: 'b_00001.mp4', subfolder: 'a' })
  expect(readFileSync(join(out, 'clip_00007.mp4'), 'utf8')).toBe('old')
  expect(readdirSync(out).sort()).toEqual(['a', 'clip_00001.png', 'clip_00007.mp4', 'clip_00008.mp4', 'clip_long_00099.mp4'])
})

test('saving at the same time gives each its own number', async () => {
  const out = folder('parallel')
  const saved = await Promise.all(Array.from({ length: 12 }, (_, i) => saveNumbered(out, 'x', 'txt', (path) => writeFile(path, `${i}`))))
  expect(new Set(saved.map(({ filename }) => filename)).size).toBe(12)
  expect(new Set(saved.map(({ path }) => readFileSync(path, 'utf8'))).size).toBe(12)
})

test('a failure leaves nothing and is about the folder that the person knows', async () => {
  const out = folder('failure')
  const full = (path: string) => Promise.reject(new MediaError({ code: 'disk_full', path, problem: 'the disk is full', remedy: 'Free some space.' }))
  await expect(saveNumbered(out, 'clip', 'mp4', full)).rejects.toThrow(`${out}: the disk is full. Free some space.`)
  expect(readdirSync(out)).toEqual([])
})

test.each(['', '../x', 'a//b', '/x', 'a/../b', '.hidden', 'a/.b', 'a\\b', 'C:x', 'a\nb', 'x'.repeat(201)])(
  'a prefix that is no name below the output folder is refused: %j', (prefix) => {
    expect(prefixProblem(prefix)).toMatch(/^expected a/)
  })
test.each(['clip', 'tests/clip', 'é 日本', 'a.b'])('a prefix may be %j', (prefix) => expect(prefixProblem(prefix)).toBeUndefined())
