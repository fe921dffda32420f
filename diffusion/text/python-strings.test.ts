import { expect, test } from 'vitest'
import { BOUNDARY, isWord, lstrip, rstrip, SPACE, strip } from './python-strings.ts'

test('strips what Python calls white space: U+001C and U+0085, but not the byte order mark', () => {
  expect(strip(' \x1c\x85\u3000x\u2028\t')).toBe('x')
  expect(strip('\ufeffx\u200b')).toBe('\ufeffx\u200b')
  expect([lstrip(' a '), rstrip(' a ')]).toEqual(['a ', ' a'])
})

test('the class and the function agree on every UTF-16 unit', () => {
  const space = new RegExp(`^[${SPACE}]$`)
  for (let unit = 0; unit < 0x10000; unit++) {
    const character = String.fromCharCode(unit)
    expect([unit, strip(character) === '']).toEqual([unit, space.test(character)])
  }
})

test('words are Unicode words, astral letters included', () => {
  expect(['é', '日', '_', '٣', '½'].map((character) => isWord(character, 0))).not.toContain(false)
  expect(['-', '\u0301', ' '].map((character) => isWord(character, 0))).not.toContain(true)
  expect([isWord('𝔘', 0), isWord('𝔘', 1), isWord('😀', 0)]).toEqual([true, true, false])
  expect('é-日 x'.split(new RegExp(BOUNDARY, 'u'))).toEqual(['é', '-', '日', ' ', 'x'])
})
