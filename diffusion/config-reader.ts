import { readFile } from 'node:fs/promises'
import { DiffusionError } from './error.ts'

/** Reads the fields of one config file, each checked as it is read; every error names the file and the field. */
export interface ConfigReader {
  /** The file's path, as messages name it. */
  readonly file: string
  has(field: string): boolean
  /** A whole number in [min, max]; `fallback` where the field is absent or null (required without one). */
  int(field: string, options: { min?: number; max: number; fallback?: number }): number
  /** A whole number in [min, max], or null where the field is absent or null. */
  optionalInt(field: string, options: { min?: number; max: number }): number | null
  /** A finite number above 0. */
  positive(field: string, fallback?: number): number
  boolean(field: string, fallback: boolean): boolean
  /** One of the listed words. */
  choice<T extends string>(field: string, choices: readonly T[], fallback?: T): T
  /** A list of whole numbers in [1, max]. */
  ints(field: string, options: { max: number; fallback?: readonly number[] }): number[]
  /** A list of the listed words. */
  choices<T extends string>(field: string, choices: readonly T[], fallback?: readonly T[]): T[]
  /** A JSON object inside the file, to be read by a reader of its own; {} where the field is absent. */
  object(field: string): unknown
  /** An error about a field of this file. */
  refuse(field: string, expected: string, found: unknown): DiffusionError
}

/**
 * A reader over a parsed config file.
 * @param file how messages name the file
 * @param remedy what every error of this reader says to do
 * @throws DiffusionError when `config` is not a JSON object
 */
export function configReader(config: unknown, file: string, remedy: string): ConfigReader {
  const fields = objectOf(config, file, remedy)
  const given = (field: string): unknown => (Object.hasOwn(fields, field) ? fields[field] : undefined) ?? undefined
  const refuse = (field: string, expected: string, found: unknown) =>
    new DiffusionError({ field: `${file}, "${field}"`, expected, found: describe(found), remedy })

  /** The value where the field is there, the fallback where it is not. */
  function parse<T>(
    field: string,
    expected: string,
    fallback: T | undefined,
    accept: (value: unknown) => T | undefined,
  ): T {
    const value = given(field)
    if (value === undefined && fallback !== undefined) return fallback
    const accepted = value === undefined ? undefined : accept(value)
    if (accepted === undefined) throw refuse(field, expected, value)
    return accepted
  }

  const wholeNumber = (min: number, max: number) => (value: unknown) =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max ? value : undefined
  const oneOf =
    <T extends string>(choices: readonly T[]) =>
    (value: unknown) =>
      choices.find((c) => c === value)
  const listOf =
    <T>(accept: (value: unknown) => T | undefined) =>
    (value: unknown): T[] | undefined => {
      if (!Array.isArray(value) || value.length === 0 || value.length > 64) return undefined
      const parsed = value.map(accept)
      return parsed.includes(undefined) ? undefined : parsed.filter((item) => item !== undefined)
    }

  return {
    file,
    has: (field) => given(field) !== undefined,
    int: (field, { min = 1, max, fallback }) =>
      parse(field, `a whole number from ${min} to ${max}`, fallback, wholeNumber(min, max)),
    optionalInt: (field, { min = 1, max }) =>
      given(field) === undefined
        ? null
        : parse(field, `a whole number from ${min} to ${max}`, undefined, wholeNumber(min, max)),
    positive: (field, fallback) =>
      parse(field, 'a number above 0', fallback, (value) =>
        typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined,
      ),
    boolean: (field, fallback) =>
      parse(field, 'true or false', fallback, (value) => (typeof value === 'boolean' ? value : undefined)),
    choice: (field, choices, fallback) =>
      parse(field, choices.map((c) => `"${c}"`).join(' or '), fallback, oneOf(choices)),
    ints: (field, { max, fallback }) =>
      parse(field, `a list of whole numbers from 1 to ${max}`, fallback && [...fallback], listOf(wholeNumber(1, max))),
    choices: (field, choices, fallback) =>
      parse(
        field,
        `a list of ${choices.map((c) => `"${c}"`).join(', ')}`,
        fallback && [...fallback],
        listOf(oneOf(choices)),
      ),
    object: (field) =>
      parse<object>(field, 'a JSON object', {}, (value) =>
        typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined,
      ),
    refuse,
  }
}

/**
 * A JSON file that must be there.
 * @throws DiffusionError naming the file when it is missing or not JSON
 */
export async function readJson(file: string, remedy: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new DiffusionError(
      { field: file, expected: 'a config file', found: 'none that can be read', remedy },
      { cause },
    )
  })
  try {
    return JSON.parse(text) as unknown // parsed by configReader, field by field
  } catch (cause) {
    throw new DiffusionError({ field: file, expected: 'JSON', found: 'text that does not parse', remedy }, { cause })
  }
}

function objectOf(config: unknown, file: string, remedy: string): Record<string, unknown> {
  if (typeof config === 'object' && config !== null && !Array.isArray(config)) {
    return config as Record<string, unknown> // an object that is no array: its fields are unknown
  }
  throw new DiffusionError({ field: file, expected: 'a JSON object', found: describe(config), remedy })
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}
