import type { RE2JS } from 're2js'
import { defineNode } from '../../core/types/index.ts'
import type { Complaint } from '../../core/types/index.ts'
import { WorkflowError } from '../../core/workflow/index.ts'
import { port } from '../types/index.ts'

// Patterns run in RE2's engine: its time grows with the length of the text and never explodes, whatever the pattern.
// In exchange it has no look-around and no back-references. Names as ComfyUI's nodes have them.

/** Beyond these even linear time is long: the search does not let others in. */
const MAX_TEXT = 200_000
const MAX_PATTERN = 1_000

interface Flags { readonly case_insensitive: boolean; readonly multiline: boolean; readonly dotall: boolean }

/** One place where a pattern was found: groups by number, 0 for the whole. */
export interface Match { readonly start: number; readonly end: number; group(key: number | string): string | undefined }

/**
 * Compiles a pattern.
 * @throws SyntaxError for what RE2 can't read
 */
export async function compilePattern(pattern: string, flags: Flags): Promise<RE2JS> {
  if (pattern.length > MAX_PATTERN) throw new SyntaxError(`it is longer than ${MAX_PATTERN} characters`)
  const { RE2JS: Engine } = await import('re2js')                       // 14 ms, spent when a pattern is there
  const bits = (flags.case_insensitive ? Engine.CASE_INSENSITIVE : 0)
    | (flags.multiline ? Engine.MULTILINE : 0) | (flags.dotall ? Engine.DOTALL : 0)
  try {
    return Engine.compile(pattern, bits)
  } catch (error) {
    throw new SyntaxError(reasonOf(error, pattern), { cause: error })
  }
}

function reasonOf(error: unknown, pattern: string): string {
  const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error)
  if (/\(\?<?[=!]|\\[1-9]/.test(pattern)) return `${reason}; look-around and back-references can't be searched for in bounded time`
  return reason
}

/** The places where a compiled pattern is found, from left to right, not overlapping. */
export function* matches(compiled: RE2JS, text: string): Iterable<Match> {
  const matcher = compiled.matcher(text)
  const groups = matcher.groupCount()
  while (matcher.find()) {
    yield {
      start: matcher.start(), end: matcher.end(),
      group: (key) => typeof key === 'number' && key > groups ? undefined : matcher.group(key) ?? undefined,
    }
  }
}

/** Python's templates: \1 and \g<1> for groups, \g<name>, \n, \\. */
function fillReplacement(template: string, match: Match): string {
  return template.replace(/\\(?:g<(\w+)>|(\d{1,2})|(.))/gs, (found, key?: string, digits?: string, letter?: string) => {
    if (letter !== undefined) return ESCAPES.get(letter) ?? found
    const group = key ?? digits!
    return match.group(/^\d+$/.test(group) ? Number(group) : group) ?? ''
  })
}
const ESCAPES: ReadonlyMap<string, string> = new Map([['n', '\n'], ['t', '\t'], ['r', '\r'], ['\\', '\\']])

const searched = {
  string: port.string({ default: '', multiline: true }),
  regex_pattern: port.string({
    default: '', tooltip: 'RE2 syntax: as in Python, without look-around and back-references',
  }),
}
const flags = {
  case_insensitive: port.boolean({ default: true }),
  multiline: port.boolean({ default: false, tooltip: '^ and $ stand at the ends of every line' }),
  dotall: port.boolean({ default: false, tooltip: 'the dot stands for line ends too' }),
}
const ANY_FLAGS = { case_insensitive: false, multiline: false, dotall: false }

/** For `validate` hooks: the complaint about a pattern that can't be read. */
async function checkPattern({ regex_pattern: pattern }: { readonly regex_pattern?: string }): Promise<Complaint<'regex_pattern'>[]> {
  if (pattern === undefined) return []
  try {
    await compilePattern(pattern, ANY_FLAGS)
    return []
  } catch (error) {
    return [{ input: 'regex_pattern', problem: `expected a regular expression, but ${(error as Error).message}`, remedy: REMEDY }]
  }
}
const REMEDY = 'See github.com/google/re2/wiki/Syntax; StringReplace and StringContains take plain texts.'

/** Searches a text from a node's inputs; its complaints name them. */
async function search(inputs: Flags & { readonly string: string; readonly regex_pattern: string }): Promise<Match[]> {
  if (inputs.string.length > MAX_TEXT) {
    throw complaint('string', `it has ${inputs.string.length} characters, at most ${MAX_TEXT} are searched`, 'Take a part of it with StringSubstring.')
  }
  try {
    const compiled = await compilePattern(inputs.regex_pattern, inputs)
    // Matches are read at once, since a matcher forgets one when it finds the next.
    return Array.from(matches(compiled, inputs.string), (match) => {
      const groups = new Map<number | string, string | undefined>()
      for (let key = 0; key <= compiled.groupCount(); key++) groups.set(key, match.group(key))
      for (const [name, key] of Object.entries(compiled.namedGroups())) groups.set(name, groups.get(Number(key)))
      return { start: match.start, end: match.end, group: (key: number | string) => groups.get(key) }
    })
  } catch (error) {
    if (error instanceof SyntaxError) throw complaint('regex_pattern', `expected a regular expression, but ${error.message}`, REMEDY)
    throw error
  }
}

const complaint = (input: string, problem: string, remedy: string) =>
  new WorkflowError({ code: 'execution_failed', input, problem, remedy })

export const regexMatch = defineNode({
  type: 'RegexMatch',
  category: 'values/text',
  title: 'Pattern is found',
  summary: 'Whether a regular expression is found in a text.',
  inputs: { ...searched, ...flags },
  outputs: { matches: port.boolean() },
  validate: checkPattern,
  run: async (inputs) => ({ matches: (await search(inputs)).length > 0 }),
})

export const regexExtract = defineNode({
  type: 'RegexExtract',
  category: 'values/text',
  title: 'Extract by pattern',
  summary: 'What a regular expression finds in a text; several finds stand on lines of their own.',
  inputs: {
    ...searched,
    mode: port.choice(['First Match', 'All Matches', 'First Group', 'All Groups'], { default: 'First Match' }),
    ...flags,
    group_index: port.int({ default: 1, min: 0, max: 100, tooltip: 'which (…) of the pattern the group modes give' }),
  },
  outputs: { STRING: port.string() },
  validate: checkPattern,
  async run({ mode, group_index: index, ...inputs }) {
    const group = mode.endsWith('Group') || mode.endsWith('Groups') ? index : 0
    const found = (await search(inputs)).map((match) => match.group(group)).filter((text) => text !== undefined)
    return { STRING: mode.startsWith('First') ? found[0] ?? '' : found.join('\n') }
  },
})

export const regexReplace = defineNode({
  type: 'RegexReplace',
  category: 'values/text',
  title: 'Replace by pattern',
  summary: 'Puts another text wherever a regular expression is found.',
  inputs: {
    ...searched,
    replace: port.string({ default: '', multiline: true, tooltip: '\\1 or \\g<1> is the first (…), \\g<name> the one of that name' }),
    ...flags,
    count: port.int({ default: 0, min: 0, max: 100, tooltip: 'how many at most; 0 for all' }),
  },
  outputs: { STRING: port.string() },
  validate: checkPattern,
  async run({ replace, count, ...inputs }) {
    const found = (await search(inputs)).slice(0, count === 0 ? undefined : count)
    const parts = found.map((match, i) => inputs.string.slice(found[i - 1]?.end ?? 0, match.start) + fillReplacement(replace, match))
    return { STRING: parts.join('') + inputs.string.slice(found.at(-1)?.end ?? 0) }
  },
})

export const regexes = [regexMatch, regexExtract, regexReplace]
