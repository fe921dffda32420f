import { describe, expect, test } from 'vitest'
import { defineNode } from '../types/node-type.ts'
import { port } from '../types/port.ts'
import { RawLink } from '../types/expansion.ts'
import { stubGraph, type StubOptions } from './testing/stub-graph.ts'

const text = port.any().optional()

describe('a node that expands', () => {
  //  start ──► big ──► end            big:  a ──► first ──► second ──► out
  const drawn = () => {
    const g = stubGraph()
    g.define('Step', { ports: { a: text, n: port.int({ default: 0 }) }, run: ({ a, n }) => ({ out: `${a}+${n}` }) })
    g.node('start')
    g.add('big', {
      from: ['start'],
      values: { n: 1 },
      ports: { n: port.int() },
      run: ({ a, n }, { expand }) =>
        expand(({ node }) => {
          const first = node('Step', { a, n })
          return { out: node('Step', { a: first.out(), n: 7 }, { id: 'last' }).out('out') }
        }),
    })
    return { g, end: g.node('end', 'big') }
  }

  test('is replaced by a graph, whose nodes are told of under their paths and shown as the node', async () => {
    const { g, end } = drawn()
    const run = await g.run(end)
    expect(run.value('end')).toBe('end(start+1+7)')
    expect(run.executed).toEqual(['start', 'big.0', 'big.last', 'big', 'end'])
    const told = run.events.filter((event) => 'node' in event && event.shown === 'big')
    expect(told.map((event) => [event.type, 'node' in event && event.node])).toEqual([
      ['node.started', 'big'],
      ['node.expanded', 'big'],
      ['node.started', 'big.0'],
      ['node.done', 'big.0'],
      ['node.started', 'big.last'],
      ['node.done', 'big.last'],
      ['node.done', 'big'],
    ])
    const nodes = [{ node: 'big.0', type: 'Step' }, { node: 'big.last', type: 'Step' }]
    expect(told[1]).toMatchObject({ nodes })
  })

  test('may hold nodes with fingerprints that read one another', async () => {
    const g = stubGraph()
    const linked: unknown[] = []
    const ports = { a: text }
    g.define('Printed', { ports, fingerprint: (_, context) => (linked.push(...context.linked), 0), run: ({ a }) => ({ out: `${a}!` }) })
    g.add('big', { run: (_, { expand }) => expand(({ node }) => ({ out: node('Printed', { a: node('Printed', { a: 'x' }).out() }).out() })) })
    const run = await g.run('big')
    expect([run.value('big'), linked]).toEqual(['x!!', [['a', 'STRING']]])
  })

  test('is cached as a whole, and its nodes one by one', async () => {
    const { g, end } = drawn()
    await g.run(end)
    expect((await g.run(end)).cached).toEqual(['start', 'big', 'end'])
    g.add('big', {
      from: ['start'],
      values: { n: 2 },
      ports: { n: port.int() },
      run: ({ a }, { expand }) => expand(({ node }) => ({ out: node('Step', { a: node('Step', { a, n: 1 }).out(), n: 9 }).out() })),
    })
    const again = await g.run(end)
    expect([again.cached, again.executed]).toEqual([['start', 'big.0'], ['big.1', 'big', 'end']])
  })

  test('may pass on values of any kind, which keep the identity that they came with', async () => {
    const g = stubGraph()
    g.isTrusted = true
    const buffer = new Float32Array([1, 2, 3])
    g.add('source', { outputs: { out: port.any() }, run: () => ({ out: buffer }) })
    g.define('Sum', { ports: { a: text }, outputs: { out: port.any() }, run: ({ a }) => ({ out: a }) })
    g.add('big', {
      from: ['source'],
      outputs: { out: port.any() },
      run: ({ a }, { expand }) => expand(({ node }) => ({ out: node('Sum', { a }).out() })),
    })
    expect((await g.run('big')).value('big')).toBe(buffer)
    const sums = stubGraph()
    sums.isTrusted = true
    sums.add('source', { outputs: { out: port.any() }, run: () => ({ out: buffer }) })
    sums.define('Sum', { ports: { a: text }, run: ({ a }) => ({ out: `sum of ${(a as Float32Array).length}` }) })
    const expanding = (salt: number): StubOptions => ({
      from: ['source'], values: { salt }, ports: { salt: port.int() },
      run: ({ a }, { expand }) => expand(({ node }) => ({ out: node('Sum', { a }).out() })),
    })
    sums.add('big', expanding(1))
    await sums.run('big')
    sums.add('big', expanding(2)) // another key of its own, the same value inside
    expect((await sums.run('big')).cached).toEqual(['source', 'big.0'])
  })

  test('may be typed from end to end', async () => {
    const add = defineNode({
      type: 'Add', category: 'test', inputs: { a: port.int(), b: port.int() }, outputs: { sum: port.int() },
      run: ({ a, b }) => ({ sum: a + b }),
    })
    const g = stubGraph()
    g.add('big', {
      outputs: { out: port.int() },
      run: (_, { expand }) => expand(({ node }) => {
        const one = node('Add', { a: 1, b: 2 })
        const two = node(add, { a: one.out('sum'), b: 4 })
        // @ts-expect-error Add has no output of that name
        void (() => two.out('product'))
        return { out: two.out('sum') }
      }),
    })
    g.define('Add', { ports: add.inputs, outputs: add.outputs, run: ({ a, b }) => ({ sum: Number(a) + Number(b) }) })
    expect((await g.run('big')).value('big')).toBe(7)
  })

  //  big: [ save ]  out = a value          the output node inside runs although nothing reads it
  test('runs output nodes inside, whose results count as its own', async () => {
    const g = stubGraph()
    const ui = { images: [{ filename: 'a.png' }] }
    g.define('Save', { output: true, ports: { a: text }, outputs: {}, run: (_, context) => (context.ui(ui), context.warn('small'), {}) })
    g.add('big', { run: (_, { expand }) => expand(({ node }) => (node('Save', { a: 1 }), { out: 'a value' })) })
    const run = await g.run('big')
    expect([run.value('big'), run.executed]).toEqual(['a value', ['big.0', 'big']])
    expect(run.results.get('big')).toMatchObject({ ui, warnings: [{ message: 'small' }] })
    const again = await g.run('big')
    expect(again.events.filter(({ type }) => type !== 'run.done').slice(1)).toMatchObject([
      { type: 'node.cached', node: 'big', ui },
      { type: 'node.warning', node: 'big', message: 'small' },
    ])
  })

  test('progress and failure inside belong to the node that the person sees', async () => {
    const g = stubGraph()
    g.define('Step', { run: (_, { progress }) => (progress(3, 9), Promise.reject(new RangeError('too far'))) })
    g.define('Outer', { run: (_, { expand }) => expand(({ node }) => ({ out: node('Step', {}, { title: 'The step' }).out() })) })
    g.add('big', { title: 'Big', run: (_, { expand }) => expand(({ node }) => ({ out: node('Outer').out() })) })
    const run = await g.run('big')
    expect(run.error?.message).toBe('"Big" (Stub_big, node big): inside it, "The step" (Step, node big.0.0): too far.')
    expect(run.error?.node).toEqual({ id: 'big', type: 'Stub_big', title: 'Big' })
    expect(run.events.filter((event) => 'shown' in event && event.shown !== 'big')).toEqual([])
    expect(run.events.find(({ type }) => type === 'node.progress')).toMatchObject({ node: 'big.0.0', shown: 'big', value: 3 })
    const failed = run.events.flatMap((event) => (event.type === 'node.failed' ? [event.node] : []))
    expect(failed).toEqual(['big.0.0', 'big.0', 'big'])
  })

  //  big: inner ◄── outside          outside is nothing that big needs
  test('may link to nodes outside that nothing needed before', async () => {
    const g = stubGraph()
    g.node('outside', g.node('far'))
    g.define('Step', { ports: { a: text } })
    g.add('big', { run: (_, { expand }) => expand(({ node, link: to }) => ({ out: node('Step', { a: to('outside', 'out') }).out() })) })
    const run = await g.run('big')
    expect([run.value('big'), run.executed]).toEqual(['Step(outside(far))', ['far', 'outside', 'big.0', 'big']])
  })

  test('gives what several of its outputs link to, in any mixture', async () => {
    const g = stubGraph()
    g.define('Two', { outputs: { left: port.string(), right: port.string() }, run: () => ({ left: 'l', right: 'r' }) })
    g.add('big', {
      outputs: { out: port.string(), other: port.string(), plain: port.int(), none: port.int().optional() },
      run: (_, { expand }) => expand(({ node }) => {
        const two = node('Two')
        return { out: two.out(1), other: two.out('left'), plain: 5 }
      }),
    })
    const outputs = (await g.run('big')).results.get('big')!.outputs
    expect([...outputs].map(([name, { value }]) => [name, value])).toEqual([
      ['out', 'r'], ['other', 'l'], ['plain', 5], ['none', undefined],
    ])
  })
})

describe('an expansion that is wrong is refused before any of it runs', () => {
  test.each<[string, (node: Draw) => RawLink | string, string]>([
    ['an unknown type', (node) => node('Stepp').out(0), 'inside it, Stepp (node big.0): there is no node type "Stepp" here. Did you mean "Step"?'],
    ['an unknown input', (node) => node('Step', { b: 1 }).out(), 'inside it, Step (node big.0), input "b": Step has no input of that name.'],
    ['a missing input', (node) => node('Strict').out(), 'inside it, Strict (node big.0), input "n": expected a value or link of type INT, got nothing.'],
    ['a value of another type', (node) => node('Strict', { n: 'x' }).out(), 'input "n": expected a whole number from 1 to 8, got "x".'],
    ['a value out of range', (node) => node('Strict', { n: 9 }).out(), 'input "n": expected a whole number from 1 to 8, got 9. Set it to 8 or less.'],
    ['a link of another type', (node) => node('Strict', { n: node('Step').out() }).out(), 'input "n": expected INT, got STRING from output "out" of node big.0.'],
    ['a link to a node that there is not', (node) => node('Step', { a: link0('gone') }).out(), 'input "a": it is linked to node gone, which there is not.'],
    ['a link to an output that there is not', (node) => node('Step', { a: node('Step').out(3) }).out(), 'input "a": it is linked to output 3 of Step (node big.0), which has no such output.'],
    ['two nodes of one id', (node) => (node('Step', {}, { id: 'x' }), node('Step', {}, { id: 'x' }).out()), 'its expansion has two nodes with the id "x" (big.x).'],
    ['a random seed', (node) => node('Seeded', { seed: 'random' }).out(), 'input "seed": a random seed can\'t be drawn inside an expansion'],
    ['an output of another type', () => 5 as unknown as string, 'output "out" should be STRING, got 5.'],
  ])('%s', async (_, draw, message) => {
    const g = stubGraph()
    g.define('Step', { ports: { a: text } })
    g.define('Strict', { ports: { n: port.int({ min: 1, max: 8 }) } })
    g.define('Seeded', { ports: { seed: port.seed() } })
    g.add('big', { run: (_, { expand }) => expand(({ node }) => ({ out: draw(node as Draw) })) })
    const run = await g.run('big')
    expect(run.error?.message).toContain(message)
    expect(run.error?.message).toContain('Stub_big (node big): ')
    expect(run.executed).toEqual([])
  })

  test.each([
    ['nothing', undefined, 'what draws its expansion should give its outputs by name, got nothing'],
    ['a promise', Promise.resolve({ out: 'x' }), 'what draws its expansion should give its outputs by name, got a promise; draw it at once'],
  ])('%s instead of outputs', async (_, drawn, problem) => {
    const g = stubGraph()
    g.add('big', { run: (_inputs, { expand }) => expand(() => drawn as never) }) // as a plugin in JavaScript might
    expect((await g.run('big')).error?.message).toBe(`Stub_big (node big): ${problem}. This is a mistake in the node; tell its author.`)
  })

  test('by the check of a node in it', async () => {
    const g = stubGraph()
    g.define('Careful', { ports: { a: text }, validate: ({ a }: { a?: unknown }) => (a === 1 ? [{ input: 'a', problem: 'one is none' }] : []) })
    g.add('big', { run: (_, { expand }) => expand(({ node }) => ({ out: node('Careful', { a: 1 }).out() })) })
    expect((await g.run('big')).error?.message).toBe('Stub_big (node big): inside it, Careful (node big.0), input "a": one is none.')
  })
})

type Draw = (type: string, inputs?: object, options?: { id?: string }) => { out(output?: string | number): RawLink }
const link0 = (from: string) => new RawLink(from, 'out')
