import { expect, test } from 'vitest'
import { inLines } from './in-lines.ts'

test('pieces become lines, wherever they were cut', () => {
  const lines: string[] = []
  const hear = inLines((line) => lines.push(line))
  for (const piece of ['lo', 'ading\nmodel', ' a\r\n\n  \n', 'half']) hear(piece)
  expect(lines).toEqual(['loading', 'model a'])
  hear('\n')
  expect(lines).toEqual(['loading', 'model a', 'half'])
})

test('a line without end does not grow in memory', () => {
  const lines: string[] = []
  const hear = inLines((line) => lines.push(line))
  for (let i = 0; i < 100; i++) hear('x'.repeat(1000))
  expect(lines.length).toBeGreaterThan(10)
  hear('\n')
  expect(lines.join('')).toBe('x'.repeat(100_000))
})
