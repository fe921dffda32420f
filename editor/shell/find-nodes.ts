/** Which types of nodes a few letters mean. */
import { definitionsIn } from '../graph/graph-at.ts'
import type { LooseLink } from '../graph/canvas.ts'
import { looseSocket, searchNodes, type FoundNode } from '../graph/search.ts'
import type { Ground } from './add-node.ts'
import { nodeUses } from './node-uses.ts'

export type { FoundNode } from '../graph/search.ts'

/** The types that a person may add, best first; with a link, only those that it can be connected to. */
export function findNodes({ workflow, path, definitions }: Ground, text: string, link?: LooseLink): readonly FoundNode[] {
  const socket = link && looseSocket(workflow, path, definitions, link)
  return searchNodes(definitionsIn(workflow, definitions), text, { uses: nodeUses(), ...(socket && { link: socket }) })
}
