/** What a slider, the arrows of a choice and the dice make of a value. */
import type { Json } from '../../core/types/json.ts'
import { RANDOM_SEED } from '../../core/types/literal.ts'
import { drawSeed } from '../widgets/draw-seed.ts'
import { rounded } from '../widgets/values.ts'
import type { Widget } from '../widgets/widget.ts'

type Of<K extends Widget['kind']> = Extract<Widget, { readonly kind: K }>

/** The number at a place of a slider, 0 to 1: on a step from its least. */
export function slideNumber(widget: Of<'number'>, share: number): number {
  const { min = 0, max = 1, whole } = widget
  const step = widget.step ?? (whole ? 1 : (max - min) / 100)
  const along = Math.min(1, Math.max(0, share)) * (max - min)
  return rounded(widget, step > 0 ? min + Math.round(along / step) * step : min + along)
}

/** The choice before or after; the first and the last one go no farther. */
export function stepChoice(choices: readonly string[], value: Json | undefined, steps: number): string | undefined {
  const index = choices.findIndex((choice) => choice === value)
  return choices[index < 0 ? 0 : Math.min(choices.length - 1, Math.max(0, index + steps))]
}

/** What the dice does: another seed in each run, or, where it is so already, one that stays. */
export function rollSeed(widget: Of<'seed'>, value: Json | undefined, random: () => number = Math.random): Json {
  return value === RANDOM_SEED ? drawSeed(widget, random) : RANDOM_SEED
}
