import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Job } from '../job/job.ts'
import { byOrder, WaitingLine } from './waiting-line.ts'

const job = (seq: number, rank = seq, notBefore?: number): Job => ({
  id: `job-${seq}`, seq, rank, state: 'queued', title: '', nodes: 1, api: 'kinograph', attempts: 0, deaths: 0, created: 0,
  ...(notBefore !== undefined && { notBefore }),
})
const ids = (jobs: readonly Job[]) => jobs.map(({ seq }) => seq)

test('gives jobs in the order of their ranks, of equal ones the older first', () => {
  const line = new WaitingLine()
  for (const one of [job(1, 5), job(2, 1), job(3, 5), job(4, -1)]) line.add(one, 0)
  expect(ids(line.list(10))).toEqual([4, 2, 1, 3])
  expect([line.shift(), line.shift(), line.shift(), line.shift(), line.shift()].map((one) => one?.seq)).toEqual([4, 2, 1, 3, undefined])
})

test('a job that has to wait stands aside, is listed in its place, and comes in when its time has come', () => {
  const line = new WaitingLine()
  line.add(job(1, 1, 1000), 0)
  line.add(job(2), 0)
  expect([line.size, line.nextDue, ids(line.list(10))]).toEqual([2, 1000, [1, 2]])
  expect(line.peek()?.seq).toBe(2)
  line.admitDue(999)
  expect(line.peek()?.seq).toBe(2)
  line.admitDue(1000)
  expect([line.nextDue, ids(line.list(1))]).toEqual([undefined, [1]])
  expect(line.peek()?.seq).toBe(1)
})

test('takes jobs out wherever they stand', () => {
  const line = new WaitingLine()
  for (const one of [job(1), job(2), job(3), job(4, 4, 50)]) line.add(one, 0)
  expect(line.remove('job-2')?.seq).toBe(2)
  expect(line.remove('job-4')?.seq).toBe(4)
  expect(line.remove('job-4')).toBeUndefined()
  expect([line.size, ids(line.list(9)), line.nextDue]).toEqual([2, [1, 3], undefined])
})

test('is a sorted list, whatever is put in, taken out and let through', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('add' as const), rank: fc.integer({ min: -5, max: 5 }), wait: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }) }),
    fc.record({ do: fc.constant('remove' as const), seq: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ do: fc.constant('shift' as const) }),
    fc.record({ do: fc.constant('time' as const) }),
  )
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const line = new WaitingLine()
    const model = new Map<number, Job>()
    let now = 0
    let seq = 0
    for (const one of steps) {
      if (one.do === 'add') {
        const added = job(++seq, one.rank, one.wait === undefined ? undefined : now + one.wait)
        model.set(seq, added)
        line.add(added, now)
      } else if (one.do === 'remove') {
        expect(line.remove(`job-${one.seq}`)).toBe(model.get(one.seq))
        model.delete(one.seq)
      } else if (one.do === 'shift') {
        const [first] = [...model.values()].filter(({ notBefore = 0 }) => notBefore <= now).sort(byOrder)
        expect(line.shift()).toBe(first)
        if (first) model.delete(first.seq)
      } else {
        now += 10
        line.admitDue(now)
      }
      expect(ids(line.list(100))).toEqual(ids([...model.values()].sort(byOrder)))
      expect(line.size).toBe(model.size)
    }
  }))
})

test('stays in order over more jobs than it holds places for at once', () => {
  const line = new WaitingLine()
  let taken = 0
  for (let seq = 1; seq <= 20_000; seq++) {
    line.add(job(seq), 0)
    if (seq % 4 === 0) continue
    taken++
    expect(line.shift()?.seq).toBe(taken)
  }
  expect([line.size, line.peek()?.seq]).toEqual([5000, taken + 1])
})
