/** What the button at the top left offers. */
import type { Session } from '../app/session.ts'
import type { MenuItem } from './dialogs.ts'
import { t } from '../i18n/index.ts'
import { shownKeys } from './shown-keys.ts'

/** The commands of each part of the menu; those that there are not are left out. */
const PARTS: readonly (readonly string[])[] = [
  ['file.new', 'file.open', 'file.save', 'file.saveAs', 'file.exportComfyUi', 'file.exportComfyApi'],
  ['edit.undo', 'edit.redo'],
  ['view.palette'],
]

/** The main menu, as things stand. */
export function mainMenu(session: Session): readonly (MenuItem | 'separator')[] {
  const parts = PARTS.map((ids) => ids.flatMap((id) => commandItem(session, id) ?? [])).filter((items) => items.length > 0)
  return parts.flatMap((items, index) => index === 0 ? items : ['separator' as const, ...items])
}

/** The menu item of a command, if there is such a command. */
export function commandItem(session: Session, id: string): MenuItem | undefined {
  const command = session.commands.get(id)
  if (command === undefined) return undefined
  return {
    label: t(command.title), keys: shownKeys(session.commands.keysOf(id)),
    isDisabled: command.isEnabled?.(session) === false, run: () => void session.commands.run(id),
  }
}
