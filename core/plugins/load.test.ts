import { describe, expect, test } from 'vitest'
import { defineNode } from '../types/node-type.ts'
import { port } from '../types/port.ts'
import { STRING } from '../types/scalars.ts'
import { contentHash, loadPlugin } from './load.ts'
import { definePlugin } from './plugin.ts'

const identity = { id: 'folder', hash: 'h' }
const echo = defineNode({
  type: 'Echo',
  category: 'test',
  inputs: { text: port.string() },
  outputs: { text: port.string() },
  run: ({ text }) => ({ text }),
})

describe('loadPlugin', () => {
  test('takes the default export and keeps the hash', () => {
    const plugin = loadPlugin({ default: definePlugin({ name: 'own-name', nodes: [echo], types: [STRING] }) }, identity)
    expect(plugin).toMatchObject({ id: 'own-name', hash: 'h', nodes: [{ type: 'Echo', version: 1 }], types: [STRING] })
  })

  test('fills in what a plain JavaScript object leaves out', () => {
    const plain = { type: 'Plain', category: '', inputs: {}, outputs: {}, run: () => ({}) }
    expect(loadPlugin({ default: { nodes: [plain] } }, identity)).toMatchObject({
      id: 'folder',
      nodes: [{ type: 'Plain', version: 1, resource: 'cpu', output: false, idempotent: true }],
    })
  })

  test.each([
    ['a module without a plugin', {}, 'plugin "folder": its default export has no list `nodes`. Write: export default'],
    ['no module at all', null, 'plugin "folder": its default export has no list `nodes`'],
    ['a node without run', { default: { nodes: [{ type: 'Half' }] } }, 'node type "Half" is no node type: it needs'],
    ['a node that is a number', { default: { nodes: [3] } }, 'nodes[0] is no node type'],
    [
      'a port that is none',
      { default: { nodes: [{ ...echo, inputs: { text: 'STRING' } }] } },
      'node type "Echo" is no node type',
    ],
    [
      'an impossible input name',
      { default: { nodes: [{ ...echo, inputs: { constructor: port.int() } }] } },
      'plugin "folder": node type "Echo": defineNode Echo, input "constructor": expected a name',
    ],
    [
      'a plugin of a newer API',
      { default: { name: 'late', apiVersion: '9.1', nodes: [] } },
      'plugin "late": it is written for plugin API 9.1, and this kinograph has 1.0. Update kinograph, or install an older',
    ],
    ['a type that is none', { default: { nodes: [], types: [{}] } }, 'types[0] is no value type. Make it with'],
  ])('refuses %s', (_, module, message) => {
    expect(() => loadPlugin(module, identity)).toThrow(message)
  })
})

describe('contentHash', () => {
  test('depends on what the parts hold and where one ends', () => {
    const hashes = [['ab', 'c'], ['a', 'bc'], ['abc'], ['ab', 'd']].map((parts) => contentHash(parts))
    expect(new Set(hashes).size).toBe(4)
    expect(contentHash(['ab', 'c'])).toBe(contentHash([Buffer.from('ab'), 'c']))
  })
})
