import { describe, expect, test } from 'vitest'
import { FORMAT_MIGRATIONS, migrateFormat, type FormatMigration } from './migrate-format.ts'
import { WORKFLOW_VERSION } from './workflow.ts'

/** Versions of a format that never was: `steps` was called `nodes` first, and each was a text. */
const migrations: FormatMigration[] = [
  (file) => ({ steps: Reflect.get(file, 'nodes') }),
  (file) => ({ ...file, steps: (Reflect.get(file, 'steps') as string[]).map((name) => ({ name })) }),
]
const migrate = (file: unknown) => migrateFormat(file, migrations, 3)

test('each version of the format but the first has a migration that leads to it', () => {
  expect(FORMAT_MIGRATIONS).toHaveLength(WORKFLOW_VERSION - 1)
})

describe('migrateFormat', () => {
  test('carries a file over step by step, whatever version it starts from', () => {
    expect(migrate({ version: 1, nodes: ['a'] })).toEqual({ version: 3, steps: [{ name: 'a' }] })
    expect(migrate({ version: 2, steps: ['a'] })).toEqual({ version: 3, steps: [{ name: 'a' }] })
    const current = { version: 3, steps: [] }
    expect(migrate(current)).toBe(current)
  })

  test('refuses newer files', () => {
    expect(() => migrate({ version: 4, steps: [] })).toThrow(
      'version: expected a workflow of version 3, got version 4. A newer Kinograph wrote this file; update to open it.',
    )
    expect(() => migrate({ version: 3.5 })).toThrow('got version 3.5')
  })

  test.each([[null], [[]], ['text'], [{}], [{ version: '1' }], [{ version: 0 }], [{ version: -1 }], [{ version: 1.5 }]])(
    'leaves %j to the schema', (file) => expect(migrate(file)).toBe(file),
  )

  test('says of a file that does not hold what its version says', () => {
    expect(() => migrate({ version: 2, steps: 5 })).toThrow('version: the file says version 2, but is not laid out as one.')
  })
})
