import { describe, expect, test } from 'vitest'
import { createRegistry } from '../plugins/registry.ts'
import { defineNode } from '../types/node-type.ts'
import { port } from '../types/port.ts'
import type { Workflow } from '../workflow/workflow.ts'
import { runWorkflow } from './run.ts'
import { NO_PATHS, stubGraph } from './testing/stub-graph.ts'

/** Two outputs, one of them fed by a node with a value out of range. */
function halfSound() {
  const g = stubGraph()
  g.node('load')
  g.add('good', { from: [g.node('work', 'load')], output: true })
  g.add('wrong', { from: ['load'], values: { n: 9 }, ports: { n: port.int({ max: 8 }) } })
  g.add('bad', { from: [g.node('between', 'wrong')], output: true })
  return g
}

describe('a workflow that is wrong in part', () => {
  //  load ──► work ──► good
  //   └─────► wrong ──► between ──► bad          wrong: a value out of range
  test('is run as far as it is sound; what can\'t be made is told with the reasons', async () => {
    const run = await halfSound().run()
    expect([run.status, run.executed]).toEqual(['done', ['load', 'work', 'good']])
    const problem = { code: 'value_bigger_than_max', node: { id: 'wrong' }, input: 'n' }
    expect(run.dropped).toMatchObject([{ node: 'bad', reasons: [problem] }])
    expect(run.events[1]).toMatchObject({ type: 'run.dropped', outputs: [{ node: 'bad', problems: [0] }], problems: [problem] })
    expect(run.plan?.skipped).toEqual(['wrong', 'between', 'bad'])
  })

  test('is refused as a whole when it is to be strict', async () => {
    const run = await halfSound().run(undefined, { strict: true })
    expect([run.status, run.executed, run.error?.code]).toEqual(['failed', [], 'value_bigger_than_max'])
  })

  test('is refused when nothing of it can be made', async () => {
    const run = await halfSound().run('bad')
    expect(run.error?.message).toBe('Stub_wrong (node wrong), input "n": expected a whole number of 8 or less, got 9. Set it to 8 or less.')
  })

  test('does not mind what nothing that is asked for needs', async () => {
    const run = await halfSound().run('good', { strict: true })
    expect([run.status, run.dropped]).toEqual(['done', []])
  })

  //  good           a ◄──► b ──► bad
  test('drops what lies on a cycle or behind one', async () => {
    const g = stubGraph()
    g.add('good', { output: true })
    g.add('a', { from: ['b'] })
    g.add('b', { from: ['a'] })
    g.add('bad', { from: ['b'], output: true })
    const run = await g.run()
    expect(run.executed).toEqual(['good'])
    expect(run.dropped).toMatchObject([{ node: 'bad', reasons: [{ code: 'dependency_cycle', cycle: ['a', 'b', 'a'] }] }])
  })

  test('drops what a hook finds wrong', async () => {
    const g = stubGraph()
    g.add('good', { output: true })
    g.add('bad', { output: true, validate: () => Promise.resolve([{ problem: 'it will not do' }]) })
    const run = await g.run()
    expect([run.executed, run.dropped[0]?.reasons[0]?.problem]).toEqual([['good'], 'it will not do'])
  })

  test('says every reason once, however many outputs it costs', async () => {
    const g = stubGraph()
    g.add('good', { output: true })
    g.add('wrong', { values: { n: 9, m: 9 }, ports: { n: port.int({ max: 8 }), m: port.int({ max: 8 }) } })
    for (let i = 0; i < 500; i++) g.add(`bad${i}`, { type: 'Bad', from: ['wrong'], output: true })
    const run = await g.run()
    expect(run.dropped).toHaveLength(500)
    const dropped = run.events.find((event) => event.type === 'run.dropped')
    expect([dropped?.problems.length, JSON.stringify(dropped).length < 25_000]).toEqual([2, true])
  })
})

describe('a run up to some nodes', () => {
  //  a ──► b ──► c ──► save
  test('needs no output node, and runs nothing behind them', async () => {
    const g = stubGraph()
    g.add('save', { from: [g.node('c', g.node('b', g.node('a')))], output: true })
    const run = await g.run('b')
    expect([run.executed, run.value('b')]).toEqual([['a', 'b'], 'b(a)'])
    expect((await g.run()).cached).toEqual(['a', 'b'])
  })

  test('runs an output node on the way, and nodes asked for twice once', async () => {
    const g = stubGraph()
    g.add('preview', { from: [g.node('a')], output: true, run: (_, { ui }) => (ui({ text: ['seen'] }), { out: 'p' }) })
    const run = await g.run(['after', g.node('after', 'preview'), 'preview'])
    expect([run.executed, run.value('after')]).toEqual([['a', 'preview', 'after'], 'after(p)'])
    const done = run.events.find((event) => event.type === 'node.done' && event.node === 'preview')
    expect(done).toMatchObject({ ui: { text: ['seen'] } })
  })
})

//  outer[ one[ n ] ──► two[ n ] ]
test('a run up to a subgraph inside another runs what is in it', async () => {
  const inputs = { a: port.int({ default: 0 }) }
  const add = defineNode({ type: 'Add', category: 'test', inputs, outputs: { sum: port.int() }, run: ({ a }) => ({ sum: a + 1 }) })
  const inner = { id: 'inner', name: 'Inner', inputs: [{ name: 'x' }], outputs: [{ name: 'y', from: 'n', output: 'sum' }] }
  const workflow: Workflow = {
    version: 1,
    nodes: [{ id: 'outer', type: 'subgraph:outer' }],
    subgraphs: [
      { ...inner, nodes: [{ id: 'n', type: 'Add', inputs: { a: { from: '$inputs', output: 'x' } } }] },
      {
        id: 'outer', name: 'Outer', inputs: [], outputs: [],
        nodes: [{ id: 'one', type: 'subgraph:inner' }, { id: 'two', type: 'subgraph:inner', inputs: { x: { from: 'one', output: 'y' } } }],
      },
    ],
  }
  const registry = createRegistry([{ id: 'test', hash: '1', nodes: [add] }])
  const upTo = (target: string) => runWorkflow(workflow, { registry, paths: NO_PATHS, targets: [target] })
  expect((await upTo('outer/one')).executed).toEqual(['outer/one/n'])
  expect((await upTo('outer')).executed).toEqual(['outer/one/n', 'outer/two/n'])
  expect((await upTo('outer/on')).error?.message).toContain('node "outer/on", which the workflow does not have')
})
