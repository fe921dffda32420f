/** kill -9 at each edge of a job's life, by the failpoints of server/failpoints.ts. */
import { setTimeout as pause } from 'node:timers/promises'
import { FAILPOINTS } from './life.ts'
import type { Failpoint } from './life.ts'
import { referenceClip } from './reference.ts'
import { expectThat, onStage } from './scenario.ts'
import type { Scenario, Stage } from './scenario.ts'
import { clip, pictures, waits } from './workflows.ts'

const STEPS = 6

/** The n-th time that an edge is passed: the first, and one in the midst of what a job does there several times. */
const TIMES: Readonly<Partial<Record<Failpoint, readonly number[]>>> = {
  'node-done': [1, 6], 'checkpoint-written': [1, 3], 'file-named': [1, 2], 'file-moved': [1, 3], 'file-published': [1, 3], 'ended-written': [1, 2],
}

export const edgeScenarios = (): Scenario[] => FAILPOINTS.flatMap((edge) =>
  (TIMES[edge] ?? [1]).map((time, index) => ({
    name: `kill at ${edge}:${time}`, isQuick: index === 0, run: () => onStage({}, (stage) => killAt(stage, `${edge}:${time}`)),
  })))

/** Three kinds of jobs are submitted; something dies at the edge; all of them end as they should. */
async function killAt({ life, client, ledger, settle }: Stage, failpoint: `${Failpoint}:${number}`): Promise<void> {
  const sha256 = await referenceClip('clip', STEPS)
  ledger.add({ title: 'pair', workflow: pictures('pair', 2), files: 2, key: 'pair' })
  ledger.add({ title: 'clip', workflow: clip('clip', STEPS), files: 1, sha256, key: 'clip' })
  ledger.add({ title: 'wait', workflow: waits('wait', 0.01), files: 0 })
  await life.begin({ failpoint })
  for (const wish of ledger.wishes) await ledger.send(client, wish)
  await hasFired(life)
  if (life.isUp) await life.kill() // it was a worker that died: what it left is found by the next server
  await life.begin()
  for (const wish of ledger.wishes) if (wish.key !== undefined) expectThat(await ledger.send(client, wish), `${wish.title} was not taken`)
  await settle()
}

/** Waits until the process at the edge has killed itself. */
async function hasFired(life: Stage['life']): Promise<void> {
  for (const end = Date.now() + 45_000; !life.hasFired; await pause(10)) {
    expectThat(Date.now() < end, 'nothing passed that edge')
  }
  if (life.server.workers().length === 0) await pause(50)
}
