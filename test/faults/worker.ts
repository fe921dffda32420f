/** Jobs that are bad for their workers. */
import { eventually } from './life.ts'
import { expectThat, onStage } from './scenario.ts'
import type { Scenario, Stage } from './scenario.ts'
import { allocates, dies, pictures, waits } from './workflows.ts'

/** A heap that is small enough to be used up soon. */
const SMALL_HEAP = { NODE_OPTIONS: '--max-old-space-size=160' }

export const workerScenarios = (): Scenario[] => [
  { name: 'a job that kills two workers is quarantined, and the queue goes on', isQuick: true, run: () => onStage({}, (stage) => isQuarantined(stage)) },
  { name: 'a job that kills one worker runs again', isQuick: true, run: () => onStage({}, runsAgain) },
  { name: 'a job that uses up the memory is quarantined with that reason', isQuick: true, run: () => onStage({ env: SMALL_HEAP }, outOfMemory) },
  { name: 'poison is still poison after a kill of the server', isQuick: false, run: () => onStage({}, poisonIsRemembered) },
]

async function isQuarantined({ life, client, ledger, settle }: Stage): Promise<void> {
  await life.begin()
  const bad = ledger.add({ title: 'bad', workflow: dies('bad', 99), files: 0 })
  await ledger.send(client, bad)
  await ledger.send(client, ledger.add({ title: 'good', workflow: pictures('good', 2), files: 2 }))
  await ledger.send(client, ledger.add({ title: 'fine', workflow: waits('fine', 0), files: 0 }))
  const [id] = bad.ids
  const { state, deaths, problem } = await client.ended(id!)
  expectThat(state === 'quarantined' && deaths === 2, `it ended ${state} after ${deaths} deaths`)
  expectThat(/workers died of this job/.test(problem?.problem ?? ''), `the reason does not say why: ${problem?.problem}`)
  await settle({ states: ['quarantined'] })
  const ran = life.noted().filter((name) => name === 'bad').length
  expectThat(ran === 2, `it ran ${ran} times`)
}

async function runsAgain({ life, client, ledger, settle }: Stage): Promise<void> {
  await life.begin()
  const wish = ledger.add({ title: 'once', workflow: dies('once', 1), files: 0 })
  await ledger.send(client, wish)
  await ledger.send(client, ledger.add({ title: 'beside', workflow: waits('beside', 0), files: 0 }))
  const { deaths, attempts } = await client.ended([...wish.ids][0]!)
  expectThat(deaths === 1 && attempts === 2, `${deaths} deaths, ${attempts} attempts`)
  await settle()
}

async function outOfMemory({ life, client, ledger, settle }: Stage): Promise<void> {
  await life.begin()
  const wish = ledger.add({ title: 'greedy', workflow: allocates('greedy'), files: 0 })
  await ledger.send(client, wish)
  await ledger.send(client, ledger.add({ title: 'modest', workflow: waits('modest', 0), files: 0 }))
  const { state, problem } = await client.ended([...wish.ids][0]!, 180)
  expectThat(state === 'quarantined' && /memory/.test(problem?.problem ?? ''), `it ended ${state}: ${problem?.problem}`)
  await settle({ states: ['quarantined'] })
}

/** One death before the crash, one after: two in all. */
async function poisonIsRemembered({ life, client, ledger, settle }: Stage): Promise<void> {
  await life.begin()
  const wish = ledger.add({ title: 'bad', workflow: dies('bad', 99), files: 0 })
  await ledger.send(client, wish)
  const [id] = wish.ids
  await eventually(async () => ((await client.job(id!))?.deaths ?? 0) > 0 || undefined, 'a worker has died of it')
  await life.kill()
  await life.begin()
  const { state, deaths } = await client.ended(id!)
  expectThat(state === 'quarantined' && deaths === 2, `it ended ${state} after ${deaths} deaths`)
  await settle({ states: ['quarantined'] })
}
