import { expect, test } from 'vitest'
import { explainDeath } from './process.ts'
import { RunningNodes } from './running-nodes.ts'

test.each([
  [{ code: null, signal: 'SIGKILL', lastWords: '' }, /^the worker was killed \(SIGKILL\)/, /memory ran out/],
  [{ code: 134, signal: null, lastWords: 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory' },
    /^the worker ran out of JavaScript heap memory$/, /--max-old-space-size/],
  [{ code: null, signal: 'SIGSEGV', lastWords: '' }, /^the worker ended unexpectedly \(SIGSEGV\)$/, /doctor/],
  [{ code: 3, signal: null, lastWords: '' }, /^the worker ended unexpectedly \(exit code 3\)$/, /doctor/],
] as const)('what a death means: %o', (death, problem, remedy) => {
  const explained = explainDeath(death)
  expect(explained.problem).toMatch(problem)
  expect(explained.remedy).toMatch(remedy)
})

test('the node that started last is blamed first', () => {
  const running = new RunningNodes()
  running.know([{ id: 'a', type: 'A' }, { id: 'b', type: 'B' }, { id: 'c', type: 'C' }])
  const event = (seq: number, type: 'node.started' | 'node.cancelled', id: string) =>
    running.note({ v: 1, run: 'r', seq, at: 0, type, node: id, shown: id })
  event(0, 'node.started', 'a')
  event(1, 'node.started', 'b')
  event(2, 'node.started', 'c')
  event(3, 'node.cancelled', 'b')
  expect(running.list()).toEqual([{ id: 'c', type: 'C' }, { id: 'a', type: 'A' }])
})
