import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { blocked } from '../types/blocked.ts'
import { port } from '../types/port.ts'
import { indicesAt, mappedCount } from './lists.ts'
import { stubGraph, type StubGraph } from './testing/stub-graph.ts'

const any = port.any().optional()
const item = port.int({ max: 1_000_000 })

/** A node that gives a list to be mapped over. */
function addList(g: StubGraph, id: string, items: readonly unknown[], count?: number): string {
  const lengths = count === undefined ? undefined : () => ({ out: count })
  return g.add(id, { outputs: { out: port.any().each() }, run: () => ({ out: items }), ...(lengths && { lengths }) })
}

describe('a list that a node gives item by item', () => {
  //  list ══► double ══► after          ══ for each item
  test('is mapped over by what follows', async () => {
    const g = stubGraph()
    addList(g, 'list', [1, 2, 3])
    g.add('double', { from: ['list'], ports: { a: item }, outputs: { out: port.int() }, run: ({ a }) => ({ out: 2 * Number(a) }) })
    const run = await g.run(g.node('after', 'double'))
    expect(run.value('after')).toEqual(['after(2)', 'after(4)', 'after(6)'])
    expect(run.executed).toEqual(['list', 'double', 'after'])
  })

  //  list ══► length ══► after          objects, which no key can stand for but their place in the list
  test('keeps items apart that are no plain values', async () => {
    const g = stubGraph()
    addList(g, 'list', [{ size: 1 }, { size: 2 }, { size: 3 }])
    const sizeOf = (value: unknown) => Number(Reflect.get(Object(value), 'size'))
    g.add('size', { from: ['list'], outputs: { out: port.any() }, run: ({ a }) => ({ out: { size: 10 * sizeOf(a) } }) })
    g.add('after', { from: ['size'], outputs: { out: port.any() }, run: ({ a }) => ({ out: sizeOf(a) + 1 }) })
    expect((await g.run('after')).value('after')).toEqual([11, 21, 31])
    expect((await g.run('after')).value('after')).toEqual([11, 21, 31])
  })

  //  long ══► pair          short ══►
  test('of which the shorter repeats its last item', async () => {
    const g = stubGraph()
    const run = await g.run(g.node('pair', addList(g, 'long', [1, 2, 3]), addList(g, 'short', ['x', 'y'])))
    expect(run.value('pair')).toEqual(['pair(1, x)', 'pair(2, y)', 'pair(3, y)'])
  })

  test('goes together with single values, which stay the same', async () => {
    const g = stubGraph()
    const run = await g.run(g.node('pair', addList(g, 'list', [1, 2]), g.node('one')))
    expect(run.value('pair')).toEqual(['pair(1, one)', 'pair(2, one)'])
  })

  test('goes each with each of another, where the node says so: the last changes fastest', async () => {
    const g = stubGraph()
    g.add('grid', { from: [addList(g, 'rows', [1, 2]), addList(g, 'columns', ['x', 'y', 'z'])], mapping: 'product' })
    const expected = ['1, x', '1, y', '1, z', '2, x', '2, y', '2, z'].map((both) => `grid(${both})`)
    expect((await g.run('grid')).value('grid')).toEqual(expected)
  })

  //  list ══► twice ══► flat          twice gives a list itself
  test('of lists becomes one list', async () => {
    const g = stubGraph()
    addList(g, 'list', [1, 2])
    g.add('twice', { from: ['list'], outputs: { out: port.any().each() }, run: ({ a }) => ({ out: [a, -Number(a)] }) })
    expect((await g.run(g.node('flat', 'twice'))).value('flat')).toEqual(['flat(1)', 'flat(-1)', 'flat(2)', 'flat(-2)'])
  })

  test.each([[[], []], [[7], ['after(7)']]])('may be %j', async (items, expected) => {
    const g = stubGraph()
    expect((await g.run(g.node('after', addList(g, 'list', items)))).value('after')).toEqual(expected)
  })

  //  list ══► gather ──► after
  test('comes as a whole to a node that takes lists, and single values as lists of one', async () => {
    const g = stubGraph()
    const seen: object[] = []
    g.add('gather', {
      from: [addList(g, 'list', [1, 2, 3]), g.node('one')], values: { n: 4 }, ports: { n: port.int(), left: any }, inputList: true,
      run: (inputs) => (seen.push(inputs), { out: 'all' }),
    })
    expect((await g.run(g.node('after', 'gather'))).value('after')).toBe('after(all)')
    expect(seen).toEqual([{ a: [1, 2, 3], b: ['one'], n: [4] }])
  })

  test('is checked item by item where it arrives', async () => {
    const g = stubGraph()
    addList(g, 'list', [1, 2, 99])
    g.add('small', { from: ['list'], ports: { a: port.int({ max: 8 }) } })
    expect((await g.run('small')).error?.message).toBe(
      'Stub_small (node small), input "a": item 3 of 3: expected a whole number of 8 or less, got 99 ' +
        'from output "out" of node list. Set it to 8 or less.',
    )
  })

  test('that is none is the node\'s mistake', async () => {
    const g = stubGraph()
    g.add('list', { outputs: { out: port.int().each() }, run: () => ({ out: 5 }) })
    expect((await g.run('list')).error?.message).toContain('output "out" should be a list of INT, got 5.')
  })
})

describe('mapping', () => {
  test('runs items side by side, as many as the resource class has places', async () => {
    const g = stubGraph()
    const counter = { now: 0, most: 0 }
    addList(g, 'list', Array.from({ length: 20 }, (_, i) => i))
    g.add('slow', {
      from: ['list'], resource: 'io', ports: { a: item },
      run: async ({ a }) => {
        counter.most = Math.max(counter.most, ++counter.now)
        await new Promise((resolve) => setTimeout(resolve, 1))
        counter.now--
        return { out: `${a}` }
      },
    })
    const run = await g.run('slow', { widths: { io: 3 } })
    expect(counter.most).toBe(3)
    expect(run.value('slow')).toEqual(Array.from({ length: 20 }, (_, i) => `${i}`))
  })

  test('keeps each item: a list that grew runs for what is new', async () => {
    const g = stubGraph()
    const seen: unknown[] = []
    const run = async (items: readonly unknown[]) => {
      addList(g, 'list', items)
      g.pluginHash += '' // the list itself has the same type; its version tells it apart
      g.add('list', { version: items.length, outputs: { out: port.any().each() }, run: () => ({ out: items }) })
      g.add('work', { from: ['list'], run: ({ a }) => (seen.push(a), { out: `${a}` }) })
      g.node('after', 'work')
      return (await g.run('after')).value('after')
    }
    await run([1, 2, 3])
    expect(await run([1, 2, 3, 4])).toEqual(['after(1)', 'after(2)', 'after(3)', 'after(4)'])
    expect(seen).toEqual([1, 2, 3, 4])
  })

  test('tells how far it is, and shows what all its runs show', async () => {
    const g = stubGraph()
    addList(g, 'list', [1, 2])
    g.add('show', { from: ['list'], run: ({ a }, { ui, warn }) => (ui({ text: [Number(a)] }), warn(`w${a}`), { out: '' }) })
    const run = await g.run('show')
    expect(run.results.get('show')).toMatchObject({ ui: { text: [1, 2] }, warnings: [{ message: 'w1' }, { message: 'w2' }] })
    expect(run.events.filter((event) => 'node' in event && event.node === 'show').map(({ type }) => type)).toEqual([
      'node.started', 'node.progress', 'node.done',
    ])
    expect(run.events.find(({ type }) => type === 'node.progress')).toMatchObject({ value: 0, max: 2 })
    g.add('list', { version: 2, outputs: { out: port.any().each() }, run: () => ({ out: [2, 3] }) })
    const again = await g.run('show') // 2 is known, 3 is new
    expect(again.results.get('show')).toMatchObject({ ui: { text: [2, 3] }, warnings: [{ message: 'w2' }, { message: 'w3' }] })
  })

  test('fails with the item that failed', async () => {
    const g = stubGraph()
    addList(g, 'list', [1, 2, 3])
    g.add('odd', { from: ['list'], run: ({ a }) => { if (a === 2) throw new Error('two is bad') } })
    const run = await g.run('odd')
    expect(run.error?.message).toBe('Stub_odd (node odd): item 2 of 3: two is bad.')
    expect(run.events.at(-2)).toMatchObject({ type: 'node.failed', node: 'odd', shown: 'odd' })
  })

  //  list ══► grow (expands) ══► after
  test('lets each item expand', async () => {
    const g = stubGraph()
    addList(g, 'list', [1, 2])
    g.define('Step', { ports: { a: any } })
    g.add('grow', { from: ['list'], run: ({ a }, { expand }) => expand(({ node }) => ({ out: node('Step', { a }).out() })) })
    const run = await g.run(g.node('after', 'grow'))
    expect(run.value('after')).toEqual(['after(Step(1))', 'after(Step(2))'])
    expect(run.executed).toEqual(['list', 'grow#0.0', 'grow#1.0', 'grow', 'after'])
  })

  test('is cancelled between items', async () => {
    const g = stubGraph()
    const controller = new AbortController()
    addList(g, 'list', [1, 2, 3, 4, 5, 6, 7, 8, 9])
    const seen: unknown[] = []
    g.add('slow', { from: ['list'], run: ({ a }) => (seen.push(a), a === 2 && controller.abort(), { out: '' }) })
    const run = await g.run('slow', { signal: controller.signal, widths: { cpu: 1 } })
    expect([run.status, seen]).toEqual(['cancelled', [1, 2]])
    expect(run.events.slice(-2).map(({ type }) => type)).toEqual(['node.cancelled', 'run.cancelled'])
  })

  test('skips blocked items', async () => {
    const g = stubGraph()
    addList(g, 'list', [1, blocked('no face'), 3])
    const run = await g.run(g.node('after', g.node('work', 'list')))
    expect(run.status).toBe('done')
    const skipped = run.events.filter(({ type }) => type === 'node.skipped')
    expect(skipped).toMatchObject([
      { node: 'work#1', shown: 'work', by: { node: 'list' }, message: 'no face' },
      { node: 'after#1', shown: 'after', by: { node: 'list' }, message: 'no face' },
    ])
    expect(run.value('after')).toMatchObject(['after(work(1))', { message: 'no face' }, 'after(work(3))'])
  })

  test('copes with equal items: each result is there, the work is done once', async () => {
    const g = stubGraph()
    const seen: unknown[] = []
    addList(g, 'list', [1, 1, 2, 1])
    g.add('work', { from: ['list'], run: async ({ a }) => (await Promise.resolve(), seen.push(a), { out: `${a}` }) })
    expect((await g.run('work')).value('work')).toEqual(['1', '1', '2', '1'])
    expect(seen).toEqual([1, 2])
  })
})

describe('how often a node runs', () => {
  test('is told before anything runs, where it can be known', async () => {
    const g = stubGraph()
    addList(g, 'two', [1, 2], 2)
    addList(g, 'three', [1, 2, 3], 3)
    addList(g, 'open', [1, 2])
    g.add('grid', { from: ['two', 'three'], mapping: 'product' })
    const run = await g.run([g.node('sides', 'two', 'three'), g.node('after', 'grid'), g.node('unknown', 'open', 'two')])
    expect(run.plan?.mapped).toEqual([
      { node: 'grid', count: 6 }, { node: 'sides', count: 3 }, { node: 'unknown' }, { node: 'after', count: 6 },
    ])
    expect(run.value('after')).toHaveLength(6)
  })

  test('is bounded before anything runs', async () => {
    const g = stubGraph()
    g.add('grid', { from: [addList(g, 'a', [], 1000), addList(g, 'b', [], 1000)], mapping: 'product' })
    const run = await g.run('grid')
    expect(run.started).toEqual([])
    expect(run.error?.message).toBe(
      'Stub_grid (node grid): it would run for 1000000 items, which is more than the limit of 100000. ' +
        'Use shorter lists, or raise limits.items in the options of the run.',
    )
  })

  test('is bounded where it shows only in the run: a million items', async () => {
    const g = stubGraph()
    g.isTrusted = true
    addList(g, 'list', Array.from({ length: 1_000_000 }, (_, i) => i))
    const run = await g.run(g.node('work', 'list'))
    expect(run.error?.code).toBe('too_many_items')
    expect(run.executed).toEqual(['list'])
    addList(g, 'few', [1, 2, 3])
    expect((await g.run(g.node('more', 'few'), { limits: { items: 2 } })).error?.code).toBe('too_many_items')
  })

  test('may be ten thousand: time and events stay in proportion', async () => {
    const g = stubGraph()
    addList(g, 'list', Array.from({ length: 10_000 }, (_, i) => i))
    const run = await g.run(g.node('work', 'list'))
    expect((run.value('work') as unknown[]).at(-1)).toBe('work(9999)')
    expect(run.events.length).toBeLessThan(100)
  })
})

test('law: zip and product name each run once, in order, with items that there are', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(lengths, fc.constantFrom('zip' as const, 'product' as const), (lengths, mapping) => {
      const count = mappedCount(mapping, lengths)
      const runs = Array.from({ length: count }, (_, index) => indicesAt(mapping, lengths, index))
      expect(runs.every((run) => run.every((at, list) => at >= 0 && at < lengths[list]!))).toBe(true)
      if (mapping === 'zip') expect(runs).toEqual(runs.map((_, i) => lengths.map((length) => Math.min(i, length - 1))))
      else expect(new Set(runs.map(String)).size).toBe(lengths.reduce((product, one) => product * one, 1))
    }),
  )
})
