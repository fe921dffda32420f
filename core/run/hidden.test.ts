import { describe, expect, test } from 'vitest'
import { RawLink, type Prompt } from '../types/expansion.ts'
import { port } from '../types/port.ts'
import type { Workflow } from '../workflow/workflow.ts'
import { link, stubGraph, type StubOptions } from './testing/stub-graph.ts'

const seen: Readonly<Record<string, unknown>>[] = []
const spy = (ports: NonNullable<StubOptions['ports']>): StubOptions => ({
  ports,
  run: (inputs) => (seen.unshift(inputs), { out: '' }),
})

describe('hidden inputs', () => {
  test('bring the node\'s id, the workflow as it runs and what the job says of itself; neither can be changed', async () => {
    const g = stubGraph()
    g.add('n', spy({ id: port.hidden('node_id'), workflow: port.hidden('workflow'), metadata: port.hidden('metadata'), seed: port.seed() }))
    g.set('n', 'seed', 'random')
    const run = await g.run('n', { metadata: { job: { name: 'j' } } })
    const [{ id, workflow, metadata, seed }] = seen as [Record<string, unknown>]
    expect([id, workflow, metadata]).toEqual(['n', run.workflow, { job: { name: 'j' } }])
    expect((workflow as Workflow).nodes[0]!.inputs!['seed']).toBe(seed)
    expect(Reflect.set((metadata as { job: object }).job, 'name', 'other')).toBe(false)
    expect(Object.isFrozen((workflow as Workflow).nodes[0]!.inputs)).toBe(true)
  })

  test('can\'t be set from the workflow', async () => {
    const g = stubGraph()
    g.add('n', spy({ id: port.hidden('node_id') }))
    g.set('n', 'id', 'forged')
    expect((await g.run('n')).error?.message).toContain('input "id": Stub_n has no input of that name')
  })

  test('of a node in an expansion name its path; of one item of a list, the node', async () => {
    const g = stubGraph()
    g.define('Inner', { ...spy({ id: port.hidden('node_id') }) })
    g.add('big', { run: (_, { expand }) => expand(({ node }) => ({ out: node('Inner').out() })) })
    g.add('list', { outputs: { out: port.int().each() }, run: () => ({ out: [1] }) })
    g.add('mapped', { from: ['list'], ...spy({ id: port.hidden('node_id') }) })
    await g.run('big')
    await g.run('mapped')
    expect(seen.slice(0, 2)).toEqual([{ a: 1, id: 'mapped' }, { id: 'big.0' }])
  })

  //  a ──► big [ inner ──► look ]
  test('show the graph as it stands: nodes of the file and of expansions, with their links and values', async () => {
    const g = stubGraph()
    g.define('Look', spy({ a: port.any(), prompt: port.hidden('prompt') }))
    g.define('Inner', { ports: { n: port.any() } })
    g.add('big', {
      title: 'Big', from: [g.node('a')], values: { n: { value: { deep: [1] } } }, ports: { n: port.any() },
      run: (_, { expand }) => expand(({ node }) => ({ out: node('Look', { a: node('Inner', { n: 2 }).out() }).out() })),
    })
    await g.run('big')
    const prompt = seen[0]!['prompt'] as Prompt
    expect(prompt.node('big')).toEqual({
      path: 'big', type: 'Stub_big', title: 'Big', inputs: new Map<string, unknown>([['a', new RawLink('a', 'out')], ['n', { deep: [1] }]]),
    })
    expect(prompt.node('big.1')).toMatchObject({ type: 'Look', inputs: new Map([['a', new RawLink('big.0', 'out')]]) })
    expect(prompt.node('big.0')?.inputs).toEqual(new Map([['n', 2]]))
    expect(prompt.node('gone')).toBeUndefined()
  })
})

describe('a raw link', () => {
  //  far ──► near ┄┄► n          ┄┄ raw
  test('is handed over, and what lies behind it does not run', async () => {
    const g = stubGraph()
    g.add('n', { from: [g.node('near', g.node('far'))], ...spy({ a: port.rawLink() }) })
    const run = await g.run('n')
    expect([seen[0], run.executed]).toEqual([{ a: new RawLink('near', 'out') }, ['n']])
    expect(run.plan).toEqual({ run: ['n'], cached: [], skipped: [], lazy: ['far', 'near'] })
  })

  test('runs what lies behind it when an expansion links to it; by name or by number it is the same output', async () => {
    const g = stubGraph()
    g.define('Step', { ports: { a: port.any() } })
    g.add('n', {
      from: [link(g.node('near', g.node('far')), 0)], ports: { a: port.rawLink() },
      run: ({ a }, { expand }) => expand(({ node }) => ({ out: node('Step', { a }).out() })),
    })
    const run = await g.run('n')
    expect([run.value('n'), run.executed]).toEqual(['Step(near(far))', ['far', 'near', 'n.0', 'n']])
  })

  test('is part of the key: what it leads to decides', async () => {
    const g = stubGraph()
    g.node('a')
    g.add('n', { from: ['a'], ...spy({ a: port.rawLink() }) })
    await g.run('n')
    expect((await g.run('n')).cached).toEqual(['n'])
    g.add('a', { version: 2 })
    expect((await g.run('n')).executed).toEqual(['n'])
  })

  test('must be a link, of the type that it says', async () => {
    const g = stubGraph()
    g.add('n', { values: { a: 5 }, ports: { a: port.rawLink() } })
    expect((await g.run('n')).error?.message).toBe('Stub_n (node n), input "a": expected a link, got 5. Connect an output.')
    g.add('n', { from: [g.node('text')], ports: { a: port.rawLink(port.int()) } })
    expect((await g.run('n')).error?.code).toBe('return_type_mismatch')
  })
})
