import { isLink, type InputValue, type Link, type WorkflowNode } from '../../core/workflow/workflow.ts'
import { withFields } from './graph-at.ts'

/** A node with each of its links as a function makes it; `undefined` takes one away. The node itself where all stay. */
export function mapLinks(node: WorkflowNode, change: (link: Link, input: string) => InputValue | undefined): WorkflowNode {
  if (node.inputs === undefined) return node
  let isSame = true
  const entries = Object.entries(node.inputs).flatMap(([name, value]): [string, InputValue][] => {
    const next = isLink(value) ? change(value, name) : value
    if (next !== value) isSame = false
    return next === undefined ? [] : [[name, next]]
  })
  return isSame ? node : withFields(node, { inputs: entries.length === 0 ? undefined : Object.fromEntries(entries) })
}

/** A list with each item as a function makes it; the list itself where all stay. */
export function mapSame<T>(list: readonly T[], change: (item: T, index: number) => T): readonly T[] {
  const next = list.map(change)
  return next.every((item, index) => item === list[index]) ? list : next
}
