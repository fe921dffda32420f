import type { Reads, Writes } from './operations.ts'
import type { Sql } from './sql.ts'
import type { StoredWorkflow } from './store.ts'

/** How many versions of a workflow are kept. */
const VERSIONS = 50

type WorkflowOperations =
  & Pick<Writes, 'writeWorkflow' | 'moveWorkflow' | 'removeWorkflow'>
  & Pick<Reads, 'listWorkflows' | 'readWorkflow' | 'versions'>

type Row = [name: string, etag: string, modified: number, bytes: number]

/** Saved workflows: each writing is a version, unless the text is the one that is there. */
export function workflowOperations(sql: Sql): WorkflowOperations {
  const newest = (name: string) =>
    sql.row<[version: number, etag: string]>('SELECT version, etag FROM workflows WHERE name = ? ORDER BY version DESC LIMIT 1', name)

  function writeWorkflow(name: string, text: string, bytes: number, etag: string, expected: string | null | undefined, at: number) {
    const [version, current] = newest(name) ?? [0, undefined]
    const isExpected = expected === undefined || expected === (current ?? null)
    if (!isExpected) return { status: 'conflict' as const, ...(current === undefined ? {} : { etag: current }) }
    if (current !== etag) {
      sql.change('INSERT INTO workflows VALUES (?, ?, ?, ?, ?, ?)', name, version + 1, etag, at, bytes, text)
      sql.change('DELETE FROM workflows WHERE name = ? AND version <= ?', name, version + 1 - VERSIONS)
    }
    return { status: 'saved' as const, etag }
  }

  function moveWorkflow(from: string, to: string, overwrite: boolean): 'moved' | 'missing' | 'taken' {
    if (newest(from) === undefined) return 'missing'
    if (from === to) return 'moved'
    if (newest(to) !== undefined && !overwrite) return 'taken'
    sql.change('DELETE FROM workflows WHERE name = ?', to)
    sql.change('UPDATE workflows SET name = ? WHERE name = ?', to, from)
    return 'moved'
  }

  function removeWorkflow(name: string, expected: string | undefined): 'removed' | 'missing' | 'conflict' {
    const current = newest(name)
    if (current === undefined) return 'missing'
    if (expected !== undefined && expected !== current[1]) return 'conflict'
    sql.change('DELETE FROM workflows WHERE name = ?', name)
    return 'removed'
  }

  function readWorkflow(name: string, etag: string | undefined) {
    const row = sql.row<[text: string, etag: string, modified: number]>(
      `SELECT text, etag, modified FROM workflows WHERE name = ?1 AND (?2 IS NULL OR etag = ?2) ORDER BY version DESC LIMIT 1`, name, etag ?? null)
    return row && { text: row[0], etag: row[1], modified: row[2] }
  }

  const listWorkflows = () => sql.rows<Row>(`
    SELECT name, etag, modified, bytes FROM workflows JOIN (SELECT name, max(version) AS version FROM workflows GROUP BY name)
    USING (name, version) ORDER BY name`).map(workflowRow)

  const versions = (name: string) =>
    sql.rows<Row>('SELECT name, etag, modified, bytes FROM workflows WHERE name = ? ORDER BY version DESC', name).map(workflowRow)

  return { writeWorkflow, moveWorkflow, removeWorkflow, readWorkflow, listWorkflows, versions }
}

const workflowRow = ([name, etag, modified, bytes]: Row): StoredWorkflow => ({ name, etag, modified, bytes })
