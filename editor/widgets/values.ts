/** Between the values of widgets and the texts that people read and write. */
import { RANDOM_SEED, seedPolicy } from '../../core/types/literal.ts'
import type { Json } from '../../core/types/json.ts'
import { readJson } from '../../core/workflow/json-text.ts'
import { WorkflowError } from '../../core/workflow/workflow-error.ts'
import { t } from '../i18n/index.ts'
import { calculate } from './arithmetic.ts'
import type { Parsed, Widget, WidgetKind } from './widget.ts'

type Of<K extends WidgetKind> = Extract<Widget, { readonly kind: K }>

/** The value that a text means for a widget, or what is wrong with it. Sums are worked out: `16*4+1`. */
export function parseValue(widget: Widget, text: string): Parsed {
  switch (widget.kind) {
    case 'number': return parseNumber(widget, text)
    case 'seed': return parseSeed(widget, text)
    case 'toggle': return parseToggle(widget, text)
    case 'choice': return parseChoice(widget, text)
    case 'text': return { value: text }
    case 'choices': return parseChoices(widget, text)
    case 'json': return parseJson(text)
    default: return widget satisfies never
  }
}

/** A value in one line, as the canvas and lists show it. Without a value: nothing. */
export function valueText(widget: Widget, value: Json | undefined): string {
  if (value === undefined) return ''
  switch (widget.kind) {
    case 'number': return typeof value === 'number' ? numberText(value, widget) : otherText(value)
    case 'seed': return seedText(value)
    case 'toggle': return typeof value === 'boolean' ? toggleText(widget, value) : otherText(value)
    case 'choice': return otherText(value)
    case 'text': return widget.secret && value !== '' ? '••••••' : otherText(value)
    case 'choices': return Array.isArray(value) ? oneLine(value.map((one) => otherText(one as Json)).join(', ')) : otherText(value)
    case 'json': return oneLine(JSON.stringify(value))
    default: return widget satisfies never
  }
}

/** The text that a person gets to edit: the whole value, as `parseValue` reads it back. */
export function editText(widget: Widget, value: Json | undefined): string {
  if (value === undefined) return ''
  if (widget.kind === 'json' || (typeof value === 'object' && value !== null)) return JSON.stringify(value, undefined, 2)
  if (widget.kind === 'number' && typeof value === 'number') return numberText(value, widget)
  return widget.kind === 'toggle' || widget.kind === 'seed' ? valueText(widget, value) : String(value)
}

/** The value after so many steps up or down: what arrows beside a number do. Kept within its bounds. */
export function stepped(widget: Of<'number'> | Of<'seed'>, value: Json | undefined, steps: number): Json {
  const { step = widget.kind === 'number' && !widget.whole ? 0.1 : 1 } = widget.kind === 'number' ? widget : {}
  const from = typeof value === 'number' ? value : widget.min ?? 0
  return rounded(widget, within(widget, from + step * steps))
}

/** A number as the widget writes it: within its bounds, whole where it must be, without noise in its last digits. */
export function rounded(widget: Of<'number'> | Of<'seed'>, value: number): number {
  if (widget.kind === 'seed' || widget.whole) return within(widget, Math.round(value))
  const { round } = widget
  const near = round !== undefined && round > 0 ? Math.round(value / round) * round : value
  return within(widget, Number(near.toPrecision(12)))
}

function within({ min = -Infinity, max = Infinity }: { readonly min?: number; readonly max?: number }, value: number): number {
  return Math.min(max, Math.max(min, value))
}

function parseNumber(widget: Of<'number'>, text: string): Parsed {
  const number = calculate(text)
  if (number === undefined) return { problem: t(widget.whole ? 'widgets.notWhole' : 'widgets.notNumber') }
  const { min = -Infinity, max = Infinity } = widget
  if (number < min) return { problem: t('widgets.tooSmall', { min }) }
  if (number > max) return { problem: t('widgets.tooLarge', { max }) }
  const value = rounded(widget, number)
  return Number.isSafeInteger(value) || !widget.whole ? { value } : { problem: t('widgets.notWhole') }
}

function parseSeed(widget: Of<'seed'>, text: string): Parsed {
  const trimmed = text.trim()
  if (trimmed.toLowerCase() === RANDOM_SEED || trimmed === t('widgets.random')) return { value: RANDOM_SEED }
  const counted = trimmed.toLowerCase().replace(t('widgets.increment', { from: '' }).trim().toLowerCase(), 'increment').replace(/\s+/g, ' ')
  if (seedPolicy(counted)) return { value: counted }
  const parsed = parseNumber({ kind: 'number', whole: true, min: widget.min, max: widget.max, slider: false, control: false }, text)
  return 'problem' in parsed && calculate(text) === undefined ? { problem: t('widgets.notSeed') } : parsed
}

const YES = new Set(['true', '1', 'yes', 'on'])
const NO = new Set(['false', '0', 'no', 'off'])

function parseToggle(widget: Of<'toggle'>, text: string): Parsed {
  const word = text.trim().toLowerCase()
  for (const value of [true, false]) if (word === toggleText(widget, value).toLowerCase()) return { value }
  if (YES.has(word)) return { value: true }
  return NO.has(word) ? { value: false } : { problem: t('widgets.notToggle') }
}

function parseChoice({ choices, remote }: Of<'choice'>, text: string): Parsed {
  if (choices.includes(text)) return { value: text }
  const trimmed = text.trim()
  const like = choices.find((one) => one.toLowerCase() === trimmed.toLowerCase())
  if (like !== undefined) return { value: like }
  // What the server would offer is not known here.
  return remote && trimmed !== '' ? { value: trimmed } : { problem: t('widgets.notChoice', { value: shortened(trimmed, 60) }) }
}

function parseChoices(widget: Of<'choices'>, text: string): Parsed {
  const listed = text.trim().startsWith('[') ? parseJson(text) : { value: text.split(/[,\n]/).map((one) => one.trim()).filter((one) => one !== '') }
  if ('problem' in listed || !Array.isArray(listed.value)) return { problem: t('widgets.notJson') }
  const values: Json[] = []
  for (const one of listed.value) {
    const parsed = parseChoice({ ...widget, kind: 'choice', control: false }, String(one))
    if ('problem' in parsed) return parsed
    values.push(parsed.value)
  }
  return { value: values }
}

function parseJson(text: string): Parsed {
  try {
    return { value: readJson(text) as Json } // what JSON text gives
  } catch (error) {
    const detail = error instanceof WorkflowError && error.data.at !== undefined ? ` (${error.data.at})` : ''
    return { problem: t('widgets.notJson') + detail }
  }
}

function seedText(value: Json): string {
  const policy = seedPolicy(value)
  if (policy?.kind === 'random') return t('widgets.random')
  return policy ? t('widgets.increment', { from: policy.from }) : otherText(value)
}

function toggleText({ on, off }: Of<'toggle'>, value: boolean): string {
  return value ? on ?? t('widgets.on') : off ?? t('widgets.off')
}

function numberText(value: number, { whole }: Of<'number'>): string {
  return String(whole ? value : Number(value.toPrecision(12)))
}

function otherText(value: Json): string {
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value))
}

const LONGEST = 300

function oneLine(text: string): string {
  return shortened(text.slice(0, LONGEST * 4).replaceAll(/\s+/g, ' ').trim(), LONGEST)
}

function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}
