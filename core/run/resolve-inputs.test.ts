import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { port } from '../types/port.ts'
import type { InputValue } from '../workflow/workflow.ts'
import type { RunEvent } from './events.ts'
import { runWorkflow } from './run.ts'
import { NO_PATHS, stubGraph, type StubOptions } from './testing/stub-graph.ts'

let input = ''
beforeAll(async () => {
  input = await mkdtemp(join(tmpdir(), 'wildcards-'))
  await mkdir(join(input, 'wildcards', 'animals'), { recursive: true })
  await writeFile(join(input, 'wildcards', 'color.txt'), '# colors\nred\n\n{dark|light} blue\r\n')
  await writeFile(join(input, 'wildcards', 'animals', 'cat.txt'), 'a __color__ cat\n')
  await writeFile(join(input, 'wildcards', 'loop.txt'), '__loop__\n')
  await writeFile(join(input, 'secret.txt'), 'secret\n')
})
afterAll(() => rm(input, { recursive: true, force: true }))

const TEXT: StubOptions = {
  type: 'Text', ports: { text: port.string({ dynamicPrompt: true }) }, run: ({ text }) => ({ out: String(text) }),
}
const SAMPLE: StubOptions = { type: 'Sample', ports: { seed: port.seed() }, output: true, run: ({ a }) => ({ out: String(a) }) }

//  text ──► sample(seed)
const prompted = (text: InputValue, seed: InputValue = 7) => {
  const g = stubGraph()
  g.add('text', { ...TEXT, values: { text } })
  g.add('sample', { ...SAMPLE, from: ['text'], values: { seed } })
  return g
}
const run = (text: InputValue, seed?: InputValue) => {
  const g = prompted(text, seed)
  return g.run(undefined, { paths: { ...NO_PATHS, input } })
}

describe('dynamic prompts in a run', () => {
  test('are resolved with the seed of the node that reads them: equal seeds, equal texts', async () => {
    const texts = await Promise.all(Array.from({ length: 60 }, async (_, seed) => (await run('{a|b|c} ball', seed)).value('sample')))
    expect(new Set(texts)).toEqual(new Set(['a ball', 'b ball', 'c ball']))
    expect((await run('{a|b|c} ball', 5)).value('sample')).toBe(texts[5])
  })

  test('a drawn seed decides too, and is recorded with what it led to', async () => {
    const first = await run('{a|b|c|d|e|f|g|h}', 'random')
    const again = prompted('')
    const repeated = await runWorkflow(first.workflow, { registry: again.registry, paths: NO_PATHS })
    expect(repeated.results.get('sample')?.outputs.get('out')?.value).toBe(first.value('sample'))
    expect(repeated.workflow).toEqual(first.workflow)
  })

  test('are told in the first event', async () => {
    const { events } = await run('__animals/cat__', 1)
    expect(events[0]).toMatchObject({ type: 'run.started', prompts: [{ node: 'text', input: 'text', text: expect.stringMatching(/^a (red|dark blue|light blue) cat$/) }] })
  })

  test('are recorded so that the result runs the same again, braces that were meant included', async () => {
    const first = await run(String.raw`\{json\} {x|x} snake_case`)
    expect(first.value('sample')).toBe('{json} x snake_case')
    expect(first.workflow?.nodes[0]?.inputs?.['text']).toBe(String.raw`\{json\} x snake_case`)
    const again = await runWorkflow(first.workflow, { registry: prompted('').registry, paths: NO_PATHS })
    expect(again.results.get('sample')?.outputs.get('out')?.value).toBe('{json} x snake_case')
  })

  test('plain texts and inputs that take none are left alone', async () => {
    const { events, workflow } = await run('a red ball | a cube')
    expect(events[0]).not.toHaveProperty('prompts')
    expect(workflow?.nodes[0]?.inputs?.['text']).toBe('a red ball | a cube')
    const g = stubGraph()
    g.add('save', { output: true, ports: { text: port.string() }, values: { text: '{a|b}' }, run: ({ text }) => ({ out: String(text) }) })
    expect((await g.run()).value('save')).toBe('{a|b}')
  })

  test.each([
    ['__colour__', 'there is no wildcard file', 'Did you mean'],
    ['__loop__', 'the wildcard "loop" leads back to itself: loop → loop', 'Take'],
    ['__a/../../secret__', '"a/../../secret" is not the name of a wildcard file', 'Names are paths'],
  ])('%s is refused, with node and input', async (text, problem, remedy) => {
    const { error, started } = await run(text)
    expect(started).toEqual([])
    expect(error?.data).toMatchObject({
      node: { id: 'text' }, input: 'text', problem: expect.stringContaining(problem), remedy: expect.stringContaining(remedy),
    })
  })

  test('a seed that counts goes by the number of the run in its batch', async () => {
    const seedOf = async (index: number) =>
      (await prompted('', 'increment 43').run(undefined, { index })).workflow?.nodes[1]?.inputs?.['seed']
    expect([await seedOf(0), await seedOf(1), await seedOf(9)]).toEqual([43, 44, 52])
  })

  //  top:  inner(subgraph) = text ──► sample
  test('are resolved inside subgraphs', async () => {
    const g = prompted('')
    const nodes = [
      { id: 'text', type: 'Text', inputs: { text: '{a|a} ball' } },
      { id: 'sample', type: 'Sample', inputs: { a: { from: 'text', output: 'out' }, seed: 'random' } },
    ]
    const workflow = {
      version: 1, nodes: [{ id: 'inner', type: 'subgraph:s' }],
      subgraphs: [{ id: 's', name: 'S', inputs: [], outputs: [{ name: 'out', from: 'sample', output: 'out' }], nodes }],
    }
    const result = await runWorkflow(workflow, { registry: g.registry, paths: NO_PATHS })
    expect(result.error).toBeUndefined()
    expect(result.results.get('inner/sample')?.outputs.get('out')?.value).toBe('a ball')
    expect(result.workflow?.subgraphs?.[0]?.nodes[1]?.inputs?.['seed']).toEqual(expect.any(Number))
  })

  //  text ──► sample(seed ◄── number)
  test('a seed that is linked to a constant counts as that constant', async () => {
    const constant = (value: number): StubOptions =>
      ({ values: { value }, ports: { value: port.int() }, outputs: { out: port.int() }, constant: true, run: ({ value: given }) => ({ out: given }) })
    const linked = async (seed: number) => {
      const g = prompted('{a|b|c|d|e|f|g|h} ball', { from: 'number', output: 'out' })
      g.add('number', constant(seed))
      return (await g.run()).value('sample')
    }
    const texts = await Promise.all([0, 1, 2, 3, 4, 5].map(linked))
    const written = await Promise.all([0, 1, 2, 3, 4, 5].map(async (seed) => (await run('{a|b|c|d|e|f|g|h} ball', seed)).value('sample')))
    expect(texts).toEqual(written)
    expect(new Set(texts).size).toBeGreaterThan(1)
  })

  //  x(S), y(S):  S = text ──► sample(seed)
  test('each node that stands for a subgraph has its own texts and seeds, told and recorded by path', async () => {
    const g = prompted('')
    const nodes = [
      { id: 'text', type: 'Text', inputs: { text: '{a|b|c|d|e|f|g|h}{a|b|c|d|e|f|g|h}{a|b|c|d|e|f|g|h}' } },
      { id: 'sample', type: 'Sample', inputs: { a: { from: 'text', output: 'out' }, seed: 'random' } },
    ]
    const workflow = {
      version: 1, nodes: [{ id: 'x', type: 'subgraph:s' }, { id: 'y', type: 'subgraph:s' }],
      subgraphs: [{ id: 's', name: 'S', inputs: [], outputs: [], nodes }],
    }
    const events: RunEvent[] = []
    const first = await runWorkflow(workflow, { registry: g.registry, paths: NO_PATHS, onEvent: (event) => events.push(event) })
    expect(first.error).toBeUndefined()
    const valueAt = ({ results }: typeof first, path: string) => results.get(path)?.outputs.get('out')?.value
    expect(valueAt(first, 'x/sample')).not.toBe(valueAt(first, 'y/sample'))
    expect(events[0]).toMatchObject({
      seeds: [{ node: 'x/sample', input: 'seed' }, { node: 'y/sample', input: 'seed' }],
      prompts: [{ node: 'x/text', text: valueAt(first, 'x/sample') }, { node: 'y/text', text: valueAt(first, 'y/sample') }],
    })
    const again = await runWorkflow(first.workflow, { registry: g.registry, paths: NO_PATHS })
    expect([valueAt(again, 'x/sample'), valueAt(again, 'y/sample')]).toEqual([valueAt(first, 'x/sample'), valueAt(first, 'y/sample')])
    expect(again.workflow).toEqual(first.workflow)
  })

  //  x(S, text):  S = text (reads $inputs.text) ──► sample(seed)
  test('a text at an input of a subgraph goes by the seed inside that it meets', async () => {
    const g = prompted('')
    const textOf = async (seed: number) => {
      const nodes = [
        { id: 'text', type: 'Text', inputs: { text: { from: '$inputs', output: 'text' } } },
        { id: 'sample', type: 'Sample', inputs: { a: { from: 'text', output: 'out' }, seed } },
      ]
      const workflow = {
        version: 1, nodes: [{ id: 'x', type: 'subgraph:s', inputs: { text: '{a|b|c|d|e|f|g|h} ball' } }],
        subgraphs: [{ id: 's', name: 'S', inputs: [{ name: 'text' }], outputs: [], nodes }],
      }
      return (await runWorkflow(workflow, { registry: g.registry, paths: NO_PATHS })).results.get('x/sample')?.outputs.get('out')?.value
    }
    expect(new Set(await Promise.all([1, 2, 3, 4, 5, 6].map(textOf))).size).toBeGreaterThan(1)
  })
})
