import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../test/laws.ts'
import { formatWorkflow } from '../../core/workflow/format.ts'
import { parseWorkflow } from '../../core/workflow/parse.ts'
import { validateWorkflow } from '../../core/workflow/validate.ts'
import { isLink, type Workflow } from '../../core/workflow/workflow.ts'
import { WorkflowError } from '../../core/workflow/workflow-error.ts'
import { applyEdits } from './apply-edits.ts'
import type { Edit } from './edit.ts'
import { findGraph } from './graph-at.ts'
import { linkProblem } from './link-problem.ts'
import { sceneOf } from './scene-of.ts'
import type { GraphPath } from './scene.ts'
import { definitions } from './testing/definitions.ts'
import { edits, pathsOf, workflows } from './testing/workflows.ts'

/** What an edit gives, or `undefined` where it is refused. */
function tried(workflow: Workflow, path: GraphPath, edit: Edit): Workflow | undefined {
  try {
    return applyEdits(workflow, path, [edit], definitions)
  } catch (error) {
    if (error instanceof WorkflowError) return undefined
    throw error
  }
}

/** Any steps on any workflow, each in any of its graphs. */
const stories = fc.record({ workflow: workflows, steps: fc.array(fc.record({ edit: edits, at: fc.nat(20) }), { maxLength: 12 }) })

function* told({ workflow, steps }: { workflow: Workflow; steps: readonly { edit: Edit; at: number }[] }) {
  let now = workflow
  for (const { edit, at } of steps) {
    const paths = pathsOf(now)
    const path = paths[at % paths.length]!
    const next = tried(now, path, edit)
    if (next === undefined) continue
    yield { before: now, after: next, edit, path }
    now = next
  }
}

describe('any sequence of edits', () => {
  test('keeps the workflow a file that comes back as it is', () => {
    fc.assert(fc.property(stories, (story) => {
      for (const { after } of told(story)) expect(parseWorkflow(formatWorkflow(after))).toEqual(JSON.parse(JSON.stringify(after)))
    }), runs(300))
  })

  test('changes nothing of what was there: undo is the object before', () => {
    fc.assert(fc.property(stories, (story) => {
      const texts = new Map<Workflow, string>()
      for (const { before, after } of told(story)) {
        if (!texts.has(before)) texts.set(before, JSON.stringify(before))
        texts.set(after, JSON.stringify(after))
      }
      for (const [workflow, text] of texts) expect(JSON.stringify(workflow)).toBe(text)
    }), runs(200))
  })

  test('gives the same object where nothing changes, and the same object for each node that stays', () => {
    fc.assert(fc.property(stories, (story) => {
      for (const { before, after, edit, path } of told(story)) {
        if (JSON.stringify(before) === JSON.stringify(after)) expect(after, JSON.stringify(edit)).toBe(before)
        const again = edit.type === 'add' || edit.type === 'addGroup' || edit.type === 'reroute' || edit.type === 'removeGroup' || isPromoting(edit)
        if (!again && findGraph(after, path)) expect(tried(after, path, edit) ?? after).toBe(after)
        for (const list of lists(before)) {
          const now = new Map(lists(after).find((other) => other.id === list.id)?.nodes.map((node) => [node.id, node]))
          for (const node of list.nodes) {
            const same = now.get(node.id)
            if (same && JSON.stringify(same) === JSON.stringify(node)) expect(same).toBe(node)
          }
        }
      }
    }), runs(200))
  })

  test('leaves no link to a node that was removed, and no name for one', () => {
    fc.assert(fc.property(stories, (story) => {
      for (const { before, after } of told(story)) {
        const lost = (workflow: Workflow) => lists(workflow).flatMap(({ id, nodes, outputs }) => {
          const ids = new Set([...nodes.map((node) => node.id), '$inputs'])
          const links = [...nodes.flatMap(({ inputs = {} }) => Object.values(inputs).filter(isLink)), ...outputs]
          return links.filter((link) => !ids.has(link.from)).map((link) => `${id} ${link.from}`)
        })
        const had = new Set(lost(before))
        expect(lost(after).filter((one) => !had.has(one))).toEqual([])
        const unknown = (workflow: Workflow) => validateWorkflow(workflow, definitions)
          .filter(({ code, problem }) => code === 'unknown_parameter' && problem.includes('which the workflow does not have')).length
        expect(unknown(after)).toBeLessThanOrEqual(unknown(before))
      }
    }), runs(150))
  })

  test('can be drawn: each node once, at a place, each link from an output that is there', () => {
    fc.assert(fc.property(stories, (story) => {
      for (const { after } of told(story)) {
        for (const path of pathsOf(after)) {
          const scene = sceneOf(after, path, definitions, validateWorkflow(after, definitions))
          expect(scene.path).toEqual(path)
          const byId = new Map(scene.nodes.map((node) => [node.id, node]))
          expect(byId.size).toBe(scene.nodes.length)
          for (const node of scene.nodes) {
            expect(node.position.every(Number.isFinite)).toBe(true)
            expect(new Set(node.inputs.map(({ name }) => name)).size).toBe(node.inputs.length)
            for (const { link } of node.inputs) {
              const source = link && byId.get(link.from)
              if (source?.kind === 'unknown') expect(source.outputs.map(({ key }) => key)).toContain(link!.output)
            }
          }
          expect(sceneOf(after, path, definitions, []).nodes.length).toBe(scene.nodes.length)
        }
      }
    }), runs(60))
  })
})

describe('a link that nothing speaks against', () => {
  test('gives no problem that was not there when it is drawn, except where it takes a node in that nothing asked for before', () => {
    fc.assert(fc.property(workflows, fc.nat(), fc.nat(), fc.nat(), fc.nat(), (workflow, a, b, c, d) => {
      const { nodes } = sceneOf(workflow, [], definitions)
      const [source, target] = [nodes[a % Math.max(1, nodes.length)], nodes[b % Math.max(1, nodes.length)]]
      const output = source?.outputs[c % Math.max(1, source.outputs.length)]
      const input = target?.inputs[d % Math.max(1, target.inputs.length)]
      if (!source || !target || !output || !input || source.kind === 'unknown' || target.kind === 'unknown') return
      if (linkProblem(workflow, [], definitions, source.id, output.key, target.id, input.name) !== undefined) return
      const after = applyEdits(workflow, [], [{ type: 'connect', from: source.id, output: output.key, to: target.id, input: input.name }], definitions)
      const ofLinks = (one: Workflow) => validateWorkflow(one, definitions)
        .filter(({ code, node, input: name }) => code === 'dependency_cycle' || (code === 'return_type_mismatch' && node?.id === target.id && name === input.name))
      expect(ofLinks(after)).toEqual([])
    }), runs(400))
  })
})

const isPromoting = (edit: Edit) => edit.type === 'connect' && (edit.input === '' || edit.output === '')

function lists(workflow: Workflow) {
  return [{ id: '', nodes: workflow.nodes, outputs: [] }, ...(workflow.subgraphs ?? [])]
}
