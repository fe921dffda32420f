import { defineNode } from '../../core/types/index.ts'
import { port } from '../types/index.ts'

// Texts count in characters as people see code points, as Python does: an emoji is one. Names as ComfyUI's nodes have them.

const text = (tooltip?: string) => port.string({ default: '', multiline: true, ...(tooltip !== undefined && { tooltip }) })
const folded = (value: string, caseSensitive: boolean) => caseSensitive ? value : value.toLowerCase()

export const stringConcatenate = defineNode({
  type: 'StringConcatenate',
  category: 'values/text',
  title: 'Join two texts',
  summary: 'Two texts, one behind the other.',
  inputs: { string_a: text(), string_b: text(), delimiter: port.string({ default: '', tooltip: 'stands between them' }) },
  outputs: { STRING: port.string() },
  run: ({ string_a: a, string_b: b, delimiter }) => ({ STRING: a + delimiter + b }),
})

export const stringSubstring = defineNode({
  type: 'StringSubstring',
  category: 'values/text',
  title: 'Part of a text',
  summary: 'The characters from start up to, not including, end; negative numbers count from the end.',
  inputs: { string: text(), start: port.int({ default: 0 }), end: port.int({ default: 0 }) },
  outputs: { STRING: port.string() },
  run: ({ string, start, end }) => ({ STRING: Array.from(string).slice(start, end).join('') }),
})

export const stringLength = defineNode({
  type: 'StringLength',
  category: 'values/text',
  title: 'Length of a text',
  summary: 'How many characters a text has.',
  inputs: { string: text() },
  outputs: { length: port.int() },
  run: ({ string }) => ({ length: Array.from(string).length }),
})

const capitalized = (value: string) => value.charAt(0).toUpperCase() + value.slice(1).toLowerCase()
const CASES = {
  UPPERCASE: (value: string) => value.toUpperCase(),
  lowercase: (value: string) => value.toLowerCase(),
  Capitalize: capitalized,
  'Title Case': (value: string) => value.replace(/\p{L}[\p{L}\p{M}'’]*/gu, capitalized),
}

export const caseConverter = defineNode({
  type: 'CaseConverter',
  category: 'values/text',
  title: 'Capitals',
  summary: 'A text in capitals, small letters, or with capitals at beginnings.',
  inputs: { string: text(), mode: port.choice(['UPPERCASE', 'lowercase', 'Capitalize', 'Title Case'], { default: 'UPPERCASE' }) },
  outputs: { STRING: port.string() },
  run: ({ string, mode }) => ({ STRING: CASES[mode](string) }),
})

const TRIMS = {
  Both: (value: string) => value.trim(),
  Left: (value: string) => value.trimStart(),
  Right: (value: string) => value.trimEnd(),
}

export const stringTrim = defineNode({
  type: 'StringTrim',
  category: 'values/text',
  title: 'Trim a text',
  summary: 'A text without spaces and empty lines at its ends.',
  inputs: { string: text(), mode: port.choice(['Both', 'Left', 'Right'], { default: 'Both' }) },
  outputs: { STRING: port.string() },
  run: ({ string, mode }) => ({ STRING: TRIMS[mode](string) }),
})

export const stringReplace = defineNode({
  type: 'StringReplace',
  category: 'values/text',
  title: 'Replace in a text',
  summary: 'Puts another text wherever one stands.',
  inputs: { string: text(), find: text(), replace: text() },
  outputs: { STRING: port.string() },
  run: ({ string, find, replace }) => ({ STRING: find === '' ? string : string.split(find).join(replace) }),
})

export const stringContains = defineNode({
  type: 'StringContains',
  category: 'values/text',
  title: 'Text contains',
  summary: 'Whether one text stands in another.',
  inputs: { string: text(), substring: text(), case_sensitive: port.boolean({ default: true }) },
  outputs: { contains: port.boolean() },
  run: ({ string, substring, case_sensitive: exact }) => ({ contains: folded(string, exact).includes(folded(substring, exact)) }),
})

const COMPARISONS = {
  'Starts With': (a: string, b: string) => a.startsWith(b),
  'Ends With': (a: string, b: string) => a.endsWith(b),
  Equal: (a: string, b: string) => a === b,
}

export const stringCompare = defineNode({
  type: 'StringCompare',
  category: 'values/text',
  title: 'Compare texts',
  summary: 'Whether a text equals, begins or ends with another.',
  inputs: {
    string_a: text(), string_b: text(),
    mode: port.choice(['Starts With', 'Ends With', 'Equal'], { default: 'Starts With' }),
    case_sensitive: port.boolean({ default: true }),
  },
  outputs: { BOOLEAN: port.boolean() },
  run: ({ string_a: a, string_b: b, mode, case_sensitive: exact }) =>
    ({ BOOLEAN: COMPARISONS[mode](folded(a, exact), folded(b, exact)) }),
})

export const texts = [
  stringConcatenate, stringSubstring, stringLength, caseConverter, stringTrim, stringReplace, stringContains, stringCompare,
]
