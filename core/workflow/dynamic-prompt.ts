/**
 * Texts that vary from seed to seed. `{a|b}` stands for one of its options, which may hold further ones; `__name__` for
 * a line of the wildcard file of that name, which may too. A backslash takes the meaning from `{`, `|`, `}`, `_` and
 * itself. A brace without its partner is text. One pass over the text, no regular expressions over what people write.
 */
import type { MaybePromise } from '../types/json.ts'

/** How far a text may go: what it stands for is bounded whatever its options and wildcards hold. */
export interface PromptLimits {
  /** Braces within braces. */
  readonly depth: number
  /** Choices and wildcards that are looked at on the way. */
  readonly choices: number
  /** Characters of what comes out. */
  readonly length: number
}

export const PROMPT_LIMITS: PromptLimits = { depth: 100, choices: 10_000, length: 1_000_000 }

/** What resolving a text needs. */
export interface PromptHost {
  /** A whole number from 0 to `count` - 1. */
  pick(count: number): number
  /** The lines of a wildcard file. @throws PromptProblem when there is none */
  lines(name: string): MaybePromise<readonly string[]>
  readonly limits?: PromptLimits
}

/** Why a text can't be resolved. */
export class PromptProblem extends Error {
  readonly problem: string
  readonly remedy: string
  constructor(problem: string, remedy: string) {
    super(`${problem}. ${remedy}`)
    this.name = 'PromptProblem'
    this.problem = problem
    this.remedy = remedy
  }
}

/** Whether a text means anything but itself. */
export function isDynamic(text: string): boolean {
  return text.includes('{') || text.includes('\\') || text.includes('__')
}

/** The text that means exactly this text. */
export function escapePrompt(text: string): string {
  return text.replace(/[\\{}|_]/g, (character, at: number) => {
    const isAlone = character === '_' && text[at - 1] !== '_' && text[at + 1] !== '_'
    return isAlone || (character === '|' && !text.includes('{')) ? character : `\\${character}`
  })
}

/**
 * What a text stands for.
 * @throws PromptProblem for a wildcard that is missing or that leads back to itself, and past the limits
 */
export async function resolvePrompt(text: string, host: PromptHost): Promise<string> {
  const resolver = new Resolver(host)
  return resolver.resolve(text, [])
}

/** A piece of a text: as it stands, a choice of texts, or a wildcard. */
type Piece = string | { readonly options: readonly (readonly Piece[])[] } | { readonly wildcard: string }

class Resolver {
  readonly #host: PromptHost
  readonly #limits: PromptLimits
  #choices = 0
  #length = 0

  constructor(host: PromptHost) {
    this.#host = host
    this.#limits = host.limits ?? PROMPT_LIMITS
  }

  /** @param within the wildcards that the text comes from, outermost first */
  async resolve(text: string, within: readonly string[]): Promise<string> {
    return this.#join(parsePrompt(text, this.#limits.depth), within)
  }

  async #join(pieces: readonly Piece[], within: readonly string[]): Promise<string> {
    let text = ''
    for (const piece of pieces) {
      if (typeof piece === 'string') text += this.#counted(piece)
      else if ('wildcard' in piece) text += await this.#wildcard(piece.wildcard, within)
      else text += await this.#join(piece.options[this.#pick(piece.options.length)]!, within)
    }
    return text
  }

  async #wildcard(name: string, within: readonly string[]): Promise<string> {
    const path = [...within, name]
    if (within.includes(name)) {
      const problem = `the wildcard "${name}" leads back to itself: ${path.join(' → ')}`
      throw new PromptProblem(problem, `Take __${name}__ out of one of these files.`)
    }
    const lines = await this.#host.lines(name)
    if (lines.length === 0) throw new PromptProblem(`the wildcard file of "${name}" has no lines`, 'Write a text on each line.')
    return this.resolve(lines[this.#pick(lines.length)]!, path)
  }

  #pick(count: number): number {
    if (++this.#choices > this.#limits.choices) throw tooMuch(`${this.#limits.choices} choices`)
    return this.#host.pick(count)
  }

  #counted(text: string): string {
    this.#length += text.length
    if (this.#length > this.#limits.length) throw tooMuch(`${this.#limits.length} characters`)
    return text
  }
}

function tooMuch(limit: string): PromptProblem {
  return new PromptProblem(`the text comes to more than ${limit}`, 'Use fewer wildcards within wildcards.')
}

/** A group that has been opened: the options before the one that is being read, and that one. */
interface Open {
  readonly options: Piece[][]
  pieces: Piece[]
}

function parsePrompt(text: string, depth: number): readonly Piece[] {
  const open: Open[] = [{ options: [], pieces: [] }]
  let plain = ''
  const flush = () => {
    if (plain !== '') open.at(-1)!.pieces.push(plain)
    plain = ''
  }
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!
    if (character === '\\' && ESCAPABLE.has(text[at + 1] ?? '')) plain += text[++at]!
    else if (character === '{') {
      flush()
      if (open.length > depth) throw new PromptProblem(`braces are nested more than ${depth} deep`, 'Nest fewer of them.')
      open.push({ options: [], pieces: [] })
    } else if (character === '|' && open.length > 1) {
      flush()
      const group = open.at(-1)!
      group.options.push(group.pieces)
      group.pieces = []
    } else if (character === '}' && open.length > 1) {
      flush()
      const { options, pieces } = open.pop()!
      open.at(-1)!.pieces.push({ options: [...options, pieces] })
    } else if (character === '_' && text[at + 1] === '_') {
      const name = wildcardAt(text, at)
      if (name === undefined) plain += character
      else {
        flush()
        open.at(-1)!.pieces.push({ wildcard: name })
        at += name.length + 3
      }
    } else plain += character
  }
  flush()
  while (open.length > 1) closeUnfinished(open)
  return open[0]!.pieces
}

const ESCAPABLE = new Set(['\\', '{', '|', '}', '_'])

/** A brace that is never closed is text, and so are the bars after it. */
function closeUnfinished(open: Open[]): void {
  const { options, pieces } = open.pop()!
  const texts = [...options, pieces].flatMap((option, index) => [index === 0 ? '{' : '|', ...option])
  open.at(-1)!.pieces.push(...texts)
}

const LONGEST_NAME = 200
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._/-]*$/u

/** The name of the wildcard that begins here; undefined where these underscores are text. */
function wildcardAt(text: string, at: number): string | undefined {
  const window = text.slice(at + 2, at + 2 + LONGEST_NAME + 2)
  const end = window.indexOf('__')
  const name = end < 0 ? '' : window.slice(0, end)
  return NAME.test(name) ? name : undefined
}

/** Draws that are the same for equal seeds and names, on every machine. */
export function promptPicker(seed: number, ...names: readonly string[]): (count: number) => number {
  let state = hashOf(JSON.stringify([seed, ...names]))
  // splitmix32: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014), in 32 bits
  return (count) => {
    state = (state + 0x9e3779b9) | 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    mixed ^= mixed >>> 15
    return Math.floor(((mixed >>> 0) / 2 ** 32) * count)
  }
}

/** FNV-1a over the UTF-16 units of a text. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash
}
