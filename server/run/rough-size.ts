/** About how many bytes a value takes, for budgets: it costs less than writing it down as JSON would. */

/** What an entry of an object or list takes beside its text. */
const ENTRY = 24

/** Stops counting past `limit`, so that it is cheap for what is far too large. */
export function roughSize(value: unknown, limit = Infinity): number {
  const stack: unknown[] = [value]
  let bytes = 0
  while (stack.length > 0 && bytes <= limit) {
    const one = stack.pop()
    bytes += ENTRY
    if (typeof one === 'string') bytes += one.length
    else if (typeof one === 'object' && one !== null) bytes += pushParts(one, stack)
  }
  return bytes
}

function pushParts(value: object, stack: unknown[]): number {
  if (Array.isArray(value)) {
    for (const item of value) stack.push(item)
    return 0
  }
  let names = 0
  for (const [name, part] of Object.entries(value)) {
    names += name.length
    stack.push(part)
  }
  return names
}
