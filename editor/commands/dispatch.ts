/** Runs commands by the keyboard. */
import type { Session } from '../app/session.ts'
import type { Command } from './command.ts'
import { isPlain, pressedKey } from './keys.ts'

const IS_MAC = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '')

/** What is moved about in by keys, or searched by typing. */
const LISTS = 'select, video, input[type=radio], input[type=range], [role=menu], [role=menuitem], [role=menubar], [role=listbox], [role=option], [role=combobox], '
  + '[role=tree], [role=treeitem], [role=tab], [role=slider], [role=separator], [role=grid], [role=radio]'
/** What is pressed by keys. */
const BUTTONS = 'button, a[href], summary, input, [role=button], [role=switch], [role=checkbox]'

/** Listens to the keys of the page. @returns what ends it */
export function listenToKeys(session: Session, page: Document = document): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing || session.dialogs.open.peek().length > 0) return
    const key = pressedKey(event, IS_MAC)
    if (key === undefined) return
    const place = placeOf(event.target)
    const command = session.commands.ofKey(key).find((one) => works(one, key, place) && one.isEnabled?.(session) !== false)
    if (!command || isLeftToBrowser(key, command)) return
    event.preventDefault()
    void session.commands.run(command.id)
  }
  page.addEventListener('keydown', onKey)
  return () => page.removeEventListener('keydown', onKey)
}

/** What has the focus while a key is pressed. */
export type KeyPlace = 'text' | 'list' | 'button' | 'canvas' | 'page' | 'nothing'

function placeOf(target: EventTarget | null): KeyPlace {
  if (!(target instanceof Element) || target === target.ownerDocument.body || target === target.ownerDocument.documentElement) return 'nothing'
  if (isText(target)) return 'text'
  if (target.closest(LISTS)) return 'list'
  if (target.closest(BUTTONS)) return 'button'
  return target.closest('#stage') ? 'canvas' : 'page'
}

/** Whether a text is written in it. */
export function isText(target: Element): boolean {
  if (target instanceof HTMLInputElement) return !/^(?:checkbox|radio|button|submit|reset|range|color|file|image)$/.test(target.type)
  return target instanceof HTMLTextAreaElement || (target instanceof HTMLElement && target.isContentEditable)
}

/** Whether a command's key means the command in this place, and not what has the focus. */
export function works({ where, inText = false }: Pick<Command, 'where' | 'inText'>, key: string, place: KeyPlace): boolean {
  if (where === 'text') return place === 'text'
  if (place === 'text') return inText
  // Where nothing has the focus, Tab begins with the first of the page.
  if (where === 'canvas') return place === 'canvas' || (place === 'nothing' && !key.endsWith('Tab'))
  if (place === 'list') return !isPlain(key)
  return place !== 'button' || !/^(?:Enter|Space)$/.test(key)
}

/** What the browser tells by an event of its own (`copy`, `cut`, `paste`), and what copies a text that is selected. */
function isLeftToBrowser(key: string, { id }: Command): boolean {
  if (key === 'Ctrl+V' && id === 'edit.paste') return true
  return (key === 'Ctrl+C' || key === 'Ctrl+X') && !(getSelection()?.isCollapsed ?? true)
}
