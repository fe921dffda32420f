import { describe, expect, test } from 'vitest'
import { portOf } from '../types/port.ts'
import { port } from '../types/port.ts'
import { defineType } from '../types/value-type.ts'
import { MemoryCache } from './cache.ts'
import { createRegistry } from '../plugins/registry.ts'
import { defineNode } from '../types/node-type.ts'
import { LOOP_NODES } from './loops.ts'
import { runWorkflow } from './run.ts'
import { NO_PATHS } from './testing/stub-graph.ts'

/** Counts what is open: how much at most, and how much is left. */
const count = { open: 0, most: 0 }
interface File { readonly name: string }
const FILE = defineType<File>({
  id: 'FILE', bytes: () => 1_000, store: 'recompute',
  check: (value): value is File => typeof value === 'object' && value !== null && 'name' in value,
  dispose: () => void count.open--,
})
const file = portOf(FILE)
const opened = (name: string): File => {
  count.most = Math.max(count.most, ++count.open)
  return { name }
}

const nodes = [
  defineNode({ type: 'Open', category: 't', inputs: { n: port.int({ default: 0 }) }, outputs: { file: file() }, run: ({ n }) => ({ file: opened(`${n}`) }) }),
  defineNode({ type: 'Copy', category: 't', inputs: { file: file() }, outputs: { file: file() }, run: ({ file: { name } }) => ({ file: opened(`${name}+`) }) }),
  defineNode({ type: 'Many', category: 't', inputs: {}, outputs: { file: file().each() }, run: () => ({ file: ['a', 'b', 'c'].map(opened) }) }),
  defineNode({ type: 'Name', category: 't', output: true, inputs: { file: file() }, outputs: { name: port.string() }, run: ({ file: { name } }) => ({ name }) }),
  defineNode({
    type: 'Fail', category: 't', output: true, inputs: { file: file() }, outputs: { file: file() },
    run: ({ file: { name } }) => { if (name === 'b') throw new Error('no b'); return { file: opened(name) } },
  }),
  defineNode({
    type: 'Within', category: 't', inputs: { file: file(), fails: port.boolean({ default: false }) }, outputs: { file: file() },
    run: ({ file: given, fails }, { expand }) => expand(({ node }) => ({ file: node(fails ? 'Fail' : 'Copy', { file: given }).out('file') })),
  }),
  ...LOOP_NODES,
]

const from = (id: string, output = 'file') => ({ from: id, output })

async function run(drawn: Readonly<Record<string, object>>, bytes = 0) {
  Object.assign(count, { open: 0, most: 0 })
  const registry = createRegistry([{ id: 'test', hash: 'h', trusted: true, nodes }])
  const workflow = { version: 1, nodes: Object.entries(drawn).map(([id, { type, ...inputs }]: [string, { type?: string }]) => ({ id, type, inputs })) }
  const cache = new MemoryCache(bytes)
  const result = await runWorkflow(workflow, { registry, cache, paths: NO_PATHS })
  const kept = count.open
  result.release()
  return { status: result.status, kept, most: count.most, left: count.open }
}

describe('what nobody needs any more is let go', () => {
  //  open ──► start ─carried─► copy ─► end ──► name          a hundred rounds
  test('while a loop goes round: two at a time, not a hundred', async () => {
    const ended = await run({
      open: { type: 'Open' },
      start: { type: 'Repeat', times: 100, initial: from('open') },
      copy: { type: 'Copy', file: from('start', 'carried') },
      end: { type: 'RepeatEnd', loop: from('start', 'loop'), carry: from('copy') },
      name: { type: 'Name', file: from('end', 'carried') },
    })
    expect([ended.status, ended.left, ended.most <= 4]).toEqual(['done', 0, true])
  })

  //  many ══► within [ copy ] ══► name
  test('after expansions for each item of a list', async () => {
    const ended = await run({ many: { type: 'Many' }, within: { type: 'Within', file: from('many') }, name: { type: 'Name', file: from('within') } })
    expect([ended.status, ended.left]).toEqual(['done', 0])
  })

  test('after a failure inside one of them', async () => {
    const ended = await run({ many: { type: 'Many' }, within: { type: 'Within', file: from('many'), fails: true }, name: { type: 'Name', file: from('within') } })
    expect([ended.status, ended.left]).toEqual(['failed', 0])
  })

  test('when the results are released, and not before', async () => {
    const ended = await run({ many: { type: 'Many' }, fine: { type: 'Fail', file: from('open') }, open: { type: 'Open' } })
    expect(ended).toMatchObject({ status: 'done', kept: 1, left: 0 })
  })

  test('by the cache last', async () => {
    const ended = await run({ many: { type: 'Many' }, name: { type: 'Name', file: from('many') } }, 1e6)
    expect(ended).toMatchObject({ status: 'done', left: 3 })
  })
})
