import { expect, test } from 'vitest'
import { EventLog } from './event-log.ts'

test('a run whose worker died gets its last event, numbered on', () => {
  const lines: string[] = []
  const log = new EventLog('r', (line) => lines.push(line))
  log.add({ v: 1, run: 'r', seq: 0, at: 1, type: 'node.started', node: 'a', shown: 'a' })
  log.end({ status: 'failed', problem: { code: 'execution_failed', problem: 'the worker was killed' } })
  log.end({ status: 'cancelled' })
  expect(lines.every((line) => line.endsWith('\n'))).toBe(true)
  const events = lines.map((line): unknown => JSON.parse(line))
  expect(events).toMatchObject([
    { seq: 0, type: 'node.started' },
    { v: 1, run: 'r', seq: 1, type: 'run.failed', error: { problem: 'the worker was killed' } },
  ])
})

test('a run that ended by itself gets nothing added', () => {
  const lines: string[] = []
  const log = new EventLog('r', (line) => lines.push(line))
  log.add({ v: 1, run: 'r', seq: 0, at: 1, type: 'run.done', seconds: 1 })
  log.end({ status: 'done' })
  expect(lines).toHaveLength(1)
})
