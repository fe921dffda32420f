import { expect, test } from 'vitest'
import type { JobPage } from '../store/store.ts'
import type { Job } from '../job/job.ts'
import type { FeedEntry } from './feed.ts'
import { openFeed } from './open-feed.ts'
import { tellRemoved } from './removed.ts'

const ended = (id: string): Job => ({
  id, seq: 1, rank: 1, state: 'done', title: '', nodes: 1, api: 'kinograph', attempts: 1, deaths: 0, created: 0, ended: 1,
})

test('jobs that were removed leave the snapshot, and everybody is told', async () => {
  const feed = openFeed({ waiting: () => [], ended: ['c', 'b', 'a'].map(ended) })
  const heard: FeedEntry[] = []
  feed.subscribe({ onEntry: (entry) => heard.push(entry) })
  const history = async (): Promise<JobPage> => {
    feed.emit({ type: 'job.ended', job: ended('d') }, ended('d')) // one that ends meanwhile
    return { jobs: [ended('b')], total: 1 }
  }
  await tellRemoved({ store: { history }, feed }, 0)
  expect(heard).toEqual([])
  await tellRemoved({ store: { history }, feed }, 7)
  expect(heard.slice(1).map((entry) => ['job' in entry ? entry.job : '', entry.event])).toEqual([
    ['c', { type: 'job.forgotten' }], ['a', { type: 'job.forgotten' }], ['', { type: 'history', removed: 7 }],
  ])
  expect((await feed.snapshot()).ended.map(({ id }) => id)).toEqual(['d', 'b'])
})
