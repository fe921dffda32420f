/** Why each node of a job would run or not. */
import { resolve } from 'node:path'
import { explainRun, explanationText, readRecord, writeRecord } from '../core/index.ts'
import type { RunOptions, RunRecorder } from '../core/index.ts'
import type { Redactor } from '../core/workflow/redact.ts'
import type { Answers, ExplainRequest, ExplainRow, WorkflowSource } from './protocol.ts'
import { environmentOf } from './result-caches.ts'
import type { RunCache } from './result-caches.ts'

/** Rows of one answer; a message is bounded. */
const MOST_ROWS = 2000

/** @throws WorkflowError for a workflow that can't be run */
export async function explainJob(
  request: ExplainRequest, workflow: unknown, options: Pick<RunOptions, 'registry' | 'paths' | 'signal' | 'targets' | 'index'> & { readonly redactor: Redactor },
  cache: RunCache,
): Promise<Answers['explain']> {
  const { disk } = cache
  const last = disk && await readRecord(disk.records, subjectOf(request.workflow))
  const environment = environmentOf(request.device, cache)
  const has = async (key: string) => disk !== undefined && disk.cache.has(key)
  const found = await explainRun(workflow, { ...options, environment, has, last: last?.record })
  const rows = found.slice(0, MOST_ROWS).map((one): ExplainRow => ({
    ...one, text: explanationText(one), reasons: one.reasons.slice(0, 10),
  }))
  return {
    nodes: rows,
    left: found.length - rows.length,
    ...(last && { last: { run: last.record.run, at: last.record.at, same: last.isSame } }),
  }
}

/** Waits until a run's results are on the disk, and notes what the run was made of. Trouble with that is none of the run's. */
export async function keepRecord(recorder: RunRecorder, executed: readonly string[], source: WorkflowSource, { disk }: RunCache): Promise<void> {
  if (disk === undefined) return
  await disk.cache.flush()
  const before = await readRecord(disk.records, subjectOf(source))
  const record = recorder.record(executed, before?.record)
  if (record) await writeRecord(disk.records, subjectOf(source), record).catch(() => {}) // said already: the cache can't be written
}

/** What a record is kept under. */
function subjectOf(source: WorkflowSource): string {
  return 'path' in source ? resolve(source.path) : 'json'
}
