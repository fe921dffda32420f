import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../test/laws.ts'
import { createRegistry } from '../plugins/registry.ts'
import { runWorkflow } from '../run/run.ts'
import { NO_PATHS } from '../run/testing/stub-graph.ts'
import { definitionMap, describeNode } from '../types/definition.ts'
import { defineNode, type NodeType } from '../types/node-type.ts'
import { port } from '../types/port.ts'
import { migrateNodes, stampVersions } from './migrate-nodes.ts'
import { packSubgraph } from './pack.ts'
import type { InputValue, Workflow, WorkflowNode } from './workflow.ts'

/** Mixes two numbers. First the share was in percent and called `amount`, then in parts of one, then there was a mode. */
const first = defineNode({
  type: 'Blend',
  category: 'test',
  output: true,
  inputs: { a: port.float({ default: 1 }), b: port.float({ default: 2 }), amount: port.float({ default: 50 }) },
  outputs: { RESULT: port.float(), rest: port.float() },
  run: ({ a, b, amount }) => ({ RESULT: a + (b - a) * (amount / 100), rest: b }),
})
const third = defineNode({
  type: 'Mix',
  version: 3,
  category: 'test',
  output: true,
  inputs: {
    first: port.float({ default: 1 }),
    b: port.float({ default: 2 }),
    share: port.float({ default: 0.5 }),
    mode: port.choice(['linear', 'square'], { default: 'square' }),
  },
  outputs: { rest: port.float(), mixed: port.float() },
  replaces: { Blend: { inputs: { a: 'first' } } },
  migrate: {
    1: {
      inputs: { amount: 'share' },
      change: (inputs) => (typeof inputs['share'] === 'number' ? { ...inputs, share: inputs['share'] / 100 } : inputs),
    },
    2: { outputs: { RESULT: 'mixed', 0: 'mixed', 1: 'rest' }, set: { mode: 'linear' } },
  },
  run: ({ first: a, b, share, mode }) => ({ mixed: a + (b - a) * (mode === 'linear' ? share : share ** 2), rest: b }),
})

const node = (id: string, type: string, inputs: Record<string, InputValue> = {}): WorkflowNode => ({ id, type, inputs })
const from = (id: string, output: string | number) => ({ from: id, output })
const migrate = (workflow: Workflow, ...types: NodeType[]) => migrateNodes(workflow, types)

describe('migrateNodes', () => {
  test('carries inputs, links, parameters and outputs over, in subgraphs too', () => {
    const inside = [node('i', 'Blend', { amount: 10 }), node('k', 'Keep', { x: from('i', 'RESULT') })]
    const old: Workflow = {
      version: 1,
      parameters: [{ name: 'share', node: '1', input: 'amount' }],
      outputs: [{ name: 'mixed', node: '1', output: 'RESULT' }],
      nodes: [node('1', 'Blend', { a: from('2', 0), amount: 30 }), node('2', 'Blend'), node('k', 'Keep', { x: from('1', 1) })],
      subgraphs: [{ id: 's', name: 'S', inputs: [], outputs: [{ name: 'o', from: 'i', output: 0 }], nodes: inside }],
    }
    const { workflow, migrated } = migrate(old, third)
    const made = (id: string, inputs: Record<string, InputValue>) =>
      ({ ...node(id, 'Mix', { ...inputs, mode: 'linear' }), version: 3 })
    expect(workflow).toEqual({
      version: 1,
      parameters: [{ name: 'share', node: '1', input: 'share' }],
      outputs: [{ name: 'mixed', node: '1', output: 'mixed' }],
      nodes: [made('1', { first: from('2', 'mixed'), share: 0.3 }), made('2', {}), node('k', 'Keep', { x: from('1', 'rest') })],
      subgraphs: [{
        ...old.subgraphs![0],
        outputs: [{ name: 'o', from: 'i', output: 'mixed' }],
        nodes: [made('i', { share: 0.1 }), node('k', 'Keep', { x: from('i', 'mixed') })],
      }],
    })
    expect(migrated.at(-1)).toEqual({ within: 's', node: 'i', from: { type: 'Blend', version: 1 }, to: { type: 'Mix', version: 3 } })
    expect(migrate(workflow, third)).toEqual({ workflow, migrated: [] })
  })

  test('starts where the node says it is', () => {
    const second = { ...node('1', 'Mix', { first: 4, share: 0.25 }), version: 2 }
    expect(migrate({ version: 1, nodes: [second] }, third).workflow.nodes[0]).toEqual({
      ...second, version: 3, inputs: { first: 4, share: 0.25, mode: 'linear' },
    })
  })

  test('leaves alone what is current, newer, unknown, or provided under its old name', () => {
    const nodes = [
      { ...node('1', 'Mix', { share: 50 }), version: 3 },
      { ...node('2', 'Mix', { share: 50 }), version: 9 },
      node('3', 'Other', { amount: 1 }),
      node('4', 'Blend', { amount: 1 }),
    ]
    const workflow: Workflow = { version: 1, nodes }
    expect(migrate(workflow, third, first)).toEqual({ workflow, migrated: [] })
    expect(migrate(workflow, third, first).workflow).toBe(workflow)
  })

  test('passes links and odd names on untouched', () => {
    const inputs = Object.fromEntries<InputValue>([['__proto__', 1], ['toString', 2], ['amount', from('0', '__proto__')]])
    const { nodes } = migrate({ version: 1, nodes: [node('1', 'Blend', inputs)] }, third).workflow
    expect(Object.entries(nodes[0]!.inputs!)).toEqual([
      ['__proto__', 1], ['toString', 2], ['share', from('0', '__proto__')], ['mode', 'linear'],
    ])
  })

  test('blames the plugin whose migration throws', () => {
    const broken = defineNode({ ...first, version: 2, migrate: { 1: () => { throw new Error('oh') } } })
    expect(() => migrate({ version: 1, nodes: [node('7', 'Blend')] }, broken)).toThrow(
      'Blend (node 7): it can not be carried over from version 1 to version 2.',
    )
  })

  test('a type that names versions it can not have is refused when it is declared', () => {
    expect(() => defineNode({ ...first, version: 2, migrate: { 2: {} } })).toThrow('migrate 2: expected a version from 1 to 1')
    expect(() => defineNode({ ...first, replaces: { Old: { version: 2 } } })).toThrow('replaces Old: expected a version from 1 to 1, got 2')
  })
})

test('what a program saves says the versions that are above 1', () => {
  const nodes = [node('1', 'Mix'), node('2', 'Blend'), { ...node('3', 'Mix'), version: 2 }]
  const subgraphs = [{ id: 's', name: 'S', inputs: [], outputs: [], nodes }]
  const stamped = stampVersions({ version: 1, nodes, subgraphs }, definitionMap([describeNode(first), describeNode(third)]))
  expect(stamped.nodes.map(({ version }) => version)).toEqual([3, undefined, 2])
  expect(stamped.subgraphs![0]!.nodes.map(({ version }) => version)).toEqual([3, undefined, 2])
})

/** A node in the first version's terms, and which version the file writes it in. */
interface Row {
  readonly a: number | readonly [back: number, output: string | number] | undefined
  readonly b: readonly [back: number, output: string | number] | undefined
  readonly amount: number | undefined
  readonly as: 'Blend' | 1 | 2
}
const source = fc.tuple(fc.nat(7), fc.constantFrom<string | number>('RESULT', 0, 'rest', 1))
const rows: fc.Arbitrary<readonly Row[]> = fc.array(fc.record({
  a: fc.option(fc.oneof(fc.integer({ min: -9, max: 9 }), source), { nil: undefined }),
  b: fc.option(source, { nil: undefined }),
  amount: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
  as: fc.constantFrom<Row['as']>('Blend', 1, 2),
}), { minLength: 1, maxLength: 6 })

const writtenAs = (all: readonly Row[], asOf: (row: Row) => Row['as']): Workflow => ({
  version: 1,
  nodes: all.map((row, n) => {
    const as = asOf(row)
    const read = (value: Row['a'] | Row['b']): InputValue | undefined =>
      typeof value === 'object' ? (n > 0 ? from(`${value[0] % n}`, value[1]) : undefined) : value
    const amount = as === 2 && row.amount !== undefined ? { share: row.amount / 100 } : { amount: row.amount }
    const inputs = { [as === 'Blend' ? 'a' : 'first']: read(row.a), b: read(row.b), ...amount }
    const given = Object.entries(inputs).filter((entry): entry is [string, InputValue] => entry[1] !== undefined)
    return { ...node(`${n}`, as === 'Blend' ? 'Blend' : 'Mix', Object.fromEntries(given)), ...(as === 2 && { version: 2 }) }
  }),
})

/** What nodes mixed, and their rest. */
async function results(workflow: Workflow, type: NodeType, targets = workflow.nodes.map(({ id }) => id)): Promise<Map<string, readonly number[]>> {
  const registry = createRegistry([{ id: 'test', hash: '1', nodes: [type] }])
  const { results: found, error } = await runWorkflow(workflow, { registry, paths: NO_PATHS, targets })
  if (error) throw error
  const names = type.type === 'Blend' ? ['RESULT', 'rest'] : ['mixed', 'rest']
  return new Map([...found].filter(([, { outputs }]) => outputs.has('rest'))
    .map(([id, { outputs }]) => [id, names.map((name) => outputs.get(name)!.value as number)]))
}

test('law: a migrated file runs as before, whichever versions it mixes, in subgraphs too', async () => {
  await fc.assert(fc.asyncProperty(rows, fc.nat(31), async (all, mask) => {
    const before = await results(writtenAs(all, () => 'Blend'), first)
    const mixed = writtenAs(all, ({ as }) => as)
    const packed = mixed.nodes.slice(0, -1).map(({ id }) => id).filter((_, n) => mask & (1 << n)) // the last one stays outside
    const old = packed.length > 0 ? packSubgraph(mixed, { nodes: packed }).workflow : mixed
    const { workflow, migrated } = migrate(old, third)
    expect(migrated).toHaveLength(all.length)
    // As it comes, which migrates it on the way, and as it would be saved.
    for (const file of [old, workflow]) {
      const outside = file.nodes.map(({ id }) => id).filter((id) => before.has(id))
      const after = await results(file, third, outside)
      for (const id of outside) {
        for (const [n, value] of before.get(id)!.entries()) expect(after.get(id)![n]).toBeCloseTo(value, 9)
      }
    }
  }), runs(60))
})
