/** Edits of groups: frames around nodes. Groups are meant by their place in the list. */
import { withoutKeptGroup } from '../../core/comfy/kept.ts'
import type { Group, Workflow } from '../../core/workflow/workflow.ts'
import type { Edit } from './edit.ts'
import { graphAt, withFields, withGraph } from './graph-at.ts'
import type { GraphPath, Rectangle } from './scene.ts'

type EditOf<T extends Edit['type']> = Extract<Edit, { readonly type: T }>

export function addGroup(workflow: Workflow, path: GraphPath, { title, bounds, color }: EditOf<'addGroup'>): Workflow {
  const { groups = [] } = graphAt(workflow, path)
  const group: Group = { title, bounds: finite(bounds), ...(color !== undefined && { color }) }
  return withGraph(workflow, path, { groups: [...groups, group] })
}

/** Of a group that is not there, nothing is changed. */
export function changeGroup(workflow: Workflow, path: GraphPath, { index, title, bounds, color }: EditOf<'changeGroup'>): Workflow {
  const { groups = [] } = graphAt(workflow, path)
  const group = groups[index]
  if (!group) return workflow
  const isMoved = bounds && bounds.some((number, place) => number !== group.bounds[place])
  const next = withFields(group, {
    ...(title !== undefined && { title }), ...(isMoved && { bounds: finite(bounds) }), ...(color !== undefined && { color: color === '' ? undefined : color }),
  })
  return next === group ? workflow : withGraph(workflow, path, { groups: groups.with(index, next) })
}

export function removeGroup(workflow: Workflow, path: GraphPath, index: number): Workflow {
  const { groups = [], subgraph } = graphAt(workflow, path)
  if (!groups[index]) return workflow
  const less = groups.toSpliced(index, 1)
  if (subgraph) return withGraph(workflow, path, { groups: less, subgraph: { extra: withoutKeptGroup(subgraph.extra, index) } })
  return withFields(workflow, { groups: less, extra: withoutKeptGroup(workflow.extra, index) })
}

function finite([x, y, width, height]: Rectangle): Rectangle {
  const number = (value: number) => (Number.isFinite(value) ? value : 0)
  return [number(x), number(y), number(width), number(height)]
}
