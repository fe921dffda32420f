import { objectOf, wrong } from './t5-settings.ts'

/** Ids that stand before and behind the ids of a text. */
export interface Template {
  readonly before: readonly number[]
  readonly after: readonly number[]
}

type Json = Readonly<Record<string, unknown>>

/** The `post_processor` of a tokenizer.json, for one text. @throws DiffusionError unless it is TemplateProcessing. */
export function templateOf(value: unknown, file: string): Template {
  if (value === null || value === undefined) return { before: [], after: [] }
  const field = `${file}, post_processor`
  const spec = objectOf(value, field)
  const { single } = spec
  if (spec['type'] !== 'TemplateProcessing') throw wrong(field, 'TemplateProcessing', spec['type'])
  if (!Array.isArray(single)) throw wrong(`${field}, single`, 'a list', single)
  const tokens = objectOf(spec['special_tokens'] ?? {}, `${field}, special_tokens`)
  const pieces = single.map((piece: unknown) => idsOf(objectOf(piece, `${field}, single`), tokens, field))
  const text = pieces.indexOf(null)
  if (text < 0 || pieces.lastIndexOf(null) !== text) throw wrong(`${field}, single`, 'one Sequence', single)
  return { before: flat(pieces.slice(0, text)), after: flat(pieces.slice(text + 1)) }
}

const flat = (part: readonly (readonly number[] | null)[]) => part.flatMap((ids) => ids ?? [])

/** The ids of a special token of the template; null where the text stands. */
function idsOf(piece: Json, tokens: Json, field: string): number[] | null {
  if (piece['Sequence'] !== undefined) return null
  const name = String(objectOf(piece['SpecialToken'], field)['id'])
  const special = `${field}, special token ${name}`
  const { ids } = objectOf(tokens[name], special)
  if (!Array.isArray(ids) || !ids.every((id) => Number.isInteger(id))) throw wrong(special, 'ids', ids)
  return ids
}
