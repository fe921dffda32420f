import { mkdtempSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { folderInside, openInside } from './open-inside.ts'

const folder = mkdtempSync(join(tmpdir(), 'kinograph-open-'))
const root = join(folder, 'root')
mkdirSync(join(root, 'sub'), { recursive: true })
writeFileSync(join(root, 'sub', 'a.txt'), 'inside')
writeFileSync(join(folder, 'secret.txt'), 'secret')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function read(path: string): Promise<string> {
  const { handle } = await openInside(root, path)
  try {
    return await handle.readFile('utf8')
  } finally {
    await handle.close()
  }
}

test('files below the folder are opened, also where the folder itself is a link', async () => {
  expect(await read('sub/a.txt')).toBe('inside')
  symlinkSync(root, join(folder, 'link'))
  const { handle, path } = await openInside(join(folder, 'link'), 'sub/a.txt')
  await handle.close()
  expect(path).toBe(join(root, 'sub', 'a.txt'))
})

test.each(['sub', 'none', 'sub/a.txt/x', ''])('%j is not a file', async (path) => {
  await expect(read(path)).rejects.toMatchObject({ status: 404 })
})

test('links and pipes are not opened', async () => {
  symlinkSync(join(folder, 'secret.txt'), join(root, 'out.txt'))
  symlinkSync(folder, join(root, 'up'))
  for (const path of ['out.txt', 'up/secret.txt']) await expect(read(path)).rejects.toMatchObject({ status: 404 })
  await expect(folderInside(root, 'up')).rejects.toMatchObject({ status: 404 })
  if (process.platform === 'win32') return
  execFileSync('mkfifo', [join(root, 'pipe')])
  await expect(read('pipe')).rejects.toMatchObject({ status: 404 })
})

test('a folder that becomes a link while files are opened never gives what it links to', async () => {
  const outside = join(folder, 'outside')
  mkdirSync(outside)
  writeFileSync(join(outside, 'a.txt'), 'secret')
  const path = join(root, 'sub')
  const aside = join(folder, 'aside')
  for (let round = 0; round < 150; round++) {
    const reading = Promise.allSettled(Array.from({ length: 4 }, () => read('sub/a.txt')))
    renameSync(path, aside)
    symlinkSync(outside, path)
    const during = await Promise.allSettled([read('sub/a.txt')])
    rmSync(path)
    renameSync(aside, path)
    for (const one of [...await reading, ...during]) if (one.status === 'fulfilled') expect(one.value).toBe('inside')
  }
})
