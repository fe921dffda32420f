/** The box in which a node is looked for and added. */
import type { Session } from '../app/session.ts'
import type { LooseLink } from '../graph/canvas.ts'
import type { LinkEnd } from '../graph/insert.ts'
import type { Point } from '../graph/scene.ts'
import { t } from '../i18n/index.ts'
import type { NodeSearchProps } from './node-search.tsx'

export interface SearchPlace {
  /** Where the node goes, and where the box opens. In the middle of the canvas when left out. */
  readonly at?: { readonly graph: Point; readonly client: Point }
  /** What it is to be linked to. */
  readonly link?: LooseLink
  /** The link that it is to be put into, which `link` begins. */
  readonly into?: LinkEnd
}

/** Opens it. Resolves when it is closed. */
export async function openSearch(session: Session, place: SearchPlace = {}): Promise<void> {
  const { NodeSearch } = await import('./node-search.tsx')
  await session.dialogs.popup<undefined, NodeSearchProps>(NodeSearch, { session, at: place.at ?? middle(session), link: place.link, into: place.into }, t('app.addNode'))
}

function middle(session: Session): NonNullable<SearchPlace['at']> {
  const canvas = session.canvas.peek()
  const [left, top, width, height] = canvas?.place({ kind: 'canvas' }) ?? [0, 0, innerWidth, innerHeight]
  const client: Point = [left + width / 2, top + height / 3]
  return { client, graph: canvas?.toGraph(client) ?? [0, 0] }
}
