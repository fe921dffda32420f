/** One thing that is tried on a server: passes, or throws what is wrong. */
import { Client } from './client.ts'
import { violations } from './invariants.ts'
import type { Allowed } from './invariants.ts'
import { Ledger } from './ledger.ts'
import { Life } from './life.ts'
import type { LifeOptions } from './life.ts'

export interface Scenario {
  readonly name: string
  /** Whether it belongs to the part that runs in CI. */
  readonly isQuick: boolean
  run(): Promise<void>
}

/** What a scenario works with. */
export interface Stage {
  readonly life: Life
  readonly client: Client
  readonly ledger: Ledger
  /** Waits until all that was acknowledged has ended, stops the server and holds everything against what was promised. */
  settle(allowed?: Allowed): Promise<void>
}

/** Runs something with a server's folder, and leaves no process behind. */
export async function onStage(options: LifeOptions, play: (stage: Stage) => Promise<void>): Promise<void> {
  const life = new Life(options)
  const client = new Client(() => life.server.url)
  const ledger = new Ledger()
  const settle = async (allowed?: Allowed) => {
    for (const { ids } of ledger.acknowledged) for (const id of ids) await client.ended(id)
    await life.end()
    await life.orphansGone()
    const wrong = violations(life.data, ledger, allowed)
    expectThat(wrong.length === 0, wrong.join('\n'))
  }
  try {
    await play({ life, client, ledger, settle })
  } catch (error) {
    const log = life.lastLog()
    throw new Error(`${error instanceof Error ? error.message : String(error)}${log && `\nthe server's last words:\n${log}`}`, { cause: error })
  } finally {
    if (life.isUp) {
      life.killWorkers()
      await life.kill()
    }
  }
}

/** @throws when something does not hold */
export function expectThat(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise)
}
