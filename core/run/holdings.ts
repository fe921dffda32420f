import type { TypedValue } from '../types/value-type.ts'

/** How many runs and caches hold an object, and how it is let go. */
interface Holding {
  count: number
  dispose: (() => void) | undefined
  /** What it holds in turn, as the type says that knows it; so that holding it as `any` holds the same. */
  parts: readonly object[]
}

/** One count for the whole process: the same frames may lie in a cache, in two runs and inside a video. */
const holdings = new WeakMap<object, Holding>()

/**
 * Notes that somebody holds some values: what lies in them is not disposed of until `letGo` has been called as often.
 * Only values that need it are counted, those whose type has a `dispose` or `parts`.
 */
export function hold(values: Iterable<TypedValue>): void {
  for (const value of withMembers(values)) {
    for (const object of countedObjects(value)) noteHold(object, value)
  }
}

/** Takes back one `hold`. What nobody holds any more is disposed of by its type. */
export function letGo(values: Iterable<TypedValue>): void {
  for (const value of withMembers(values)) {
    for (const object of countedObjects(value)) noteLetGo(object)
  }
}

/** The values themselves and those that lists and unions among them are made of. */
function* withMembers(values: Iterable<TypedValue>): Iterable<TypedValue> {
  const open = [...values]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    yield next
    if (next.type.members) for (const member of next.type.members(next.value)) open.push(member)
  }
}

/** The value, if it needs counting, and its parts. A value of type `any` counts when it is counted elsewhere. */
function* countedObjects({ type, value }: TypedValue): Iterable<object> {
  if (typeof value !== 'object' || value === null) return
  const known = holdings.get(value)
  if (type.dispose || type.parts || known) yield value
  yield* type.parts ? type.parts(value) : known?.parts ?? []
}

function noteHold(object: object, { type, value }: TypedValue): void {
  const holding = holdings.get(object) ?? { count: 0, dispose: undefined, parts: [] }
  holding.count++
  // A part is disposed of by the type it has on its own, once it has been held as that.
  if (object === value && type.parts) holding.parts = [...type.parts(value)]
  if (object === value && type.dispose) holding.dispose ??= () => type.dispose?.(value)
  holdings.set(object, holding)
}

function noteLetGo(object: object): void {
  const holding = holdings.get(object)
  if (holding === undefined || --holding.count > 0) return
  holdings.delete(object)
  try {
    holding.dispose?.()
  } catch (error) {
    // The value has done its work; that it could not be let go must not fail whoever dropped it.
    process.emitWarning(error instanceof Error ? error : String(error))
  }
}
