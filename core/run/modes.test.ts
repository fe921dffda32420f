import { describe, expect, test } from 'vitest'
import { port } from '../types/port.ts'
import { link, stubGraph } from './testing/stub-graph.ts'

const text = port.string()

describe('a bypassed node', () => {
  //  load ──► [filter] ──► save          [ ] bypassed
  test('hands on what its input of the same type gets', async () => {
    const g = stubGraph()
    g.add('filter', { from: [g.node('load')], mode: 'bypass', ports: { a: text } })
    const run = await g.run(g.node('save', 'filter'))
    expect([run.value('save'), run.executed]).toEqual(['save(load)', ['load', 'save']])
  })

  //  number ─n─► [mix] ─text─► show
  //  word ──w──►        ─number─►
  test('finds the input by type: first at the place of the output, then anywhere', async () => {
    const g = stubGraph()
    g.add('number', { outputs: { out: port.int() }, run: () => ({ out: 7 }) })
    g.add('mix', {
      mode: 'bypass', values: { n: link('number'), w: link(g.node('word')) }, ports: { n: port.int(), w: text },
      outputs: { text, number: port.int() },
    })
    const run = await g.run(g.add('show', { from: [link('mix', 'text'), link('mix', 1)] }))
    expect(run.value('show')).toBe('show(word, 7)')
  })

  test('in a row of 5,000, or in a ring, is followed without a stack', async () => {
    const g = stubGraph()
    g.node('n0')
    for (let i = 1; i <= 5_000; i++) g.add(`n${i}`, { type: 'Pass', mode: 'bypass', from: [`n${i - 1}`], ports: { a: text } })
    expect((await g.run(g.node('end', 'n5000'))).value('end')).toBe('end(n0)')
    g.add('x', { type: 'Pass', mode: 'bypass', from: ['y'], ports: { a: text } })
    g.add('y', { type: 'Pass', mode: 'bypass', from: ['x'], ports: { a: text } })
    expect((await g.run(g.node('lost', 'x'))).value('lost')).toBe('lost')
  })

  test('with no fitting input leaves what reads it without: said where that is needed', async () => {
    const g = stubGraph()
    g.add('make', { mode: 'bypass', values: { n: 3 }, ports: { n: port.int() } })
    g.add('save', { values: { a: link('make') }, ports: { a: text } })
    expect((await g.run('save')).error?.message).toBe(
      'Stub_save (node save), input "a": expected a value of type STRING, got nothing: node make, which fed it, is muted ' +
        'or bypassed. Give it a value or connect an output.',
    )
  })
})

describe('a muted node', () => {
  //  a ──► (mute) ──► optional          ( ) muted
  test('is not there: what can do without it does', async () => {
    const g = stubGraph()
    g.add('mute', { from: [g.node('a')], mode: 'mute' })
    const run = await g.run(g.node('optional', 'mute'))
    expect([run.value('optional'), run.executed]).toEqual(['optional', ['optional']])
  })

  test('is no output that is asked for, and takes no other output with it', async () => {
    const g = stubGraph()
    g.add('preview', { from: [g.node('a')], output: true, mode: 'mute' })
    g.add('save', { from: ['a'], output: true })
    expect((await g.run()).executed).toEqual(['a', 'save'])
    expect((await g.run('preview')).error?.message).toContain('the run is asked for node "preview", which is muted.')
  })

  test('costs the outputs that need it, and no others', async () => {
    const g = stubGraph()
    g.add('source', { mode: 'mute' })
    g.add('needs', { values: { a: link('source') }, ports: { a: text }, output: true })
    g.add('good', { output: true })
    const run = await g.run()
    expect([run.executed, run.dropped.map(({ node }) => node)]).toEqual([['good'], ['needs']])
  })

  test('may be of a type that is not installed, and wrong in any way', async () => {
    const g = stubGraph()
    g.add('good', { output: true })
    const workflow = { ...g.workflow, nodes: [...g.workflow.nodes, { id: 'x', type: 'Gone', mode: 'mute' as const, inputs: { n: link('y') } }] }
    const { runWorkflow } = await import('./run.ts')
    const run = await runWorkflow(workflow, { registry: g.registry, paths: { models: '', input: '', output: '', temp: '' } })
    expect([run.status, run.executed]).toEqual(['done', ['good']])
    expect(run.workflow?.nodes[1]).toMatchObject({ id: 'x', mode: 'mute' })
  })
})
