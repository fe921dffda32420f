/** kill -9 of the server or of a worker at random times, while clients submit, cancel and reorder. */
import { setTimeout as pause } from 'node:timers/promises'
import { isFinal } from '../../server/job/states.ts'
import type { Wish } from './ledger.ts'
import { Random } from './random.ts'
import { referenceClip } from './reference.ts'
import { onStage } from './scenario.ts'
import type { Scenario, Stage } from './scenario.ts'
import { clip, deaf, pictures, waits } from './workflows.ts'

/** Kills that one data folder lives through. */
const KILLS = 10
const STEPS = 6
/** Every job makes its own files, however often the same was made before. */
const UNCACHED = { config: { cache: { mode: 'none' } } }

/** As many scenarios as are needed for so many kills. */
export function randomScenarios({ kills, seed }: { readonly kills: number; readonly seed: number }): Scenario[] {
  return Array.from({ length: Math.ceil(kills / KILLS) }, (_, index) => {
    const times = Math.min(KILLS, kills - index * KILLS)
    return { name: `${times} kills at random times, seed ${seed + index}`, isQuick: true, run: () => onStage(UNCACHED, (stage) => killOften(stage, times, seed + index)) }
  })
}

async function killOften(stage: Stage, times: number, seed: number): Promise<void> {
  const { life, settle } = stage
  const random = new Random(seed)
  const sha256 = await referenceClip('clip', STEPS)
  for (let kill = 0; kill < times; kill++) {
    await life.begin({ listening: random.chance(0.3) })
    const clients = Promise.all([submits(stage, random, sha256), submits(stage, random, sha256), changes(stage, random)])
    await pause(random.below(2500))
    if (random.chance(0.3)) {
      life.killWorkers()
      await pause(random.below(500))
    }
    await life.kill()
    await clients
  }
  await life.begin()
  await resubmit(stage)
  await settle({ states: ['quarantined'] }) // jobs that were there when two workers or too many servers died
}

/** A client that submits for as long as there is a server. */
async function submits({ life, client, ledger }: Stage, random: Random, sha256: string): Promise<void> {
  while (life.isUp) {
    const wish = ledger.add(anything(random, ledger.wishes.length, sha256))
    if (await ledger.send(client, wish) && wish.key !== undefined && random.chance(0.3)) await ledger.send(client, wish)
    await pause(random.below(400))
  }
}

function anything(random: Random, number: number, sha256: string): Omit<Wish, 'ids' | 'unanswered'> {
  const title = `job-${number}`
  const key = random.chance(0.5) ? { key: title } : {}
  const kind = random.next()
  if (kind < 0.4) return { title, workflow: waits(title, random.below(100) / 1000), files: 0, ...key }
  if (kind < 0.8) {
    const files = 1 + random.below(3)
    return { title, workflow: pictures(title, files, random.below(300) / 1000), files, ...key }
  }
  if (kind < 0.85) return { title, workflow: deaf(title, 0.5), files: 0, ...key }
  return { title: 'clip', workflow: clip('clip', STEPS), files: 1, sha256, ...key } // the title stands in the file
}

/** A client that cancels and reorders what others submitted. */
async function changes({ life, client, ledger }: Stage, random: Random): Promise<void> {
  while (life.isUp) {
    await pause(random.below(500))
    const one = random.pick(ledger.acknowledged)
    const [id] = one?.ids ?? []
    if (one === undefined || id === undefined) continue
    if (random.chance(0.3)) await ledger.cancel(client, one)
    else if (random.chance(0.5)) await client.move(id, random.chance(0.5) ? 'front' : 'end')
    else {
      const job = await client.job(id).catch(() => undefined)
      if (job && !isFinal(job.state)) await client.move(id, 'front')
    }
  }
}

/** What has a key and was never answered is asked for again, as a client would. */
async function resubmit({ client, ledger }: Stage): Promise<void> {
  for (const wish of ledger.wishes) if (wish.key !== undefined && wish.ids.size === 0) await ledger.send(client, wish)
}
