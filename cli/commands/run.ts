/** `kinograph run`: a worker runs the workflow; this process shows what it says and can stop it. */
import { WorkerClient, WorkerDiedError } from '../../worker/client.ts'
import type { DeviceName, RunAnswer, RunRequest } from '../../worker/protocol.ts'
import type { BatchRow } from '../../core/batch/rows.ts'
import type { Problem } from '../../core/workflow/problem.ts'
import { WorkflowError } from '../../core/workflow/workflow-error.ts'
import { parseArguments } from '../arguments.ts'
import { cacheSettings } from '../cache-options.ts'
import { EventLog } from '../event-log.ts'
import { EXIT } from '../exit.ts'
import { foldersOf } from '../folders.ts'
import { Interrupts } from '../interrupts.ts'
import { pluginOptions } from '../plugin-options.ts'
import { printProblem } from '../print.ts'
import { ProgressView, secondsText } from '../progress.ts'
import { isSingle, rowsOf } from '../rows.ts'
import { runSpec } from '../specs.ts'

const DEVICES: readonly DeviceName[] = ['cpu', 'cuda', 'webgpu']

/** How a run ended for the person who started it. */
export type Ending = RunAnswer | { readonly status: 'failed'; readonly problem: Problem; readonly died?: boolean } | { readonly status: 'cancelled' }

export async function command(argv: readonly string[]): Promise<number> {
  const { options, operands: [workflow], open } = parseArguments(runSpec, argv)
  const device = DEVICES.find((name) => name === options.device) ?? 'cpu'
  const cache = cacheSettings(options)
  const worker = new WorkerClient({ device, ...pluginOptions() }) // first of all: it loads while the rest of this goes on
  const folders = foldersOf({ out: options.out, modelsDir: options['models-dir'], inputDir: options['input-dir'], workflow })
  const request = {
    device, folders, cache, workflow: { path: workflow },
    strict: options.strict, ...(options.until.length > 0 && { targets: options.until }),
  }
  const runRow = ({ set, parameters }: BatchRow, index: number) => runOnce(worker, { ...request, set, parameters, index }, options)
  try {
    const batch = await rowsOf(options, open)
    if (isSingle(batch)) {
      const run = async () => report(await runRow(batch.row(0), 0), options)
      return options['watch-plugins'] ? await runWatched(worker, workflow, run) : await run()
    }
    const { runBatch } = await import('../batch.ts')
    return await runBatch(batch, {
      workflow, output: folders.output, options, runRow, report: (ending) => report(ending, options),
      problemsOf: (row, index) => problemsOf(worker, { ...request, ...row, index }),
    })
  } catch (error) {
    if (!(error instanceof WorkflowError)) throw error
    printProblem(error.data)
    return EXIT.badInput
  } finally {
    await leaveNothing(worker, [folders.output, folders.temp])
  }
}

async function runWatched(worker: WorkerClient, workflow: string, run: () => Promise<number>): Promise<number> {
  const { runWatching } = await import('../watch-plugins.ts')
  return runWatching({ worker, workflow, run, say: (text) => process.stderr.write(`${text}\n`) })
}

type RowRequest = Omit<RunRequest, 'type' | 'id'>

/** Why a run would be refused. */
async function problemsOf(worker: WorkerClient, request: RowRequest): Promise<readonly Problem[]> {
  const { folders, workflow, set = [], parameters = {}, targets, index, strict } = request
  const { problems, refused } = await worker.ask({
    type: 'validate', id: `validate-${index}`, folders, workflow, set, parameters, ...(targets && { targets }), ...(index && { index }),
  })
  return refused || strict ? problems : []
}

/** Runs a workflow once and shows what comes of it. */
async function runOnce(worker: WorkerClient, request: RowRequest, { json, quiet }: { readonly json: boolean; readonly quiet: boolean }): Promise<Ending> {
  const id = `${Date.now().toString(36)}-${process.pid}${request.index ? `-${request.index}` : ''}`
  const events = new EventLog(id, json ? (line) => process.stdout.write(line) : undefined)
  const view = json || quiet ? undefined : new ProgressView(process.stderr)
  const interrupts = new Interrupts({
    onFirst: () => worker.cancel(id),
    onHard: () => worker.kill(),
    say: (text) => view?.line(text),
  })
  const answer = worker.ask({ type: 'run', id, ...request }, {
    onGraph: (nodes) => view?.know(nodes),
    onEvent: (event) => {
      events.add(event)
      view?.show(event)
    },
  })
  const ending = await answer.catch((error: unknown) => endingOf(error, interrupts.pressed))
  interrupts.stop()
  view?.finish()
  events.end(ending)
  return ending
}

/** What a rejected request means: the person killed the worker, or something else did. */
function endingOf(error: unknown, cancelled: boolean): Ending {
  if (!(error instanceof WorkflowError)) throw error
  if (cancelled && error instanceof WorkerDiedError) return { status: 'cancelled' }
  return { status: 'failed', problem: error.toJSON(), died: error instanceof WorkerDiedError }
}

/** Lets the worker go; where it died, what it was writing is removed. */
async function leaveNothing(worker: WorkerClient, folders: readonly string[]): Promise<void> {
  const dead = await Promise.race([worker.died.then(() => true), new Promise<false>((resolve) => setImmediate(resolve, false))])
  if (!dead) return worker.close()
  worker.kill() // the rest of its process group: an ffmpeg that outlived it
  const { removeTemporaries } = await import('../../media/staging.ts')
  for (const folder of folders) await removeTemporaries(folder, { ...(worker.pid !== undefined && { pid: worker.pid }) })
}

function report(ending: Ending, { json, quiet }: { readonly json: boolean; readonly quiet: boolean }): number {
  switch (ending.status) {
    case 'done':
      if (!json && !quiet) process.stderr.write(`Done in ${secondsText(ending.seconds)}.\n`)
      if (!json) for (const { path } of ending.files) process.stdout.write(`${path}\n`)
      if (!json && !quiet) {
        for (const { name, value } of ending.outputs) if (value !== undefined) process.stdout.write(`${name}: ${JSON.stringify(value)}\n`)
      }
      return ending.dropped ? EXIT.failed : EXIT.ok
    case 'refused':
      printProblem(ending.problem)
      return EXIT.badInput
    case 'failed':
      printProblem(ending.problem)
      return EXIT.failed
    case 'cancelled':
    case 'interrupted':
      if (!quiet) process.stderr.write('Cancelled.\n')
      return EXIT.cancelled
    default:
      return ending satisfies never
  }
}
