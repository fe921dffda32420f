/** What can be done with what was clicked. */
import type { Session } from '../app/session.ts'
import type { CanvasTarget } from '../graph/canvas.ts'
import type { Point } from '../graph/scene.ts'
import { t } from '../i18n/index.ts'
import type { MenuItem } from './dialogs.ts'
import { openSearch } from './open-search.ts'
import { shownKeys } from './shown-keys.ts'

/** The commands that offer themselves for a target, in the order of the table, a line between areas. */
export function contextMenu(session: Session, target: CanvasTarget, client: Point): readonly (MenuItem | 'separator')[] {
  const offered = session.commands.all.value.filter(({ menus }) => menus?.includes(target.kind))
  const items: (MenuItem | 'separator')[] = target.kind === 'canvas' ? [addNode(session, client)] : []
  let lastArea = target.kind === 'canvas' ? '' : undefined
  for (const { id, title, isEnabled } of offered) {
    const area = id.slice(0, id.indexOf('.'))
    if (lastArea !== undefined && area !== lastArea) items.push('separator')
    lastArea = area
    items.push({
      label: t(title), keys: shownKeys(session.commands.keysOf(id)), isDisabled: isEnabled?.(session, target) === false,
      run: () => void session.commands.run(id, target),
    })
  }
  return items
}

function addNode(session: Session, client: Point): MenuItem {
  return {
    label: t('app.addNode'),
    run: () => {
      const graph = session.canvas.peek()?.toGraph(client) ?? [0, 0]
      void openSearch(session, { at: { graph, client } })
    },
  }
}
