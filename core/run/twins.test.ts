import { describe, expect, test } from 'vitest'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { port } from '../types/port.ts'
import { stubGraph, type StubGraph, type StubOptions } from './testing/stub-graph.ts'

let runs: string[] = []
const work: StubOptions = {
  type: 'Work',
  ports: { a: port.any().optional(), n: port.int({ default: 0 }), late: port.boolean({ default: false }) },
  run: async ({ a, n, late }) => {
    if (late) await nextTurn()
    runs.push(`${a ?? ''}${n}`)
    return { out: `${a ?? ''}${n}` }
  },
}

function drawn(extra: StubOptions = {}): StubGraph {
  runs = []
  const g = stubGraph()
  for (const id of ['left', 'right']) g.add(id, { ...work, ...extra, values: { n: 1, late: true } })
  g.add('other', { ...work, ...extra, values: { n: 2 } })
  return g
}

describe('nodes with one key', () => {
  //  left (1) ──► a ──► both          left and right are the same, and so are a and b
  //  right (1) ─► b ──►
  test('run once in a run, and all have the result', async () => {
    const g = drawn()
    g.add('a', { ...work, from: ['left'] })
    g.add('b', { ...work, from: ['right'] })
    const run = await g.run(g.node('both', 'a', 'b'))
    expect([run.value('both'), runs]).toEqual(['both(10, 10)', ['1', '10']])
    expect([run.executed, run.cached]).toEqual([['left', 'a', 'both'], ['right', 'b']])
    expect(run.plan?.run).toEqual(['left', 'right', 'a', 'b', 'both'])
  })

  test('may all be asked for', async () => {
    const run = await drawn().run(['left', 'right', 'other'])
    expect([run.value('left'), run.value('right'), run.value('other')]).toEqual(['1', '1', '2'])
    expect(runs.sort()).toEqual(['1', '2'])
  })

  test('each run where results are not to be shared', async () => {
    await drawn({ idempotent: false }).run(['left', 'right'])
    expect(runs).toEqual(['1', '1'])
  })

  //  left (1) ──► save       big: [ work (1) ] ──► out
  test('are found in expansions and among items of a list too', async () => {
    const g = drawn()
    g.add('big', { run: (_, { expand }) => expand(({ node }) => ({ out: node('Work', { n: 1, late: true }).out() })) })
    g.add('list', { outputs: { out: port.int().each() }, run: () => ({ out: [1, 2, 1] }) })
    g.add('mapped', { ...work, values: { n: { from: 'list', output: 'out' }, late: true } })
    const run = await g.run(['left', 'big', 'mapped'])
    expect([run.value('left'), run.value('big'), run.value('mapped')]).toEqual(['1', '1', ['1', '2', '1']])
    expect(runs.sort()).toEqual(['1', '2'])
  })

  test('fail together', async () => {
    const g = drawn({ run: () => Promise.reject(new Error('no')) })
    const run = await g.run(['left', 'right'])
    expect([run.status, run.error?.message]).toEqual(['failed', 'Work (node left): no.'])
    expect(run.events.filter(({ type }) => type === 'node.failed')).toHaveLength(1)
  })
})
