/** The runs that a command line means: one, unless it has ranges or a table. */
import { planBatch } from '../core/batch/rows.ts'
import type { Batch, BatchRow } from '../core/batch/rows.ts'
import { problemText } from '../core/workflow/problem.ts'
import type { Problem } from '../core/workflow/problem.ts'

/** The options that say how often. */
export interface RowOptions {
  readonly set: readonly string[]
  readonly csv: string | undefined
}

/** @throws WorkflowError for a range or a table that can't be read */
export async function rowsOf({ set, csv }: RowOptions, open: ReadonlyMap<string, string>): Promise<Batch> {
  const parameters = Object.fromEntries(open)
  if (csv === undefined) return planBatch({ set, parameters })
  const { readTable } = await import('./batch.ts')
  return planBatch({ set, parameters, table: await readTable(csv) })
}

/** Whether nothing varies: a run as any other. */
export const isSingle = (batch: Batch): boolean => batch.count === 1 && batch.row(0).label === ''

/** The rows of a batch, in order. */
export function* rowsIn(batch: Batch): Generator<BatchRow> {
  for (let index = 0; index < batch.count; index++) yield batch.row(index)
}

/** How messages call a row: `run 3 (seed=3)`; nothing where nothing varies. */
export const rowName = (batch: Batch, index: number): string => (isSingle(batch) ? '' : `run ${index + 1} (${batch.row(index).label})`)

/** Tells what is wrong, of which row: nothing in front where nothing varies. */
export function printProblems(problems: readonly Problem[], row: string): void {
  for (const problem of problems) process.stderr.write(`error: ${row === '' ? '' : `${row}: `}${problemText(problem)}\n`)
}
