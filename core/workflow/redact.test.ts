import { describe, expect, test } from 'vitest'
import { WITHHELD } from '../types/withheld.ts'
import { Redactor, secretVariables } from './redact.ts'

const clean = (text: string, ...secrets: string[]) => new Redactor(secrets).text(text).replaceAll(WITHHELD, '█')

describe('what looks like a secret', () => {
  test.each([
    ['https://user:pa$$@host/x', 'https://user:█@host/x'],
    ['see redis://:s3cret@10.0.0.1:6379/0.', 'see redis://:█@10.0.0.1:6379/0.'],
    ['https://me:p@ss:w0rd@host:8080/x?y=1', 'https://me:█@host:8080/x?y=1'],
    ['git+https://ghp_0123456789abcdefghij@github.com/a/b', 'git+https://█@github.com/a/b'],
    ['https://h/x?a=1&token=abc&b=2', 'https://h/x?a=1&token=█&b=2'],
    ['https://h/x?key=abc#access_token=def', 'https://h/x?key=█#access_token=█'],
    ['https://h/?X-Amz-Credential=a%2Fb&X-Amz-Signature=00ff&sig=zz', 'https://h/?X-Amz-Credential=█&X-Amz-Signature=█&sig=█'],
    ['Server=db;Password=hunter2;Pool=4', 'Server=db;Password=█;Pool=4'],
    ['API_KEY=abc def', 'API_KEY=█ def'],
    ['Authorization: Bearer abc.def', 'Authorization: Bearer █'],
    ['{"authorization":"Basic dXNlcjpwYXNz"}', '{"authorization":"Basic █"}'],
    ['bearer eyJhbGciOiJIUzI1NiJ9.e30.abc', 'bearer █'],
  ])('%s', (text, expected) => {
    expect(clean(text)).toBe(expected)
    expect(new Redactor().text(new Redactor().text(text))).toBe(new Redactor().text(text)) // cleaned twice is cleaned once
  })

  test.each([
    'a flag bearer standing on a hill at 8', 'basic instructions, token by token', 'https://example.com/a?page=2&monkey=3&keyword=cats',
    'a = 4, key=C minor, tempo=120', 'mail@example.com: hello', 'user: x@y', 'a://b', '{red|blue}=__colour__', '',
  ])('%s is kept', (text) => expect(clean(text)).toBe(text))
})

describe('secrets that are known', () => {
  test('are taken out wherever they stand, as JSON and in URLs too', () => {
    const secret = 'a"b/c d\n&'
    expect(clean(`<${secret}> ${JSON.stringify({ secret })} ?q=${encodeURIComponent(secret)}`, secret)).toBe('<█> {"secret":"█"} ?q=█')
  })

  test('are known by their beginning where a message cut them off', () => {
    const secret = 'sk-0123456789abcdefghijklmnopqrstuvwxyz'
    expect(clean(`got "${secret.slice(0, 30)}…, and ${secret}!`, secret)).toBe('got "█…, and █!')
    expect(clean('sk-0123 is another', secret)).toBe('sk-0123 is another')
  })

  test('the longer one first, none that is too short, and none twice', () => {
    expect(clean('hunter22 hunter2 abc', 'hunter2', 'hunter22', 'abc')).toBe('█ █ abc')
    expect(clean('half \ud83d of it', 'half \ud83d')).toBe('█ of it')
  })
})

test('data keeps its form, and itself where there is nothing to take out', () => {
  const data = { a: [1, 'x', { b: null, c: undefined }], ['__proto__x']: true }
  const redactor = new Redactor(['secret'])
  expect(redactor.data(data)).toBe(data)
  const hidden = JSON.parse('{"__proto__": {"deep": ["a secret"]}, "n": 1}') as object
  expect(JSON.stringify(redactor.data(hidden))).toBe(`{"__proto__":{"deep":["a ${WITHHELD}"]},"n":1}`)
  expect(redactor.with(['other']).data(['secret', 'other', 'third'])).toEqual([WITHHELD, WITHHELD, 'third'])
})

test('variables that look secret by their names, at least 8 characters long', () => {
  expect(secretVariables({
    HF_TOKEN: 'hf_12345678', DB_PASSWORD: 'short', AWS_SECRET_ACCESS_KEY: '/begins/with/slash', OPENAI_API_KEY: ' sk-12345678 ', HOME: '/home/somebody',
    TOKEN_FILE: '/run/secrets/token', GOOGLE_APPLICATION_CREDENTIALS: '/home/me/key.json', MY_CREDENTIAL: 'abcdefgh', EMPTY_SECRET: undefined,
  })).toEqual(['hf_12345678', '/begins/with/slash', 'sk-12345678', 'abcdefgh'])
})

test.each([
  ['://'.repeat(1e6)], [`://${'a:'.repeat(1e6)}`], ['?token'.repeat(5e5)], ['a='.repeat(1e6)], ['bearer '.repeat(5e5)],
  [`bearer ${'a'.repeat(2e6)}`], ['authorization'.repeat(3e5)], [`authorization${' '.repeat(2e6)}`], ['0123456789abcdef'.repeat(2e5)],
])('two million characters of one kind are gone through in the time given', { timeout: 10_000 }, (text) => {
  expect(new Redactor(['0123456789abcdefX']).text(text).length).toBeGreaterThan(0)
})
