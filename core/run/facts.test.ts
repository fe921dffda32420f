import { describe, expect, test } from 'vitest'
import { createRegistry } from '../plugins/registry.ts'
import { commonFacts } from '../types/facts.ts'
import type { FactsAnswer, FactsContext } from '../types/facts.ts'
import { port, portOf } from '../types/port.ts'
import { defineType } from '../types/value-type.ts'
import { LOOP_NODES } from './loops.ts'
import { runWorkflow } from './run.ts'
import { link, NO_PATHS, stubGraph } from './testing/stub-graph.ts'

/** A source of which `family` is known. */
const madeBy = (family: string) => ({ facts: () => ({ outputs: { out: { family } } }) })
/** Passes on what is known of its first input. */
const passesOn = { facts: (_: object, { facts }: FactsContext): FactsAnswer => ({ outputs: { out: facts['a'] } }) }
/** Takes one family only. */
const takes = (wanted: string) => ({
  output: true,
  facts: (_: object, { facts: { a } }: FactsContext): FactsAnswer | void => {
    if (a === undefined || a['family'] === wanted) return
    const problem = `expected the family ${wanted}, got ${String(a['family'])}`
    return { complaints: [{ input: 'a', problem, remedy: 'Use another.' }] }
  },
})

describe('facts', () => {
  //  latent(kl) ──► sampler ──► decode(takes magvit)
  test('are carried along links, and refuse what does not fit before anything runs', async () => {
    const g = stubGraph()
    const latent = g.add('latent', madeBy('kl'))
    const sampler = g.add('sampler', { from: [latent], ...passesOn })
    const decode = g.add('decode', { from: [sampler], ...takes('magvit') })
    const run = await g.run()
    expect([run.status, run.started]).toEqual(['failed', []])
    expect(run.error?.data).toMatchObject({
      code: 'custom_validation_failed', node: { id: decode }, input: 'a', problem: 'expected the family magvit, got kl',
    })
  })

  //  latent(kl) ──► sampler ──► decode(takes kl)
  test('that fit let it run', async () => {
    const g = stubGraph()
    const sampler = g.add('sampler', { from: [g.add('latent', madeBy('kl'))], ...passesOn })
    g.add('decode', { from: [sampler], ...takes('kl') })
    expect((await g.run()).status).toBe('done')
  })

  //  latent(kl) ──► plain ──► decode(takes magvit)      plain says nothing
  test('that are unknown pass', async () => {
    const g = stubGraph()
    const plain = g.node('plain', g.add('latent', madeBy('kl')))
    g.add('decode', { from: [plain], ...takes('magvit') })
    expect((await g.run()).status).toBe('done')
  })

  //  number(7) ──► size ──► check
  test('are made from literals and constants', async () => {
    const g = stubGraph()
    const number = g.add('number', { constant: true, outputs: { out: port.int() }, run: () => ({ out: 7 }) })
    const size = g.add('size', {
      from: [number],
      values: { height: 3 },
      facts: (inputs) => ({ outputs: { out: { ...(inputs as { a: number; height: number }) } } }),
    })
    let seen: unknown
    g.add('check', { from: [size], output: true, facts: (_, { facts }) => void (seen = facts) })
    expect((await g.run()).status).toBe('done')
    expect(seen).toEqual({ a: { a: 7, height: 3 } })
  })

  //  latent(kl) ──► decode(takes magvit) ──► save(takes magvit)
  test('do not lead on from what is wrong: one mistake is told once', async () => {
    const g = stubGraph()
    const decode = g.add('decode', { from: [g.add('latent', madeBy('kl'))], ...takes('magvit') })
    g.add('save', { from: [decode], ...takes('rgb') })
    expect((await g.run()).error?.problems).toHaveLength(1)
  })

  //  good ──► save1        latent(kl) ──► save2(takes magvit)
  test('that do not fit drop only the outputs behind them', async () => {
    const g = stubGraph()
    const save1 = g.add('save1', { from: [g.node('good')], output: true })
    const save2 = g.add('save2', { from: [g.add('latent', madeBy('kl'))], ...takes('magvit') })
    const run = await g.run()
    expect([run.status, run.dropped.map(({ node }) => node)]).toEqual(['done', [save2]])
    expect(run.executed).toContain(save1)
  })

  test('a hook that throws is reported, not swallowed', async () => {
    const g = stubGraph()
    g.add('save', { output: true, facts: () => { throw new Error('no config.json') } })
    const run = await g.run()
    expect(run.error?.data).toMatchObject({
      code: 'exception_during_validation', node: { id: 'save' }, problem: 'its facts hook failed: no config.json',
    })
  })

  //   b                  each level reads the one before twice
  //  ╱ ╲ … 40 levels: each node is asked once
  test('ask each node once in a diamond of 40 levels', async () => {
    const g = stubGraph()
    let asked = 0
    let last = g.add('n0', madeBy('kl'))
    for (let level = 1; level <= 40; level++) {
      const facts = (inputs: object, context: FactsContext) => (asked++, passesOn.facts(inputs, context))
      last = g.add(`n${level}`, { from: [last, last], facts, run: () => ({ out: 'x' }) })
    }
    g.add('save', { from: [link(last)], ...takes('kl') })
    expect((await g.run(undefined)).error).toBeUndefined()
    expect(asked).toBe(40)
  })
})

describe('facts inside an expansion', () => {
  const latent = port.any()

  //  latent(kl) ──► expands ═══► [ inner ──► decode(takes magvit) ]
  test.each<[string, object]>([
    ['the value that came', new Uint8Array(1)], ['a link', new Uint8Array(1)], ['a recipe that came', { file: 'x' }],
  ])('of %s refuse what does not fit before any of its nodes runs', async (how, value) => {
    const g = stubGraph()
    const ran: string[] = []
    g.define('Inner', { ports: { a: latent }, facts: passesOn.facts, run: () => void ran.push('inner') })
    g.define('Decode', { ports: { a: latent }, ...takes('magvit'), run: () => void ran.push('decode') })
    g.add('latent', { outputs: { out: latent }, ...madeBy('kl'), run: () => ({ out: value }) })
    g.add('expands', {
      from: ['latent'], output: true,
      run: ({ a }, { expand }) => expand(({ node, link: outside }) => {
        const inner = node('Inner', { a: how === 'a link' ? outside('latent', 'out') : a }, { id: 'inner' })
        return { out: node('Decode', { a: inner.out() }, { id: 'decode' }).out() }
      }),
    })
    const run = await g.run()
    expect([run.status, ran]).toEqual(['failed', []])
    expect(run.error?.data).toMatchObject({ code: 'custom_validation_failed', node: { id: 'expands' } })
    expect(run.error?.message).toContain('expected the family magvit, got kl')
  })

  //  latent(kl) ──► expands ═══► [ expands ═══► [ decode(takes magvit) ] ]
  test('reach into the next', async () => {
    const g = stubGraph()
    const value = new Uint8Array(1)
    g.define('Decode', { ports: { a: latent }, ...takes('magvit') })
    g.define('Deeper', { ports: { a: latent }, run: ({ a }, { expand }) => expand(({ node }) => ({ out: node('Decode', { a }).out() })) })
    g.add('latent', { outputs: { out: latent }, ...madeBy('kl'), run: () => ({ out: value }) })
    g.add('expands', { from: ['latent'], output: true, run: ({ a }, { expand }) => expand(({ node }) => ({ out: node('Deeper', { a }).out() })) })
    expect((await g.run()).error?.message).toContain('expected the family magvit, got kl')
  })

  //  thing ──► expands ═══► [ decode(takes magvit) ]      nobody said anything of it before it was there
  test('that a value says of itself count', async () => {
    const thing = portOf(defineType({
      id: 'THING', check: (value): value is { family: string } => typeof value === 'object' && value !== null && 'family' in value,
      bytes: () => 1, store: 'recompute', facts: ({ family }) => ({ family }),
    }))
    const refusal = async (family: string) => {
      const g = stubGraph()
      g.define('Decode', { ports: { a: thing() }, ...takes('magvit') })
      g.add('thing', { outputs: { out: thing() }, run: () => ({ out: { family } }) })
      g.add('expands', { from: ['thing'], ports: { a: thing() }, output: true, run: ({ a }, { expand }) => expand(({ node }) => ({ out: node('Decode', { a }).out() })) })
      return (await g.run()).error?.message
    }
    expect(await refusal('kl')).toContain('expected the family magvit, got kl')
    expect(await refusal('magvit')).toBeUndefined()
  })

  //  expands ═══► [ a ──► checked ]      hooks see the types of what is linked inside
  test('hooks see what is linked inside', async () => {
    const g = stubGraph()
    let seen: unknown
    g.define('A')
    g.define('Checked', { ports: { a: port.string() }, validate: (_, { linked }) => { seen = [...linked]; return [] } })
    g.add('expands', { output: true, run: (_, { expand }) => expand(({ node }) => ({ out: node('Checked', { a: node('A').out() }).out() })) })
    expect((await g.run()).error).toBeUndefined()
    expect(seen).toEqual([['a', 'STRING']])
  })

  //  list ─► ForEach ─► check(takes magvit) ─► ForEachEnd ─► end       the items of the list are kl
  test('are known of the items of a loop, and of what it makes', async () => {
    const g = stubGraph()
    g.add('list', { outputs: { out: port.any().each() }, ...madeBy('kl'), run: () => ({ out: [1, 2] }) })
    const nodes = [
      { id: 'list', type: 'Stub_list', inputs: {} },
      { id: 'start', type: 'ForEach', inputs: { items: link('list') } },
      { id: 'body', type: 'Body', inputs: { a: link('start', 'item') } },
      { id: 'end', type: 'ForEachEnd', inputs: { loop: link('start', 'loop'), result: link('body') } },
      { id: 'decode', type: 'Decode', inputs: { a: link('end', 'results') } },
    ]
    g.define('Body', { ports: { a: latent }, facts: passesOn.facts })
    g.define('Decode', { ports: { a: latent }, ...takes('magvit') })
    const loops = createRegistry([
      { id: 'stubs', hash: 'h', nodes: [...g.registry.nodes.values()].map(({ node }) => node) },
      { id: 'engine', hash: 'h', trusted: true, nodes: [...LOOP_NODES] },
    ])
    const run = await runWorkflow({ version: 1, nodes }, { registry: loops, paths: NO_PATHS })
    expect(run.error?.data).toMatchObject({ node: { id: 'decode' }, problem: 'expected the family magvit, got kl' })
  })
})

describe('what two facts have in common', () => {
  test('is where they agree', () => {
    const kl = { family: 'kl', frames: 1, config: { a: [1] } }
    expect(commonFacts([kl, { family: 'kl', frames: 2, config: { a: [1] } }])).toEqual({ family: 'kl', config: { a: [1] } })
    expect(commonFacts([kl])).toEqual(kl)
    expect([commonFacts([]), commonFacts([kl, undefined])]).toEqual([undefined, undefined])
  })
})
