import { objectOf, wrong } from './t5-settings.ts'
import { whiteSpaceAfter } from './tokenizer-json-normalizer.ts'

/** Splits prepared text into the words that the model sees one by one; `first` says that it starts the whole text. */
export type PreTokenizer = (text: string, first: boolean) => string[]

type Json = Readonly<Record<string, unknown>>

/**
 * The `pre_tokenizer` of a tokenizer.json (huggingface/tokenizers, tokenizers/src/pre_tokenizers).
 * @throws DiffusionError on a kind that T5 tokenizers don't use.
 */
export function preTokenizerOf(value: unknown, file: string): PreTokenizer {
  if (value === null || value === undefined) return (text) => [text]
  const field = `${file}, pre_tokenizer`
  const spec = objectOf(value, field)
  switch (spec['type']) {
    case 'Metaspace':
      return metaspace(spec, field)
    case 'WhitespaceSplit':
      return (text) => words(text)
    case 'Sequence':
      return inTurn(spec['pretokenizers'], file)
    default:
      throw wrong(field, 'Metaspace, WhitespaceSplit or Sequence', spec['type'])
  }
}

function inTurn(list: unknown, file: string): PreTokenizer {
  if (!Array.isArray(list)) throw wrong(`${file}, pretokenizers`, 'a list', list)
  const steps = list.map((step: unknown) => preTokenizerOf(step, file))
  return (text, first) =>
    steps.reduce((parts, step) => parts.flatMap((part, i) => step(part, first && i === 0)), [text])
}

/** Spaces become visible and stay with the word behind them; older files say add_prefix_space, newer prepend_scheme. */
function metaspace(spec: Json, field: string): PreTokenizer {
  const mark = spec['replacement']
  if (typeof mark !== 'string' || mark === '') throw wrong(field, 'a replacement character', mark)
  const scheme = spec['prepend_scheme'] ?? (spec['add_prefix_space'] === false ? 'never' : 'always')
  if (!['always', 'first', 'never'].includes(String(scheme))) throw wrong(field, 'always, first or never', scheme)
  const splits = spec['split'] !== false
  return (text, first) => {
    const visible = text.replaceAll(' ', mark)
    const prepends = scheme === 'always' || (scheme === 'first' && first)
    const marked = prepends && !visible.startsWith(mark) ? mark + visible : visible
    return splits ? beforeEach(marked, mark) : [marked]
  }
}

/** Cut before each `mark`; no part is empty. */
function beforeEach(text: string, mark: string): string[] {
  const parts: string[] = []
  let start = 0
  for (let at = text.indexOf(mark, 1); at >= 0; at = text.indexOf(mark, at + mark.length)) {
    parts.push(text.slice(start, at))
    start = at
  }
  if (start < text.length) parts.push(text.slice(start))
  return parts
}

function words(text: string): string[] {
  const parts: string[] = []
  let start = whiteSpaceAfter(text, 0)
  while (start < text.length) {
    let end = start
    while (end < text.length && whiteSpaceAfter(text, end) === end) end++
    parts.push(text.slice(start, end))
    start = whiteSpaceAfter(text, end)
  }
  return parts
}
