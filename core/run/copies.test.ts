import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { port, portOf } from '../types/port.ts'
import { defineType } from '../types/value-type.ts'
import { copyValue } from './copy-value.ts'
import { stubGraph, type StubOptions } from './testing/stub-graph.ts'

const anything = { out: port.any() }

/** A node that spoils all it gets. */
const vandal: StubOptions = {
  type: 'Vandal',
  outputs: anything,
  run: ({ a, n }) => {
    const value = (a ?? n) as { list: number[]; buffer: Float32Array; deep: { text: string } }
    value.list.push(99)
    value.deep.text = 'spoilt'
    value.buffer?.fill(-1)
    return { out: 'done' }
  },
}
const source = (value: unknown): StubOptions => ({ outputs: anything, run: () => ({ out: value }) })

describe('what a plugin does to its inputs', () => {
  const value = { list: [1, 2], buffer: new Float32Array([1, 2, 3]), deep: { text: 'as it was' } }

  //  source ──► vandal          in this run, and in the next
  //   └───────► reader
  test('does not reach what is cached, nor what others read', async () => {
    const g = stubGraph()
    g.add('source', source(structuredClone(value)))
    g.add('vandal', { ...vandal, from: ['source'] })
    g.add('reader', { from: ['source', 'vandal'], outputs: anything, run: ({ a }) => ({ out: a }) })
    const run = await g.run('reader')
    expect(run.results.get('reader')!.outputs.get('out')!.value).toEqual(value)
    const again = await g.run(['source', g.add('late', { from: ['source'], outputs: anything, run: ({ a }) => ({ out: a }) })])
    expect([again.value('late'), again.value('source')]).toEqual([value, value])
  })

  test('does not reach the workflow\'s own literals and defaults, nor an item of a list', async () => {
    const g = stubGraph()
    const literal = { list: [1], deep: { text: 'as it was' } }
    g.add('vandal', { ...vandal, values: { n: { value: literal } }, ports: { n: port.any() } })
    const workflow = JSON.stringify(g.workflow)
    await g.run('vandal')
    expect(JSON.stringify(g.workflow)).toBe(workflow)
    const byDefault = port.any({ default: { list: [1], deep: { text: 'as it was' } } })
    g.add('vandal', { ...vandal, type: 'Other', ports: { n: byDefault } })
    await g.run('vandal')
    expect(byDefault.data.default).toEqual(literal)
    const items = [structuredClone(value)]
    g.add('list', { outputs: { out: port.any().each() }, run: () => ({ out: items }) })
    g.add('vandal', { ...vandal, from: ['list'] })
    await g.run('vandal')
    expect(items).toEqual([value])
  })

  //  images ──► any ──► plugin
  test('does not reach items of a list, members of a union, or what came through a socket of any type', async () => {
    const PICTURE = defineType<{ read(): number[] }>({
      id: 'PICTURE', bytes: () => 0, store: 'recompute',
      check: (value): value is { read(): number[] } => typeof value === 'object' && value !== null && 'read' in value,
      copy: (picture) => ({ read: () => [...picture.read()] }),
    })
    const picture = portOf(PICTURE)
    const pixels = [1, 2, 3]
    const made = { read: () => pixels }
    const g = stubGraph()
    g.isTrusted = true
    g.add('source', { outputs: { out: picture() }, run: () => ({ out: made }) })
    g.add('all', { outputs: { out: port.list(picture()) }, run: () => ({ out: [made] }) })
    g.add('any', { from: ['source'], outputs: anything, run: ({ a }) => ({ out: a }) })
    const run = await g.run(['any', 'all', 'source'])
    const outputs = ['any', 'all', 'source'].map((id) => run.results.get(id)!.outputs.get('out')!)
    expect(outputs[0]!.type.id).toBe('PICTURE')
    const union = port.union([port.int(), picture()])
    const copies = [copyValue(outputs[0]!.value, outputs[0]!.type), (copyValue(outputs[1]!.value, outputs[1]!.type) as unknown[])[0], copyValue(made, union.type)]
    for (const copy of copies) (copy as typeof made).read().fill(9)
    expect(pixels).toEqual([1, 2, 3])
  })

  test('does not reach what a hook is shown', async () => {
    const g = stubGraph()
    const spoil = ({ n }: { n?: number[] }) => { n?.push(9) }
    g.add('n', { values: { n: [1] }, ports: { n: port.any() }, validate: spoil, fingerprint: (inputs) => (spoil(inputs), 0) })
    expect((await g.run('n')).value('n')).toBe('n(1)')
  })
})

test('built-in nodes get values themselves', async () => {
  const g = stubGraph()
  g.isTrusted = true
  const buffer = new Uint8Array(8)
  g.add('source', source(buffer))
  g.add('same', { from: ['source'], outputs: anything, run: ({ a }) => ({ out: a }) })
  expect((await g.run('same')).value('same')).toBe(buffer)
})

describe('a copy', () => {
  test('has what the value has, and shares no memory with it', () => {
    const shared = new ArrayBuffer(16)
    const value = {
      texts: ['a', ['b']], map: new Map([['k', new Set([1])]]), none: null, missing: undefined, when: 1n,
      views: [new Float32Array(shared, 0, 2), new Uint8Array(shared, 8, 8)], buffer: Buffer.from('abc'), data: new DataView(shared, 4, 8),
      __proto__: null,
    }
    const before = createHash('sha256').update(Buffer.from(shared)).digest('hex')
    const copy = copyValue(value)
    expect(copy).toEqual(value)
    expect(Object.getPrototypeOf(copy)).toBe(null)
    copy.views[0]!.fill(7)
    copy.views[1]!.fill(7)
    copy.buffer.fill(0)
    copy.map.get('k')!.add(2)
    expect(createHash('sha256').update(Buffer.from(shared)).digest('hex')).toBe(before)
    expect([value.buffer.toString(), value.map.get('k')!.size]).toEqual(['abc', 1])
    expect(copy.views[0]!.buffer).toBe(copy.views[1]!.buffer) // views of one buffer stay so
  })

  test('takes no more of a large buffer than a view of it shows', () => {
    const copy = copyValue(new Float32Array(new ArrayBuffer(4_000_000), 400, 10))
    expect([copy.length, copy.buffer.byteLength]).toEqual([10, 40])
  })

  test('of what goes in circles, or deeper than the stack, is as deep', () => {
    const ring: { self?: object; list: unknown[] } = { list: [] }
    ring.self = ring
    ring.list.push(ring)
    const copy = copyValue(ring)
    expect([copy.self === copy, copy.list[0] === copy, copy === ring]).toEqual([true, true, false])
    let deep: unknown[] = []
    for (let depth = 0; depth < 200_000; depth++) deep = [deep]
    expect(copyValue(deep)).toHaveLength(1)
  })

  test('leaves classes and functions as they are, and what a type copies by itself to the type', () => {
    class Session {}
    const session = new Session()
    const frames = { read: () => 1, count: 2 }
    expect(copyValue({ session, frames })).toEqual({ session, frames })
    expect(copyValue({ frames }).frames).toBe(frames)
    const type = { ...port.any().type, copy: () => 'a copy' }
    expect(copyValue<unknown>(frames, type)).toBe('a copy')
  })

  test('of a key that is a word of the language is an own key', () => {
    const copy = copyValue(JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}') as object)
    expect([Object.keys(copy), 'a' in copy]).toEqual([['__proto__', 'constructor'], false])
  })
})
