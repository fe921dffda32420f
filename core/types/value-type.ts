import type { SocketType } from './socket.ts'
import type { JsonObject, MaybePromise } from './json.ts'

/** How a value goes to the disk cache and back, or `recompute`: it is never stored, its node runs again. */
export type StoreRule<T> = WholeRule<T> | StreamRule<T> | 'recompute'

/** Stored in one piece. */
export interface WholeRule<T> {
  write(value: T): MaybePromise<Uint8Array>
  read(bytes: Uint8Array): MaybePromise<T>
}

/** Stored piece by piece, for values larger than memory; read back from the file as far as they are asked for. */
export interface StreamRule<T> {
  /** How many bytes `stream` gives. */
  size(value: T): number
  stream(value: T): AsyncIterable<Uint8Array>
  /** The value over what was stored, which is its own from now on: to be closed when it is disposed of. */
  open(stored: StoredBytes): MaybePromise<T>
}

/** What `stream` gave, in a file that can be read until it is closed, whatever becomes of the cache. */
export interface StoredBytes {
  readonly size: number
  /** How many of them are in memory. */
  readonly residentBytes: number
  /** Bytes `from` up to, not including, `to`. The array is the caller's own. */
  read(from: number, to: number): Promise<Uint8Array>
  close(): Promise<void>
}

/** What the author of a value type writes down. */
export interface ValueTypeOptions<T> {
  /** The nominal name on the wire and in messages, in capitals: `LATENT`. */
  readonly id: string
  /** Whether a value is one of this type. Runs on every output: look at the form, don't walk the contents. */
  check(value: unknown): value is T
  /** Memory that the value holds, in bytes. Decides what the cache keeps. */
  bytes(value: T): number
  readonly store: StoreRule<T>
  /** Gives back what the garbage collector can't (open files). Called when no run and no cache holds the value. */
  dispose?(value: T): void
  /**
   * A copy that shares no memory with the value, for plugins. Plain objects, lists and buffers are copied without it;
   * values of classes of their own, or with functions, are handed over as they are.
   */
  copy?(value: T): T
  /** Objects inside this one that other sockets may carry on their own (the Frames of a VIDEO): held as long as it. */
  parts?(value: T): Iterable<object>
  /** What is known of a value that is there, in the form that `facts` hooks use: for checks of what an expansion does with it. */
  facts?(value: T): JsonObject | undefined
  /** The numbers that it is made of: how far two values are apart is measured on them. */
  numbers?(value: T): Numbers
}

/** The numbers that a value is made of, in an order that follows from its shape. */
export interface Numbers {
  readonly count: number
  /** The largest that may stand there, where there is one: 255 for bytes of a picture. */
  readonly peak?: number
  pieces(): AsyncIterable<ArrayLike<number>> | Iterable<ArrayLike<number>>
}

/** A type of value that sockets carry. */
export interface ValueType<T> extends ValueTypeOptions<T> {
  /** The type as data. Equal to `id`, except for lists and unions. */
  readonly socket: SocketType
  /** The values inside one of a type that is made of other types: the items of a list. */
  members?(value: T): Iterable<TypedValue>
}

/** A value with its type. */
export interface TypedValue {
  readonly type: ValueType<unknown>
  readonly value: unknown
  /** Set where the value is a list that is mapped over: what one item is. */
  readonly each?: EachItem
}

/** What the items of a list are that is mapped over. Any of them may be Blocked. */
export interface EachItem {
  readonly type: ValueType<unknown>
  /** For each item the part of a key that stands for it, where the items came about one by one. */
  readonly keys?: readonly string[]
}

/** The value that a type describes: `TypeValue<typeof LATENT>`. */
export type TypeValue<V> = V extends { check(value: unknown): value is infer T } ? T : never

const ID = /^[A-Z][A-Z0-9_]*$/

/**
 * Defines a type of value once: its check, its size, how it is stored and let go.
 * @throws TypeError when the id is not a name in capitals.
 */
export function defineType<T>(options: ValueTypeOptions<T>): ValueType<T> {
  if (!ID.test(options.id)) {
    throw new TypeError(`defineType: expected an id of capitals, digits and _ (like LATENT), got "${options.id}"`)
  }
  return Object.freeze({ ...options, socket: options.id }) // plugins share it
}

/** The type "a list of these": a whole list in one socket. */
export function listType<T>(item: ValueType<T>): ValueType<readonly T[]> {
  return {
    id: `list of ${item.id}`,
    socket: { list: item.socket },
    check: (value): value is readonly T[] => Array.isArray(value) && value.every((one) => item.check(one)),
    bytes: (values) => values.reduce((sum, one) => sum + item.bytes(one), 16),
    store: 'recompute',
    members: (values) => values.map((value) => ({ type: item, value })),
  }
}

/** The type "one of these". The first member whose check holds speaks for a value. */
export function unionType<T>(members: readonly ValueType<T>[]): ValueType<T> {
  const memberOf = (value: T) => members.find((member) => member.check(value))
  return {
    id: members.map((member) => member.id).join(' or '),
    socket: { anyOf: members.map((member) => member.socket) },
    check: (value): value is T => members.some((member) => member.check(value)),
    bytes: (value) => memberOf(value)?.bytes(value) ?? 0,
    store: 'recompute',
    members: (value) => members.filter((member) => member === memberOf(value)).map((type) => ({ type, value })),
  }
}
