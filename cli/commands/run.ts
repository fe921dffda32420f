/** `kinograph run`: a worker runs the workflow; this process shows what it says and can stop it. */
import { WorkerClient, WorkerDiedError } from '../../worker/client.ts'
import type { DeviceName, RunAnswer } from '../../worker/protocol.ts'
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
import { runSpec } from '../specs.ts'

const DEVICES: readonly DeviceName[] = ['cpu', 'cuda', 'webgpu']

/** How a run ended for the person who started it. */
type Ending = RunAnswer | { readonly status: 'failed'; readonly problem: Problem } | { readonly status: 'cancelled' }

export async function command(argv: readonly string[]): Promise<number> {
  const { options, operands: [workflow], open } = parseArguments(runSpec, argv)
  const device = DEVICES.find((name) => name === options.device) ?? 'cpu'
  const cache = cacheSettings(options)
  const worker = new WorkerClient({ device, ...pluginOptions() }) // first of all: it loads while the rest of this goes on
  const folders = foldersOf({ out: options.out, modelsDir: options['models-dir'], inputDir: options['input-dir'], workflow })
  const id = `${Date.now().toString(36)}-${process.pid}`

  const events = new EventLog(id, options.json ? (line) => process.stdout.write(line) : undefined)
  const view = options.json || options.quiet ? undefined : new ProgressView(process.stderr)
  const interrupts = new Interrupts({
    onFirst: () => worker.cancel(id),
    onHard: () => worker.kill(),
    say: (text) => view?.line(text),
  })
  const answer = worker.ask({
    type: 'run', id, device, folders, cache, workflow: { path: workflow }, set: options.set, parameters: Object.fromEntries(open),
    strict: options.strict, ...(options.until.length > 0 && { targets: options.until }),
  }, {
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
  await leaveNothing(worker, [folders.output, folders.temp])
  return report(ending, options)
}

/** What a rejected request means: the person killed the worker, or something else did. */
function endingOf(error: unknown, cancelled: boolean): Ending {
  if (!(error instanceof WorkflowError)) throw error
  if (cancelled && error instanceof WorkerDiedError) return { status: 'cancelled' }
  return { status: 'failed', problem: error.toJSON() }
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
      if (!quiet) process.stderr.write('Cancelled.\n')
      return EXIT.cancelled
    default:
      return ending satisfies never
  }
}
