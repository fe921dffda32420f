/** The inputs that a workflow exposes, each with where it is and what there is to write. */
import { Insides } from '../../core/workflow/separate.ts'
import type { Problem } from '../../core/workflow/problem.ts'
import type { Parameter, Workflow } from '../../core/workflow/workflow.ts'
import type { Definitions } from '../../core/types/definition.ts'
import type { GraphPath, Scene, SceneInput, SceneNode } from '../graph/scene.ts'
import { sceneOf } from '../graph/scene-of.ts'

export interface PlacedParameter {
  readonly parameter: Parameter
  /** Of the graph that its node is in. */
  readonly path: GraphPath
  /** Undefined where the workflow has no such node or input: the name leads nowhere. */
  readonly at?: { readonly node: SceneNode; readonly input: SceneInput }
}

/** All parameters of a workflow in their order. */
export function placedParameters(workflow: Workflow, definitions: Definitions, problems: readonly Problem[] = []): readonly PlacedParameter[] {
  const insides = new Insides(workflow)
  const scenes = new Map<string, Scene>()
  const sceneAt = (path: GraphPath) => {
    const key = path.join('\n')
    const known = scenes.get(key) ?? sceneOf(workflow, path, definitions, problems)
    scenes.set(key, known)
    return known
  }
  return (workflow.parameters ?? []).map((parameter): PlacedParameter => {
    const ids = idsOf(insides, parameter.node)
    if (ids === undefined) return { parameter, path: [] }
    const path = ids.slice(0, -1)
    const node = sceneAt(path).nodes.find(({ id }) => id === ids.at(-1))
    const input = node?.inputs.find(({ name }) => name === parameter.input)
    return { parameter, path, ...(node && input && { at: { node, input } }) }
  })
}

/** The ids on the way to a node, its own last. */
function idsOf(insides: Insides, node: string): readonly string[] | undefined {
  let inside: string | undefined
  return insides.find(node)?.map((index) => {
    const one = insides.nodes(inside)[index]!
    inside = insides.subgraphOf(one)?.id
    return one.id
  })
}

/** A name as a person reads it: `negative_prompt` is "Negative prompt". */
export function labelOf(name: string): string {
  const words = name.replace(/[_-]+/g, ' ').trim()
  return words === '' ? name : words[0]!.toUpperCase() + words.slice(1)
}

/** The list with one item in another place. */
export function moved<T>(list: readonly T[], from: number, to: number): readonly T[] {
  const item = list[from]
  return item === undefined || to < 0 || to >= list.length ? list : list.toSpliced(from, 1).toSpliced(to, 0, item)
}
