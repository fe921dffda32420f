/** What arrows, drags and dice make of a value. */
import type { Json } from '../../core/types/json.ts'
import type { Widget } from '../widgets/widget.ts'

type NumberWidget = Extract<Widget, { readonly kind: 'number' }>
type SeedWidget = Extract<Widget, { readonly kind: 'seed' }>

/** A number so many steps farther, inside its bounds. */
export function stepNumber(widget: NumberWidget, value: Json | undefined, steps: number): number {
  const step = stepOf(widget)
  const start = typeof value === 'number' ? value : widget.min ?? 0
  return bounded(widget, tidy(start + steps * step, step))
}

/** The number at a place of a slider, 0 to 1: on a step from its least. */
export function slideNumber(widget: NumberWidget, share: number): number {
  const { min = 0, max = 1 } = widget
  const step = stepOf(widget)
  const along = Math.min(1, Math.max(0, share)) * (max - min)
  return bounded(widget, tidy(min + Math.round(along / step) * step, step))
}

/** The choice before or after; the first or last one goes no farther. */
export function stepChoice(choices: readonly string[], value: Json | undefined, steps: number): string | undefined {
  const index = choices.findIndex((choice) => choice === value)
  return choices[index < 0 ? 0 : Math.min(choices.length - 1, Math.max(0, index + steps))]
}

/** Another seed each time, or a fixed one in its place: what the dice does. */
export function rollSeed(widget: SeedWidget, value: Json | undefined, random: () => number): Json {
  if (value !== 'random') return 'random'
  return Math.floor(widget.min + random() * (Math.min(widget.max, 2 ** 32 - 1) - widget.min))
}

function stepOf({ step, whole }: NumberWidget): number {
  return step !== undefined && step > 0 ? step : whole ? 1 : 0.1
}

function bounded({ min = -Infinity, max = Infinity, whole }: NumberWidget, value: number): number {
  return Math.min(max, Math.max(min, whole ? Math.round(value) : value))
}

/** Without what binary fractions leave: 0.1 + 0.2 is 0.3. */
function tidy(value: number, step: number): number {
  const digits = Math.min(12, Math.max(0, Math.ceil(-Math.log10(step)) + 2))
  return Number(value.toFixed(digits))
}
