import { expect, test } from 'vitest'
import { definitionMap, describeNode } from '../core/types/definition.ts'
import { defineNode } from '../core/types/node-type.ts'
import { port } from '../core/types/port.ts'
import type { Workflow } from '../core/workflow/workflow.ts'
import { maskPreview, previewAny } from '../nodes/general/previews.ts'
import { previewImage } from '../nodes/preview-image.ts'
import { port as ours } from '../nodes/types/index.ts'
import { withoutPreviews, withPreviews } from './previews.ts'

const all = defineNode({
  type: 'All', category: 'test', inputs: {}, run: () => { throw new Error('not run here') },
  outputs: { image: ours.image(), mask: ours.mask(), latent: ours.latent(), count: port.int(), parts: port.int().each(), anything: port.any() },
})
const definitions = definitionMap([all, maskPreview, previewAny, previewImage].map((node) => describeNode(node)))
const workflow: Workflow = {
  version: 1,
  nodes: [{ id: 'a', type: 'All' }, { id: 'b', type: 'All', mode: 'mute' }, { id: 'show', type: 'PreviewAny', inputs: { source: { from: 'a', output: 'count' } } }],
}

//  a ─image─► preview   ─mask─► preview   ─latent, parts, anything─► preview as text   ─count─► named
test('each output is shown: pictures as files, values by name, others as text', () => {
  const { workflow: shown, targets } = withPreviews(workflow, ['a'], definitions)
  const added = shown.nodes.slice(workflow.nodes.length)
  expect(added.map(({ id, type }) => [id, type])).toEqual([
    ['preview of a.image', 'PreviewImage'], ['preview of a.mask', 'MaskPreview'], ['preview of a.latent', 'PreviewAny'],
    ['preview of a.parts', 'PreviewAny'], ['preview of a.anything', 'PreviewAny'],
  ])
  expect(added[0]!.inputs).toEqual({ images: { from: 'a', output: 'image' } })
  expect(shown.outputs).toEqual([
    { name: 'a-latent', node: 'preview of a.latent', output: 'STRING' },
    { name: 'a-count', node: 'a', output: 'count' },
    { name: 'a-parts', node: 'preview of a.parts', output: 'STRING' },
    { name: 'a-anything', node: 'preview of a.anything', output: 'STRING' },
  ])
  expect(targets).toEqual(['a', ...added.map(({ id }) => id)])
})

test('a file that is made beside says nothing of them', () => {
  const named: Workflow = { ...workflow, outputs: [{ name: 'it', node: 'a', output: 'count' }] }
  for (const before of [workflow, named]) {
    expect(withoutPreviews(withPreviews(before, ['a'], definitions).workflow, before)).toEqual(before)
    expect(withoutPreviews(before, before)).toBe(before)
  }
})

test('names of outputs are names whatever the id is, and none is given twice', () => {
  const named = (id: string, outputs: Workflow['outputs']) =>
    withPreviews({ version: 1, nodes: [{ id, type: 'All' }], outputs }, [id], definitions).workflow.outputs!.map(({ name }) => name)
  expect(named('57:8/é', undefined)).toContain('node-57_8__-count')
  expect(named('a', [{ name: 'a-count', node: 'a', output: 'mask' }]).filter((name) => name === 'a-count')).toHaveLength(1)
})

test('what shows itself, is muted, or is not there gets none', () => {
  for (const target of ['show', 'b', 'nobody']) expect(withPreviews(workflow, [target], definitions)).toEqual({ workflow, targets: [target] })
})

test('where previews are not installed, values come out all the same', () => {
  const { workflow: shown, targets } = withPreviews(workflow, ['a'], definitionMap([describeNode(all)]))
  expect([shown.nodes, targets, shown.outputs?.map(({ name }) => name)]).toEqual([workflow.nodes, ['a'], ['a-count']])
})
