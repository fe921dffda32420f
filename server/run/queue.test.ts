import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { saving, testQueue, trivial } from './testing/test-queue.ts'

test('a job is queued, started, told of, and ends in the history', async () => {
  const t = await testQueue()
  const id = await t.put(trivial(7))
  expect(await t.ended(id)).toMatchObject({ id, state: 'done', attempts: 1, deaths: 0 })
  const types = t.entries.flatMap((entry) => 'job' in entry ? [entry.event.type === 'run' ? entry.event.event.type : entry.event.type] : [])
  expect(types.slice(0, 4)).toEqual(['job.queued', 'job.started', 'job.graph', 'run.started'])
  expect(types.slice(-2)).toEqual(['run.done', 'job.ended'])
  const record = await t.store.get(id)
  expect(record).toMatchObject({ state: 'done', result: { ran: 2, nodes: [{ node: '2', state: 'done', ui: { text: ['7'] } }] } })
  await t.seen(({ event }) => event.type === 'queue' && event.running === 0 && event.queued === 0)
})

test('files get their names from the server, which are told with the result', async () => {
  const t = await testQueue()
  const ids = [await t.put(saving()), await t.put(saving('some/where', 255))]
  for (const id of ids) expect((await t.ended(id)).state).toBe('done')
  const [first, second] = await Promise.all(ids.map((id) => t.store.get(id)))
  expect(first?.result?.files).toMatchObject([{ node: '2', index: 0, filename: 'picture_00001.png', subfolder: '' }])
  expect(first?.result?.nodes[0]?.ui).toMatchObject({ images: [{ filename: 'picture_00001.png', subfolder: '', type: 'output' }] })
  expect(second?.result?.files).toMatchObject([{ filename: 'where_00001.png', subfolder: 'some' }])
  expect(existsSync(join(t.config.folders.output, 'some/where_00001.png'))).toBe(true)
  expect(readFileSync(join(t.config.folders.output, 'picture_00001.png')).subarray(1, 4).toString()).toBe('PNG')
})
