/** Keys as texts, `Ctrl+Shift+Enter`: one spelling for what is pressed, for what commands say, and for what people chose. */

/** What of a keyboard event tells the key. */
export interface KeyPress {
  readonly key: string
  /** Where the key lies on the keyboard. */
  readonly code: string
  readonly ctrlKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
  readonly metaKey: boolean
}

const MODIFIERS = ['Ctrl', 'Alt', 'Shift'] as const
const MODIFIER_KEYS = new Set(['Control', 'Alt', 'AltGraph', 'Shift', 'Meta', 'CapsLock', 'Dead', 'Process', 'Unidentified'])
const OTHER_NAMES: Readonly<Record<string, string>> = {
  ' ': 'Space', spacebar: 'Space', space: 'Space', esc: 'Escape', del: 'Delete', ins: 'Insert', return: 'Enter',
  up: 'ArrowUp', down: 'ArrowDown', left: 'ArrowLeft', right: 'ArrowRight', '↑': 'ArrowUp', '↓': 'ArrowDown', '←': 'ArrowLeft', '→': 'ArrowRight',
}
const OTHER_MODIFIERS: Readonly<Record<string, string>> = {
  control: 'Ctrl', ctrl: 'Ctrl', cmd: 'Ctrl', command: 'Ctrl', meta: 'Ctrl', '⌘': 'Ctrl', alt: 'Alt', option: 'Alt', '⌥': 'Alt', shift: 'Shift', '⇧': 'Shift',
}

/** The one spelling of a key that somebody wrote: `ctrl + shift+s` is `Ctrl+Shift+S`. Undefined where it is none. */
export function keyText(written: string): string | undefined {
  const parts = written.trim().split(/\s*\+\s*(?=.)/)
  const key = parts.pop()!
  if (key.length > 1 && !OTHER_NAMES[key.toLowerCase()] && !/^[a-z][a-z0-9]*$/i.test(key)) return undefined
  const modifiers = parts.flatMap((part) => OTHER_MODIFIERS[part.toLowerCase()] ?? [])
  if (key === '' || modifiers.length < parts.length || OTHER_MODIFIERS[key.toLowerCase()] !== undefined) return undefined
  return spelled(new Set(modifiers), key)
}

/** The key that was pressed; undefined for a modifier alone, and for keys of the system. @param isMac whether Cmd is what is called Ctrl */
export function pressedKey(press: KeyPress, isMac: boolean): string | undefined {
  if (MODIFIER_KEYS.has(press.key) || (press.metaKey && !isMac)) return undefined
  const modifiers = new Set([press.ctrlKey || press.metaKey ? 'Ctrl' : '', press.altKey ? 'Alt' : '', press.shiftKey ? 'Shift' : ''])
  return spelled(modifiers, latinKey(press))
}

/** Alt makes other characters of letters on a Mac, and many keyboards have no Latin ones: there the place of the key counts. */
function latinKey({ key, code, altKey }: KeyPress): string {
  const isOther = [...key].length === 1 && (altKey || key.codePointAt(0)! > 126)
  const letter = /^Key([A-Z])$/.exec(code)?.[1] ?? /^Digit([0-9])$/.exec(code)?.[1]
  return isOther && letter !== undefined ? letter : key
}

function spelled(modifiers: ReadonlySet<string>, key: string): string {
  const name = OTHER_NAMES[key.toLowerCase()] ?? (key.length === 1 ? key.toUpperCase() : `${key[0]!.toUpperCase()}${key.slice(1)}`)
  // Shift is part of a sign: on some keyboards "?" needs it, on others it does not.
  const isSign = name.length === 1 && !/[A-Z0-9]/.test(name)
  return [...MODIFIERS.filter((one) => modifiers.has(one) && !(isSign && one === 'Shift')), name].join('+')
}

/** Whether it writes a character, or could move about in a text: what a field that has the focus keeps for itself. */
export function isPlain(key: string): boolean {
  return !/^(?:Ctrl|Alt)\+/.test(key)
}
