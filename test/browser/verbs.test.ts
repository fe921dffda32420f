/** Every verb that the editor promises is held by a test. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AROUND_VERBS, CANVAS_VERBS } from './verbs.ts'

/** Whether a file has a test, or a row of a table of tests, whose name begins so. */
function hasTest(file: string, name: string): boolean {
  const path = join(import.meta.dirname, file)
  if (!existsSync(path)) return false
  const quoted = name.replaceAll("'", "\\'").replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`(?:\\(|verb: )'${quoted}`).test(readFileSync(path, 'utf8'))
}

test.each([...Object.entries(CANVAS_VERBS), ...Object.entries(AROUND_VERBS)])('%s', (_, held) => {
  expect(held.length).toBeGreaterThan(0)
  for (const { file, test: name } of held) expect([file, name, hasTest(file, name)]).toEqual([file, name, true])
})
