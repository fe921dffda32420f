import { describe, expect, test } from 'vitest'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { port } from '../types/port.ts'
import { defineService, provide } from '../types/service.ts'
import type { ResourceClass } from '../types/node-type.ts'
import { stubGraph } from './testing/stub-graph.ts'

/** Counts how many nodes run at a time, and at most did. Each waits until so many are there as are expected. */
function crowd(expected: number) {
  const counter = { now: 0, most: 0 }
  const run = async () => {
    counter.most = Math.max(counter.most, ++counter.now)
    for (let turn = 0; turn < 100 && counter.most < expected; turn++) await nextTurn()
    counter.now--
    return { out: '' }
  }
  return { counter, run }
}

describe('nodes that do not depend on each other', () => {
  //  n0   n1   n2   n3   n4        all of one resource class
  const widths: [ResourceClass, number][] = [['io', 3], ['cpu', 2], ['device', 1]]
  test.each(widths)('overlap in class %s up to %i', async (resource, width) => {
    const g = stubGraph()
    const { counter, run } = crowd(width)
    const ids = Array.from({ length: 5 }, (_, i) => g.add(`n${i}`, { resource, run }))
    await g.run(ids, { widths: { io: 3, cpu: 2, device: 1 } })
    expect(counter.most).toBe(width)
  })

  //  read (io)     think (cpu)     denoise (device)
  test('overlap across classes', async () => {
    const g = stubGraph()
    const { counter, run } = crowd(3)
    const classes: ResourceClass[] = ['io', 'cpu', 'device']
    const ids = classes.map((resource) => g.add(resource, { resource, run }))
    await g.run(ids, { widths: { io: 1, cpu: 1, device: 1 } })
    expect(counter.most).toBe(3)
  })

  //  slow ──► a
  //  fast ──► b ──► c
  test('do not wait for each other', async () => {
    const g = stubGraph()
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    g.add('slow', { run: () => held.then(() => ({ out: 'slow' })) })
    g.add('fast')
    const a = g.node('a', 'slow')
    const c = g.add('c', { from: [g.node('b', 'fast')], run: () => (release(), { out: 'c' }) })
    const run = await g.run([a, c])
    expect(run.executed).toEqual(['fast', 'b', 'c', 'slow', 'a'])
  })
})

describe('what a node gets', () => {
  const GREETER = defineService<{ greet(name: string): string }>('greeter')

  test('its inputs: values, defaults, links, undefined for what is left out, and what the engine knows', async () => {
    const g = stubGraph()
    g.node('a')
    const seen: object[] = []
    g.add('b', {
      from: ['a'],
      values: { n: 5, object: { value: { deep: [1] } } },
      ports: {
        n: port.int(),
        m: port.int({ default: 7 }),
        missing: port.string().optional(),
        id: port.hidden('node_id'),
        metadata: port.hidden('metadata'),
        workflow: port.hidden('workflow'),
        seed: port.seed(),
      },
      run: (inputs) => void seen.push(inputs),
      outputs: {},
    })
    g.set('b', 'seed', 'random')
    const run = await g.run('b', { metadata: { job: 'j1' } })

    const [inputs] = seen
    const seed = run.workflow!.nodes[1]!.inputs!['seed']
    const known = { id: 'b', metadata: { job: 'j1' }, workflow: run.workflow }
    expect(inputs).toEqual({ a: 'a', object: { deep: [1] }, n: 5, m: 7, seed, ...known })
    expect(Number.isSafeInteger(seed)).toBe(true)
    expect(run.events[0]).toMatchObject({ type: 'run.started', seeds: [{ node: 'b', input: 'seed', value: seed }] })
  })

  test('its context: paths, itself, and the services that the host lends', async () => {
    const g = stubGraph()
    g.add('hello', { run: (_, { use, node, paths }) => ({ out: `${use(GREETER).greet(node.id)} in ${paths.models}` }) })
    const services = [provide(GREETER, { greet: (name: string) => `hello ${name}` })]
    expect((await g.run('hello', { services })).value('hello')).toBe('hello hello in /none')
  })

  test('a clear error for a service that is not there', async () => {
    const g = stubGraph()
    g.add('hello', { run: (_, { use }) => ({ out: use(GREETER).greet('you') }) })
    expect((await g.run('hello')).error?.message).toBe(
      'Stub_hello (node hello): it needs the service "greeter", which this run does not have. ' +
        'Run it where that service is provided, or provide it in the options of the run.',
    )
  })
})

describe('a node that fails', () => {
  //  bad ──► after       other ──► last
  test('ends the run: nothing new begins, and the error names the node', async () => {
    const g = stubGraph()
    g.add('bad', { run: () => Promise.reject(new RangeError('too far')) })
    const after = g.node('after', 'bad')
    const last = g.node('last', g.node('other'))
    const run = await g.run([after, last], { widths: { cpu: 1 } })

    expect(run.status).toBe('failed')
    expect(run.error?.message).toBe('Stub_bad (node bad): too far.')
    expect(run.error?.cause).toBeInstanceOf(RangeError)
    expect(run.started).toEqual(['bad'])
    expect(run.events.map(({ type }) => type)).toEqual(['run.started', 'node.started', 'node.failed', 'run.failed'])
    expect(run.events.at(-1)).toMatchObject({ error: { node: { id: 'bad' }, problem: 'too far' } })
  })

  test('stops the ones that run beside it', async () => {
    const g = stubGraph()
    let begin = () => {}
    const longHasBegun = new Promise<void>((resolve) => {
      begin = resolve
    })
    g.add('bad', { run: () => longHasBegun.then(() => Promise.reject(new Error('broken'))) })
    g.add('long', { run: (_, { signal }) => (begin(), untilAborted(signal)) })
    const run = await g.run(['bad', 'long'])
    expect(run.error?.node?.id).toBe('bad')
    const ofNodes = run.events.filter((event) => 'node' in event)
    expect(ofNodes.map(({ type, node }) => [type, node])).toEqual([
      ['node.started', 'bad'],
      ['node.started', 'long'],
      ['node.failed', 'bad'],
      ['node.cancelled', 'long'],
    ])
  })

  test('has not lost what ran before it', async () => {
    const g = stubGraph()
    let isBroken = true
    g.node('a')
    g.add('b', { from: ['a'], run: () => (isBroken ? Promise.reject(new Error('broken')) : { out: 'mended' }) })
    await g.run('b')
    isBroken = false
    const run = await g.run('b')
    expect([run.cached, run.executed, run.value('b')]).toEqual([['a'], ['b'], 'mended'])
  })
})

describe('a node that gives something else than it declares', () => {
  test.each<[string, object, string]>([
    ['a wrong type', { out: 5 }, 'output "out" should be STRING, got 5. This is a mistake in the node; tell'],
    ['a wrong name', { picture: 'x' }, 'it gave an output "picture", but declares out.'],
    ['a name that every object has', { out: '', constructor: 1 }, 'it gave an output "constructor", but declares out.'],
    ['too little', {}, 'it gave no output "out".'],
  ])('%s is an error, and is not cached', async (_, given, message) => {
    const g = stubGraph()
    g.add('odd', { run: () => given })
    const run = await g.run('odd')
    expect(run.error?.message).toContain(`Stub_odd (node odd): ${message}`)
    expect(run.error?.code).toBe('wrong_output')
    expect(g.cache.size).toBe(0)
  })

  //  any ──► n (whole number from 1 to 8)         what arrives is checked like what is written
  test.each<[unknown, string, string]>([
    ['text', 'return_type_mismatch', 'expected INT, got "text" from output "out" of node any'],
    [9, 'value_bigger_than_max', 'expected a whole number from 1 to 8, got 9 from output "out" of node any. Set it'],
  ])('%j through a socket of any type is refused where it arrives', async (value, code, message) => {
    const g = stubGraph()
    g.add('any', { outputs: { out: port.any() }, run: () => ({ out: value }) })
    g.add('n', { values: { size: { from: 'any', output: 'out' } }, ports: { size: port.int({ min: 1, max: 8 }) } })
    const run = await g.run('n')
    expect(run.error?.message).toContain(`Stub_n (node n), input "size": ${message}`)
    expect(run.error?.code).toBe(code)
  })
})

describe('cancelling', () => {
  //  a ──► long ──► after
  test('reaches the node that runs; the run ends cancelled and keeps what was done', async () => {
    const g = stubGraph()
    const controller = new AbortController()
    g.node('a')
    g.add('long', { from: ['a'], run: (_, { signal }) => (controller.abort(), untilAborted(signal)) })
    const run = await g.run(g.node('after', 'long'), { signal: controller.signal })

    expect(run.status).toBe('cancelled')
    expect(run.error).toBeUndefined()
    expect(run.executed).toEqual(['a'])
    expect(run.events.slice(-2).map(({ type }) => type)).toEqual(['node.cancelled', 'run.cancelled'])
    expect(g.cache.size).toBe(1)
  })

  test('waits until the node has cleaned up', async () => {
    const g = stubGraph()
    const controller = new AbortController()
    let isClean = false
    const run = async (_: object, { signal }: { signal: AbortSignal }) => {
      controller.abort()
      await untilAborted(signal).catch(() => nextTurn())
      isClean = true
      throw new Error('stopped in the middle')
    }
    g.add('long', { run })
    expect((await g.run('long', { signal: controller.signal })).status).toBe('cancelled')
    expect(isClean).toBe(true)
  })

  test('before it began runs nothing', async () => {
    const g = stubGraph()
    const run = await g.run(g.node('a'), { signal: AbortSignal.abort() })
    expect([run.status, run.started]).toEqual(['cancelled', []])
    expect(run.events.at(-1)?.type).toBe('run.cancelled')
  })

  test('after the last node changes nothing', async () => {
    const g = stubGraph()
    const controller = new AbortController()
    g.add('a', { run: () => (controller.abort(), { out: 'done' }) })
    expect((await g.run('a', { signal: controller.signal })).status).toBe('done')
  })
})

/** Settles when the signal is aborted, as a well-behaved node does. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
