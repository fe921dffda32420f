import fc from 'fast-check'
import { join, resolve, sep } from 'node:path'
import { expect, test } from 'vitest'
import { checkPath, disposition, nameProblem, safeName } from './file-names.ts'

test.each(['../x', 'a/../b', '/a', 'a//b', 'a/', './a', 'a\\b', 'C:x', 'a\u0000', 'a\nb', 'CON', 'con.png', 'aux.tar.gz', 'LPT1', 'nul', 'COM¹', 'a.', 'a ', ' a',
  '.hidden', '\u202egnp.exe', 'x'.repeat(300), '\ud800', Array(20).fill('a').join('/')])('%j is no path', (path) => {
  expect(() => checkPath(path, 'path')).toThrow(/expected a path below the folder/)
})

test.each(['a', 'a b.png', 'shots/első.mp4', '日本/図.png', 'con fig.txt', 'a..b', 'console.log', '-x'])('%j is one', (path) => {
  expect(checkPath(path, 'path').join('/')).toBe(path)
})

test('law: a path that passes stays below its folder', () => {
  fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'a./\\:%~ -') })), (path) => {
    let parts: string[]
    try {
      parts = checkPath(path, 'path')
    } catch {
      return
    }
    expect(resolve('/root', ...parts) + sep).toMatch(/^\/root\//)
    expect(join('/root', ...parts)).toBe(['/root', ...parts].join('/'))
  }))
})

test('law: whatever is given, the name that is made is good', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (given) => {
    const name = safeName(given, 'upload')
    expect(nameProblem(name)).toBeUndefined()
    expect(safeName(name, 'upload')).toBe(name)
  }))
})

test('law: a Content-Disposition is one header of ASCII that gives the name back', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (name) => {
    const header = disposition('attachment', name)
    expect(header).toMatch(/^attachment; filename="[\x20-\x21\x23-\x5b\x5d-\x7e]*"; filename\*=UTF-8''[\w%.!~-]*$/)
    expect(decodeURIComponent(header.split('UTF-8\'\'')[1]!)).toBe(name)
  }))
})
