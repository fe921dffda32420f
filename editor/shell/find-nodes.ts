/** Which types of nodes a few letters mean. */
import type { NodeDefinition } from '../../core/types/definition.ts'
import { definitionsIn } from '../graph/graph-at.ts'
import type { LooseLink } from '../graph/canvas.ts'
import { filterChoices } from '../widgets/filter-choices.ts'
import { socketOf, takesLink, type Ground } from './add-node.ts'

export interface FoundNode {
  readonly definition: NodeDefinition
}

/** The types that a person may add, best first; with a link, only those that it can be connected to. */
export function findNodes(ground: Ground, text: string, link?: LooseLink): readonly FoundNode[] {
  const socket = link && socketOf(ground, link)
  const offered = [...definitionsIn(ground.workflow, ground.definitions).values()]
    .filter((definition) => !definition.internal && (link === undefined || socket === undefined || takesLink(definition, link, socket)))
  const byText = new Map(offered.map((definition) => [`${definition.title} ${definition.type} ${definition.category}`, definition]))
  return filterChoices([...byText.keys()], text).map((key) => ({ definition: byText.get(key)! }))
}
