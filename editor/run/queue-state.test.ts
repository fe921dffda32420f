import { expect, test } from 'vitest'
import type { FeedEntry, Job, JobEvent } from '../../server/client/index.ts'
import { EMPTY_QUEUE, isShort, nextQueue, queueOf, withQueued, type QueueState } from './queue-state.ts'
import { aJob } from './testing/events.ts'

const waiting = (id: string, rank: number, seq = rank): Job => aJob({ id, rank, seq, state: 'queued' })
const told = (event: JobEvent, job: string): FeedEntry => ({ cursor: 'x-1', job, event })
const after = (state: QueueState, ...entries: readonly FeedEntry[]) => entries.reduce(nextQueue, state)
const names = (jobs: readonly Job[]) => jobs.map(({ id }) => id)
const queued = (job: Job) => told({ type: 'job.queued', job }, job.id)

test('those that wait stand in their order, whatever the order in which they came', () => {
  const state = after(EMPTY_QUEUE, queued(waiting('b', 2)), queued(waiting('c', 3)), queued(waiting('a', 1)), queued(waiting('front', -1)), queued(waiting('b2', 2, 9)))
  expect(names(state.queued)).toEqual(['front', 'a', 'b', 'b2', 'c'])
})

test('a job goes from waiting to running to ended, and out of the history', () => {
  let state = after(EMPTY_QUEUE, queued(waiting('a', 1)), queued(waiting('b', 2)), told({ type: 'job.started', job: aJob({ id: 'a' }) }, 'a'))
  expect([names(state.running), names(state.queued)]).toEqual([['a'], ['b']])
  state = after(state, told({ type: 'job.ended', job: aJob({ id: 'a', state: 'done' }) }, 'a'))
  expect([names(state.running), names(state.ended)]).toEqual([[], ['a']])
  expect(names(after(state, told({ type: 'job.forgotten' }, 'a')).ended)).toEqual([])
})

test('a job that waits again after a failed attempt does not run any more', () => {
  const state = after(EMPTY_QUEUE, told({ type: 'job.started', job: aJob({ id: 'a' }) }, 'a'), told({ type: 'job.changed', job: waiting('a', 1) }, 'a'))
  expect([names(state.running), names(state.queued)]).toEqual([[], ['a']])
})

test('a job that was moved stands where it belongs now', () => {
  const state = after(EMPTY_QUEUE, queued(waiting('a', 1)), queued(waiting('b', 2)), told({ type: 'job.changed', job: waiting('b', 0) }, 'b'))
  expect(names(state.queued)).toEqual(['b', 'a'])
})

test('the queue itself says how many wait, and whether it is paused', () => {
  const state = nextQueue(EMPTY_QUEUE, { cursor: 'x-1', event: { type: 'queue', running: 1, queued: 7, paused: true } })
  expect(state).toMatchObject({ queuedCount: 7, isPaused: true })
})

test('of a list that is only the beginning, nobody knows what comes after its last', () => {
  const listed = Array.from({ length: 100 }, (_, i) => waiting(`j${i}`, i))
  const state = queueOf({ cursor: 'x-1', queue: { type: 'queue', running: 0, queued: 150, paused: false }, running: [], queued: listed, ended: [] })
  expect(names(after(state, queued(waiting('late', 900))).queued)).not.toContain('late')
  expect(names(after(state, queued(waiting('first', -1))).queued)[0]).toBe('first')
  expect(isShort(state)).toBe(false)
  const shorter = nextQueue(state, told({ type: 'job.started', job: aJob({ id: 'j0' }) }, 'j0'))
  expect(isShort(shorter)).toBe(true)
  const again = withQueued(shorter, [...listed, waiting('late', 900)], 100)
  expect(names(again.queued)).not.toContain('j0')
  expect([isShort(again), names(again.queued).at(-1)]).toEqual([false, 'late'])
})

test('never more than 200 are listed', () => {
  const state = after(EMPTY_QUEUE, ...Array.from({ length: 230 }, (_, i) => queued(waiting(`j${i}`, i))))
  expect([state.queued.length, state.isWhole]).toEqual([200, false])
})
