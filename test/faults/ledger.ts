/** What clients were promised, so that it can be held against what came of it. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Client } from './client.ts'
import type { WorkflowJson } from './workflows.ts'

/** How often something is sent again that the server was too busy for. */
const TRIES = 20

/** One thing that a client wanted. */
export interface Wish {
  readonly title: string
  readonly workflow: WorkflowJson
  /** How many files it makes, and their SHA-256 where that is known. */
  readonly files: number
  readonly sha256?: string
  readonly key?: string
  /** It was sent to the front. */
  readonly front?: boolean
  /** Jobs that were acknowledged for it. */
  readonly ids: Set<string>
  /** How often it was sent without hearing back. */
  unanswered: number
  /** The strongest that was said to a cancel. */
  cancel?: 'cancelled' | 'cancelling'
}

export class Ledger {
  readonly wishes: Wish[] = []

  add(wish: Omit<Wish, 'ids' | 'unanswered'>): Wish {
    const added: Wish = { ...wish, ids: new Set(), unanswered: 0 }
    this.wishes.push(added)
    return added
  }

  get acknowledged(): readonly Wish[] {
    return this.wishes.filter(({ ids }) => ids.size > 0)
  }

  /** Sends a wish and notes what was said. False when nothing was. @throws when it was refused */
  async send(client: Client, wish: Wish): Promise<boolean> {
    let answer = await client.submit(wish.workflow, wish.key === undefined ? {} : { key: wish.key })
    for (let tries = 0; answer?.status === 503 && tries < TRIES; tries++) { // it was not taken: no worker was there to look at it
      await pause(200)
      answer = await client.submit(wish.workflow, wish.key === undefined ? {} : { key: wish.key })
    }
    if (answer === undefined) {
      wish.unanswered++
      return false
    }
    if (answer.status >= 300) throw new Error(`${wish.title} was refused: ${answer.status} ${JSON.stringify(answer.body)}`)
    wish.ids.add(answer.body.job.id)
    return true
  }

  /** Cancels what was acknowledged, and notes what was said. */
  async cancel(client: Client, wish: Wish): Promise<void> {
    for (const id of wish.ids) {
      const answer = await client.cancel(id)
      const said = answer?.body.status
      if (said === 'cancelled' || (said === 'cancelling' && wish.cancel === undefined)) wish.cancel = said
    }
  }
}
