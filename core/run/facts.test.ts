import { describe, expect, test } from 'vitest'
import type { FactsAnswer, FactsContext } from '../types/facts.ts'
import { port } from '../types/port.ts'
import { link, stubGraph } from './testing/stub-graph.ts'

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
