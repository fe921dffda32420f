/** How keys are written for people: the first of a command's, as their keyboard labels them. */
const IS_MAC = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '')

const MAC_SIGNS: Readonly<Record<string, string>> = { Ctrl: '⌘', Alt: '⌥', Shift: '⇧', Enter: '↩', Delete: '⌫' }

/** `Ctrl+Enter`, or `⌘↩` on a Mac; nothing where there are none. */
export function shownKeys(keys: readonly string[], isMac: boolean = IS_MAC): string {
  const first = keys[0]
  if (first === undefined || !isMac) return first ?? ''
  return first.split(/\+(?=.)/).map((part) => MAC_SIGNS[part] ?? part).join('')
}
