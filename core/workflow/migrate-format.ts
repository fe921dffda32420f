import { WORKFLOW_VERSION } from './workflow.ts'
import { WorkflowError } from './workflow-error.ts'

/** Makes a file of the next version out of one that no schema has looked at: pure, and careful with what it reads. */
export type FormatMigration = (file: object) => object

/** The first leads from version 1 to version 2, and so on; as many as WORKFLOW_VERSION has versions before it. */
export const FORMAT_MIGRATIONS: readonly FormatMigration[] = []

/**
 * A file of any version as one of the present version. What has no version is given back for the schema to judge.
 * @throws WorkflowError `unsupported_version` for a newer file
 */
export function migrateFormat(
  file: unknown,
  migrations = FORMAT_MIGRATIONS,
  current: number = WORKFLOW_VERSION,
): unknown {
  if (typeof file !== 'object' || file === null || !Object.hasOwn(file, 'version')) return file
  const version: unknown = Reflect.get(file, 'version')
  if (typeof version !== 'number') return file
  if (version > current) throw tooNew(version, current)
  if (!Number.isInteger(version) || version < 1) return file
  let migrated: object = file
  for (let from = version; from < current; from++) migrated = migrateOnce(migrated, from, migrations[from - 1]!)
  return migrated
}

function migrateOnce(file: object, from: number, migration: FormatMigration): object {
  try {
    return { ...migration(file), version: from + 1 }
  } catch (cause) {
    const problem = `the file says version ${from}, but is not laid out as one`
    const remedy = 'Correct the version, or the file.'
    throw new WorkflowError({ code: 'invalid_prompt', at: 'version', problem, remedy }, { cause })
  }
}

function tooNew(version: number, current: number): WorkflowError {
  return new WorkflowError({
    code: 'unsupported_version',
    at: 'version',
    problem: `expected a workflow of version ${current}, got version ${version}`,
    remedy: 'A newer Kinograph wrote this file; update to open it.',
  })
}
