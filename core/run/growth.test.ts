import { describe, expect, test } from 'vitest'
import { port } from '../types/port.ts'
import { stubGraph } from './testing/stub-graph.ts'

const any = port.any().optional()

describe('a node that expands itself', () => {
  test('with nothing changed is refused at once: its result would depend on itself', async () => {
    const g = stubGraph()
    g.add('bomb', { type: 'Bomb', run: (_, { expand }) => expand(({ node }) => ({ out: node('Bomb').out() })) })
    const run = await g.run('bomb')
    expect(run.error?.data).toMatchObject({ code: 'dependency_cycle', node: { id: 'bomb' }, cycle: ['bomb', 'bomb'] })
    expect(run.started).toEqual(['bomb'])
  })

  test('forever is refused at the limit on depth', async () => {
    const g = stubGraph()
    g.add('bomb', {
      type: 'Bomb', ports: { n: port.int({ default: 0 }) },
      run: ({ n }, { expand }) => expand(({ node }) => ({ out: node('Bomb', { n: Number(n) + 1 }).out() })),
    })
    const run = await g.run('bomb')
    expect(run.error?.code).toBe('expansion_limit')
    expect(run.error?.message).toContain('expansions are nested more than 500 deep. Does it expand itself without end?')
    expect(run.error?.node?.id).toBe('bomb')
    expect(run.events.at(-1)?.type).toBe('run.failed')
  })

  test('into two, and they into two, is refused at the limit on nodes', async () => {
    const g = stubGraph()
    g.define('Both', { ports: { a: any, b: any } })
    g.add('bomb', {
      type: 'Bomb', ports: { n: port.any({ default: 0 }) },
      run: ({ n }, { expand }) => expand(({ node }) => {
        const half = (side: string) => node('Bomb', { n: `${n}${side}` }).out()
        return { out: node('Both', { a: half('l'), b: half('r') }).out() }
      }),
    })
    const run = await g.run('bomb', { limits: { nodes: 3_000, depth: 1e9 } })
    expect(run.error?.message).toContain('expansions have added more than 3000 nodes.')
  })

  test('into its next round forever is refused too', async () => {
    const g = stubGraph()
    g.add('bomb', {
      type: 'Bomb', ports: { n: port.int({ default: 0 }) },
      run: ({ n }, { expand }) => expand(({ node }) => ({ out: node('Bomb', { n: Number(n) + 1 }).out() }), { continues: true }),
    })
    expect((await g.run('bomb', { limits: { nodes: 2_000 } })).error?.code).toBe('expansion_limit')
  })

  //  deep: [ deep: [ … ] ]
  test('5,000 levels deep, where the settings allow it, ends well: no call stack is in the way', async () => {
    const g = stubGraph()
    g.add('deep', {
      type: 'Deep', values: { n: 5_000 }, ports: { n: port.int() },
      run: ({ n }, { expand }) => (n === 0 ? { out: 'the bottom' } : expand(({ node }) => ({ out: node('Deep', { n: Number(n) - 1 }, { id: 'd' }).out() }))),
    })
    const run = await g.run('deep', { limits: { depth: 5_000 } })
    expect([run.status, run.value('deep')]).toEqual(['done', 'the bottom'])
  })
})

describe('a cycle', () => {
  //  a ──► b ──► a
  test('of the file is refused with its way', async () => {
    const g = stubGraph()
    g.add('a', { from: ['b'] })
    g.add('b', { from: ['a'] })
    expect((await g.run('a')).error?.data).toMatchObject({ code: 'dependency_cycle', cycle: ['a', 'b', 'a'] })
  })

  //  big: [ first ──► second ──► first ]
  test('within an expansion is refused before any of it runs', async () => {
    const g = stubGraph()
    g.define('Step', { ports: { a: any } })
    g.add('big', {
      run: (_, { expand }) => expand(({ node }) => {
        const first = node('Step')
        const second = node('Step', { a: first.out() })
        first.set('a', second.out())
        return { out: second.out() }
      }),
    })
    const run = await g.run('big')
    expect(run.error?.data).toMatchObject({ code: 'dependency_cycle', node: { id: 'big' }, cycle: ['big.0', 'big.1', 'big.0'] })
    expect(run.started).toEqual(['big'])
  })

  //  big ──► after          big: [ step ◄── after ]
  test('that comes about through an expansion is refused with its way', async () => {
    const g = stubGraph()
    g.define('Step', { ports: { a: any } })
    g.add('big', { run: (_, { expand }) => expand(({ node, link }) => ({ out: node('Step', { a: link('after', 'out') }).out() })) })
    const run = await g.run(g.node('after', 'big'))
    expect(run.error?.code).toBe('dependency_cycle')
    expect(run.error?.message).toContain('its result depends on itself, after expansion: ')
    expect(new Set(run.error?.data.cycle)).toEqual(new Set(['big', 'big.0', 'after']))
    expect(run.error?.data.cycle?.at(-1)).toBe(run.error?.data.cycle?.[0])
    expect(run.events.at(-1)).toMatchObject({ type: 'run.failed', error: { code: 'dependency_cycle' } })
  })

  test('through a lazy input that is asked for is refused before', async () => {
    const g = stubGraph()
    g.add('a', { from: ['b'], ports: { a: any.lazy() }, needs: () => [] })
    g.add('b', { from: ['a'] })
    expect((await g.run('a')).error?.code).toBe('dependency_cycle')
  })

  //  one: [ step ◄── two ]          two: [ step ◄── one ]
  test('of two expansions that wait for one another is refused', async () => {
    const g = stubGraph()
    g.define('Step', { ports: { a: any } })
    const to = (other: string) => ({
      run: (_: object, { expand }: Parameters<NonNullable<Parameters<typeof g.add>[1] & object>['run'] & object>[1]) =>
        expand(({ node, link }) => ({ out: node('Step', { a: link(other, 'out') }).out() })),
    })
    g.add('one', to('two'))
    g.add('two', to('one'))
    expect((await g.run(['one', 'two'])).error?.code).toBe('dependency_cycle')
  })
})
