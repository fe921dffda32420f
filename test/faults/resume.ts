/** A run of the tiny model that is interrupted while it samples goes on from its checkpoint, to the same bytes. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { filesBelow } from '../server/support.ts'
import { eventually } from './life.ts'
import type { Life } from './life.ts'
import { referenceClip } from './reference.ts'
import { expectThat, onStage } from './scenario.ts'
import type { Scenario, Stage } from './scenario.ts'
import { StepWatch } from './step-watch.ts'
import { clip } from './workflows.ts'

const STEPS = 40

export const resumeScenarios = (): Scenario[] => [
  { name: 'kill -9 of the server while sampling', isQuick: true, run: () => onStage({}, (stage) => interrupted(stage, (life) => life.kill())) },
  { name: 'kill -9 of the worker while sampling', isQuick: true, run: () => onStage({}, (stage) => interrupted(stage, async (life) => void life.killWorkers())) },
  { name: 'SIGTERM while sampling', isQuick: true, run: () => onStage({ config: { drainSeconds: 0 } }, (stage) => interrupted(stage, (life) => life.end())) },
  { name: 'kill -9 of everything, three times in one run', isQuick: false, run: () => onStage({}, (stage) => interrupted(stage, killAll, 3)) },
]

async function killAll(life: Life): Promise<void> {
  life.killWorkers()
  await life.kill()
}

/** Interrupts the run when a few steps are on the disk, and looks at which steps are made afterwards. */
async function interrupted({ life, client, ledger, settle }: Stage, interrupt: (life: Life) => Promise<void>, times = 1): Promise<void> {
  const sha256 = await referenceClip('clip', STEPS)
  await life.begin()
  const wish = ledger.add({ title: 'clip', workflow: clip('clip', STEPS), files: 1, sha256 })
  await ledger.send(client, wish)
  const [id] = wish.ids
  for (let time = 0; time < times; time++) {
    const before = await sampled(life, id!, time === 0 ? 3 : 1)
    await interrupt(life)
    if (!life.isUp) await life.begin({ listening: true })
    const watch = await StepWatch.open(life.server.url, id!)
    const first = await watch.first(before.attempt)
    expectThat(first.step > 1, `the sampler began again at step ${first.step}`)
    watch.close()
  }
  await settle()
}

/** Waits until a checkpoint of the job was written so many times. */
async function sampled(life: Life, id: string, times: number): Promise<{ readonly attempt: number }> {
  const folder = join(life.data, 'checkpoints', id)
  const seen = new Set<number>()
  await eventually(async () => {
    for (const file of filesBelow(folder).filter((path) => path.endsWith('.ckpt'))) seen.add(statSync(join(folder, file), { throwIfNoEntry: false })?.mtimeMs ?? 0)
    return seen.size >= times || undefined
  }, 'checkpoints are written')
  return { attempt: 1 }
}
