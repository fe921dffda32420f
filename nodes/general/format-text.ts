import { defineNode } from '../../core/types/index.ts'
import type { Complaint } from '../../core/types/index.ts'
import { WorkflowError } from '../../core/workflow/index.ts'
import { port } from '../types/index.ts'
import { asText } from './as-text.ts'

const PLACE = /\{\{|\}\}|\{([a-h])(?::(0?)(\d{0,2})(?:\.(\d{1,2}))?)?\}|[{}]/g

interface Place { readonly name: string; readonly zeros: boolean; readonly width: number; readonly digits: number | undefined }

/** Fills the places of a template: `{a}`, `{a:04}` with zeros in front, `{a:.2}` with digits behind the point, `{{` for a brace. */
export function fillTemplate(template: string, valueOf: (place: Place) => string): string {
  return template.replace(PLACE, (found, name?: string, zero?: string, width?: string, digits?: string) => {
    if (found === '{{' || found === '}}') return found[0]!
    if (name === undefined) throw new SyntaxError(`"${found}" begins no place such as {a} or {b:04}`)
    const place = { name, zeros: zero === '0', width: Number(width ?? 0), digits: digits === undefined ? undefined : Number(digits) }
    return valueOf(place)
  })
}

function formatted(value: unknown, { zeros, width, digits }: Place): string {
  const text = typeof value === 'number' && digits !== undefined ? value.toFixed(digits) : asText(value)
  const sign = zeros && text.startsWith('-') ? '-' : ''
  return sign + text.slice(sign.length).padStart(width - sign.length, zeros ? '0' : ' ')
}

const value = () => port.any().optional()

export const formatText = defineNode({
  type: 'FormatText',
  category: 'values/text',
  title: 'Fill a template',
  summary: 'Puts values into a text: "clip {a:04} of {b}".',
  inputs: {
    template: port.string({
      default: '{a}', multiline: true,
      tooltip: '{a} to {h} stand for the inputs; {a:04} with zeros in front, {a:.2} with digits behind the point, {{ for a brace',
    }),
    a: value(), b: value(), c: value(), d: value(), e: value(), f: value(), g: value(), h: value(),
  },
  outputs: { STRING: port.string() },
  validate({ template, ...given }, { linked }): Complaint<'template'>[] {
    if (template === undefined) return []
    const values = new Map<string, unknown>(Object.entries(given))
    try {
      fillTemplate(template, ({ name }) => {
        if (linked.has(name) || values.get(name) !== undefined) return ''
        throw new SyntaxError(`{${name}} has no value`)
      })
      return []
    } catch (error) {
      return [{ input: 'template', problem: messageOf(error), remedy: 'Write {{ for a brace, and give each place a value.' }]
    }
  },
  run({ template, ...given }) {
    const values = new Map<string, unknown>(Object.entries(given))
    try {
      return { STRING: fillTemplate(template, (place) => formatted(values.get(place.name), place)) }
    } catch (error) {
      throw new WorkflowError({ code: 'execution_failed', input: 'template', problem: messageOf(error), remedy: 'Write {{ for a brace.' })
    }
  },
})

const messageOf = (error: unknown): string => {
  if (error instanceof SyntaxError) return error.message
  throw error
}
