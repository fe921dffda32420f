import { describe, expect, test } from 'vitest'
import { Blocked, blocked } from '../types/blocked.ts'
import { port } from '../types/port.ts'
import { link, stubGraph } from './testing/stub-graph.ts'

describe('a blocked output', () => {
  const graph = (message?: string) => {
    const g = stubGraph()
    g.add('gate', {
      from: [g.node('start')],
      outputs: { out: port.string(), open: port.string() },
      run: () => ({ out: blocked(message), open: 'open' }),
    })
    const behind = g.node('behind', g.node('next', 'gate'))
    g.add('other', { from: [link('gate', 'open')] })
    return { g, behind }
  }

  //  start ──► gate ─out (blocked)─► next ──► behind
  //             └──open──► other
  test('skips what depends on it, silently, and nothing else', async () => {
    const { g, behind } = graph()
    const run = await g.run([behind, 'other'])
    expect([run.status, run.executed, run.value('other')]).toEqual(['done', ['start', 'gate', 'other'], 'other(open)'])
    const by = { node: 'gate', shown: 'gate' }
    const stamp = { v: 1, run: 'r1', seq: expect.any(Number) as number, at: expect.any(Number) as number }
    expect(run.events.filter(({ type }) => type === 'node.skipped')).toEqual([
      { ...stamp, type: 'node.skipped', node: 'next', shown: 'next', by },
      { ...stamp, type: 'node.skipped', node: 'behind', shown: 'behind', by },
    ])
    expect(run.value('behind')).toEqual(new Blocked(undefined, by))
  })

  test('says why, and who blocked', async () => {
    const { g, behind } = graph('no face was found')
    const run = await g.run(behind)
    const told = { by: { node: 'gate' }, message: 'no face was found' }
    expect(run.events.filter(({ type }) => type === 'node.skipped')).toMatchObject([told, told])
  })

  test('is known again from the cache', async () => {
    const { g, behind } = graph('closed')
    await g.run(behind)
    const run = await g.run(behind)
    expect([run.cached, run.executed]).toEqual([['start', 'gate'], []])
    expect(run.events.filter(({ type }) => type === 'node.skipped')).toHaveLength(2)
  })

  //  gate ··blocked··► pick          it does not ask for it
  test('does not block a node that leaves it aside', async () => {
    const { g } = graph()
    g.add('pick', { from: ['gate', 'start'], ports: { a: port.any().lazy() }, needs: () => [] })
    expect((await g.run('pick')).value('pick')).toBe('pick(start)')
  })

  test('blocks a node that takes whole lists', async () => {
    const g = stubGraph()
    g.add('list', { outputs: { out: port.any().each() }, run: () => ({ out: [1, blocked('bad')] }) })
    g.add('gather', { from: ['list'], inputList: true })
    const run = await g.run('gather')
    expect([run.executed, run.value('gather')]).toMatchObject([['list'], { message: 'bad', by: { node: 'list' } }])
  })

  //  big: gate ──► step ──► out ──► after
  test('goes through an expansion, and names the node inside and the one that is seen', async () => {
    const g = stubGraph()
    g.define('Gate', { run: () => ({ out: blocked('closed') }) })
    g.define('Step', { ports: { a: port.any().optional() } })
    g.add('big', { run: (_, { expand }) => expand(({ node }) => ({ out: node('Step', { a: node('Gate').out() }).out() })) })
    const run = await g.run(g.node('after', 'big'))
    expect(run.executed).toEqual(['big.0', 'big'])
    expect(run.events.filter(({ type }) => type === 'node.skipped')).toMatchObject([
      { node: 'big.1', shown: 'big', by: { node: 'big.0', shown: 'big' } },
      { node: 'after', shown: 'after', by: { node: 'big.0', shown: 'big' }, message: 'closed' },
    ])
  })

  test('may be what an expansion gives, or is given', async () => {
    const g = stubGraph()
    g.define('Step', { ports: { a: port.any().optional() } })
    g.add('big', {
      outputs: { out: port.string(), other: port.string() },
      run: (_, { expand }) => expand(({ node }) => ({ out: blocked('a'), other: node('Step', { a: blocked('b') }).out() })),
    })
    const outputs = (await g.run('big')).results.get('big')!.outputs
    expect([...outputs.values()].map(({ value }) => value)).toMatchObject([{ message: 'a' }, { message: 'b' }])
  })
})
