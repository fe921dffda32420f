import { describe, expect, test } from 'vitest'
import { createRegistry } from '../plugins/registry.ts'
import { defineNode } from '../types/node-type.ts'
import { port } from '../types/port.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import { resolveChoices } from './hooks.ts'
import { NO_PATHS, stubGraph } from './testing/stub-graph.ts'

const signal = new AbortController().signal

describe('validate hooks', () => {
  //  a ──► b ──► save
  test('are asked before anything runs, see literals and the types of links, and are heard all at once', async () => {
    const g = stubGraph()
    const complaint = { input: 'width', problem: 'expected a multiple of 8, got 7' }
    g.add('a', { values: { width: 7 }, validate: () => [complaint] })
    g.add('b', {
      from: ['a'],
      values: { n: 1 },
      validate: async (inputs, { linked, node }) => [
        { problem: `${node.id} has ${JSON.stringify(inputs)} and ${[...linked].join(' ')}`, remedy: 'Look.' },
      ],
    })
    const run = await g.run(g.node('save', 'b'))
    expect(run.started).toEqual([])
    expect(run.events.map(({ type }) => type)).toEqual(['run.failed'])
    expect(run.error?.problems.map((problem) => new WorkflowError(problem).message)).toEqual([
      'Stub_a (node a), input "width": expected a multiple of 8, got 7.',
      'Stub_b (node b): b has {"n":1} and a,STRING. Look.',
    ])
    expect(run.error?.problems[0]?.code).toBe('custom_validation_failed')
  })

  test('that fail are reported as such; a WorkflowError keeps what it says', async () => {
    const g = stubGraph()
    g.add('a', { validate: () => Promise.reject(new Error('no network')) })
    g.add('b', {
      validate: () => {
        throw new WorkflowError({ code: 'value_not_in_list', input: 'file', problem: 'there is no such file' })
      },
    })
    const run = await g.run(['a', 'b'])
    expect(run.error?.problems).toEqual([
      {
        code: 'exception_during_validation',
        node: { id: 'a', type: 'Stub_a' },
        problem: 'its validate hook failed: no network',
      },
      { code: 'value_not_in_list', node: { id: 'b', type: 'Stub_b' }, input: 'file', problem: 'there is no such file' },
    ])
  })

  //  broken ──► good          stray (not needed)
  test('are not asked of nodes that are wrong already, nor of nodes that do not run', async () => {
    const g = stubGraph()
    const asked: string[] = []
    const validate = (_: object, { node }: { node: { id: string } }) => void asked.push(node.id)
    g.add('broken', { values: { n: 'x' }, ports: { n: port.int() }, validate })
    g.add('good', { from: ['broken'], validate })
    g.add('stray', { values: { n: 'x' }, ports: { n: port.int() }, validate })
    const run = await g.run('good')
    expect(asked).toEqual(['good'])
    expect(run.error?.problems).toHaveLength(1)
    expect(run.error?.problems[0]).toMatchObject({ node: { id: 'broken' }, code: 'invalid_input_type' })
  })
})

describe('computed choices', () => {
  test('are looked up when a run is checked', async () => {
    const g = stubGraph()
    let files = ['a.png']
    const file = port.choice(async () => files)
    g.add('load', { values: { file: 'b.png' }, ports: { file } })
    expect((await g.run('load')).error?.message).toBe(
      'Stub_load (node load), input "file": expected one of its choices, got "b.png". Choose one of: a.png.',
    )
    files = ['a.png', 'b.png']
    expect((await g.run('load')).status).toBe('done')
  })

  const list = defineNode({
    type: 'List',
    category: '',
    inputs: { file: port.choice(({ paths }) => [`${paths.models}/a`]), n: port.int() },
    outputs: {},
    run: () => ({}),
  })
  const bad = defineNode({
    type: 'Bad',
    category: '',
    inputs: { file: port.choice(() => Promise.reject(new Error('no folder'))) },
    outputs: {},
    run: () => ({}),
  })

  test('stand in the definitions that resolveChoices gives', async () => {
    const registry = createRegistry([{ id: 'p', hash: '', nodes: [list] }])
    const definitions = await resolveChoices(registry, { paths: NO_PATHS, signal })
    const file = { name: 'file', choices: ['/none/a'], computed: true }
    expect(definitions.get('List')?.inputs).toMatchObject([file, { name: 'n' }])
    expect(registry.definitions.get('List')?.inputs[0]?.choices).toBeUndefined()
  })

  test('that can not be looked up are reported, for the types that are asked for only', async () => {
    const registry = createRegistry([{ id: 'p', hash: '', nodes: [list, bad] }])
    const host = { paths: NO_PATHS, signal }
    expect([...(await resolveChoices(registry, host, ['List', 'Unknown'])).keys()]).toEqual(['List'])
    await expect(resolveChoices(registry, host)).rejects.toThrow(
      'the choices of Bad, input "file", could not be looked up: no folder.',
    )
  })
})
