import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { PublishedFile } from '../job/job.ts'
import type { Reads, Writes } from './operations.ts'
import { keyText } from './sql.ts'
import type { Sql } from './sql.ts'
import type { FileToName, NamedFile } from './store.ts'
import { StoreError } from './store-error.ts'

type FileOperations = Pick<Writes, 'named' | 'published'> & Pick<Reads, 'filesOf'>

/**
 * Names for good: `prefix_00001.ext`, one more than the highest that the prefix has had, here or in the output folder.
 * A name is given once, also when its file is removed later.
 */
export function fileOperations(sql: Sql, outputFolder: string): FileOperations {
  function named(file: FileToName): NamedFile {
    checkName(file.prefix, file.extension)
    const seq = seqOf(file.job)
    const known = sql.row<[filename: string, subfolder: string, contents: string]>(
      'SELECT filename, subfolder, contents FROM files WHERE seq = ? AND node = ? AND number = ?', seq, keyText(file.node), file.index)
    if (known === undefined || known[0] === file.taken) return newName(seq, file)
    const [filename, subfolder] = known
    const earlier: readonly string[] = JSON.parse(known[2]) // written below
    const contents = JSON.stringify([...new Set([...earlier, file.sha256])])
    sql.change('UPDATE files SET contents = ? WHERE seq = ? AND node = ? AND number = ?', contents, seq, keyText(file.node), file.index)
    return { filename, subfolder, isNew: false, earlier }
  }

  function newName(seq: number, { node, index, prefix, extension, sha256 }: FileToName): NamedFile {
    const subfolder = dirname(prefix) === '.' ? '' : dirname(prefix)
    const filename = freshName(subfolder, basename(prefix), extension)
    sql.change('INSERT OR REPLACE INTO files (seq, node, number, filename, subfolder, contents) VALUES (?, ?, ?, ?, ?, ?)',
      seq, keyText(node), index, filename, subfolder, JSON.stringify([sha256]))
    return { filename, subfolder, isNew: true, earlier: [] }
  }

  function seqOf(job: string): number {
    const found = sql.row<[number]>('SELECT seq FROM jobs WHERE id = ?', job)
    if (found === undefined) throw new StoreError({ code: 'invalid', problem: `there is no job ${job}` })
    return found[0]
  }

  function freshName(subfolder: string, name: string, extension: string): string {
    const folder = join(outputFolder, subfolder)
    // some file systems hold upper and lower case, or composed letters, for the same
    const stem = keyText(`${subfolder}/${name}.${extension}`.normalize('NFC').toLowerCase())
    const last = sql.row<[number]>('SELECT last FROM names WHERE stem = ?', stem)?.[0] ?? highest(folder, name, extension)
    let number = last + 1
    while (existsSync(join(folder, numbered(name, number, extension)))) number++
    sql.change('INSERT INTO names VALUES (?, ?) ON CONFLICT DO UPDATE SET last = excluded.last', stem, number)
    return numbered(name, number, extension)
  }

  function published(job: string, { node, index, filename, subfolder, bytes, sha256 }: PublishedFile): void {
    sql.change(`INSERT INTO files (seq, node, number, filename, subfolder, contents, bytes, sha256) VALUES (?, ?, ?, ?, ?, '[]', ?, ?)
      ON CONFLICT DO UPDATE SET filename = excluded.filename, subfolder = excluded.subfolder, bytes = excluded.bytes, sha256 = excluded.sha256`,
      seqOf(job), keyText(node), index, filename, subfolder, bytes, sha256)
  }

  function filesOf(job: string): readonly PublishedFile[] {
    const rows = sql.rows<[node: string, index: number, filename: string, subfolder: string, bytes: number, sha256: string]>(
      `SELECT node, number, filename, subfolder, files.bytes, sha256 FROM files JOIN jobs USING (seq)
       WHERE id = ? AND files.bytes IS NOT NULL ORDER BY node, number`, job)
    return rows.map(([node, index, filename, subfolder, bytes, sha256]) =>
      ({ node: String(JSON.parse(node)), index, filename, subfolder, bytes, sha256 }))
  }

  return { named, published, filesOf }
}

const numbered = (name: string, number: number, extension: string): string => `${name}_${String(number).padStart(5, '0')}.${extension}`

/** The highest number in use in a folder: of files that were there before this database was. */
function highest(folder: string, name: string, extension: string): number {
  if (!existsSync(folder)) return 0
  const start = `${name}_`
  const end = `.${extension}`
  let found = 0
  for (const file of readdirSync(folder)) {
    if (!file.startsWith(start) || !file.endsWith(end)) continue
    const digits = file.slice(start.length, -end.length)
    if (/^\d{5,9}$/.test(digits)) found = Math.max(found, Number(digits))
  }
  return found
}

/** Nodes check their prefixes and say what is wrong; this only keeps what did not from leaving the folder. */
function checkName(prefix: string, extension: string): void {
  const parts = prefix.split('/')
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  const isOdd = /[\0-\x1f\\]/.test(prefix) || !/^[A-Za-z0-9]{1,16}$/.test(extension)
  if (!isOdd && !parts.some((part) => part === '' || part === '.' || part === '..')) return
  throw new StoreError({
    code: 'invalid',
    problem: `expected a file name prefix such as clip or tests/clip, got ${JSON.stringify(`${prefix}.${extension}`)}`,
    remedy: 'Files are saved below the output folder.',
  })
}
