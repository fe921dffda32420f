import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { defaultConfig } from '../config/defaults.ts'
import { makeFolders, serverFolders } from './data-folder.ts'

const foldersIn = (data: string) => serverFolders(defaultConfig(data))

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kinograph-folders-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('folders are made, however deep, and those that are there stay', async () => {
  const folders = foldersIn(join(scratch(), 'deep', 'er'))
  await makeFolders(folders)
  await makeFolders(folders)
  for (const folder of [folders.data, folders.input, folders.output, folders.temp, folders.checkpoints]) expect(existsSync(folder)).toBe(true)
})

test('a file in the way is named', async () => {
  const folder = scratch()
  writeFileSync(join(folder, 'file'), '')
  await expect(makeFolders(foldersIn(join(folder, 'file', 'data')))).rejects.toThrow(`${join(folder, 'file')} is a file`)
})

test.runIf(process.platform === 'linux')('a file system in which nothing can be made is refused, not tried for ever', async () => {
  await expect(makeFolders(foldersIn('/proc/kinograph'))).rejects.toThrow("The folder /proc/kinograph can't be used: ENOENT")
})
