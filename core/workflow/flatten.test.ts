import { describe, expect, test } from 'vitest'
import { flattenSubgraphs, tryFlatten } from './flatten.ts'
import type { InputValue, Subgraph, Workflow, WorkflowNode } from './workflow.ts'

const node = (id: string, type: string, inputs: Record<string, InputValue> = {}): WorkflowNode => ({ id, type, inputs })
const from = (id: string, output: string | number = 'out') => ({ from: id, output })
const input = (name: string) => from('$inputs', name)

function subgraph(id: string, inputs: string[], outputs: Subgraph['outputs'], ...nodes: WorkflowNode[]): Subgraph {
  return { id, name: id.toUpperCase(), inputs: inputs.map((name) => ({ name })), outputs, nodes }
}
const out = (id: string) => [{ name: 'out', from: id, output: 'out' }]

function workflow(nodes: WorkflowNode[], ...subgraphs: Subgraph[]): Workflow {
  return { version: 1, nodes, subgraphs }
}
const flat = (nodes: WorkflowNode[], ...subgraphs: Subgraph[]) => flattenSubgraphs(workflow(nodes, ...subgraphs))

//  twice:  x ──► 1 ──► 2 ──► out
const twice = subgraph('twice', ['x'], out('2'), node('1', 'Add', { a: input('x') }), node('2', 'Add', { a: from('1') }))

describe('flattenSubgraphs', () => {
  test('gives a workflow that has none back as it is', () => {
    const plain: Workflow = { version: 1, nodes: [node('a', 'Load')], subgraphs: [twice] }
    expect(flattenSubgraphs(plain).workflow).toBe(plain)
  })

  //  load ──► [ 1 ──► 2 ] ──► save
  test('writes the nodes of a subgraph where it stands, called by their paths', () => {
    const { workflow, origins } = flat(
      [node('load', 'Load'), node('t', 'subgraph:twice', { x: from('load') }), node('save', 'Save', { a: from('t') })],
      twice,
    )
    expect(workflow).toEqual({
      version: 1,
      nodes: [
        node('load', 'Load'),
        node('t/1', 'Add', { a: from('load') }),
        node('t/2', 'Add', { a: from('t/1') }),
        node('save', 'Save', { a: from('t/2') }),
      ],
    })
    expect([...origins]).toEqual([
      ['t/1', { shown: 't', subgraph: 'twice', id: '1' }],
      ['t/2', { shown: 't', subgraph: 'twice', id: '2' }],
    ])
  })

  //  outer:  [ 1 ──► 2 ] ──► [ 1 ──► 2 ]
  test('writes subgraphs within subgraphs, each use by itself; the outermost is shown', () => {
    const outer = subgraph(
      'outer',
      ['y'],
      out('b'),
      node('a', 'subgraph:twice', { x: input('y') }),
      node('b', 'subgraph:twice', { x: from('a', 0) }),
    )
    const { workflow, origins } = flat([node('o', 'subgraph:outer', { y: 5 })], twice, outer)
    expect(workflow.nodes.map(({ id, inputs }) => [id, inputs!['a']])).toEqual([
      ['o/a/1', 5],
      ['o/a/2', from('o/a/1')],
      ['o/b/1', from('o/a/2')],
      ['o/b/2', from('o/b/1')],
    ])
    expect(origins.get('o/b/2')).toEqual({ shown: 'o', subgraph: 'twice', id: '2' })
  })

  test('passes literals in, and leaves out what is left out', () => {
    const { workflow } = flat([node('a', 'subgraph:twice', { x: { value: { k: 1 } } }), node('b', 'subgraph:twice')], twice)
    expect(workflow.nodes.map(({ inputs }) => inputs)).toEqual([
      { a: { value: { k: 1 } } },
      { a: from('a/1') },
      {},
      { a: from('b/1') },
    ])
  })

  test('follows outputs that pass an input on, to a node, a literal or nothing', () => {
    const pass = subgraph('pass', ['x'], [{ name: 'out', from: '$inputs', output: 'x' }])
    const uses = [node('p', 'subgraph:pass', { x: from('l') }), node('q', 'subgraph:pass', { x: 7 }), node('r', 'subgraph:pass')]
    const { workflow } = flat([...uses, node('s', 'Save', { p: from('p'), q: from('q'), r: from('r') })], pass)
    expect(workflow.nodes).toEqual([node('s', 'Save', { p: from('l'), q: 7 })])
  })

  test('mutes what is inside a muted subgraph, and passes by a bypassed one', () => {
    const muted = { ...node('t', 'subgraph:twice', { x: 1 }), mode: 'mute' as const }
    expect(flat([muted], twice).workflow.nodes.map(({ mode }) => mode)).toEqual(['mute', 'mute'])
    const bypassed = { ...node('t', 'subgraph:twice', { x: from('l') }), mode: 'bypass' as const }
    const { workflow } = flat([bypassed, node('s', 'Save', { a: from('t') })], twice)
    expect(workflow.nodes).toEqual([node('s', 'Save', { a: from('l') })])
  })

  test('keeps exposed outputs and the parameters of nodes that are left', () => {
    const { workflow: result } = flattenSubgraphs({
      ...workflow([node('l', 'Load', { n: 1 }), node('t', 'subgraph:twice', { x: 1 })], twice),
      parameters: [{ name: 'n', node: 'l', input: 'n' }, { name: 'x', node: 't', input: 'x' }],
      outputs: [{ name: 'result', node: 't', output: 'out' }, { name: 'loaded', node: 'l', output: 0 }],
    })
    expect(result.parameters).toEqual([{ name: 'n', node: 'l', input: 'n' }])
    expect(result.outputs).toEqual([
      { name: 'result', node: 't/2', output: 'out' },
      { name: 'loaded', node: 'l', output: 0 },
    ])
  })

  test('gives no two nodes one path, whatever ids there are', () => {
    const odd = subgraph('odd', [], [], node('1', 'A'), node('1/', 'B'), node('__proto__', 'C'))
    const { workflow } = flat([node('t/1', 'X'), node('t', 'subgraph:odd')], odd)
    expect(workflow.nodes.map(({ id, type }) => [id, type])).toEqual([
      ['t/1', 'X'],
      ['t/1/', 'A'],
      ['t/1//', 'B'],
      ['t/__proto__', 'C'],
    ])
  })

  test('keeps nodes whose subgraph the file does not have', () => {
    const { workflow } = flat([node('t', 'subgraph:gone', { x: 1 }), node('u', 'subgraph:twice')], twice)
    expect(workflow.nodes[0]).toEqual(node('t', 'subgraph:gone', { x: 1 }))
  })

  test('follows a chain of 20,000 subgraphs that pass a value on, once for all that read it', () => {
    const pass = subgraph('pass', ['x'], [{ name: 'out', from: '$inputs', output: 'x' }])
    const chain = Array.from({ length: 20_000 }, (_, n) => node(`${n}`, 'subgraph:pass', { x: n === 0 ? 3 : from(`${n - 1}`) }))
    const readers = Array.from({ length: 1000 }, (_, n) => node(`r${n}`, 'Save', { a: from('19999') }))
    expect(flat([...readers, ...chain], pass).workflow.nodes.every(({ inputs }) => inputs!['a'] === 3)).toBe(true)
  })
})

describe('what can not be written out', () => {
  const problems = (nodes: WorkflowNode[], ...subgraphs: Subgraph[]) => {
    const { problems } = tryFlatten(workflow(nodes, ...subgraphs))
    expect(() => flattenSubgraphs(workflow(nodes, ...subgraphs))).toThrow(problems[0]!.problem)
    return problems
  }

  test('a subgraph that holds itself is refused with the path', () => {
    const a = subgraph('a', [], [], node('1', 'subgraph:b'))
    const b = subgraph('b', [], [], node('1', 'subgraph:c'))
    const c = subgraph('c', [], [], node('1', 'subgraph:a'), node('2', 'Load'))
    expect(problems([node('t', 'subgraph:a')], a, b, c)).toMatchObject([
      { code: 'subgraph_recursion', problem: 'the subgraph holds itself: a → b → c → a' },
    ])
  })

  test('a diamond 40 levels deep is refused at once, before it is written', () => {
    const levels = Array.from({ length: 40 }, (_, n) => {
      const inside = n === 0 ? 'Load' : `subgraph:${n - 1}`
      return subgraph(`${n}`, [], [], node('left', inside), node('right', inside))
    })
    expect(problems([node('t', 'subgraph:39')], ...levels)).toMatchObject([
      { problem: `expected at most 200000 nodes with all subgraphs written out, got ${2 ** 40}` },
    ])
  })

  test('20,000 subgraphs within one another are refused without overflowing', () => {
    const levels = Array.from({ length: 20_000 }, (_, n) =>
      subgraph(`${n}`, [], [], node('in', n === 0 ? 'Load' : `subgraph:${n - 1}`)))
    expect(problems([node('t', 'subgraph:19999')], ...levels)).toMatchObject([
      { problem: 'expected at most 64 subgraphs within one another, got 20000' },
    ])
  })

  test('names that the border does not have are told with those it has', () => {
    const a = subgraph('a', ['x'], out('1'), node('1', 'Load', { v: input('y') }))
    const nodes = [node('t', 'subgraph:a', { z: 1 }), node('s', 'Save', { v: from('t', 'image'), w: from('t', 3) })]
    expect(problems(nodes, a)).toMatchObject([
      { code: 'unknown_input', node: { id: 't' }, input: 'z', problem: 'subgraph "A" has no input of that name' },
      { code: 'bad_linked_input', node: { id: 't/1' }, input: 'v', remedy: 'There is the input x.' },
      { node: { id: 's' }, input: 'v', remedy: 'There is the output out.' },
      { node: { id: 's' }, input: 'w' },
    ])
  })

  test('an output that passes on itself is a cycle', () => {
    const pass = subgraph('pass', ['x'], [{ name: 'out', from: '$inputs', output: 'x' }])
    const nodes = [node('p', 'subgraph:pass', { x: from('q') }), node('q', 'subgraph:pass', { x: from('p') })]
    expect(problems([...nodes, node('s', 'Save', { a: from('p') })], pass)).toMatchObject([
      { code: 'dependency_cycle', node: { id: 's' } },
    ])
  })
})
