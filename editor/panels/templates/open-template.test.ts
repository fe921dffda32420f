import { expect, test } from 'vitest'
import type { Workflow } from '../../../core/workflow/workflow.ts'
import { withFiles, withoutTemplate } from './open-template.ts'

const WORKFLOW: Workflow = { version: 1, nodes: [{ id: 'a', type: 'LoadImage', inputs: { image: 'x/a.png', other: { from: 'b', output: 0 } } }, { id: 'b', type: 'B' }] }

test('files get the names under which they were uploaded; links stay', () => {
  const [node] = withFiles(WORKFLOW, new Map([['x/a.png', 'x/a_1.png']])).nodes
  expect(node!.inputs).toEqual({ image: 'x/a_1.png', other: { from: 'b', output: 0 } })
  expect(withFiles(WORKFLOW, new Map([['x/a.png', 'x/a.png']]))).toBe(WORKFLOW)
})

test('what the list says of a template does not stay in what is opened', () => {
  expect(withoutTemplate({ ...WORKFLOW, extra: { template: { tags: ['a'] } } })).toEqual(WORKFLOW)
  expect(withoutTemplate({ ...WORKFLOW, extra: { template: {}, ui: 1 } }).extra).toEqual({ ui: 1 })
})
