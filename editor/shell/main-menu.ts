/** What the button at the top left offers: everything that can be done, by area. */
import type { Session } from '../app/session.ts'
import { t, type TextKey } from '../i18n/index.ts'
import type { MenuItem } from './dialogs.ts'
import { shownKeys } from './shown-keys.ts'

/** Areas that have a menu of their own, by how the ids of their commands begin. */
const MENUS: readonly { readonly title: TextKey; readonly areas: readonly string[] }[] = [
  { title: 'app.menuEdit', areas: ['edit'] }, { title: 'app.menuView', areas: ['view', 'panel'] }, { title: 'app.menuRun', areas: ['run'] }, { title: 'app.menuTabs', areas: ['tab'] },
]
const ALONE = ['view.palette', 'panel.keys', 'panel.settings']

/** The main menu, as things stand. */
export function mainMenu(session: Session): readonly (MenuItem | 'separator')[] {
  const menus = MENUS.map(({ title, areas }): MenuItem => ({ label: t(title), items: items(session, areas) })).filter((menu) => menu.items!.length > 0)
  return [
    ...items(session, ['file']), 'separator', ...menus, 'separator',
    ...ALONE.flatMap((id) => commandItem(session, id) ?? []), 'separator',
    { label: t('app.apiDocs'), run: () => openPage('/api/docs') },
    { label: t('app.licences'), run: () => openPage('LICENSES.txt') },
  ]
}

function items(session: Session, areas: readonly string[]): readonly MenuItem[] {
  return session.commands.all.value
    .filter(({ id }) => areas.includes(id.slice(0, id.indexOf('.'))) && !ALONE.includes(id))
    .flatMap(({ id }) => commandItem(session, id) ?? [])
}

/** The menu item of a command, if there is such a command. */
function commandItem(session: Session, id: string): MenuItem | undefined {
  const command = session.commands.get(id)
  if (command === undefined) return undefined
  return {
    label: t(command.title), keys: shownKeys(session.commands.keysOf(id)),
    isDisabled: command.isEnabled?.(session) === false, run: () => void session.commands.run(id),
  }
}

function openPage(address: string): void {
  window.open(address, '_blank', 'noopener')
}
