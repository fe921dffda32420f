import { hash } from 'node:crypto'
import { appendFile, mkdir, readFile, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative } from 'node:path'
import type { Batch, BatchRow } from './rows.ts'

/** The file beside a batch's outputs that says which of its runs are done: JSON lines. */
export const RECORD_NAME = 'kinograph-batch.jsonl'

/** A run that is done. */
export interface DoneRun {
  readonly key: string
  readonly label: string
  /** What it made, relative to the output folder where it lies in it. */
  readonly files: readonly string[]
}

/**
 * The keys of a batch's runs: what is run and with which values, so that a batch that is changed or made longer finds
 * what it has done. Runs that are equal are told apart by their number.
 * @param source what stands for the workflow: its text
 */
export function runKeys(batch: Batch, source: string | Uint8Array): string[] {
  const content = hash('sha256', source, 'base64url')
  const seen = new Map<string, number>()
  return Array.from({ length: batch.count }, (_, index) => {
    const key = keyOf(batch.row(index), content)
    const times = seen.get(key) ?? 0
    seen.set(key, times + 1)
    return times === 0 ? key : `${key}-${times}`
  })
}

function keyOf({ set, parameters }: BatchRow, content: string): string {
  const named = Object.entries(parameters).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return hash('sha256', JSON.stringify([content, set, named]), 'base64url').slice(0, 22)
}

/** Which runs of batches are done in an output folder. Several processes may write to one record. */
export class BatchRecord {
  readonly #folder: string
  readonly #done: ReadonlyMap<string, DoneRun>

  private constructor(folder: string, done: ReadonlyMap<string, DoneRun>) {
    this.#folder = folder
    this.#done = done
  }

  /** Reads the record of a folder; lines that a crash cut off are passed over. */
  static async open(folder: string): Promise<BatchRecord> {
    const text = await readFile(join(folder, RECORD_NAME), 'utf8').catch(() => '')
    const runs = text.split('\n').map(readRun).filter((run) => run !== undefined)
    return new BatchRecord(folder, new Map(runs.map((run) => [run.key, run])))
  }

  /** Whether a run is done and all it made is still there. */
  async has(key: string): Promise<boolean> {
    const run = this.#done.get(key)
    if (run === undefined) return false
    const there = await Promise.all(run.files.map((file) => stat(join(this.#folder, file)).then(() => true, () => false)))
    return there.every(Boolean)
  }

  /** Notes a run that is done. A line is written at once, so that lines of several processes don't mix. */
  async add(key: string, label: string, paths: readonly string[]): Promise<void> {
    const inside = paths.map((path) => relative(this.#folder, path)).filter((path) => !path.startsWith('..') && !isAbsolute(path))
    const run: DoneRun = { key, label, files: inside }
    const path = join(this.#folder, RECORD_NAME)
    await mkdir(dirname(path), { recursive: true })
    await appendFile(path, `\n${JSON.stringify(run)}\n`) // on a line of its own, whatever a crash left before it
  }
}

function readRun(line: string): DoneRun | undefined {
  try {
    const run: unknown = JSON.parse(line)
    const isRun = typeof run === 'object' && run !== null && 'key' in run && typeof run.key === 'string' && 'files' in run &&
      Array.isArray(run.files) && run.files.every((file) => typeof file === 'string' && !isAbsolute(file))
    return isRun ? (run as DoneRun) : undefined // checked above
  } catch {
    return undefined
  }
}
