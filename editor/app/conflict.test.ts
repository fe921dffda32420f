import { expect, test } from 'vitest'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { conflictOf } from './conflict.ts'
import { drawing } from './testing/small-workflows.ts'

const withInput = (workflow: Workflow, id: string, input: string, value: number): Workflow => ({
  ...workflow, nodes: workflow.nodes.map((node) => (node.id === id ? { ...node, inputs: { ...node.inputs, [input]: value } } : node)),
})

test('changes of different inputs go together', () => {
  const [mine, theirs] = [withInput(drawing, 'draw', 'size', 8), withInput(drawing, 'blur', 'radius', 5)]
  const { mine: ours, theirs: others, merged, clashes } = conflictOf(drawing, mine, theirs)
  expect([ours, others, clashes]).toEqual([['Draw.size 64 → 8'], ['Blur.radius 2 → 5'], []])
  expect(merged).toEqual(withInput(mine, 'blur', 'radius', 5))
})

test('changes of one input do not, and both values are told', () => {
  const { merged, clashes } = conflictOf(drawing, withInput(drawing, 'draw', 'size', 8), withInput(drawing, 'draw', 'size', 9))
  expect(merged).toBeUndefined()
  expect(clashes).toHaveLength(1)
  expect(clashes[0]).toMatch(/size.*8.*9|size.*9.*8/)
})
