import { describe, expect, test } from 'vitest'
import { port } from '../types/port.ts'
import { stubGraph, type StubGraph } from './testing/stub-graph.ts'

const lazy = port.any().optional().lazy()

/** A node that takes `a` or `b`, as `which` says. */
function addSwitch(g: StubGraph, which: string, ...from: [string, string]) {
  return g.add('switch', {
    from,
    values: { which },
    ports: { which: port.string(), a: lazy, b: lazy },
    needs: ({ which, ...inputs }) => (inputs[String(which)] === undefined ? [String(which)] : []),
    run: ({ which, a, b }) => ({ out: `${which}: ${a ?? 'nothing'}, ${b ?? 'nothing'}` }),
  })
}

describe('lazy inputs', () => {
  //  left ──► l ··a··► switch          ·· lazy
  //  right ─► r ··b··►
  test('run only when the node asks for them', async () => {
    const g = stubGraph()
    const target = addSwitch(g, 'b', g.node('l', g.node('left')), g.node('r', g.node('right')))
    const run = await g.run(target)
    expect(run.value('switch')).toBe('b: nothing, r(right)')
    expect(run.executed).toEqual(['right', 'r', 'switch'])
    expect(run.plan).toEqual({ run: ['switch'], cached: [], skipped: [], lazy: ['left', 'right', 'l', 'r'] })
  })

  test('are found in the cache, like others', async () => {
    const g = stubGraph()
    const target = addSwitch(g, 'b', g.node('l'), g.node('r'))
    await g.run('r')
    const run = await g.run(target)
    expect([run.cached, run.executed]).toEqual([['r'], ['switch']])
    g.set('switch', 'which', 'a')
    expect((await g.run(target)).executed).toEqual(['l', 'switch'])
    g.set('switch', 'which', 'b')
    expect((await g.run(target)).cached).toEqual(['switch'])
  })

  //  one ····► chain        each answer tells what to ask for next
  //  two ····►
  //  three ··►
  test('are asked for in several rounds', async () => {
    const g = stubGraph()
    const rounds: string[] = []
    const next = ({ a, b, c }: Readonly<Record<string, unknown>>) => {
      rounds.push([a, b, c].map((one) => (one === undefined ? '-' : '+')).join(''))
      if (a === undefined) return ['a']
      return b === undefined ? ['b'] : []
    }
    g.add('chain', { from: [g.node('one'), g.node('two'), g.node('three')], ports: { a: lazy, b: lazy, c: lazy }, needs: next })
    const run = await g.run('chain')
    expect(rounds).toEqual(['---', '+--', '++-'])
    expect([run.executed, run.value('chain')]).toEqual([['one', 'two', 'chain'], 'chain(one, two)'])
  })

  //  one ══··► both         two inputs from one node, one of them lazy
  test('stay empty until they are asked for, even where the value is there', async () => {
    const g = stubGraph()
    g.add('both', { from: ['one', 'one'], ports: { b: lazy }, needs: () => [] })
    g.node('one')
    expect((await g.run('both')).value('both')).toBe('both(one)')
  })

  test('are all needed where the node has no `needs`', async () => {
    const g = stubGraph()
    g.add('both', { from: [g.node('one'), g.node('two')], ports: { a: lazy, b: lazy } })
    expect((await g.run('both')).value('both')).toBe('both(one, two)')
  })

  test('may be asked for by an async hook, written values need no asking', async () => {
    const g = stubGraph()
    g.add('pick', {
      from: [g.node('one')],
      values: { b: 'written' },
      ports: { a: lazy, b: lazy },
      needs: async ({ a, b }) => (await Promise.resolve(b === 'written' && a === undefined) ? ['a'] : []),
    })
    expect((await g.run('pick')).value('pick')).toBe('pick(one, written)')
  })

  //  n0 ··► n1 ··► … ··► n2000
  test('do not pile up on the stack', async () => {
    const g = stubGraph()
    g.node('n0')
    for (let i = 1; i <= 2000; i++) g.add(`n${i}`, { type: 'Lazy', from: [`n${i - 1}`], ports: { a: lazy }, run: () => ({ out: '' }) })
    const run = await g.run('n2000')
    expect([run.status, run.executed.length, run.plan?.run]).toEqual(['done', 2001, ['n2000']])
  })

  test.each([
    ['no input of it', ['c']],
    ['not lazy', ['b']],
  ])('asking for what is %s is an error', async (_, asked) => {
    const g = stubGraph()
    g.add('odd', { from: [g.node('one'), g.node('two')], ports: { a: lazy }, needs: () => asked })
    const run = await g.run('odd')
    expect(run.error?.message).toBe(
      `Stub_odd (node odd): its \`needs\` asks for "${asked[0]}", which is no lazy input of it. ` +
        'This is a mistake in the node; tell its author.',
    )
  })

  test('a failure of `needs` is the node\'s', async () => {
    const g = stubGraph()
    g.add('odd', { from: [g.node('one')], ports: { a: lazy }, needs: () => { throw new Error('no idea') } })
    expect((await g.run('odd')).error?.message).toBe('Stub_odd (node odd): no idea.')
  })

  //  each ══► pick ◄·· slow          for each item its own answer
  test('are asked for item by item', async () => {
    const g = stubGraph()
    g.add('each', { outputs: { out: port.int().each() }, run: () => ({ out: [1, 2, 3] }) })
    g.node('low')
    g.node('high')
    g.add('pick', {
      from: ['each', 'low', 'high'],
      ports: { b: lazy, c: lazy },
      needs: ({ a, b }) => (a === 2 && b === undefined ? ['b'] : []),
    })
    const run = await g.run('pick')
    expect(run.executed).toEqual(['each', 'low', 'pick'])
    expect(run.value('pick')).toEqual(['pick(1)', 'pick(2, low)', 'pick(3)'])
  })
})
