import { describe, expect, test } from 'vitest'
import { port } from '../types/port.ts'
import { link, stubGraph } from './testing/stub-graph.ts'

describe('what a plan runs', () => {
  //  a ──► b ──► saveB (output)
  //  └───► c ──► saveC (output)
  test('is everything that the output nodes need, or what the named targets need', async () => {
    const g = stubGraph()
    const a = g.node('a')
    const b = g.node('b', a)
    const c = g.node('c', a)
    const saveB = g.add('saveB', { from: [b], output: true })
    const saveC = g.add('saveC', { from: [c], output: true })

    expect((await g.run()).plan).toEqual({ run: [a, b, c, saveB, saveC], cached: [], skipped: [] })
    expect((await g.run(b)).plan).toEqual({ run: [], cached: [a, b], skipped: [c, saveB, saveC] })
    expect((await g.run([b, saveC])).results.size).toBe(2)
  })

  //  a ──► b ──► c        the cache has lost a and b, but not c
  test('is nothing behind a result that is known', async () => {
    const g = stubGraph()
    const c = g.node('c', g.node('b', g.node('a')))
    const first = await g.run(c)
    const [known] = [...first.results.values()]
    const cache = { get: (key: string) => (key === keyOfC ? known : undefined), set: () => {} }
    let keyOfC = ''
    await g.run(c, { cache: { get: (key) => void (keyOfC ||= key), set: () => {} } })

    const again = await g.run(c, { cache })
    expect(again.plan).toEqual({ run: [], cached: ['a', 'b', 'c'], skipped: [] })
    expect(again.value(c)).toBe('c(b(a))')
  })

  test('may wait for a cache that answers later', async () => {
    const g = stubGraph()
    const b = g.node('b', g.node('a'))
    const slow = { get: async (key: string) => g.cache.get(key), set: g.cache.set.bind(g.cache) }
    await g.run(b, { cache: slow })
    expect((await g.run(b, { cache: slow })).cached).toEqual(['a', 'b'])
  })

  test('asks for a node that is not there', async () => {
    const g = stubGraph()
    g.node('save')
    const run = await g.run('sav')
    expect(run.error?.message).toBe(
      'the run is asked for node "sav", which the workflow does not have. Did you mean "save"?',
    )
    expect((await g.run([])).error?.code).toBe('prompt_no_outputs')
  })
})

/** Whether a second graph, drawn by `change`, finds the result of the first in the cache. */
async function staysCached(change: (g: ReturnType<typeof stubGraph>) => void): Promise<boolean> {
  const g = stubGraph()
  const ports = { n: port.int({ default: 5 }) }
  g.add('a', { outputs: { out: port.string(), other: port.string() }, run: () => ({ out: 'o', other: 'o' }) })
  g.add('b', { from: ['a'], values: { n: 5 }, ports })
  await g.run('b')
  change(g)
  return (await g.run('b')).cached.includes('b')
}

describe('a result is found again', () => {
  const ports = { n: port.int({ default: 5 }) }
  const b = { from: ['a'], values: { n: 5 }, ports }

  test.each<[string, (g: ReturnType<typeof stubGraph>) => void]>([
    ['when nothing changed', () => {}],
    ['when a default is written out or left out', (g) => g.add('b', { from: ['a'], ports })],
    ['when a link is by index', (g) => g.add('b', { ...b, from: [link('a', 0)] })],
    ['when a node that it does not need changed', (g) => g.add('c', { from: ['b'] })],
  ])('%s', async (_, change) => {
    expect(await staysCached(change)).toBe(true)
  })
})

describe('a result is not used again', () => {
  const ports = { n: port.int({ default: 5 }) }
  const b = { from: ['a'], values: { n: 5 }, ports }
  const outputs = { out: port.string(), other: port.string() }
  const run = () => ({ out: 'o', other: 'o' })

  test.each<[string, (g: ReturnType<typeof stubGraph>) => void]>([
    ['when an input changed', (g) => g.set('b', 'n', 6)],
    ['when it takes another output of the same node', (g) => g.add('b', { ...b, from: [link('a', 'other')] })],
    ['when its version changed', (g) => g.add('b', { ...b, version: 2 })],
    ['when the version of one before it changed', (g) => g.add('a', { outputs, run, version: 2 })],
    ['when its type changed', (g) => g.add('b', { ...b, type: 'Another' })],
    ['when its plugin changed', (g) => void (g.pluginHash = 'other')],
    ['when it gets a fingerprint', (g) => g.add('b', { ...b, fingerprint: () => 'f' })],
  ])('%s', async (_, change) => {
    expect(await staysCached(change)).toBe(false)
  })

  test('when the environment changed (device, precision)', async () => {
    const g = stubGraph()
    const a = g.node('a')
    await g.run(a, { environment: { device: 'cpu' } })
    expect((await g.run(a, { environment: { device: 'webgpu' } })).executed).toEqual([a])
    expect((await g.run(a, { environment: { device: 'cpu' } })).cached).toEqual([a])
  })
})

describe('nodes of one type with equal inputs', () => {
  const twin = { type: 'Twin', values: { n: 1 } }

  //  first          second          run one after the other
  test('share a result', async () => {
    const g = stubGraph()
    g.add('first', twin)
    g.add('second', twin)
    await g.run('first')
    expect((await g.run('second')).cached).toEqual(['second'])
  })

  test('do not when they are not idempotent, or take their own id', async () => {
    for (const special of [{ idempotent: false }, { ports: { id: port.hidden('node_id') } }]) {
      const g = stubGraph()
      g.add('first', { ...twin, ...special })
      g.add('second', { ...twin, ...special })
      await g.run('first')
      expect((await g.run('second')).executed).toEqual(['second'])
      expect((await g.run('first')).cached).toEqual(['first'])
    }
  })
})

describe('fingerprints', () => {
  test('decide whether a file is read again; they see literals, not links', async () => {
    const g = stubGraph()
    let file = 'version 1'
    const seen: object[] = []
    g.node('a')
    g.add('load', {
      from: ['a'],
      values: { path: 'x.png' },
      fingerprint: async (inputs, { linked }) => {
        seen.push({ inputs, linked: [...linked] })
        return file
      },
    })
    await g.run('load')
    expect((await g.run('load')).cached).toEqual(['a', 'load'])
    file = 'version 2'
    expect((await g.run('load')).executed).toEqual(['load'])
    expect(seen[0]).toEqual({ inputs: { path: 'x.png' }, linked: [['a', 'STRING']] })
  })

  //  now ──► show         NaN: different each time
  test('that are NaN make a node and what reads it run each time', async () => {
    const g = stubGraph()
    g.add('now', { fingerprint: () => NaN })
    const show = g.node('show', 'now')
    await g.run(show)
    expect((await g.run(show)).executed).toEqual(['now', 'show'])
  })

  test('that fail are reported', async () => {
    const g = stubGraph()
    g.add('load', { fingerprint: () => Promise.reject(new Error('no such file')) })
    const run = await g.run('load')
    expect(run.error?.message).toBe('Stub_load (node load): its fingerprint hook failed: no such file.')
    expect(run.error?.code).toBe('exception_during_validation')
  })
})
