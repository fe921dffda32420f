import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../test/laws.ts'
import { tryFlatten } from '../../core/workflow/flatten.ts'
import { formatWorkflow } from '../../core/workflow/format.ts'
import { parseWorkflow } from '../../core/workflow/parse.ts'
import { validateWorkflow } from '../../core/workflow/validate.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { WorkflowError } from '../../core/workflow/workflow-error.ts'
import { applyEdits } from './apply-edits.ts'
import { graphAt } from './graph-at.ts'
import { crumbsOf } from './crumbs.ts'
import { packNodes, removeSocket, renameSocket, renameSubgraph, unpackNode, withoutUnusedSubgraphs } from './subgraph.ts'
import { definitions } from './testing/definitions.ts'
import { drawn, from, nested, pathsOf, workflows } from './testing/workflows.ts'

const sorted = (workflow: Workflow): Workflow => ({
  ...workflow, nodes: workflow.nodes.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  subgraphs: workflow.subgraphs?.map((one) => ({ ...one, nodes: one.nodes.toSorted((a, b) => (a.id < b.id ? -1 : 1)) })),
})
const node = ({ nodes }: Pick<Workflow, 'nodes'>, id: string) => nodes.find((one) => one.id === id)

describe('packing', () => {
  test('and unpacking gives back what was there', () => {
    const { workflow, node: stand } = packNodes(drawn, [], ['sampler', 'decode'], 'Make')
    expect(workflow.subgraphs![0]!.name).toBe('Make')
    expect(validateWorkflow(workflow, definitions)).toEqual(validateWorkflow(drawn, definitions))
    const { workflow: back, ids } = unpackNode(workflow, [], stand)
    expect(ids).toEqual(['sampler', 'decode'])
    expect(JSON.parse(JSON.stringify(sorted(back)))).toEqual(JSON.parse(JSON.stringify(sorted(withNames(drawn)))))
  })

  test('inside a subgraph takes the names of inputs along', () => {
    const { workflow, node: stand } = packNodes(nested, ['make'], ['sampler'])
    expect(workflow.parameters![0]!.node).toBe(`make/${stand}/sampler`)
    expect(validateWorkflow(workflow, definitions)).toEqual(validateWorkflow(nested, definitions))
    const { workflow: back } = unpackNode(workflow, ['make'], stand)
    expect(back.parameters).toEqual(nested.parameters)
    expect(back.subgraphs!.map(({ id }) => id)).toEqual(['make'])
  })

  test('law: pack and unpack anywhere, and the same runs as before', () => {
    let packed = 0
    fc.assert(fc.property(workflows, fc.nat(), fc.integer({ min: 1, max: 31 }), (workflow, at, which) => {
      fc.pre(tryFlatten(workflow).problems.length === 0)
      const paths = pathsOf(workflow)
      const path = paths[at % paths.length]!
      const chosen = graphAt(workflow, path).nodes.filter((_, index) => which & (1 << index)).map(({ id }) => id)
      let made
      try {
        made = packNodes(workflow, path, chosen)
      } catch (error) {
        if (!(error instanceof WorkflowError)) throw error
        expect(error.code).toBe('not_packable')
        return
      }
      packed++
      const paramless = (one: Workflow) => flat({ ...one, parameters: undefined, outputs: undefined })
      expect(parseWorkflow(formatWorkflow(made.workflow))).toEqual(JSON.parse(JSON.stringify(made.workflow)))
      const { workflow: back } = unpackNode(made.workflow, path, made.node)
      expect(paramless(back)).toEqual(paramless(workflow))
      if (path.length > 0) expect(back.parameters ?? []).toEqual(workflow.parameters ?? [])
    }), runs(150))
    expect(packed).toBeGreaterThan(30)
  })
})

/** Links by the names of outputs, as the border of a subgraph writes them. */
function withNames(workflow: Workflow): Workflow {
  return { ...workflow, nodes: workflow.nodes.map((one) => (one.id === 'save' ? { ...one, inputs: { image: from('decode', 0) } } : one)) }
}

/** The nodes with all subgraphs laid open, in any order and place. */
function flat(workflow: Workflow) {
  return tryFlatten(workflow).workflow.nodes
    .map((one) => [one.id, JSON.stringify({ ...one, inputs: one.inputs ?? {}, position: null })] as const).toSorted(([a], [b]) => (a < b ? -1 : 1))
}

describe('sockets of a subgraph', () => {
  test('get other names, wherever they are named', () => {
    const named: Workflow = { ...nested, parameters: [...nested.parameters!, { name: 'm', node: 'other', input: 'model' }] }
    const renamed = renameSocket(renameSocket(named, ['make'], 'input', 'model', 'net'), ['make'], 'output', 'image', 'frames')
    expect(renamed.subgraphs![0]!.inputs[0]).toEqual({ name: 'net' })
    expect(node(renamed.subgraphs![0]!, 'sampler')!.inputs!['model']).toEqual(from('$inputs', 'net'))
    expect(Object.keys(node(renamed, 'make')!.inputs!)).toEqual(['net', 'positive'])
    expect(node(renamed, 'save')!.inputs).toEqual({ image: from('make', 'frames') })
    expect(node(renamed, 'again')!.inputs).toEqual({ image: from('other', 0) })
    expect(renamed.outputs).toEqual([{ name: 'frames', node: 'make', output: 'frames' }])
    expect(renamed.parameters![1]).toEqual({ name: 'm', node: 'other', input: 'net' })
    expect(validateWorkflow(renamed, definitions)).toEqual(validateWorkflow(named, definitions))
    expect(() => renameSocket(named, ['make'], 'input', 'model', 'positive')).toThrow('the name "positive" is taken')
    expect(() => renameSocket(named, ['make'], 'input', 'model', ' ')).toThrow('needs a name')
    expect(renameSocket(named, ['make'], 'input', 'model', 'model')).toBe(named)
  })

  test('go with their links, inside and outside', () => {
    const less = removeSocket(nested, ['make'], 'input', 'model')
    expect(less.subgraphs![0]!.inputs).toEqual([{ name: 'positive' }])
    expect(Object.keys(node(less.subgraphs![0]!, 'sampler')!.inputs!)).toEqual(['positive', 'steps'])
    expect(Object.keys(node(less, 'other')!.inputs!)).toEqual(['positive'])
    const none = removeSocket(nested, ['make'], 'output', 'image')
    expect([node(none, 'save'), node(none, 'again')]).toEqual([{ id: 'save', type: 'Save' }, { id: 'again', type: 'Save' }])
    expect(removeSocket(nested, ['make'], 'input', 'nothing')).toBe(nested)
  })

  test('leave inside what all gave outside: promoted and taken back is as before', () => {
    const promoted = applyEdits(nested, ['make'], [{ type: 'connect', from: '$inputs', output: '', to: 'sampler', input: 'steps' }], definitions)
    expect(removeSocket(promoted, ['make'], 'input', 'steps')).toEqual(nested)
    const other = applyEdits(promoted, [], [{ type: 'set', node: 'other', input: 'steps', value: 9 }], definitions)
    expect(node(removeSocket(other, ['make'], 'input', 'steps').subgraphs![0]!, 'sampler')!.inputs).not.toHaveProperty('steps')
  })
})

test('subgraphs are named, and say the way to them', () => {
  expect(renameSubgraph(nested, ['make'], ' New ').subgraphs![0]!.name).toBe('New')
  expect(renameSubgraph(nested, ['make'], ' ')).toBe(nested)
  const titled = applyEdits(nested, [], [{ type: 'rename', id: 'other', title: 'Second' }], definitions)
  expect(crumbsOf(titled, ['other'])).toEqual([{ path: [] }, { path: ['other'], title: 'Second' }])
  expect(crumbsOf(titled, ['make', 'gone'])).toEqual([{ path: [] }, { path: ['make'], title: 'Make' }])
  expect(withoutUnusedSubgraphs({ ...nested, nodes: [] })).not.toHaveProperty('subgraphs')
  expect(withoutUnusedSubgraphs(nested)).toBe(nested)
})
