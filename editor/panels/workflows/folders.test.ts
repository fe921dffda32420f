import { expect, test } from 'vitest'
import { byFolder, copyName } from './folders.ts'

test('what is in no folder comes first, then each folder by name', () => {
  const names = ['b/two', 'z', 'a/x/deep', 'a', 'b/one'].map((name) => ({ name }))
  expect(byFolder(names).map(({ name, items }) => [name, items.map((one) => one.name)])).toEqual([['', ['a', 'z']], ['a/x', ['a/x/deep']], ['b', ['b/one', 'b/two']]])
})

test('a copy gets a name that nobody has', () => {
  expect(copyName('f/clip', 'copy', new Set(['f/clip']))).toBe('f/clip copy')
  expect(copyName('clip', 'copy', new Set(['clip copy', 'clip copy 2']))).toBe('clip copy 3')
})
