/** What `lock` and `verify` share: where a lock lies, and a worker that somebody waits for and may interrupt. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { WorkerClient, WorkerDiedError } from '../worker/client.ts'
import type { AnswerOf, DeviceName, Folders, Request } from '../worker/protocol.ts'
import { foldersOf } from './folders.ts'
import { Interrupts } from './interrupts.ts'
import { pluginOptions } from './plugin-options.ts'
import { ProgressView } from './progress.ts'

/** The lock of a workflow, absolute: `clip.lock.json` for `clip.json`, `clip.mp4.lock.json` for `clip.mp4`. */
export function lockPath(workflow: string, named: string | undefined): string {
  return resolve(named ?? `${workflow.replace(/\.json$/i, '')}.lock.json`)
}

interface Attended<R> {
  readonly workflow: string
  readonly options: { readonly 'models-dir': string | undefined; readonly 'input-dir': string | undefined; readonly json: boolean }
  /** Opened while the worker still loads. */
  readonly device: DeviceName | undefined
  request(folders: Folders): R
}

/**
 * Asks a worker for something that runs, shows on stderr how it goes, and takes Ctrl-C. What the run saves goes to a
 * folder that is removed, however it ends.
 * @returns `cancelled` where the person had the worker killed
 */
export async function askAttended<R extends Request>(
  { workflow, options, device, request }: Attended<R>,
): Promise<AnswerOf<R> | { readonly status: 'cancelled' }> {
  const worker = new WorkerClient({ ...(device && { device }), ...pluginOptions() })
  const scratch = mkdtempSync(join(tmpdir(), 'kinograph-lock-'))
  const folders = foldersOf({ modelsDir: options['models-dir'], inputDir: options['input-dir'], workflow })
  const wanted = request({ ...folders, output: join(scratch, 'output'), temp: join(scratch, 'temp') })
  const view = options.json ? undefined : new ProgressView(process.stderr)
  const interrupts = new Interrupts({ onFirst: () => worker.cancel(wanted.id), onHard: () => worker.kill(), say: (text) => view?.line(text) })
  try {
    return await worker.ask(wanted, { onGraph: (nodes) => view?.know(nodes), onEvent: (event) => view?.show(event) })
  } catch (error) {
    if (error instanceof WorkerDiedError) worker.kill() // the rest of its process group: an ffmpeg that outlived it
    if (interrupts.pressed && error instanceof WorkerDiedError) return { status: 'cancelled' }
    throw error
  } finally {
    interrupts.stop()
    view?.finish()
    worker.close()
    rmSync(scratch, { recursive: true, force: true })
  }
}
