import { WITHHELD } from '../types/withheld.ts'
import { nodeText } from '../workflow/problem.ts'
import type { NodeExplanation, Reason, Source } from './explain.ts'
import type { ShortValue } from './explain-record.ts'
import type { NotKept } from './kept.ts'

/** Why a node would run or not, in words: `seed changed from 1 to 2; its input latent comes from a node that runs: …`. */
export function explanationText({ reasons }: NodeExplanation): string {
  return reasons.map(reasonText).join('; ')
}

/** One reason in words. */
export function reasonText(reason: Reason): string {
  switch (reason.why) {
    case 'known':
      return 'in the cache'
    case 'behind':
      return 'not needed: what reads it is in the cache'
    case 'unneeded':
      return 'not needed: nothing that is asked for reads it'
    case 'lazy':
      return 'runs only if a lazy input asks for it'
    case 'no record':
      return 'not in the cache: no run with a disk cache has been recorded yet'
    case 'new':
      return 'not in the last run'
    case 'changed':
      return changeText(reason.what, reason.from, reason.to)
    case 'linked':
      return linkText(reason.input, reason.from, reason.to)
    case 'drawn':
      return `${reason.input} is random: another one is drawn for each run`
    case 'upstream':
      return `its input ${reason.input} comes from a node ${reason.runs ? 'that runs' : 'with another result'}: ${nodeText(reason.node)}`
    case 'unfinished':
      return 'the last run ended before it was done'
    case 'not kept':
      return NOT_KEPT[reason.kept.why] + (reason.kept.details === undefined ? '' : ` (${reason.kept.details})`)
    case 'evicted':
      return 'not in the cache: evicted'
    case 'missing':
      return 'not in the cache'
    case 'engine':
      return 'the engine makes keys in another way now'
    default:
      return reason satisfies never
  }
}

const NOT_KEPT: Readonly<Record<NotKept, string>> = {
  'output': 'never cached: it does something beside giving values',
  'not idempotent': 'never cached: not idempotent',
  'shows': 'never cached: it shows files that lie outside of the cache',
  'always new': 'never cached: its fingerprint says that it is different each time',
  'cheap': 'not cached: takes less time to make than to read',
  'type': 'never cached: what it gives is of a type that is not stored',
  'no room': 'not cached: no room for it beside what is worth more seconds per byte',
  'failed': 'not cached: it could not be written',
  'busy': 'not cached: too many results were waiting to be written',
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ['type', 'its node type'], ['version', 'the version of its node type'], ['plugin', 'its plugin'],
])

function changeText(what: string, from: ShortValue | undefined, to: ShortValue | undefined): string {
  const name = NAMES.get(what) ?? what
  if (what === 'fingerprint') return 'what it reads from outside has changed'
  if (from === undefined) return `${name} was set to ${shortText(to!)}`
  if (to === undefined) return `${name} is not set any more; it was ${shortText(from)}`
  if (what === 'plugin') return 'its plugin has changed'
  const [before, after] = [jsonText(from), jsonText(to)]
  if (before === WITHHELD || after === WITHHELD) return `${name} changed; it is secret`
  const at = firstDifference(before, after)
  if (at === undefined) return `${name} changed after its first ${before.length} characters`
  return `${name} changed from ${excerpt(before, at)} to ${excerpt(after, at)}`
}

const jsonText = (value: ShortValue) => ('json' in value ? JSON.stringify(value.json) : value.start)

const shortText = (value: ShortValue) => excerpt(jsonText(value), 0)

/** Where two texts first differ. */
function firstDifference(a: string, b: string): number | undefined {
  for (let at = 0; at < a.length || at < b.length; at++) if (a[at] !== b[at]) return at
  return undefined
}

/** Characters of a value that are shown. */
const SHOWN = 60

/** A long text around one of its places. */
function excerpt(text: string, at: number): string {
  if (text.length <= SHOWN) return text
  const start = at < SHOWN / 2 ? 0 : at - SHOWN / 4
  const end = start + SHOWN
  return `${start > 0 ? '…' : ''}${text.slice(start, end)}${end < text.length ? '…' : ''}`
}

function linkText(input: string, from: Source | undefined, to: Source | undefined): string {
  if (from === undefined) return `${input} now comes from ${sourceText(to!)}`
  if (to === undefined) return `${input} does not come from ${sourceText(from)} any more`
  return `${input} now comes from ${sourceText(to)} instead of ${sourceText(from)}`
}

const sourceText = ({ node, output }: Source) => `${node}.${output}`
