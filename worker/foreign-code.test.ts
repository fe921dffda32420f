import { expect, test } from 'vitest'
import { createRegistry } from '../core/plugins/index.ts'
import { defineNode, port } from '../core/types/index.ts'
import type { Workflow } from '../core/workflow/workflow.ts'
import { asksPlugins } from './foreign-code.ts'

const common = { category: 'test', outputs: { x: port.int() }, run: () => ({ x: 1 }) }
const inputs = { n: port.int({ default: 1 }) }
const nodes = [
  defineNode({ ...common, type: 'Plain', inputs }),
  defineNode({ ...common, type: 'Checks', inputs, validate: () => [] }),
  defineNode({ ...common, type: 'Facts', inputs, facts: () => {} }),
  defineNode({ ...common, type: 'Prints', inputs, fingerprint: () => 1 }),
  defineNode({ ...common, type: 'Constant', inputs, constant: true }),
  defineNode({ ...common, type: 'Chooses', inputs: { n: port.choice(() => ['a']) } }),
  defineNode({ ...common, type: 'PortChecks', inputs: { n: port.int({ default: 1, validate: () => undefined }) } }),
  defineNode({ ...common, type: 'Newer', version: 2, inputs, migrate: { 1: {} }, replaces: { Older: { version: 2 } } }),
]
const of = (trusted: boolean) => createRegistry([{ id: 'p', hash: 'x', trusted, nodes }])
const having = (...types: string[]): Workflow => ({ version: 1, nodes: types.map((type) => ({ id: type, type, inputs: {} })) })

test('code of plugins is asked for nodes that have more than what runs', () => {
  const asked = ['Plain', 'Checks', 'Facts', 'Prints', 'Constant', 'Chooses', 'PortChecks', 'Newer', 'Older', 'Missing']
    .filter((type) => asksPlugins(having('Plain', type), of(false)))
  expect(asked).toEqual(['Checks', 'Facts', 'Prints', 'Constant', 'Chooses', 'PortChecks', 'Newer', 'Older'])
})

test('nodes of the engine are none of plugins', () => {
  expect(asksPlugins(having('Checks', 'Older'), of(true))).toBe(false)
})

test('nodes in subgraphs count', () => {
  const inner = { ...having('Checks'), id: 's', name: 's', inputs: [], outputs: [] }
  expect(asksPlugins({ ...having('Plain'), subgraphs: [inner] }, of(false))).toBe(true)
})
