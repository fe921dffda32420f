import { Blocked } from '../types/blocked.ts'
import type { Mapping } from '../types/node-type.ts'
import { ANY } from '../types/socket.ts'
import type { TypedValue, ValueType } from '../types/value-type.ts'

/** The type of an output that is blocked. */
export const BLOCKED: ValueType<Blocked> = {
  id: 'BLOCKED',
  socket: '*',
  check: (value): value is Blocked => value instanceof Blocked,
  bytes: ({ message = '' }) => 2 * message.length + 16,
  store: {
    write: ({ message, by }) => new TextEncoder().encode(JSON.stringify({ message, by })),
    read: (bytes) => {
      // Written by `write` above; the store has checked that nothing has changed it.
      const { message, by } = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Blocked>
      return new Blocked(message, by)
    },
  },
}

const eachTypes = new WeakMap<ValueType<unknown>, ValueType<readonly unknown[]>>()

/** The type of a list that is mapped over: items of a type, some of which may be blocked. */
function eachTypeOf(item: ValueType<unknown>): ValueType<readonly unknown[]> {
  const known = eachTypes.get(item)
  if (known) return known
  // Values that nobody counts or closes need not be looked at one by one.
  const isCounted = item.dispose ?? item.parts ?? item.members ?? item.socket === ANY
  // Of an optional output some items may be missing.
  const membersOf = (values: readonly unknown[]) =>
    values.filter((value) => value !== undefined).map((value) => typed(item, value))
  const bytesOf = (value: unknown) => (value === undefined ? 0 : (value instanceof Blocked ? BLOCKED : item).bytes(value as never))
  const type: ValueType<readonly unknown[]> = {
    id: `each ${item.id}`,
    socket: { list: item.socket },
    check: (value): value is readonly unknown[] => Array.isArray(value),
    bytes: (values) => values.reduce<number>((sum, one) => sum + bytesOf(one), 16),
    store: 'recompute',
    ...(isCounted && { members: membersOf }),
  }
  eachTypes.set(item, type)
  return type
}

/** A value with its type, or the type of what is blocked. */
export function typed(type: ValueType<unknown>, value: unknown): TypedValue {
  return value instanceof Blocked ? { type: BLOCKED, value } : { type, value }
}

/** A list that is mapped over. */
export function eachValue(item: ValueType<unknown>, values: readonly unknown[], keys?: readonly string[]): TypedValue {
  return { type: eachTypeOf(item), value: values, each: { type: item, ...(keys && { keys }) } }
}

/** The items of a list that is mapped over; of any other value, itself. */
export function itemsOf(value: TypedValue): readonly unknown[] {
  // What `eachValue` made is a list.
  return value.each ? (value.value as readonly unknown[]) : [value.value]
}

/** One item of a list that is mapped over, with its type. */
export function itemAt(list: TypedValue, index: number): TypedValue {
  return typed(list.each!.type, itemsOf(list)[index])
}

/** How many times a node runs that gets lists of these lengths. */
export function mappedCount(mapping: Mapping, lengths: readonly number[]): number {
  if (lengths.includes(0)) return 0
  return mapping === 'product' ? lengths.reduce((product, one) => product * one, 1) : Math.max(...lengths)
}

/**
 * Which item of each list belongs to one of the runs. Side by side, a shorter list repeats its last item; each with
 * each, the last list changes fastest.
 */
export function indicesAt(mapping: Mapping, lengths: readonly number[], index: number): number[] {
  if (mapping === 'zip') return lengths.map((length) => Math.min(index, length - 1))
  const indices: number[] = []
  let rest = index
  for (const length of [...lengths].reverse()) {
    indices.push(rest % length)
    rest = Math.floor(rest / length)
  }
  return indices.reverse()
}
