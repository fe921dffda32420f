import { afterEach, describe, expect, test, vi } from 'vitest'
import { checkComplaint, checkComplaints, checkFacts, checkFingerprint, checkUi, HOOK_LIMIT, withinLimit } from './hook-answers.ts'
import { port } from '../types/port.ts'
import type { NodeContext } from '../types/node-type.ts'
import { stubGraph } from './testing/stub-graph.ts'

afterEach(() => void vi.useRealTimers())

describe('what plugins answer is looked at', () => {
  const circle: Record<string, unknown> = {}
  circle.self = circle

  test.each([
    ['validate', checkComplaints, [undefined, [], [{ problem: 'too small' }]], [null, true, false, 'too small', [null], [{ problem: 7 }], [{}]]],
    ['the check of a port', checkComplaint, [undefined, 'too small', { problem: 'too small' }], [42, null, true, '', {}]],
    ['fingerprint', checkFingerprint, [null, Number.NaN, 'a', { a: [1] }], [undefined, () => 1, 10n, circle]],
    ['facts', checkFacts, [undefined, {}, { outputs: { a: {} } }], ['hello', null, { outputs: 3 }, { complaints: ['x'] }]],
    ['ui', checkUi, [{}, { text: ['a'] }], [null, 'a', { text: 'a' }, { text: [() => 1] }]],
  ] as const)('%s', (_, check: (answer: never) => void, good: readonly unknown[], bad: readonly unknown[]) => {
    for (const one of good) expect(() => check(one as never)).not.toThrow() // what plugins give is of any type
    for (const one of bad) expect(() => check(one as never), String(typeof one)).toThrow(/expected .+, got /)
  })
})

test('an answer that never comes is given up', async () => {
  vi.useFakeTimers()
  const waiting = expect(withinLimit(new Promise(() => {}))).rejects.toThrow(`it gave no answer within ${HOOK_LIMIT} s`)
  await vi.advanceTimersByTimeAsync(HOOK_LIMIT * 1000)
  await waiting
  expect(withinLimit(3)).toBe(3)
  await expect(withinLimit(Promise.resolve(4))).resolves.toBe(4)
  expect(vi.getTimerCount()).toBe(0)
})

describe('a run names the node whose hook answers wrongly', () => {
  const wrong = <T>(answer: unknown) => () => answer as T // as a plugin in JavaScript might

  test.each([
    ['validate', { validate: wrong<void>(true) }, 'its validate hook failed: expected a list of { problem, remedy } or nothing, got true'],
    ['fingerprint', { fingerprint: wrong<null>(10n) }, 'its fingerprint hook failed: expected what JSON can hold, got 10'],
    ['facts', { facts: wrong<void>('hello') }, 'its facts hook failed: expected { outputs, complaints } or nothing, got "hello"'],
  ])('%s', async (_, options, problem) => {
    const g = stubGraph()
    const run = await g.run(g.add('a', options))
    expect(run.started).toEqual([])
    expect(run.error?.message).toBe(`Stub_a (node a): ${problem}.`)
  })

  test('needs', async () => {
    const g = stubGraph()
    const ports = { a: port.any().optional().lazy() }
    const run = await g.run(g.add('b', { from: [g.node('a')], ports, needs: wrong<string[]>('a') }))
    expect(run.error?.message).toContain('Stub_b (node b): its `needs` should give a list of names of inputs, got "a".')
  })

  test.each([
    ['warn', (context: NodeContext) => context.warn(wrong<string>(undefined)()), 'ctx.warn: expected a text, got nothing'],
    ['progress', (context: NodeContext) => context.progress(Number.NaN, 2), 'ctx.progress: expected two numbers, value and max, got NaN and 2'],
    ['ui', (context: NodeContext) => context.ui({ text: wrong<string[]>('hello')() }), "ctx.ui: expected lists by kind, such as { text: ['a'] }, got \"hello\""],
  ])('ctx.%s', async (_, call, problem) => {
    const g = stubGraph()
    const run = await g.run(g.add('a', { run: (_inputs, context) => call(context) }))
    expect(run.error?.message).toBe(`Stub_a (node a): ${problem}.`)
  })
})
