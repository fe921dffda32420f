/** Keys of the player, as video editors have them. */
import type { VideoControl } from './video-control.ts'

type Control = Pick<VideoControl, 'toggle' | 'step' | 'show' | 'setLooping' | 'isLooping' | 'shiftSpeed'>

const ACTIONS: Readonly<Record<string, (control: Control) => void>> = {
  ' ': (control) => control.toggle(),
  'k': (control) => control.toggle(),
  ',': (control) => control.step(-1),
  '.': (control) => control.step(1),
  '‹': (control) => control.step(-1),
  '›': (control) => control.step(1),
  'ArrowLeft': (control) => control.step(-1),
  'ArrowRight': (control) => control.step(1),
  'Home': (control) => control.show(0),
  'End': (control) => control.show(-1),
  'l': (control) => control.setLooping(!control.isLooping.peek()),
  '[': (control) => control.shiftSpeed(-1),
  ']': (control) => control.shiftSpeed(1),
}

/** What has keys of its own: a focused button takes the space, a list and a scrubber the arrows. */
const OWN_KEYS: Readonly<Record<string, readonly string[]>> = {
  BUTTON: [' '], A: [' '], SUMMARY: [' '], SELECT: [' ', 'ArrowLeft', 'ArrowRight', 'Home', 'End', 'k', 'l'], INPUT: ['ArrowLeft', 'ArrowRight', 'Home', 'End'],
}

/** Whether the key was one of the player's. */
export function playerKey(control: Control, { key, ctrlKey, metaKey, altKey, target }: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'target'>): boolean {
  if (ctrlKey || metaKey || altKey) return false
  const name = (target as { readonly tagName?: string } | null)?.tagName ?? ''
  if (OWN_KEYS[name]?.includes(key)) return false
  const action = Object.hasOwn(ACTIONS, key) ? ACTIONS[key] : undefined
  action?.(control)
  return action !== undefined
}
