/** Which types of nodes a few letters mean. */
import { definitionsIn } from '../graph/graph-at.ts'
import type { LooseLink } from '../graph/canvas.ts'
import type { LinkEnd } from '../graph/insert.ts'
import { looseSocket, searchNodes, type FoundNode } from '../graph/search.ts'
import type { Ground } from './add-node.ts'
import { nodeUses } from './node-uses.ts'

export type { FoundNode } from '../graph/search.ts'

/** The types that a person may add, best first; with a link, only those that it can be connected to, or that can go into it. */
export function findNodes({ workflow, path, definitions }: Ground, text: string, link?: LooseLink, into?: LinkEnd): readonly FoundNode[] {
  const socket = link && looseSocket(workflow, path, definitions, link)
  const onto = into && looseSocket(workflow, path, definitions, into)
  return searchNodes(definitionsIn(workflow, definitions), text, { uses: nodeUses(), ...(socket && { link: socket }), ...(onto && { onto }) })
}
