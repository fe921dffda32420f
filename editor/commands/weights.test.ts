import { expect, test } from 'vitest'
import { weighted } from './weights.ts'

/** `|` marks the selection: one for a cursor, two for its ends. */
function weigh(marked: string, by: number): string {
  const [start, end = marked.lastIndexOf('|')] = [marked.indexOf('|'), marked.indexOf('|') === marked.lastIndexOf('|') ? marked.indexOf('|') : marked.lastIndexOf('|') - 1]
  const text = marked.replaceAll('|', '')
  const change = weighted(text, start, end, by)
  if (!change) return marked
  const next = text.slice(0, change.from) + change.text + text.slice(change.to)
  const [from, to] = change.selection
  return `${next.slice(0, from)}|${next.slice(from, to)}|${next.slice(to)}`
}

test.each([
  ['a c|at', 0.05, 'a (|cat|:1.05)'],
  ['a |red cat| sits', 0.05, 'a (|red cat|:1.05) sits'],
  ['a (|cat|:1.05)', 0.05, 'a (|cat|:1.1)'],
  ['a (ca|t:1.1)', -0.05, 'a (|cat|:1.05)'],
  ['a (|cat|:1.05)', -0.05, 'a |cat|'],
  ['a |cat|', -0.05, 'a (|cat|:0.95)'],
  ['a (cat:1.0|5)', 0.05, 'a (|cat|:1.1)'],
  ['(a |red|, (blue:1.2) cat:1.3)', 0.05, '(|a red, (blue:1.2) cat|:1.35)'],
  ['(a red, (b|lue:1.2) cat:1.3)', 0.05, '(a red, (|blue|:1.25) cat:1.3)'],
  ['cat\\(1\\) s|its', 0.05, 'cat\\(1\\) (|sits|:1.05)'],
  ['一只猫，红|色', 0.05, '一只猫，(|红色|:1.05)'],
  ['a | red | cat', 0.05, 'a  (|red|:1.05)  cat'],
  ['a, | b', 0.05, 'a, | b'],
  ['|', 0.05, '|'],
])('%s by %d is %s', (before, by, after) => {
  expect(weigh(before, by)).toBe(after)
})
