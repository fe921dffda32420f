/** A run of the tiny model that is interrupted while it samples goes on from its checkpoint, to the same bytes. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { filesBelow } from '../server/support.ts'
import type { Client } from './client.ts'
import { eventually } from './life.ts'
import type { Life } from './life.ts'
import { referenceClip } from './reference.ts'
import { expectThat, onStage } from './scenario.ts'
import type { Scenario, Stage } from './scenario.ts'
import { StepWatch } from './step-watch.ts'
import { clip } from './workflows.ts'

/** So many that a client which is slow on a busy machine still comes in their midst, three times. */
const STEPS = 120

export const resumeScenarios = (): Scenario[] => [
  { name: 'kill -9 of the server while sampling', isQuick: true, run: () => onStage({}, (stage) => interrupted(stage, (life) => life.kill())) },
  { name: 'kill -9 of the worker while sampling', isQuick: true, run: () => onStage({}, (stage) => interrupted(stage, async (life) => void life.killWorkers())) },
  { name: 'kill -9 of both, three times in one run', isQuick: false, run: () => onStage({}, (stage) => interrupted(stage, killAll, 3)) },
  { name: 'SIGTERM while sampling', isQuick: true, run: () => onStage({ config: { drainSeconds: 5 } }, (stage) => interrupted(stage, (life) => life.end())) },
  { name: 'kill -9 while sampling with a seed that was drawn', isQuick: true, run: () => onStage({}, (stage) => interrupted(stage, killAll, 1, 'random')) },
]

async function killAll(life: Life): Promise<void> {
  life.killWorkers()
  await life.kill()
}

/** Interrupts the run once steps are on the disk, and looks at which step is made first afterwards. */
async function interrupted({ life, client, ledger, settle }: Stage, interrupt: (life: Life) => Promise<void>, times = 1, seed: number | 'random' = 43): Promise<void> {
  const known = seed === 'random' ? {} : { sha256: await referenceClip('clip', STEPS) }
  await life.begin()
  const wish = ledger.add({ title: 'clip', workflow: clip('clip', STEPS, seed), files: 1, ...known })
  expectThat(await ledger.send(client, wish), 'the clip was not taken')
  const [id] = wish.ids
  for (let time = 0; time < times; time++) {
    await checkpoints(life, id!, 3)
    await client.pause() // nothing runs again before somebody listens
    await interrupt(life)
    if (!life.isUp) await life.begin()
    await waitsAgain(client, id!)
    const watch = await StepWatch.open(life.server.url, id!)
    await client.resume()
    const step = await watch.first()
    watch.close()
    expectThat(step > 2, `the sampler began again at step ${step}`)
  }
  await settle()
}

/** Waits until a job that was interrupted is back in the queue. */
async function waitsAgain(client: Client, id: string): Promise<void> {
  const state = await eventually(async () => {
    const job = await client.job(id)
    return job?.state === 'running' ? undefined : job?.state
  }, 'it is back in the queue')
  expectThat(state === 'queued', `it was to be interrupted, and is ${state}`)
}

/** Waits until the state of the job has been written so many times, seen from outside. */
async function checkpoints(life: Life, id: string, times: number): Promise<void> {
  const folder = join(life.data, 'checkpoints', id)
  const seen = new Set<number>()
  await eventually(async () => {
    for (const file of filesBelow(folder).filter((path) => path.endsWith('.ckpt'))) seen.add(statSync(join(folder, file), { throwIfNoEntry: false })?.mtimeMs ?? 0)
    return seen.size >= times || undefined
  }, 'checkpoints are written', 30)
}
