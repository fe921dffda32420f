import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../test/laws.ts'
import { exportComfyApi } from '../../core/comfy/api-export.ts'
import { parseWorkflow } from '../../core/workflow/parse.ts'
import { formatWorkflow } from '../../core/workflow/format.ts'
import { isLink, type Workflow } from '../../core/workflow/workflow.ts'
import { WorkflowError } from '../../core/workflow/workflow-error.ts'
import { clipText, copyNodes, duplicate, paste, readClip } from './clipboard.ts'
import { graphAt } from './graph-at.ts'
import { definitions } from './testing/definitions.ts'
import { drawn, from, nested, pathsOf, workflows } from './testing/workflows.ts'

const empty: Workflow = { version: 1, nodes: [] }
const node = ({ nodes }: Pick<Workflow, 'nodes'>, id: string) => nodes.find((one) => one.id === id)

describe('copying and pasting', () => {
  test('keeps the links between nodes, and not those from outside', () => {
    const { workflow, ids } = paste(drawn, [], copyNodes(drawn, [], ['sampler', 'decode']), { at: [0, 500] }, definitions)
    expect(ids).toEqual(['sampler_2', 'decode_2'])
    expect(node(workflow, 'decode_2')).toEqual({ id: 'decode_2', type: 'Decode', inputs: { latent: from('sampler_2', 'latent') }, position: [300, 500] })
    expect(node(workflow, 'sampler_2')!.inputs).toEqual({ steps: 30, seed: 'random' })
    expect(workflow.nodes.slice(0, 5)).toEqual(drawn.nodes)
  })

  test('draws the links from outside too when asked, where they lead to something that fits', () => {
    const clip = copyNodes(drawn, [], ['sampler'])
    expect(node(paste(drawn, [], clip, { connect: true }, definitions).workflow, 'sampler_2')!.inputs)
      .toEqual({ model: from('load', 'model'), positive: from('text', 'conditioning'), steps: 30, seed: 'random' })
    const other: Workflow = { version: 1, nodes: [{ id: 'load', type: 'EmptyLatent' }] }
    expect(node(paste(other, [], clip, { connect: true }, definitions).workflow, 'sampler')!.inputs).toEqual({ steps: 30, seed: 'random' })
  })

  test('takes groups along', () => {
    const clip = copyNodes(drawn, [], ['load'], [0])
    const { workflow, groups } = paste(drawn, [], clip, {}, definitions)
    expect(workflow.groups![groups[0]!]).toEqual({ title: 'All', bounds: [20, -20, 1500, 500] })
  })

  test('takes subgraphs along, once', () => {
    const clip = copyNodes(nested, [], ['make'])
    const { workflow } = paste(empty, [], clip, {}, definitions)
    expect(workflow.subgraphs).toEqual(nested.subgraphs)
    expect(paste(workflow, [], clip, {}, definitions).workflow.subgraphs).toBe(workflow.subgraphs)
    const changed: Workflow = { ...workflow, subgraphs: [{ ...workflow.subgraphs![0]!, name: 'Other' }] }
    const both = paste(changed, [], clip, {}, definitions).workflow
    expect(both.subgraphs!.map(({ id }) => id)).toEqual(['make', 'make-2'])
    expect(both.nodes.map(({ type }) => type)).toEqual(['subgraph:make', 'subgraph:make-2'])
  })

  test('puts no subgraph into itself', () => {
    expect(() => paste(nested, ['make'], copyNodes(nested, [], ['other']), {}, definitions)).toThrow('the subgraph holds itself')
  })

  test('goes over text, which holds no secret', () => {
    const workflow: Workflow = { version: 1, nodes: [{ id: 'a', type: 'Login', inputs: { key: 'my secret key' } }] }
    const text = clipText(copyNodes(workflow, [], ['a']), definitions)
    expect(text).not.toContain('my secret key')
    expect(readClip(text, definitions)!.nodes).toHaveLength(1)
    expect(node(duplicate(workflow, [], ['a'], {}, definitions).workflow, 'a_2')!.inputs).toEqual({ key: 'my secret key' })
  })

  test('pastes a workflow of any format, laid out', () => {
    const api = JSON.stringify(exportComfyApi(drawn, definitions))
    const { workflow, ids } = paste(drawn, [], readClip(api, definitions)!, { at: [0, 1000] }, definitions)
    expect(ids).toEqual(['load_2', 'text_2', 'sampler_2', 'decode_2', 'save_2'])
    const places = ids.map((id) => node(workflow, id)!.position!)
    expect(Math.min(...places.map(([x]) => x))).toBe(0)
    expect(Math.min(...places.map(([, y]) => y))).toBe(1000)
    expect(places[0]![0]).toBeLessThan(places[4]![0])
  })

  test.each(['', 'a cat', '{"a": 1}', '{', '[1]', '{"version": 1, "nodes": []}', '{"version": 1, "nodes": [{"id": 7}]}'])('%j is nothing to paste', (text) => {
    expect(readClip(text, definitions)).toBeUndefined()
  })

  test('law: what is pasted is new, says the same, and links to nothing but itself; the rest stays', () => {
    fc.assert(fc.property(workflows, fc.nat(), fc.nat(), fc.nat(31), (workflow, a, b, which) => {
      const paths = pathsOf(workflow)
      const [source, target] = [paths[a % paths.length]!, paths[b % paths.length]!]
      const chosen = graphAt(workflow, source).nodes.filter((_, index) => which & (1 << index))
      const clip = readClip(formatWorkflow(copyNodes(workflow, source, chosen.map(({ id }) => id))), definitions)
      if (!clip) {
        expect(chosen).toEqual([])
        return
      }
      let pasted
      try {
        pasted = paste(workflow, target, clip, { at: [5, 5] }, definitions)
      } catch (error) {
        if (!(error instanceof WorkflowError)) throw error
        expect(error.code).toBe('subgraph_recursion')
        return
      }
      const before = graphAt(workflow, target).nodes
      const after = graphAt(pasted.workflow, target).nodes
      expect(after.slice(0, before.length)).toEqual(before)
      expect(after.slice(before.length).map(({ id }) => id)).toEqual(pasted.ids)
      expect(new Set(after.map(({ id }) => id)).size).toBe(after.length)
      expect(after.slice(before.length).map(({ type, title, mode }) => ({ type, title, mode }))).toEqual(chosen.map(({ type, title, mode }) => ({ type, title, mode })))
      for (const { inputs = {} } of after.slice(before.length)) {
        for (const value of Object.values(inputs)) if (isLink(value)) expect(pasted.ids).toContain(value.from)
      }
      expect(parseWorkflow(formatWorkflow(pasted.workflow))).toEqual(JSON.parse(JSON.stringify(pasted.workflow)))
    }), runs(150))
  })
})
