/** Names of files and folders that come from outside: good on every system, and never a way out of a folder. */
import { ApiError } from '../api/errors.ts'

const MAX_BYTES = 240
const MAX_DEPTH = 16
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f\\/:*?"<>|\u2028\u2029\u202a-\u202e\u2066-\u2069]/
/** Half a character: a lone surrogate. */
const HALF = /\p{Surrogate}/u
/** Devices of Windows, with whatever extension. */
const RESERVED = /^(?:con|prn|aux|nul|clock\$|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i

/** What is wrong with one name; `undefined` for a good one. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'it is empty'
  if (name.startsWith('.')) return 'it begins with a dot'
  if (/[. ]$/.test(name) || name.startsWith(' ')) return 'it ends with a dot or a space, or begins with one'
  if (FORBIDDEN.test(name)) return 'it has a character that file names can\'t hold'
  if (RESERVED.test(name)) return 'it is the name of a device on Windows'
  if (HALF.test(name)) return 'it holds half a character'
  return Buffer.byteLength(name) > MAX_BYTES ? `it is longer than ${MAX_BYTES} bytes` : undefined
}

/**
 * The parts of a path below a folder; none for the folder itself.
 * @throws ApiError 400 for a path that is absolute, leads upwards, or has a part that no file should have
 */
export function checkPath(path: string, field: string): string[] {
  if (path === '') return []
  const parts = path.split('/')
  const problem = parts.length > MAX_DEPTH ? `it has more than ${MAX_DEPTH} folders` : parts.map(nameProblem).find((one) => one !== undefined)
  if (problem === undefined) return parts
  throw new ApiError({
    status: 400, code: 'invalid_path', field,
    message: `expected a path below the folder, such as "shots/first.png", got ${JSON.stringify(path.slice(0, 80))}: ${problem}`,
    remedy: 'Use plain names, set apart by /.',
  })
}

/** A name like the given one that is good everywhere: what is not allowed becomes `_`. */
export function safeName(given: string, otherwise: string): string {
  const last = given.normalize('NFC').split(/[\\/]/).at(-1) ?? ''
  const plain = last.replace(/\p{Surrogate}/gu, '_').replace(new RegExp(FORBIDDEN, 'g'), '_').replace(/^[. ]+/, '').replace(/[. ]+$/, '')
  const named = RESERVED.test(plain) ? `_${plain}` : plain
  return named === '' ? otherwise : shortened(named)
}

function shortened(name: string): string {
  const dot = name.lastIndexOf('.')
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot).slice(0, 20)] : [name, '']
  let kept = [...stem]
  while (Buffer.byteLength(kept.join('') + extension) > 200) kept = kept.slice(0, -1)
  return kept.join('') + extension
}

/** A Content-Disposition whose file name can't break out of the header: ASCII for old clients, UTF-8 for others. */
export function disposition(kind: 'inline' | 'attachment', name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]/g, '_').replace(/["\\%;]/g, '_')
  const encoded = encodeURIComponent(name.replace(/\p{Surrogate}/gu, '_')).replace(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encoded}`
}
