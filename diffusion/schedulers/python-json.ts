/** JSON as Python's json module writes it: NaN, Infinity and -Infinity stand bare (scheduler_config.json has them). */

const MARK = '\u0000'
const BARE: Readonly<Record<string, number>> = { NaN, Infinity, '-Infinity': -Infinity }

/** Parse such JSON. @throws SyntaxError as JSON.parse does. */
export function parsePythonJson(text: string): unknown {
  const mark = (token: string) => (token in BARE ? `"\\u0000${token}"` : token)
  const marked = text.replace(/"(?:\\.|[^"\\])*"|-?Infinity|NaN/g, mark)
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(MARK) ? (BARE[value.slice(1)] ?? value) : value)
}
