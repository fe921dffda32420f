import { describe, expect, test } from 'vitest'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { applyEdits } from './apply-edits.ts'
import { linkProblem } from './link-problem.ts'
import type { GraphPath } from './scene.ts'
import { definitions } from './testing/definitions.ts'
import { drawn, nested } from './testing/workflows.ts'

const problem = (workflow: Workflow, from: string, output: string | number, to: string, input: string, path: GraphPath = []) =>
  linkProblem(workflow, path, definitions, from, output, to, input)

describe('linkProblem', () => {
  test('says nothing where a link may be drawn', () => {
    expect(problem(drawn, 'load', 'model', 'sampler', 'model')).toBeUndefined()
    expect(problem(drawn, 'load', 0, 'sampler', 'model')).toBeUndefined()
  })

  test('names the types that do not fit', () => {
    expect(problem(drawn, 'load', 'model', 'decode', 'latent')).toBe('This input takes LATENT; the output gives MODEL.')
  })

  test('refuses loops, and shows them', () => {
    expect(problem(drawn, 'sampler', 'latent', 'sampler', 'latent')).toBe('A node can not be linked to itself.')
    const two: Workflow = { ...drawn, nodes: [...drawn.nodes, { id: 's2', type: 'Sampler', title: 'Second', inputs: { latent: { from: 'sampler', output: 'latent' } } }] }
    expect(problem(two, 's2', 'latent', 'sampler', 'latent')).toBe('This would make a loop: Sampler → Second → Sampler.')
  })

  test('refuses what is not there or takes no link', () => {
    expect(problem(drawn, 'nobody', 'latent', 'decode', 'latent')).toBe('There is no such node any more.')
    expect(problem(drawn, 'load', 'nothing', 'decode', 'latent')).toBe('Load model has no such output.')
    expect(problem(drawn, 'load', 'model', 'decode', 'nothing')).toBe('Decode has no such input.')
    expect(problem(drawn, 'load', 'model', 'sampler', 'tile')).toBe('This input is written by hand only.')
    expect(problem(drawn, 'load', 'model', '$outputs', '')).toBe('There is no such node any more.')
  })

  test('looks through reroutes, both ways', () => {
    const through = applyEdits(drawn, [], [{ type: 'reroute', to: 'decode', input: 'latent', position: [0, 0] }], definitions)
    expect(problem(through, 'reroute', 'value', 'sampler', 'model')).toBe('This input takes MODEL; the output gives LATENT.')
    expect(problem(through, 'load', 'model', 'reroute', 'value')).toBe('What reads this reroute takes LATENT; the output gives MODEL.')
    const open = applyEdits(through, [], [{ type: 'disconnect', to: 'decode', input: 'latent' }], definitions)
    expect(problem(open, 'load', 'model', 'reroute', 'value')).toBeUndefined()
  })

  test('knows the borders of a subgraph', () => {
    const inside = ['make']
    expect(problem(nested, '$inputs', 'model', 'sampler', 'model', inside)).toBeUndefined()
    expect(problem(nested, '$inputs', 'model', 'decode', 'latent', inside)).toBe('This input takes LATENT; the output gives MODEL.')
    expect(problem(nested, '$inputs', '', 'decode', 'latent', inside)).toBeUndefined()
    expect(problem(nested, 'sampler', 'latent', '$outputs', '', inside)).toBeUndefined()
    expect(problem(nested, '$inputs', 'model', '$outputs', '', inside)).toBeUndefined()
  })
})
