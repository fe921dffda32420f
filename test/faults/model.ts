/**
 * A queue that waits is a list: what a model of it says after any submissions, cancels, moves and kills, the server says
 * too. Then the queue is let go, and everything ends as it should.
 */
import fc from 'fast-check'
import type { Client } from './client.ts'
import type { Ledger, Wish } from './ledger.ts'
import type { Life } from './life.ts'
import { expectThat, onStage } from './scenario.ts'
import type { Scenario } from './scenario.ts'
import { waits } from './workflows.ts'

/** What is sure of the server. */
interface Model {
  /** Titles of the jobs that wait, in their order. */
  waiting: string[]
  /** All that were ever submitted. */
  submitted: number
}
interface Real {
  readonly life: Life
  readonly client: Client
  readonly ledger: Ledger
}
type Command = fc.AsyncCommand<Model, Real>

/** A command that is followed by a look at the whole list. */
function command(name: string, act: (model: Model, real: Real) => Promise<void>, check: (model: Model) => boolean = () => true): Command {
  return {
    check,
    toString: () => name,
    async run(model, real) {
      await act(model, real)
      const answer = await real.client.get('/api/jobs?state=queued&limit=1000')
      expectThat(answer?.status === 200, `the queue was answered ${answer?.status}`)
      const titles = (answer.body as { jobs: { title: string }[] }).jobs.map(({ title }) => title) // as its schema has it
      expectThat(titles.join() === model.waiting.join(), `after ${name} the queue is ${titles.join()} instead of ${model.waiting.join()}`)
    },
  }
}

const wishOf = ({ ledger }: Real, title: string): Wish => ledger.wishes.find((wish) => wish.title === title)!
const isWaiting = ({ waiting }: Model): boolean => waiting.length > 0
const at = <T>(list: readonly T[], index: number): T => list[index % list.length]!

const submits = (front: boolean): Command => command(front ? 'submit to the front' : 'submit', async (model, real) => {
  const title = `job-${model.submitted++}`
  const wish = real.ledger.add({ title, workflow: waits(title, 0), files: 0, key: title, front })
  const answer = await real.client.submit(wish.workflow, { key: title, front })
  expectThat(answer?.status === 201, `a submission was answered ${answer?.status}`)
  wish.ids.add(answer.body.job.id)
  if (front) model.waiting.unshift(title)
  else model.waiting.push(title)
})

const repeats = (index: number): Command => command(`repeat submission ${index}`, async (_, real) => {
  const { key, workflow, ids, front = false } = at(real.ledger.wishes, index)
  const again = await real.client.submit(workflow, { key: key!, front })
  expectThat(again?.status === 200 && ids.has(again.body.job.id), `the same key was answered ${again?.status} with another job`)
  const other = await real.client.submit(waits('another', 1), { key: key! })
  expectThat(other?.status === 422 || other?.status === 409, `a key that was used for something else was answered ${other?.status}`)
}, ({ submitted }) => submitted > 0)

const cancels = (index: number): Command => command(`cancel ${index}`, async (model, real) => {
  const title = at(model.waiting, index)
  const wish = wishOf(real, title)
  await real.ledger.cancel(real.client, wish)
  expectThat(wish.cancel === 'cancelled', `a cancel was answered ${wish.cancel}`)
  const again = await real.client.cancel([...wish.ids][0]!)
  expectThat(again?.body.status === 'ended', `a second cancel was answered ${again?.body.status}`)
  model.waiting = model.waiting.filter((one) => one !== title)
}, isWaiting)

const moves = (index: number, where: number): Command => command(`move ${index} by ${where}`, async (model, real) => {
  const title = at(model.waiting, index)
  const others = model.waiting.filter((one) => one !== title)
  const before = where % 3 === 0 ? others[0] : where % 3 === 1 ? undefined : at([...others, undefined], where)
  const to = where % 3 === 0 ? 'front' as const : before === undefined ? 'end' as const : { before: [...wishOf(real, before).ids][0]! }
  const answer = await real.client.move([...wishOf(real, title).ids][0]!, to)
  expectThat(answer?.status === 200, `a move was answered ${answer?.status}`)
  others.splice(before === undefined ? others.length : others.indexOf(before), 0, title)
  model.waiting = others
}, isWaiting)

const kills = command('kill -9', async (_, { life }) => {
  await life.kill()
  await life.begin({ listening: true })
})

const number = fc.nat({ max: 1000 })
const anyCommands = fc.commands([
  fc.constant(submits(false)), fc.constant(submits(false)), fc.constant(submits(true)),
  number.map(repeats), number.map(cancels), fc.tuple(number, number).map(([a, b]) => moves(a, b)), fc.constant(kills),
], { maxCommands: 20, size: 'max' })

/** So many random lists of commands. */
export const modelScenarios = ({ seed, runs }: { readonly seed: number; readonly runs: number }): Scenario[] => [{
  name: 'the queue is what a model of it is, whatever is killed', isQuick: true,
  run: () => fc.assert(fc.asyncProperty(anyCommands, playThrough), { seed, numRuns: runs, endOnFailure: true }),
}]

const playThrough = (commands: Iterable<Command>): Promise<void> => onStage({}, async ({ life, client, ledger, settle }) => {
  await life.begin()
  await client.pause()
  await fc.asyncModelRun(() => ({ model: { waiting: [], submitted: 0 }, real: { life, client, ledger } }), commands)
  await client.resume()
  await settle()
})
