import { WITHHELD } from '../types/withheld.ts'

/** Names of environment variables whose values are kept secret. */
const SECRET_NAME = /TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIAL/i
/** Those that say where a secret lies, not what it is. */
const PLACE_NAME = /(?:FILE|PATH|DIR|CREDENTIALS)$/i
const SHORTEST_VARIABLE = 8

/** A text shorter than this is in too many others to be taken out of them. */
const SHORTEST = 4
/** A secret that was cut off, as messages cut long texts, is known by this much of it. */
const HEAD = 16

/** `scheme://user:password@`; a password may hold `@` and `:`. */
const PASSWORD = /(:\/\/[^\s/?#@:"'<>\\]{0,255}:)([^\s/?#"'<>\\]{1,1024})@/g
/** `scheme://token@`, as for repositories. */
const LONE_TOKEN = /(:\/\/)([\w-]{20,255})@/g
/** `?token=…`, `&X-Amz-Signature=…`, `;Password=…`, `api_key=…`. */
const SETTING = /(^|[?&#;\s,"'([{])([\w.~%-]{1,64})=([^&#;\s"'<>\\,)\]}]{1,8192})/g
const ALWAYS_SECRET = /token|secret|passw|pwd|signature|credential|(?:api|access|private)[-_]?key/i
const SECRET_IN_QUERY = /(?:^|[-_.])(?:key|sig|auth)$/i
const HEADER = /(authorization["']?\s{0,8}[:=]\s{0,8}["']?(?:[a-z]{1,16}\s{1,8})?)(?!(?:bearer|basic|digest|token)\s{0,8}$)([^\s"',;]{4,8192})/gi
/** Outside of a header only what looks like no word: somebody may well write of a bearer of something. */
const BEARER = /\b((?:bearer|basic)\s{1,8})(?=[\w.~+/=-]{0,4096}\d)([\w.~+/=-]{16,8192})/gi

/** The values of the environment variables that look secret by their names: at least 8 characters long. */
export function secretVariables(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(environment).flatMap(([name, value = '']) => {
    const isPlace = PLACE_NAME.test(name) && value.startsWith('/')
    return SECRET_NAME.test(name) && !isPlace && value.trim().length >= SHORTEST_VARIABLE ? [value.trim()] : []
  })
}

/**
 * Takes secrets out of texts: those that it is given, wherever they stand, also when they were cut off or are written as
 * JSON or in a URL; and what looks like one: passwords in URLs, values of `token=` and the like, authorization headers.
 * Takes time in proportion to the text. What was cleaned before stays as it is.
 */
export class Redactor {
  readonly #secrets: readonly string[]

  constructor(secrets: Iterable<string> = []) {
    const long = [...secrets].filter((secret) => secret.length >= SHORTEST)
    this.#secrets = [...new Set(long.flatMap(spellings))].sort((a, b) => b.length - a.length)
  }

  /** The same, for more secrets. */
  with(secrets: readonly string[]): Redactor {
    return secrets.length === 0 ? this : new Redactor([...this.#secrets, ...secrets])
  }

  /** The text without secrets. */
  text(text: string): string {
    if (text.length < SHORTEST) return text
    return text.includes(WITHHELD) ? text.split(WITHHELD).map((part) => this.#part(part)).join(WITHHELD) : this.#part(text)
  }

  /** Plain data with no secrets in its texts. What holds none is given back itself. */
  data<T>(value: T): T {
    return this.#data(value) as T // of the same form: texts stay texts, lists lists, and objects have the same keys
  }

  #data(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value)
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) {
      const clean = value.map((item) => this.#data(item))
      return clean.some((item, index) => item !== value[index]) ? clean : value
    }
    const entries = Object.entries(value)
    const clean = entries.map(([key, item]) => [key, this.#data(item)] as const)
    return clean.some(([, item], index) => item !== entries[index]![1]) ? Object.fromEntries(clean) : value
  }

  #part(part: string): string {
    let text = part
    for (const secret of this.#secrets) text = withoutSecret(text, secret)
    if (text.includes('://')) text = text.replace(PASSWORD, `$1${WITHHELD}@`).replace(LONE_TOKEN, `$1${WITHHELD}@`)
    if (text.includes('=')) text = text.replace(SETTING, withoutSetting)
    return /authorization|bearer|basic/i.test(text) ? text.replace(HEADER, withoutHeader).replace(BEARER, `$1${WITHHELD}`) : text
  }
}

/** A text, and how it is written in JSON and in a URL. */
function spellings(secret: string): string[] {
  const escaped = JSON.stringify(secret).slice(1, -1)
  return /\p{Surrogate}/u.test(secret) ? [secret, escaped] : [secret, escaped, encodeURIComponent(secret)]
}

/** Takes a secret out wherever its beginning stands, as far as it goes on. */
function withoutSecret(text: string, secret: string): string {
  const head = secret.length > HEAD ? secret.slice(0, HEAD) : secret
  let clean = ''
  let from = 0
  for (let at = text.indexOf(head); at >= 0; at = text.indexOf(head, from)) {
    let length = head.length
    while (length < secret.length && text[at + length] === secret[length]) length++
    clean += text.slice(from, at) + WITHHELD
    from = at + length
  }
  return from === 0 ? text : clean + text.slice(from)
}

function withoutSetting(whole: string, before: string, name: string, value: string): string {
  const inQuery = before !== '' && '?&#;'.includes(before)
  const isSecret = ALWAYS_SECRET.test(name) || (inQuery && SECRET_IN_QUERY.test(name))
  return isSecret && value !== '' ? `${before}${name}=${WITHHELD}` : whole
}

function withoutHeader(_: string, name: string): string {
  return `${name}${WITHHELD}`
}
