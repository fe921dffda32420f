import { describe, expect, test } from 'vitest'
import { defineNode } from '../types/node-type.ts'
import { port, portOf } from '../types/port.ts'
import { defineType } from '../types/value-type.ts'
import { createRegistry } from './registry.ts'

const isText = (value: unknown): value is string => typeof value === 'string'
const stringType = (id: string) => defineType<string>({ id, check: isText, bytes: () => 0, store: 'recompute' })
const nodeOf = (type: string, output = port.string()) =>
  defineNode({ type, category: 'test', inputs: {}, outputs: { out: output }, run: () => ({ out: '' }) })
const plugin = (id: string, ...nodes: ReturnType<typeof nodeOf>[]) => ({ id, hash: `hash of ${id}`, nodes })

describe('createRegistry', () => {
  test('holds nodes with their plugins, definitions as data, and the value types of their sockets', () => {
    const mesh = stringType('MESH')
    const registry = createRegistry([plugin('a', nodeOf('One')), plugin('b', nodeOf('Two', portOf(mesh)()))])
    expect(registry.nodes.get('Two')?.plugin.hash).toBe('hash of b')
    expect(registry.definitions.get('One')).toMatchObject({ type: 'One', plugin: 'a', outputs: [{ name: 'out' }] })
    expect(registry.types.get('MESH')).toBe(mesh)
    expect([...registry.types.keys()]).toEqual(['INT', 'FLOAT', 'STRING', 'BOOLEAN', 'COMBO', 'MESH'])
  })

  test('names both plugins that claim one node type', () => {
    expect(() => createRegistry([plugin('a', nodeOf('Same')), plugin('b', nodeOf('Same'))])).toThrow(
      'node type "Same" is claimed by two nodes: both "a" and "b" claim it. Rename one of them',
    )
    expect(() => createRegistry([plugin('a', nodeOf('Same'), nodeOf('Same'))])).toThrow('plugin "a" claims it twice')
  })

  test('names both plugins that define one value type, but lets one type be on many sockets', () => {
    const mesh = stringType('MESH')
    const shared = [plugin('a', nodeOf('One', portOf(mesh)())), plugin('b', nodeOf('Two', portOf(mesh)()))]
    expect(createRegistry(shared).types.get('MESH')).toBe(mesh)
    const second = plugin('b', nodeOf('Two', portOf(stringType('MESH'))()))
    expect(() => createRegistry([shared[0]!, second])).toThrow(
      'value type "MESH" is defined twice: by plugin "a" and by plugin "b". Import the type',
    )
    const third = plugin('c', nodeOf('Int', portOf(stringType('INT'))()))
    expect(() => createRegistry([third])).toThrow('by the engine and by plugin "c"')
  })
})
