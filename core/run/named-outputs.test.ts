import { expect, test } from 'vitest'
import { createRegistry } from '../plugins/registry.ts'
import { defineNode } from '../types/node-type.ts'
import { port, portOf } from '../types/port.ts'
import { defineType } from '../types/value-type.ts'
import type { Workflow } from '../workflow/workflow.ts'
import type { RunEvent } from './events.ts'
import { runWorkflow } from './run.ts'
import { NO_PATHS } from './testing/stub-graph.ts'

const isObject = (value: unknown): value is object => typeof value === 'object'
const thing = portOf(defineType<object>({ id: 'THING', check: isObject, bytes: () => 8, store: 'recompute' }))
const add = defineNode({
  type: 'Add',
  category: 'test',
  inputs: { a: port.int({ default: 0 }), b: port.int({ default: 1 }) },
  outputs: { sum: port.int(), words: port.list(port.string()), thing: thing(), long: port.string() },
  run: ({ a, b }) => ({ sum: a + b, words: ['a', 'b'], thing: {}, long: 'x'.repeat(20_000) }),
})
const registry = createRegistry([{ id: 'test', hash: '1', nodes: [add] }])
const node = (id: string, inputs: Record<string, number | { from: string; output: string | number }> = {}, type = 'Add') => ({ id, type, inputs })

//  1 ──► t[ 1 ──► 2 ]        nothing here is an output node
const workflow: Workflow = {
  version: 1,
  nodes: [
    node('1', { a: 2 }),
    node('t', { x: { from: '1', output: 'sum' } }, 'subgraph:twice'),
    node('spare', {}),
  ],
  subgraphs: [{
    id: 'twice', name: 'Twice', inputs: [{ name: 'x' }], outputs: [{ name: 'y', from: '2', output: 0 }],
    nodes: [node('1', { a: { from: '$inputs', output: 'x' } }), node('2', { a: { from: '1', output: 'sum' } })],
  }],
  outputs: [
    { name: 'total', node: 't', output: 'y' },
    { name: 'words', node: '1', output: 1 },
    { name: 'thing', node: '1', output: 'thing' },
    { name: 'long', node: '1', output: 'long' },
  ],
}

test('a run makes what the workflow names, and says what came out where it can be said', async () => {
  const events: RunEvent[] = []
  const run = await runWorkflow(workflow, { registry, paths: NO_PATHS, onEvent: (event) => events.push(event) })
  expect(run.error).toBeUndefined()
  expect(run.executed).toEqual(['1', 't/1', 't/2'])
  expect(run.named).toEqual([
    { name: 'total', node: 't/2', output: 'sum', socket: 'INT', value: 5 },
    { name: 'words', node: '1', output: 'words', socket: { list: 'STRING' }, value: ['a', 'b'] },
    { name: 'thing', node: '1', output: 'thing', socket: 'THING' },
    { name: 'long', node: '1', output: 'long', socket: 'STRING' },
  ])
  expect(events.at(-1)).toMatchObject({ type: 'run.done', outputs: run.named })
})

test('of a run up to other nodes it says only what was made', async () => {
  const run = await runWorkflow(workflow, { registry, paths: NO_PATHS, targets: ['1'] })
  expect(run.named.map(({ name }) => name)).toEqual(['words', 'thing', 'long'])
})

test('a run may be asked for one node inside a subgraph, by its path', async () => {
  const run = await runWorkflow(workflow, { registry, paths: NO_PATHS, targets: ['t/1'] })
  expect([run.status, run.executed, [...run.results.keys()]]).toEqual(['done', ['1', 't/1'], ['t/1']])
  const wrong = await runWorkflow(workflow, { registry, paths: NO_PATHS, targets: ['t/3'] })
  expect(wrong.error?.message).toContain('the run is asked for node "t/3", which the workflow does not have')
})

//  of any type: ──► plain · list · deep · function
test('of an output of any type it says what is a number, a text, true or false, or a list of such', async () => {
  const values = { plain: 7, list: ['a', true], deep: [[1]], odd: () => 1, nan: Number.NaN }
  const outputs = Object.fromEntries(Object.keys(values).map((name) => [name, port.any()]))
  const anything = defineNode({ type: 'Anything', category: 'test', inputs: {}, outputs, run: () => values })
  const named = Object.keys(values).map((name) => ({ name, node: 'a', output: name }))
  const run = await runWorkflow({ version: 1, nodes: [node('a', {}, 'Anything')], outputs: named }, {
    registry: createRegistry([{ id: 'test', hash: '1', nodes: [anything] }]), paths: NO_PATHS,
  })
  expect(run.named.map(({ name, value }) => [name, value])).toEqual([
    ['plain', 7], ['list', ['a', true]], ['deep', undefined], ['odd', undefined], ['nan', undefined],
  ])
})
