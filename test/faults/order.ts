/** The order of the queue, and what was said to cancels, through a crash. */
import { setTimeout as pause } from 'node:timers/promises'
import { eventually } from './life.ts'
import { expectThat, onStage } from './scenario.ts'
import type { Scenario, Stage } from './scenario.ts'
import { deaf, waits } from './workflows.ts'

export const orderScenarios = (): Scenario[] => [
  { name: 'the order of the queue outlives kills', isQuick: true, run: () => onStage({}, orderIsKept) },
  { name: 'a pause outlives a kill', isQuick: true, run: () => onStage({}, pauseIsKept) },
  { name: 'a cancel that was acknowledged outlives a kill', isQuick: true, run: () => onStage({}, cancelIsKept) },
  { name: 'a cancel that is not heard kills the worker, and the queue goes on', isQuick: true, run: () => onStage({}, deafIsKilled) },
]

/** Jobs that wait are moved, then the server is killed twice while they run. */
async function orderIsKept({ life, client, ledger, settle }: Stage): Promise<void> {
  await life.begin()
  await client.pause()
  const ids = new Map<string, string>()
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
    const wish = ledger.add({ title: name, workflow: waits(name, 0.3), files: 0 })
    expectThat(await ledger.send(client, wish), `${name} was not taken`)
    ids.set(name, [...wish.ids][0]!) // it was taken
  }
  await client.move(ids.get('f')!, 'front')
  await client.move(ids.get('b')!, 'end')
  await client.move(ids.get('g')!, { before: ids.get('d')! })
  await life.kill()
  await life.begin()
  await client.resume()
  await pause(700)
  await life.kill()
  await life.begin()
  for (const id of ids.values()) await client.ended(id)
  const ran = [...new Set(life.noted())] // a job that a kill interrupted is noted again when it runs again
  expectThat(ran.join('') === 'facgdehb', `they ran in the order ${ran.join('')} instead of facgdehb`)
  await settle()
}

async function pauseIsKept({ life, client, ledger, settle }: Stage): Promise<void> {
  await life.begin()
  await client.pause()
  const wish = ledger.add({ title: 'later', workflow: waits('later', 0), files: 0 })
  await ledger.send(client, wish)
  await life.kill()
  await life.begin()
  await pause(1000)
  expectThat(life.noted().length === 0, 'a job ran although the queue was paused')
  await client.resume()
  await settle()
}

/** One that waits and one that runs are cancelled; the server dies as soon as it has said so. */
async function cancelIsKept({ life, client, ledger, settle }: Stage): Promise<void> {
  await life.begin()
  const running = ledger.add({ title: 'running', workflow: deaf('running', 30), files: 0 })
  const queued = ledger.add({ title: 'queued', workflow: waits('queued', 0), files: 0 })
  await ledger.send(client, running)
  await ledger.send(client, queued)
  await eventually(async () => life.noted().includes('running') || undefined, 'the first runs')
  await ledger.cancel(client, queued)
  await ledger.cancel(client, running)
  await life.kill()
  expectThat(queued.cancel === 'cancelled', `a waiting job's cancel was answered ${queued.cancel}`)
  expectThat(running.cancel === 'cancelling', `a running job's cancel was answered ${running.cancel}`)
  running.cancel = 'cancelled' // it was promised to stop: it must not run to its end in the next life
  await life.begin()
  await settle()
}

async function deafIsKilled({ life, client, ledger, settle }: Stage): Promise<void> {
  await life.begin()
  const wish = ledger.add({ title: 'deaf', workflow: deaf('deaf', 600), files: 0 })
  await ledger.send(client, wish)
  for (const name of ['next', 'after']) await ledger.send(client, ledger.add({ title: name, workflow: waits(name, 0), files: 0 }))
  await eventually(async () => life.noted().includes('deaf') || undefined, 'it runs')
  await ledger.cancel(client, wish)
  await settle()
}
