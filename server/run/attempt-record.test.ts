import { expect, test } from 'vitest'
import type { RunEventBody } from '../../core/run/events.ts'
import { AttemptRecord } from './attempt-record.ts'

function recordOf(bodies: readonly RunEventBody[]): AttemptRecord {
  const record = new AttemptRecord()
  for (const [seq, body] of bodies.entries()) record.note({ v: 1, run: 'a', seq, at: 0, ...body })
  return record
}
const ref = (node: string, shown = node) => ({ node, shown })

test('keeps what shows something, failed or was skipped; of the others their number', () => {
  const result = recordOf([
    { type: 'run.started', plan: { run: ['1', '2'], cached: ['0'], skipped: [] }, seeds: [{ node: '1', input: 'seed', value: 7 }] },
    { type: 'run.dropped', outputs: [{ node: '9', problems: [0] }], problems: [{ code: 'unknown_node', problem: 'x' }] },
    { type: 'node.cached', ...ref('0') },
    { type: 'node.started', ...ref('1') },
    { type: 'node.done', ...ref('1'), seconds: 1 },
    { type: 'node.done', ...ref('2/3', '2'), seconds: 2, ui: { text: ['x'] } },
    { type: 'node.skipped', ...ref('4'), by: { node: { id: '1', type: 'Gate' }, output: 'out' } },
    { type: 'node.failed', ...ref('5'), error: { code: 'execution_failed', problem: 'x' } },
    { type: 'node.cancelled', ...ref('6') },
    { type: 'run.done', seconds: 3, outputs: [{ name: 'n', node: '1', output: 'o', socket: 'INT', value: 4 }] },
  ] as RunEventBody[]).result('cpu')
  expect(result).toMatchObject({
    seconds: 3, ran: 2, cached: ['0'], dropped: 1, files: [],
    seeds: [{ value: 7 }], outputs: [{ name: 'n', value: 4 }], made: { device: 'cpu', node: process.versions.node },
  })
  expect(result.nodes).toEqual([
    { node: '2/3', shown: '2', state: 'done', seconds: 2, ui: { text: ['x'] } },
    { node: '4', shown: '4', state: 'skipped' },
    { node: '5', shown: '5', state: 'failed' },
    { node: '6', shown: '6', state: 'cancelled' },
  ])
})

test('a run of any size leaves a record of bounded size', () => {
  const nodes = Array.from({ length: 20_000 }, (_, at) => String(at))
  const { nodes: kept, cached, ran } = recordOf(nodes.flatMap((node): RunEventBody[] => [
    { type: 'node.done', ...ref(node), seconds: 0, ui: { text: [node] } },
    { type: 'node.cached', ...ref(node) },
  ])).result('cpu')
  expect([kept.length, cached.length, ran]).toEqual([2000, 10_000, 20_000])
})
