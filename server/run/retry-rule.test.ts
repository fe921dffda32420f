import { expect, test } from 'vitest'
import type { Problem } from '../../core/workflow/problem.ts'
import type { RunAnswer } from '../../worker/protocol.ts'
import type { Job } from '../job/job.ts'
import { judge, mayPass } from './retry-rule.ts'
import type { Outcome, Wish } from './retry-rule.ts'

const running = (over: Partial<Job> = {}): Job => ({
  id: 'a', seq: 1, rank: 1, state: 'running', title: '', nodes: 1, api: 'kinograph', attempts: 1, deaths: 0, created: 0, ...over,
})
const failed = (problem: Partial<Problem>): Outcome => ({ how: 'answer', answer: { status: 'failed', problem: { code: 'execution_failed', problem: 'it broke', ...problem } } })
const died: Outcome = { how: 'death', problem: { code: 'execution_failed', problem: 'the worker was killed (SIGKILL)' } }
const answered = (answer: RunAnswer): Outcome => ({ how: 'answer', answer })
const verdict = (outcome: Outcome, over: Partial<Job> = {}, wish?: Wish) => judge({ outcome, job: running(over), wish, maxAttempts: 3 })

test('a node that fails by its own doing is not tried again', () => {
  expect(verdict(failed({}))).toMatchObject({ to: 'ended', state: 'failed' })
  expect(verdict(answered({ status: 'refused', problem: { code: 'required_input_missing', problem: 'x' } }))).toMatchObject({ to: 'ended', state: 'failed' })
  expect(verdict({ how: 'failure', problem: { code: 'execution_failed', problem: 'x' } })).toMatchObject({ to: 'ended', state: 'failed' })
})

test('a worker that dies after crashes of the server is the first that died of it', () => {
  expect(verdict({ how: 'death', problem: { code: 'execution_failed', problem: 'gone' } }, { attempts: 7 })).toMatchObject({ to: 'queued', death: true })
})

test('reading and writing that failed for the moment is tried again, later each time, until attempts are used up', () => {
  const io = failed({ cause: { name: 'Error', message: 'EIO: i/o error, read' } })
  expect(verdict(io)).toMatchObject({ to: 'queued', death: false, uncounted: false, delay: 1000 })
  expect(verdict(io, { attempts: 2 })).toMatchObject({ to: 'queued', delay: 4000 })
  expect(verdict(io, { attempts: 3 })).toMatchObject({ to: 'ended', state: 'failed' })
})

test.each([
  ['EIO: i/o error, read', true],
  ['EMFILE: too many open files', true],
  ['the device was lost', true],
  ['ENOSPC: no space left on device, write', false],
  ['EDQUOT: disk quota exceeded', false],
  ['ENOENT: no such file', false],
  ['the model EIOU is not there', false],
])('%s: may pass is %s', (message, may) => {
  expect(mayPass({ code: 'execution_failed', problem: 'it broke', cause: { name: 'Error', message: 'x', cause: { name: 'Error', message } } })).toBe(may)
})

test('what validation says stays, whatever its words', () => {
  expect(mayPass({ code: 'value_not_in_list', problem: 'EIO' })).toBe(false)
})

test('a death is tried again once; the second puts the job away with both reasons', () => {
  expect(verdict(died)).toMatchObject({ to: 'queued', death: true, uncounted: false })
  const before: Problem = { code: 'execution_failed', problem: 'the worker ran out of memory' }
  const second = judge({ outcome: died, job: running({ deaths: 1, attempts: 2 }), before, maxAttempts: 3 })
  expect(second).toMatchObject({ to: 'ended', state: 'quarantined' })
  expect(second.to === 'ended' && second.problem?.problems?.map(({ problem }) => problem)).toEqual(['the worker ran out of memory', 'the worker was killed (SIGKILL)'])
})

test('a death that another workflow may have caused is not held against the job, as long as it has attempts', () => {
  const doubtful: Outcome = { ...died, isDoubtful: true }
  expect(verdict(doubtful, { attempts: 2, deaths: 1 })).toMatchObject({ to: 'queued', death: false, uncounted: false, delay: 4000 })
  expect(verdict(doubtful, { attempts: 3 })).toMatchObject({ to: 'queued', death: true })
  expect(verdict(doubtful, { attempts: 3, deaths: 1 })).toMatchObject({ to: 'ended', state: 'quarantined' })
})

test('a job that was cancelled is cancelled, however it came to its end, unless it was done before', () => {
  expect(verdict(died, { deaths: 1 }, 'cancel')).toEqual({ to: 'ended', state: 'cancelled' })
  expect(verdict(answered({ status: 'cancelled' }), {}, 'cancel')).toEqual({ to: 'ended', state: 'cancelled' })
  expect(verdict(answered({ status: 'done', files: [], outputs: [], seconds: 1 }), {}, 'cancel')).toEqual({ to: 'ended', state: 'done' })
})

test.each<Wish>(['recall', 'suspend'])('what was stopped by %s goes back uncounted', (wish) => {
  expect(verdict(died, { deaths: 1 }, wish)).toMatchObject({ to: 'queued', death: false, uncounted: true, delay: 0 })
  expect(verdict(answered({ status: 'cancelled' }), {}, wish)).toMatchObject({ to: 'queued', uncounted: true })
  expect(verdict(answered({ status: 'interrupted' }), {}, wish)).toMatchObject({ to: 'queued', uncounted: true })
})
