import { expect, test } from 'vitest'
import { Sessions } from './sessions.ts'
import { digestOf, TokenBook } from './tokens.ts'

const runner = { name: 'runner', scopes: ['run' as const], sha256: digestOf('run-token-0123456789') }
const chief = { name: 'chief', scopes: ['admin' as const], sha256: digestOf('chief-token-0123456789').toUpperCase() }

test('finds whose token it is, and each scope holds those below it', () => {
  const book = new TokenBook([runner, chief], true)
  expect(book.isOpen).toBe(false)
  expect(book.find('run-token-0123456789')?.principal).toEqual({ name: 'runner', scopes: new Set(['run']) })
  expect(book.find('chief-token-0123456789')?.principal.scopes).toEqual(new Set(['run', 'edit', 'admin']))
  for (const wrong of ['', 'run-token-012345678', 'run-token-0123456789 ', runner.sha256]) expect(book.find(wrong)).toBeUndefined()
})

test('takes other tokens while it runs; without any, only this machine needs none', () => {
  const book = new TokenBook([runner], false)
  book.replace([chief])
  expect(book.find('run-token-0123456789')).toBeUndefined()
  expect(book.byDigest(runner.sha256)).toBeUndefined()
  expect(book.byDigest(chief.sha256)?.name).toBe('chief')
  book.replace([])
  expect(book.isOpen).toBe(false)
  expect(new TokenBook([], true).isOpen).toBe(true)
})

test('a digest that is none matches nothing', () => {
  const book = new TokenBook([{ ...runner, sha256: '' }, { ...chief, sha256: 'zz' }], true)
  expect(book.find('')).toBeUndefined()
  expect(book.byDigest('')).toBeUndefined()
})

test('sessions are told apart, and close', () => {
  const sessions = new Sessions()
  const [one, two] = [sessions.open(runner.sha256), sessions.open(chief.sha256)]
  expect(one).not.toBe(two)
  expect([sessions.tokenOf(one), sessions.tokenOf(two), sessions.tokenOf('x')]).toEqual([runner.sha256, chief.sha256, undefined])
  sessions.close(one)
  expect(sessions.tokenOf(one)).toBeUndefined()
  for (let i = 0; i < 1000; i++) sessions.open(runner.sha256)
  expect(sessions.tokenOf(two)).toBeUndefined() // the oldest make room
})
