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
  for (const value of values) if (isCompound(value)) eachCounted(value, noteHold)
}

/** Takes back one `hold`. What nobody holds any more is disposed of by its type. */
export function letGo(values: Iterable<TypedValue>): void {
  for (const value of values) if (isCompound(value)) eachCounted(value, noteLetGo)
}

/** Numbers and texts, most of what flows, have nothing to be counted. */
function isCompound({ value }: TypedValue): boolean {
  return typeof value === 'object' && value !== null
}

/** Visits what is counted in a value: itself if it needs counting, its parts, and those of its members. */
function eachCounted(value: TypedValue, visit: (object: object, value: TypedValue) => void): void {
  const open = [value]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { type } = next
    if (type.members) for (const member of type.members(next.value)) if (isCompound(member)) open.push(member)
    if (typeof next.value !== 'object' || next.value === null) continue
    // A value of type `any` counts when it is counted elsewhere, and its parts with it.
    const known = holdings.get(next.value)
    if (type.dispose || type.parts || known) visit(next.value, next)
    for (const part of type.parts?.(next.value) ?? known?.parts ?? []) visit(part, next)
  }
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
