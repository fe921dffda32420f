import { expect, test } from 'vitest'
import { runId } from './run-id.ts'

test.each([crypto.randomUUID(), 'a', '7', 'diff', 'run_2-b', 'x'.repeat(64)])('%s is an id', (id) => expect(runId(id)).toBe(id))

test.each([
  '', '.', '..', '../x', 'a/b', 'a\\b', '/etc/passwd', 'C:x', 'a.b', '-rf', '_x', 'a b', 'a\nb', 'a\0b', '\u202ea', 'é', '%2e%2e', '__proto__', 'x'.repeat(65),
  'x'.repeat(1e7), 7, null, undefined, {}, ['a'],
])('%j is none', (id) => {
  expect(() => runId(id)).toThrow(/^expected a run id of 1 to 64 letters, digits, - and _ that begins with a letter or digit, got .{1,90} Use a UUID\.$/u)
})
