/** Compares what is here with a lock, runs the workflow again as it was, and compares what comes out. */
import { readFile, stat } from 'node:fs/promises'
import { compareOutputs, compareSurroundings, parseLock, pinned, statusOf } from '../core/lock/index.ts'
import type { Difference, Lock } from '../core/lock/index.ts'
import { migrateWorkflow } from '../core/plugins/migrate.ts'
import { problemText } from '../core/workflow/problem.ts'
import { WorkflowError } from '../core/workflow/workflow-error.ts'
import { writtenOut } from './lock-job.ts'
import { surroundingsOf } from './lock-surroundings.ts'
import { runLocked } from './locked-run.ts'
import type { LockedJob, LockedResults } from './locked-run.ts'
import type { DeviceName } from './protocol.ts'
import type { NoRun, VerifyAnswer, VerifyRequest } from './protocol-lock.ts'
import { readJob } from './run-job.ts'
import type { Engine } from './run-job.ts'

/** A larger file is no lock. */
const MAX_BYTES = 256 * 2 ** 20
/** Differences of one answer; a message is bounded. */
const MOST = 500
const DEVICES: readonly DeviceName[] = ['cpu', 'cuda', 'webgpu']

/** @throws WorkflowError for a lock or a workflow that can't be read */
export async function verifyJob(request: VerifyRequest, engine: Engine, signal: AbortSignal): Promise<VerifyAnswer> {
  const lock = await readLock(request.lock)
  const { registry } = engine
  const { set, parameters } = lock.settings
  const workflow = await readJob({ ...request, set, parameters }, engine)
  const device = request.device ?? deviceOf(lock, request.lock)
  const locked = { ...lock, workflow: migrateWorkflow(lock.workflow, registry).workflow }
  const { until } = lock.settings
  const { written, targets } = writtenOut(workflow, workflow, engine, until.length > 0 ? until : undefined)
  const ran = pinned(written, lock)
  const found = await surroundingsOf({ workflow, ran, targets, before: locked.workflow }, engine, { ...request, device }, signal)
  const differences = compareSurroundings(locked, found)
  const isRun = request.run && lock.outputs !== undefined && !differences.some(isInTheWay)
  const job = { id: request.id, workflow: ran, folders: request.folders, device, ...(targets && { targets }) }
  const result = isRun ? await runAgain(job, engine, signal) : undefined
  if (result?.status === 'cancelled') return result
  return conclude(lock, differences, result)
}

/** Without a model or a node type nothing can be run. */
const isInTheWay = ({ of, found, decides }: Difference) => decides && of !== 'workflow' && found === undefined

/** What is wrong with the workflow as it is now is an answer too. */
async function runAgain(job: LockedJob, engine: Engine, signal: AbortSignal): Promise<LockedResults | NoRun> {
  try {
    return await runLocked(job, engine, signal)
  } catch (error) {
    if (!(error instanceof WorkflowError)) throw error
    return { status: 'refused', problem: error.toJSON() }
  }
}

function conclude(lock: Lock, differences: readonly Difference[], result: Exclude<LockedResults | NoRun, { status: 'cancelled' }> | undefined): VerifyAnswer {
  const isDone = result?.status === 'done'
  const failure: Difference[] = result && !isDone ? failureOf(result) : []
  const outputs = isDone ? compareOutputs(lock.outputs ?? [], result.outputs) : undefined
  const all = [...differences, ...failure]
  return {
    status: statusOf(all, outputs), differences: all.slice(0, MOST), ...(outputs && { outputs: outputs.slice(0, MOST) }),
    unlocked: isDone ? result.unlocked.slice(0, MOST) : [], seconds: isDone ? result.seconds : 0,
  }
}

function failureOf({ problem }: Extract<NoRun, { problem: unknown }>): Difference[] {
  return (problem.problems ?? [problem]).slice(0, MOST).map((one) =>
    ({ of: 'run', name: 'run', text: `the run failed: ${problemText(one)}`, decides: true }))
}

function deviceOf({ device }: Lock, file: string): DeviceName {
  const known = DEVICES.find((name) => name === device)
  if (known) return known
  const problem = `expected ${DEVICES.join(', ')}, got ${JSON.stringify(device)}`
  throw new WorkflowError({ code: 'invalid_prompt', at: `${file}, device`, problem, remedy: 'Name another with --device.' })
}

async function readLock(path: string): Promise<Lock> {
  try {
    const info = await stat(path)
    if (info.size > MAX_BYTES) throw unreadable(path, 'the file is too large for a lock', undefined)
    return parseLock(await readFile(path, 'utf8'), path)
  } catch (error) {
    if (error instanceof WorkflowError) throw error
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw unreadable(path, code === 'ENOENT' ? 'there is no such lock' : `the lock can't be read (${code})`, error)
  }
}

const unreadable = (at: string, problem: string, cause: unknown) =>
  new WorkflowError({ code: 'invalid_prompt', at, problem, remedy: 'Make one with "kinograph lock", or name another with --lock.' }, { cause })
