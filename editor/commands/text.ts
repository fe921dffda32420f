/** What is done to a text while it is written. */
import type { Command } from './command.ts'
import { weighted } from './weights.ts'

/** The text field that has the focus. */
function field(): HTMLTextAreaElement | HTMLInputElement | undefined {
  const active = globalThis.document?.activeElement
  return active instanceof HTMLTextAreaElement || (active instanceof HTMLInputElement && active.type === 'text') ? active : undefined
}

/** Writes into the field as if it was typed, so that the browser's own undo and whoever listens know of it. */
function weigh(by: number) {
  return () => {
    const place = field()
    const change = place && weighted(place.value, place.selectionStart ?? 0, place.selectionEnd ?? 0, by)
    if (!place || !change) return
    place.setRangeText(change.text, change.from, change.to, 'preserve')
    place.setSelectionRange(change.selection[0], change.selection[1])
    place.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertReplacementText' }))
  }
}

/** Only where the field says that it holds a prompt. */
const isPrompt = () => field()?.dataset['prompt'] !== undefined

export const textCommands: readonly Command[] = [
  { id: 'text.weightUp', title: 'commands.text.weightUp', keys: ['Ctrl+ArrowUp'], where: 'text', inText: true, isEnabled: isPrompt, run: weigh(0.05) },
  { id: 'text.weightDown', title: 'commands.text.weightDown', keys: ['Ctrl+ArrowDown'], where: 'text', inText: true, isEnabled: isPrompt, run: weigh(-0.05) },
]
