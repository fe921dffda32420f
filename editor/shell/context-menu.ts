/** What can be done with what was clicked. */
import type { Session } from '../app/session.ts'
import { NODE_COLORS } from '../commands/colors.ts'
import type { Command } from '../commands/command.ts'
import type { CanvasTarget } from '../graph/canvas.ts'
import type { Point } from '../graph/scene.ts'
import { t } from '../i18n/index.ts'
import type { MenuItem } from './dialogs.ts'
import { groupBy } from './group-by.ts'
import { openSearch } from './open-search.ts'
import { shownKeys } from './shown-keys.ts'

type Items = readonly (MenuItem | 'separator')[]

/** The commands that offer themselves for a target, in the order of the table: a line between areas, submenus where they say so. */
export function contextMenu(session: Session, target: CanvasTarget, client: Point): Items {
  // Of a socket or a link most verbs make no sense; menus of nodes and of the canvas keep their order, so that hands learn it.
  const isShort = target.kind === 'input' || target.kind === 'output' || target.kind === 'link'
  const offered = session.commands.all.value.filter(({ menus, isEnabled }) =>
    menus?.includes(target.kind) && !(isShort && isEnabled?.(session, target) === false))
  const byArea = groupBy(offered, ({ id }) => id.slice(0, id.indexOf('.')))
  const parts: Items[] = [...byArea.values()].map((commands) => partOf(session, commands, target))
  if (target.kind === 'canvas') parts.unshift([addNode(session, client)])
  return parts.flatMap((part, index) => index === 0 ? part : ['separator' as const, ...part])
}

/** Commands of one area; those of a submenu stand in it, where the first of them would. */
function partOf(session: Session, commands: readonly Command[], target: CanvasTarget): readonly MenuItem[] {
  const bySubmenu = groupBy(commands, ({ submenu, id }) => submenu ?? id)
  return [...bySubmenu.values()].flatMap((group): readonly MenuItem[] => {
    const items = group.map((command) => itemOf(session, command, target))
    const submenu = group[0]?.submenu
    return submenu === undefined ? items : [{ label: t(submenu), items, isDisabled: items.every(({ isDisabled }) => isDisabled === true) }]
  })
}

function itemOf(session: Session, { id, title, isEnabled }: Command, target: CanvasTarget): MenuItem {
  const color = NODE_COLORS.find((one) => one.id === id)
  return {
    label: t(title), keys: shownKeys(session.commands.keysOf(id)), isDisabled: isEnabled?.(session, target) === false,
    ...(color && { swatch: color.color }),
    run: () => void session.commands.run(id, target),
  }
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
