/** Node types as the panel lists them. */
import type { NodeDefinition } from '../../../core/types/definition.ts'
import { groupBy } from '../../shell/group-by.ts'

export interface NodeGroup {
  /** The first part of a category: `image` of `image/size`. */
  readonly name: string
  readonly count: number
  readonly parts: readonly { readonly name: string; readonly nodes: readonly NodeDefinition[] }[]
}

/** By category in two levels, in alphabetical order; what stands right in a category comes before its parts. */
export function nodeGroups(definitions: Iterable<NodeDefinition>): readonly NodeGroup[] {
  const offered = [...definitions].filter(({ internal }) => internal !== true)
  return [...groupBy(offered, ({ category }) => split(category)[0])]
    .map(([name, nodes]): NodeGroup => ({
      name, count: nodes.length,
      parts: [...groupBy(nodes, ({ category }) => split(category)[1])]
        .map(([part, inPart]) => ({ name: part, nodes: inPart.toSorted((a, b) => a.title.localeCompare(b.title)) }))
        .sort((a, b) => a.name.localeCompare(b.name)),
    }))
    .sort((a, b) => a.name.localeCompare(b.name))
}

function split(category: string): readonly [string, string] {
  const at = category.indexOf('/')
  return at < 0 ? [category, ''] : [category.slice(0, at), category.slice(at + 1)]
}
