import { setImmediate as nextTurn } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import { portOf } from '../types/port.ts'
import { defineType } from '../types/value-type.ts'
import { link, stubGraph } from './testing/stub-graph.ts'

/** Frames that are written while others read them. */
class Reel {
  readonly frames: string[] = []
  #end: Error | 'open' | 'whole' = 'open'

  close(how: Error | 'whole'): void {
    this.#end = how
  }

  async readAll(): Promise<string> {
    while (this.#end === 'open') await nextTurn()
    if (this.#end instanceof Error) throw this.#end
    return this.frames.join('')
  }
}

let disposed = 0
beforeEach(() => {
  disposed = 0
})

const REEL = defineType<Reel>({
  id: 'REEL',
  check: (value): value is Reel => value instanceof Reel,
  bytes: (reel) => reel.frames.length,
  store: 'recompute',
  dispose: () => void disposed++,
})
const reel = portOf(REEL)

/** What happens at the third of five frames. */
type Incident = (reel: Reel) => void | Promise<void>

//  decode ──frames──► [pass ──►] encode          encode begins while decode still writes
function film(incident: Incident = () => {}, encodeFails = false) {
  const g = stubGraph()
  g.add('decode', {
    resource: 'device',
    outputs: { out: reel() },
    run: async (_, { publish, signal }) => {
      const frames = new Reel()
      publish({ out: frames })
      try {
        for (let i = 0; i < 5; i++) {
          await nextTurn()
          signal.throwIfAborted()
          if (i === 3) await incident(frames)
          frames.frames.push(String(i))
        }
        frames.close('whole')
      } catch (error) {
        frames.close(error instanceof Error ? error : new Error(String(error)))
        throw error
      }
      return { out: frames }
    },
  })
  const run = async ({ a }: Readonly<Record<string, unknown>>) => {
    if (encodeFails) throw new Error('disk full')
    if (!(a instanceof Reel)) throw new Error('no frames')
    return { out: await a.readAll() }
  }
  const encode = g.add('encode', { from: ['decode'], resource: 'io', run })
  return { g, encode }
}

describe('outputs published before a node has ended', () => {
  test('are read while it runs; the reader is done after it', async () => {
    const { g, encode } = film()
    const run = await g.run(encode)
    expect(run.value(encode)).toBe('01234')
    expect(run.events.map((event) => [event.type, 'node' in event ? event.node : ''])).toEqual([
      ['run.started', ''],
      ['node.started', 'decode'],
      ['node.published', 'decode'],
      ['node.started', 'encode'],
      ['node.done', 'decode'],
      ['node.done', 'encode'],
      ['run.done', ''],
    ])
    expect((await g.run(encode)).cached).toEqual(['decode', 'encode'])
  })

  //  decode ──► pass ──► encode          pass returns at once; what it hands on is still being written
  test('stream through a node that only hands them on', async () => {
    const { g } = film()
    const pass = g.add('pass', { from: ['decode'], outputs: { out: reel() }, run: ({ a }) => ({ out: a }) })
    g.add('encode', { from: [pass], run: async ({ a }) => ({ out: await (a as Reel).readAll() }) })
    const run = await g.run('encode')
    expect(run.value('encode')).toBe('01234')
    expect(run.started).toEqual(['decode', 'pass', 'encode'])
    expect(run.executed).toEqual(['decode', 'pass', 'encode'])
  })

  test('keep the node in its place: a second device node waits for the whole first', async () => {
    const { g } = film()
    const second = g.add('second', { from: ['decode'], resource: 'device', run: () => ({ out: 'second' }) })
    const run = await g.run([second, 'encode'])
    const order = run.events.map((event) => `${event.type} ${'node' in event ? event.node : ''}`)
    expect(order.indexOf('node.started encode')).toBeLessThan(order.indexOf('node.done decode'))
    expect(order.indexOf('node.started second')).toBeGreaterThan(order.indexOf('node.started encode'))
    expect(run.value(second)).toBe('second')
  })

  test('fail their readers when the node fails after all: the error is its own, and nothing is cached', async () => {
    const { g, encode } = film(() => Promise.reject(new Error('out of memory')))
    const run = await g.run(encode)
    expect(run.status).toBe('failed')
    expect(run.error?.message).toBe('Stub_decode (node decode): out of memory.')
    const failed = run.events.filter((event) => event.type === 'node.failed')
    expect(failed.map(({ node }) => node)).toEqual(['decode', 'encode'])
    expect(failed[1]?.error).toMatchObject({
      input: 'a',
      problem: 'what it was still reading from, Stub_decode (node decode), failed',
      cause: { message: 'Stub_decode (node decode): out of memory.' },
    })
    expect(g.cache.size).toBe(0)
  })

  test('stop with their reader when that fails by itself', async () => {
    const { g, encode } = film(undefined, true)
    const run = await g.run(encode)
    expect(run.error?.message).toBe('Stub_encode (node encode): disk full.')
    const ends = run.events.filter(({ type }) => type === 'node.failed' || type === 'node.cancelled')
    expect(ends.map((event) => [event.type, 'node' in event && event.node])).toEqual([
      ['node.cancelled', 'decode'],
      ['node.failed', 'encode'],
    ])
    expect(g.cache.size).toBe(0)
  })

  test('are cancelled together', async () => {
    const controller = new AbortController()
    const { g, encode } = film(() => controller.abort())
    const run = await g.run(encode, { signal: controller.signal })
    expect(run.status).toBe('cancelled')
    expect(run.events.filter(({ type }) => type === 'node.cancelled')).toHaveLength(2)
    expect(g.cache.size).toBe(0)
  })

  test('must be what the node declares, and what it returns in the end', async () => {
    const g = stubGraph()
    g.add('a', { run: (_, { publish }) => (publish({ out: 5 }), { out: 'x' }) })
    expect((await g.run('a')).error?.message).toContain('output "out" should be STRING, got 5')
    g.add('b', { run: (_, { publish }) => (publish({ out: 'x' }), { out: 'y' }) })
    expect((await g.run('b')).error?.message).toContain('it published output "out" and then returned another value')
    g.add('c', { run: (_, { publish }) => (publish({ out: 'x' }), {}) })
    expect((await g.run('c')).value('c')).toBe('x')
  })
})

describe('values that have to be disposed of', () => {
  test('are let go once nothing reads them and no cache holds them', async () => {
    const { g, encode } = film()
    const run = await g.run(encode)
    expect(disposed).toBe(0)
    g.cache.clear()
    expect(disposed).toBe(1)
    expect(run.value(encode)).toBe('01234')
  })

  test('stay for who asked for them, until the result is released', async () => {
    const { g } = film()
    const run = await g.run('decode', { cache: { get: () => undefined, set: () => {} } })
    expect(disposed).toBe(0)
    run.release()
    expect(disposed).toBe(1)
  })

  test('are let go after a failure too', async () => {
    const { g, encode } = film(() => Promise.reject(new Error('out of memory')))
    await g.run(encode)
    expect(disposed).toBe(1)
  })

  //  decode ──► encode          the cache pushes the frames out while encode, changed, reads them again
  test('stay while a run reads them, though the cache has dropped them', async () => {
    const { g, encode } = film()
    const first = await g.run('decode')
    first.release()
    g.add('encode', {
      from: [link('decode')],
      run: async ({ a }) => {
        g.cache.clear()
        expect(disposed).toBe(0)
        return { out: await (a as Reel).readAll() }
      },
    })
    const run = await g.run(encode)
    expect([run.cached, run.value(encode), disposed]).toEqual([['decode'], '01234', 1])
  })
})
