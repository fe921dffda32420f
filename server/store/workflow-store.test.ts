import { expect, test } from 'vitest'
import { openStore } from './open-store.ts'
import { scratchFolder } from './testing/jobs.ts'

test('a workflow is replaced only by who knows what is there', async () => {
  let time = 100
  const folder = scratchFolder()
  const { workflows, close } = await openStore(folder, { now: () => time++ })
  const first = await workflows.write('folder/a', 'one', null)
  expect(first).toMatchObject({ status: 'saved', etag: expect.stringMatching(/^[0-9a-f]{32}$/) })
  const etag = first.etag!
  expect(await workflows.write('folder/a', 'two', null)).toEqual({ status: 'conflict', etag })
  expect(await workflows.write('other', 'two', etag)).toEqual({ status: 'conflict' })
  const second = await workflows.write('folder/a', 'two', etag)
  expect(await workflows.write('folder/a', 'three', etag)).toEqual({ status: 'conflict', etag: second.etag })
  expect(await workflows.write('folder/a', 'drei', undefined)).toMatchObject({ status: 'saved' })
  expect((await workflows.versions('folder/a')).map(({ bytes }) => bytes)).toEqual([4, 3, 3])
  expect(await workflows.read('folder/a', etag)).toEqual({ text: 'one', etag, modified: 101 })
  expect((await workflows.read('folder/a'))?.text).toBe('drei')
  expect(await workflows.read('nothing')).toBeUndefined()
  expect(await workflows.remove('folder/a', etag)).toBe('conflict')
  expect(await workflows.remove('nothing')).toBe('missing')
  await close()
  const again = await openStore(folder)
  expect(await again.workflows.list()).toMatchObject([{ name: 'folder/a', bytes: 4 }])
  expect(await again.workflows.remove('folder/a')).toBe('removed')
  expect(await again.workflows.list()).toEqual([])
  await again.close()
})

test('the last fifty versions stay; saving the same again makes none', async () => {
  const { workflows, close } = await openStore(scratchFolder())
  for (let version = 0; version < 60; version++) await workflows.write('a', `text ${version}`, undefined)
  await workflows.write('a', 'text 59', undefined)
  const versions = await workflows.versions('a')
  expect(versions).toHaveLength(50)
  expect((await workflows.read('a', versions.at(-1)?.etag))?.text).toBe('text 10')
  await close()
})

test('moving takes the versions along, and the place of another only when that is wanted', async () => {
  const { workflows, close } = await openStore(scratchFolder())
  await workflows.write('a', 'one', null)
  await workflows.write('a', 'two', undefined)
  await workflows.write('b', 'other', null)
  expect(await workflows.move('a', 'b', false)).toBe('taken')
  expect(await workflows.move('nothing', 'c', true)).toBe('missing')
  expect(await workflows.move('a', 'b', true)).toBe('moved')
  expect((await workflows.list()).map(({ name }) => name)).toEqual(['b'])
  expect(await workflows.versions('b')).toHaveLength(2)
  expect(await workflows.move('b', 'b', false)).toBe('moved')
  await close()
})

test('texts come back exactly; what a database would change is refused', async () => {
  const { workflows, close } = await openStore(scratchFolder())
  for (const text of ['', '{}', '🎬 é e\u0301 \u2028', "it's \"quoted\" \\ ".repeat(100_000)]) {
    await workflows.write('ünïcode/🎬', text, undefined)
    expect((await workflows.read('ünïcode/🎬'))?.text === text).toBe(true)
  }
  for (const text of ['a\0b', '\ud800']) {
    await expect(workflows.write('a', text, undefined)).rejects.toMatchObject({ code: 'invalid' })
    await expect(workflows.write(text, 'a', undefined)).rejects.toMatchObject({ code: 'invalid' })
    expect(await workflows.read(text)).toBeUndefined()
  }
  await close()
})
