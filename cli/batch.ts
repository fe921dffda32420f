/** Runs of one workflow with different values, one after the other; those that an earlier command has done are skipped. */
import { readFile } from 'node:fs/promises'
import { BatchRecord, parseCsv, RECORD_NAME, runKeys } from '../core/batch/index.ts'
import type { Batch, BatchRow, Table } from '../core/batch/index.ts'
import type { Problem } from '../core/workflow/problem.ts'
import { Redactor, secretVariables } from '../core/workflow/redact.ts'
import { WorkflowError } from '../core/workflow/workflow-error.ts'
import type { Ending } from './commands/run.ts'
import { EXIT } from './exit.ts'
import { printProblems, rowName, rowsIn } from './rows.ts'

export interface BatchHost {
  /** The workflow's file. */
  readonly workflow: string
  /** Where the record lies. */
  readonly output: string
  readonly options: { readonly json: boolean; readonly quiet: boolean }
  /** Why a run would be refused; nothing where it would not. */
  problemsOf(row: BatchRow, index: number): Promise<readonly Problem[]>
  runRow(row: BatchRow, index: number): Promise<Ending>
  /** Shows how a run ended. @returns its exit code */
  report(ending: Ending): number
}

/** A table of values. @throws WorkflowError when it can't be read */
export async function readTable(path: string): Promise<Table> {
  const text = await readText(path)
  return parseCsv(text.toString('utf8'), path)
}

/**
 * Runs what is not done yet; says how much that is before the first. Where one of them would be refused, none is run. A run that fails is told and the next one made; one
 * that is refused, or cancelled, or takes the worker with it ends the batch. The same command goes on where it ended.
 * @returns the exit code: that of the first run that did not end well
 */
export async function runBatch(batch: Batch, host: BatchHost): Promise<number> {
  const record = await BatchRecord.open(host.output)
  const keys = runKeys(batch, await readText(host.workflow))
  const redactor = new Redactor(secretVariables(process.env))
  const done = await Promise.all(keys.map((key) => record.has(key)))
  const before = done.filter(Boolean).length
  if (await isRefused(batch, done, host)) return EXIT.badInput
  announce(host, batch.count, before)
  let code: number = EXIT.ok
  for (const [index, key] of keys.entries()) {
    if (done[index]) continue
    const row = batch.row(index)
    const label = redactor.text(row.label)
    if (!host.options.json && !host.options.quiet) process.stderr.write(`Run ${index + 1} of ${batch.count}: ${label}\n`)
    const ending = await host.runRow(row, index)
    const ended = host.report(ending)
    if (ended === EXIT.ok && ending.status === 'done') await record.add(key, label, ending.files.filter(({ temporary }) => !temporary).map(({ path }) => path))
    if (code === EXIT.ok) code = ended
    if (ending.status === 'refused' || ending.status === 'cancelled' || ('died' in ending && ending.died)) return ended
  }
  return code
}

/** Looks at all rows before the first is run: a mistake in the last is not found out after hours. Tells the first that is wrong. */
async function isRefused(batch: Batch, done: readonly boolean[], { problemsOf }: BatchHost): Promise<boolean> {
  for (const [index, row] of [...rowsIn(batch)].entries()) {
    const problems = done[index] ? [] : await problemsOf(row, index)
    if (problems.length === 0) continue
    printProblems(problems, rowName(batch, index))
    process.stderr.write('Nothing was run.\n')
    return true
  }
  return false
}

function announce({ options, output }: BatchHost, runs: number, done: number): void {
  if (options.json) process.stdout.write(`${JSON.stringify({ type: 'batch.started', runs, done })}\n`)
  else if (!options.quiet) {
    const skipped = done === 0 ? '' : `, ${done} of them done already (${output}/${RECORD_NAME})`
    process.stderr.write(`${runs} ${runs === 1 ? 'run' : 'runs'}${skipped}.\n`)
  }
}

async function readText(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    const remedy = 'Check the path and its permissions.'
    throw new WorkflowError({ code: 'invalid_override', at: path, problem: 'the file can\'t be read', remedy }, { cause })
  }
}
