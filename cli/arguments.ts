/** The command line as data: what each command takes, and a parser that turns argv into typed values. */

interface OptionBase {
  /** One line for `--help`. */
  readonly help: string
  /** The word that stands for the value in `--help`. */
  readonly value?: string
  readonly choices?: readonly string[]
}
export type OptionSpec =
  | OptionBase & { readonly type: 'flag' }
  | OptionBase & { readonly type: 'text' }
  | OptionBase & { readonly type: 'list' }

export interface OperandSpec {
  readonly name: string
  readonly help: string
  readonly optional?: boolean
  /** The last one may stand any number of times. */
  readonly many?: boolean
}

export interface CommandSpec<O extends Record<string, OptionSpec> = Record<string, OptionSpec>> {
  readonly name: string
  readonly summary: string
  /** What follows the command's name, as help shows it: `WORKFLOW`. */
  readonly operands: readonly OperandSpec[]
  readonly options: O
  /** What unknown `--name value` pairs are, for a command that takes them: the parameters of its workflow. */
  readonly openOptions?: string
  readonly examples?: readonly string[]
}

type OptionValue<S extends OptionSpec> =
  S['type'] extends 'flag' ? boolean : S['type'] extends 'list' ? readonly string[] : string | undefined

export interface ParsedArguments<O extends Record<string, OptionSpec>> {
  readonly options: { readonly [K in keyof O]: OptionValue<O[K]> }
  readonly operands: readonly string[]
  /** Unknown `--name value` pairs in order, where the command takes them; dashes inside names read as underscores. */
  readonly open: ReadonlyMap<string, string>
}

/** A command line that cannot be understood: exit code 2. The message says what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Identity that keeps the literal types of `options`. */
export const defineCommand = <const O extends Record<string, OptionSpec>>(spec: CommandSpec<O>): CommandSpec<O> => spec

/** Splits `--name=value`; the value is undefined where there is no `=`. */
function splitOption(word: string): [name: string, value: string | undefined] {
  const equals = word.indexOf('=')
  return equals < 0 ? [word.slice(2), undefined] : [word.slice(2, equals), word.slice(equals + 1)]
}

/**
 * Parses what follows the command's name. `--name value` and `--name=value` are the same, `--` ends the options.
 * @throws UsageError for an unknown option, a missing value, a value outside `choices`, or wrong operands.
 */
export function parseArguments<O extends Record<string, OptionSpec>>(
  spec: CommandSpec<O>, argv: readonly string[],
): ParsedArguments<O> {
  const values = new Map<string, string | string[] | boolean>()
  const open = new Map<string, string>()
  const operands: string[] = []
  const words = [...argv]
  const valueFor = (name: string, inline: string | undefined) => {
    const value = inline ?? words.shift()
    if (value === undefined || (inline === undefined && value.startsWith('--'))) {
      throw new UsageError(`--${name} needs a value. Write --${name}=${spec.options[name]?.value ?? 'VALUE'}.`)
    }
    return value
  }

  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '--') {
      operands.push(...words.splice(0))
    } else if (!word.startsWith('--') || word.length === 2) {
      if (word.startsWith('-') && word.length > 1) throw unknownOption(spec, word)
      operands.push(word)
    } else {
      const [name, inline] = splitOption(word)
      const option = Object.hasOwn(spec.options, name) ? spec.options[name] : undefined
      if (option === undefined) {
        if (spec.openOptions === undefined) throw unknownOption(spec, `--${name}`)
        open.set(name.replaceAll('-', '_'), valueFor(name, inline))
      } else if (option.type === 'flag') {
        if (inline !== undefined) throw new UsageError(`--${name} takes no value. Write --${name} alone.`)
        values.set(name, true)
      } else {
        const value = valueFor(name, inline)
        checkChoice(name, option, value)
        if (option.type === 'text') values.set(name, value)
        else values.set(name, [...listOf(values.get(name)), value])
      }
    }
  }
  checkOperands(spec, operands)
  const options = Object.fromEntries(Object.entries(spec.options).map(([name, option]) =>
    [name, values.get(name) ?? (option.type === 'flag' ? false : option.type === 'list' ? [] : undefined)]))
  // OptionValue follows from `type`, by which the line above chose each value.
  return { options: options as ParsedArguments<O>['options'], operands, open }
}

const listOf = (value: string | string[] | boolean | undefined) => Array.isArray(value) ? value : []

function checkChoice(name: string, option: OptionSpec, value: string): void {
  if (option.choices === undefined || option.choices.includes(value)) return
  throw new UsageError(`--${name}: expected ${option.choices.join(', ')}, got ${JSON.stringify(value)}.`)
}

function checkOperands({ name, operands: specs }: CommandSpec, operands: readonly string[]): void {
  const missing = specs.find((spec, i) => !spec.optional && operands[i] === undefined)
  if (missing !== undefined) throw new UsageError(`kinograph ${name} needs ${missing.name}: ${missing.help}`)
  if (operands.length > specs.length && !specs.at(-1)?.many) {
    throw new UsageError(`kinograph ${name} takes ${specs.length === 0 ? 'no operand' : specs.map((s) => s.name).join(' ')}, ` +
      `but got ${JSON.stringify(operands[specs.length])} as well. Put a value with spaces in quotes.`)
  }
}

function unknownOption({ name, options }: CommandSpec, word: string): UsageError {
  const near = nearest(word.replace(/^-+/, ''), Object.keys(options))
  return new UsageError(`kinograph ${name} has no option ${word}.` +
    (near === undefined ? ` See kinograph ${name} --help.` : ` Did you mean --${near}?`))
}

/** The candidate with at most two edits (fewer for short words) between it and `word`, if there is one. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const limit = word.length < 4 ? 1 : 2
  const rated = candidates.map((candidate) => ({ candidate, edits: editDistance(word, candidate) }))
  return rated.filter((r) => r.edits <= limit).sort((a, b) => a.edits - b.edits)[0]?.candidate
}

/** Insertions, deletions, replacements and swaps of neighbours that lead from `a` to `b` (optimal string alignment). */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      row[j] = Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (same ? 0 : 1))
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) row[j] = Math.min(row[j], rows[i - 2][j - 2] + 1)
    }
    rows.push(row)
  }
  return rows[a.length][b.length]
}
