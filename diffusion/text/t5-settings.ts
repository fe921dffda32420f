import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DiffusionError } from '../error.ts'
import type { AddedToken } from './added-tokens.ts'

/** A special token as a config names it: by text alone, or with its flags. */
export type TokenSpec = Omit<AddedToken, 'id'>

/** What the JSON files beside `spiece.model` say (transformers 4.40, PreTrainedTokenizerBase._from_pretrained). */
export interface T5Settings {
  /** Behaviour from before transformers #24622: every stretch between special tokens gets its own leading space. */
  readonly legacy: boolean
  /** Without the legacy behaviour: whether the text gets a leading space at all. */
  readonly addPrefixSpace: boolean
  readonly extraIds: number
  readonly eos: TokenSpec
  readonly unknown: TokenSpec
  readonly padding: TokenSpec
  /** Further special tokens (bos, sep, cls, mask) that a config names. */
  readonly others: readonly TokenSpec[]
  /** Null where no file lists any: then the `<extra_id_N>` of `extraIds` are meant. */
  readonly additional: readonly TokenSpec[] | null
  /** Added tokens whose ids a file fixes. */
  readonly added: readonly AddedToken[]
}

type Json = Readonly<Record<string, unknown>>
const LARGEST_JSON = 64 * 2 ** 20
const MOST_EXTRA_IDS = 100_000

/**
 * Read tokenizer_config.json, and where it doesn't list the added tokens itself also special_tokens_map.json,
 * added_tokens.json and the added tokens of tokenizer.json. Each file may be absent.
 * @throws DiffusionError when one holds something else than it should.
 */
export async function readT5Settings(folder: string): Promise<T5Settings> {
  const file = join(folder, 'tokenizer_config.json')
  const config = await readJsonObject(file)
  if (config['added_tokens_decoder'] !== undefined) {
    const decoder = objectOf(config['added_tokens_decoder'], `${file}, added_tokens_decoder`)
    const added = Object.entries(decoder).map(([id, token]) => ({ ...tokenSpec(token, file), id: idOf(id, file) }))
    return settingsOf(config, added, file)
  }
  const merged = { ...config, ...(await readJsonObject(join(folder, 'special_tokens_map.json'))) }
  const added = await readAddedTokens(folder)
  const fast = await readJsonObject(join(folder, 'tokenizer.json'))
  return settingsOf(merged, [...added, ...addedTokensOf(fast['added_tokens'], join(folder, 'tokenizer.json'))], file)
}

/** The `added_tokens` list of a tokenizer.json. @throws DiffusionError when it is no list of tokens with ids. */
export function addedTokensOf(list: unknown, file: string): AddedToken[] {
  if (list === undefined || list === null) return []
  if (!Array.isArray(list)) throw wrong(`${file}, added_tokens`, 'a list', list)
  return list.map((entry: unknown) => ({ ...tokenSpec(entry, file), id: idOf(objectOf(entry, file)['id'], file) }))
}

/** added_tokens.json: text → id. Old files; their tokens swallow no white space. */
async function readAddedTokens(folder: string): Promise<AddedToken[]> {
  const file = join(folder, 'added_tokens.json')
  const ids = Object.entries(await readJsonObject(file))
  return ids.map(([content, id]) => ({ ...tokenSpec(content, file), id: idOf(id, file) }))
}

function settingsOf(config: Json, added: readonly AddedToken[], file: string): T5Settings {
  const token = (name: string, fallback: string) => tokenSpec(config[name] ?? fallback, `${file}, ${name}`)
  const others = ['bos_token', 'sep_token', 'cls_token', 'mask_token'].filter((name) => (config[name] ?? null) !== null)
  const listed = `${file}, additional_special_tokens`
  const additional = config['additional_special_tokens'] ?? null
  if (additional !== null && !Array.isArray(additional)) throw wrong(listed, 'a list', additional)
  return {
    legacy: booleanOf(config['legacy'], true, `${file}, legacy`),
    addPrefixSpace: booleanOf(config['add_prefix_space'], true, `${file}, add_prefix_space`),
    extraIds: config['extra_ids'] === undefined ? 100 : idOf(config['extra_ids'], `${file}, extra_ids`, MOST_EXTRA_IDS),
    eos: token('eos_token', '</s>'),
    unknown: token('unk_token', '<unk>'),
    padding: token('pad_token', '<pad>'),
    others: others.map((name) => token(name, '')),
    additional: additional?.map((entry: unknown) => tokenSpec(entry, listed)) ?? null,
    added,
  }
}

function tokenSpec(value: unknown, file: string): TokenSpec {
  if (typeof value === 'string') return plainToken(value)
  const token = objectOf(value, file)
  if (typeof token['content'] !== 'string') throw wrong(file, 'a token with a "content" text', value)
  const { content } = token
  const flag = (name: string, fallback = false) => booleanOf(token[name], fallback, `${file}, "${name}" of ${content}`)
  return {
    content,
    lstrip: flag('lstrip'),
    rstrip: flag('rstrip'),
    singleWord: flag('single_word'),
    normalized: flag('normalized', token['special'] !== true),
  }
}

/** A token that is named by its text alone: it swallows nothing. */
export const plainToken = (content: string): TokenSpec => ({
  content,
  lstrip: false,
  rstrip: false,
  singleWord: false,
  normalized: false,
})

const booleanOf = (value: unknown, fallback: boolean, field: string): boolean => {
  if (value === undefined || value === null) return fallback
  if (typeof value !== 'boolean') throw wrong(field, 'true or false', value)
  return value
}

function idOf(value: unknown, field: string, most = 2 ** 31 - 1): number {
  const id = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value
  if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id > most) {
    throw wrong(field, `a whole number from 0 to ${most}`, value)
  }
  return id
}

/** A JSON file whose root is an object; {} where there is no such file. @throws DiffusionError when it is not JSON. */
async function readJsonObject(file: string): Promise<Json> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '{}'
    throw error
  })
  return parseJsonObject(text, file)
}

/** The object that a JSON text holds. @throws DiffusionError when it holds none, or is too long to be a tokenizer's. */
export function parseJsonObject(text: string, file: string): Json {
  if (text.length > LARGEST_JSON) throw wrong(file, `at most ${LARGEST_JSON} characters`, text.length)
  try {
    return objectOf(JSON.parse(text), file)
  } catch (error) {
    if (error instanceof SyntaxError) throw wrong(file, 'JSON', error.message)
    throw error
  }
}

/** `value` as a JSON object. @throws DiffusionError naming `field` when it is none. */
export function objectOf(value: unknown, field: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(field, 'a JSON object', value)
  return value as Json // an object that is no list: exactly what Json says
}

/** A setting of a tokenizer file that can't be used. */
export const wrong = (field: string, expected: string, found: unknown): DiffusionError =>
  new DiffusionError({
    field,
    expected,
    found: typeof found === 'string' ? `"${found.slice(0, 80)}"` : (JSON.stringify(found) ?? 'nothing').slice(0, 80),
    remedy: 'Take the tokenizer files from the model that the text encoder belongs to.',
  })
