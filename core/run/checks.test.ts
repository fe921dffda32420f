import { describe, expect, test } from 'vitest'
import { port } from '../types/port.ts'
import { link, stubGraph, type StubGraph } from './testing/stub-graph.ts'

const even = port.int({ validate: (n) => (n % 2 === 0 ? undefined : { problem: `expected an even number, got ${n}`, remedy: 'Add one.' }) })

/** A node whose output is known before anything runs. */
function addConstant(g: StubGraph, id: string, value: unknown): string {
  return g.add(id, { constant: true, values: { value: { value: value as never } }, ports: { value: port.any() }, outputs: { out: port.any() }, run: ({ value }) => ({ out: value }) })
}

describe('the check of one input', () => {
  test('is asked of a written value and of a default, before anything runs', async () => {
    const g = stubGraph()
    g.add('n', { values: { a: 3 }, ports: { a: even, b: even.optional() } })
    const run = await g.run('n')
    expect(run.error?.message).toBe('Stub_n (node n), input "a": expected an even number, got 3. Add one.')
    expect([run.error?.code, run.started]).toEqual(['custom_validation_failed', []])
  })

  //  source ──► n
  test('is asked of what comes through a link when it arrives', async () => {
    const g = stubGraph()
    g.add('source', { outputs: { out: port.int() }, run: () => ({ out: 5 }) })
    g.add('n', { values: { a: link('source') }, ports: { a: even } })
    const run = await g.run('n')
    expect([run.executed, run.error?.message]).toEqual([['source'], 'Stub_n (node n), input "a": expected an even number, got 5. Add one.'])
  })

  test('may be async, may be a text, and its own failure is told as such', async () => {
    const g = stubGraph()
    const odd = port.string({ validate: async (text) => (await Promise.resolve(text === 'x') ? 'x is taken' : undefined) })
    const broken = port.string({ validate: () => { throw new Error('no network') } })
    g.add('n', { values: { a: 'x', b: 'y' }, ports: { a: odd, b: broken } })
    expect((await g.run('n')).error?.problems).toMatchObject([
      { input: 'a', problem: 'x is taken' },
      { code: 'exception_during_validation', input: 'b', problem: 'its validate hook failed: no network' },
    ])
  })

  test('is asked of each of a variadic input', async () => {
    const g = stubGraph()
    g.add('n', { values: { 'a.0': 2, 'a.1': 3 }, ports: { a: port.variadic(even) } })
    expect((await g.run('n')).error?.message).toContain('input "a.1": expected an even number, got 3.')
  })
})

describe('a constant that comes through a link', () => {
  //  primitive ──► n
  test('is checked as if it stood there', async () => {
    const g = stubGraph()
    addConstant(g, 'primitive', 9)
    g.add('n', { values: { a: link('primitive'), b: link('primitive') }, ports: { a: port.int({ max: 8 }), b: even } })
    const run = await g.run('n')
    expect(run.error?.problems).toMatchObject([
      { input: 'a', problem: 'expected a whole number of 8 or less, got 9' }, { input: 'b', problem: 'expected an even number, got 9' },
    ])
    expect(run.started).toEqual([])
  })

  //  primitive ──► pass ──► n ◄── other          pass is constant too, other is not
  test('is seen by hooks, also when it is passed on; other links are seen by their type', async () => {
    const g = stubGraph()
    addConstant(g, 'primitive', 'the/file')
    g.add('pass', { constant: true, from: ['primitive'], outputs: { out: port.any() }, run: ({ a }) => ({ out: a }) })
    const seen: unknown[] = []
    g.add('n', {
      from: ['pass', g.node('other')], values: { written: 1 },
      fingerprint: async (inputs, { linked }) => (seen.push(inputs, [...linked]), (await Promise.resolve('hash'))),
    })
    await g.run('n')
    expect(seen).toEqual([{ a: 'the/file', written: 1 }, [['a', '*'], ['b', 'STRING']]])
  })

  test('that fails, or waits, is none: its run tells', async () => {
    const g = stubGraph()
    g.add('broken', { constant: true, run: () => { throw new Error('not today') } })
    g.add('late', { constant: true, run: () => Promise.resolve({ out: 'late' }) })
    g.add('context', { constant: true, run: (_, { node }) => ({ out: node.id }) })
    const run = await g.run([g.node('after', 'late', 'context'), 'broken'])
    expect(run.error?.message).toBe('Stub_broken (node broken): not today.')
    expect((await g.run('after')).value('after')).toBe('after(late, context)')
  })

  test('says how long a list is', async () => {
    const g = stubGraph()
    g.add('list', { constant: true, values: { n: 3 }, ports: { n: port.int() }, outputs: { out: port.int().each() }, run: ({ n }) => ({ out: Array.from({ length: Number(n) }, (_, i) => i) }) })
    expect((await g.run(g.node('each', 'list'))).plan?.mapped).toEqual([{ node: 'each', count: 3 }])
  })
})
