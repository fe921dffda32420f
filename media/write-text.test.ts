import { chmodSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { writeTextFile } from './write-text.ts'

const folder = mkdtempSync(join(tmpdir(), 'write-text-'))
afterEach(() => { for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true }) })

test('a new file, and nothing beside it', async () => {
  await writeTextFile(join(folder, 'new', 'a.json'), 'ä\n')
  expect(readFileSync(join(folder, 'new', 'a.json'), 'utf8')).toBe('ä\n')
  expect(readdirSync(join(folder, 'new'))).toEqual(['a.json'])
})

test('a file that is there keeps its permissions, and a link to it stays a link', async () => {
  writeFileSync(join(folder, 'a.json'), 'old')
  chmodSync(join(folder, 'a.json'), 0o600)
  symlinkSync('a.json', join(folder, 'link.json'))
  await writeTextFile(join(folder, 'link.json'), 'new')
  expect(lstatSync(join(folder, 'link.json')).isSymbolicLink()).toBe(true)
  expect(readFileSync(join(folder, 'a.json'), 'utf8')).toBe('new')
  expect(statSync(join(folder, 'a.json')).mode & 0o777).toBe(0o600)
})

test('where nothing can be written, the reason', async () => {
  writeFileSync(join(folder, 'file'), '')
  await expect(writeTextFile(join(folder, 'file', 'a.json'), 'x')).rejects.toThrow(join(folder, 'file', 'a.json'))
})
