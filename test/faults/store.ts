/** The data folder itself: two servers on one, and a log whose end is missing. */
import { closeSync, ftruncateSync, openSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { serveToEnd, startServer } from '../server/support.ts'
import { expectThat, onStage } from './scenario.ts'
import type { Scenario, Stage } from './scenario.ts'
import { pictures, waits } from './workflows.ts'

export const storeScenarios = (): Scenario[] => [
  { name: 'a second server on one data folder is refused', isQuick: true, run: () => onStage({}, secondIsRefused) },
  { name: 'of servers started at once on one data folder one stays', isQuick: false, run: () => onStage({}, oneStays) },
  { name: 'a log whose end was cut off opens at the last whole commit', isQuick: true, run: () => onStage({}, cutLogOpens) },
]

async function secondIsRefused({ life, client, ledger, settle }: Stage): Promise<void> {
  const { pid } = await life.begin()
  await ledger.send(client, ledger.add({ title: 'first', workflow: pictures('first', 2, 1), files: 2 }))
  const { code, stderr, stdout } = await serveToEnd({ data: life.data })
  expectThat(code !== 0 && code !== null, `the second server ended with ${code}`)
  expectThat(`${stderr}${stdout}`.includes(String(pid)), `the refusal does not name process ${pid}:\n${stderr}`)
  expectThat(!/\n\s+at /.test(stderr), `the refusal has a stack trace:\n${stderr}`)
  await ledger.send(client, ledger.add({ title: 'second', workflow: waits('second', 0), files: 0 }))
  await settle()
}

async function oneStays({ life }: Stage): Promise<void> {
  await life.begin()
  await life.kill() // leaves a lock behind, which all of them want to take
  const started = await Promise.allSettled([1, 2, 3, 4].map(() => startServer({ data: life.data })))
  const alive = started.flatMap((result) => result.status === 'fulfilled' ? [result.value] : [])
  for (const server of alive) await server.stop()
  expectThat(alive.length === 1, `${alive.length} of 4 servers stayed`)
}

/** Three jobs are acknowledged, a commit each; the disk loses the end of the third. */
async function cutLogOpens({ life, client, ledger, settle }: Stage): Promise<void> {
  await life.begin()
  await client.pause()
  for (const title of ['one', 'two', 'three']) await ledger.send(client, ledger.add({ title, workflow: waits(title, 0), files: 0 }))
  await life.kill()
  cut(join(life.data, 'kinograph.db-wal'), 100)
  const server = await life.begin()
  const ready = await client.get('/ready')
  expectThat(/cut off|truncated/.test(JSON.stringify(ready?.body)), `/ready does not say that the log was cut: ${JSON.stringify(ready?.body)}`)
  expectThat(/cut off|truncated/.test(server.log()), 'the log does not say so')
  const lost = ledger.wishes.pop()! // what was in the part that the disk lost; there were three
  const [id] = lost.ids
  const answer = await client.get(`/api/jobs/${id}`)
  expectThat(answer?.status === 404, `of the job in the part that was cut off is said ${answer?.status}`)
  await client.resume()
  await ledger.send(client, ledger.add({ title: 'four', workflow: pictures('four', 1), files: 1 }))
  await settle()
  await life.begin()
  const again = await client.get('/ready')
  expectThat(!/cut off|truncated/.test(JSON.stringify(again?.body)), 'it still says so after a start without that')
}

function cut(path: string, bytes: number): void {
  const file = openSync(path, 'r+')
  ftruncateSync(file, statSync(path).size - bytes)
  closeSync(file)
}
