import { BLOCKED, eachValue, itemsOf, typed } from '../run/lists.ts'
import { ANYTHING } from '../types/scalars.ts'
import { ANY, isList, type SocketType } from '../types/socket.ts'
import { listType, unionType } from '../types/value-type.ts'
import type { StoredBytes, StreamRule, TypedValue, ValueType } from '../types/value-type.ts'
import type { StoredValue } from './entry.ts'

/** Value types by id. */
export type TypeLookup = (id: string) => ValueType<unknown> | undefined

/** What is to be written of some values, in this order. */
export interface Part {
  readonly size: number
  readonly bytes: Uint8Array | AsyncIterable<Uint8Array>
}

/** Why a value can't be stored, for people: `type IMAGE can't be stored`. */
export class NotStorable extends Error {}

/** Lays values out one after the other. @throws NotStorable */
export class ValueLayout {
  readonly parts: Part[] = []
  readonly #typeOf: TypeLookup
  /** Bytes of all parts. */
  size = 0

  constructor(typeOf: TypeLookup) {
    this.#typeOf = typeOf
  }

  /** Adds a value; gives how to find it again. */
  async add(one: TypedValue): Promise<StoredValue> {
    const { type, value, each } = one
    if (value === undefined) return { none: true }
    if (each) return this.#addEach(itemsOf(one).map((item) => typed(each.type, item)), each.type.socket, each.keys)
    if (type.store !== 'recompute') return this.#addOne(type, value)
    const members = [...(type.members?.(value) ?? [])]
    if (isList(type.socket)) return { list: await this.#addAll(members), of: type.socket.list }
    const [member] = members // of a union, the one that the value is of
    if (member && member.type !== type) return this.add(member)
    throw new NotStorable(`values of type ${type.id} are not stored`)
  }

  async #addEach(items: Iterable<TypedValue>, of: SocketType, keys?: readonly string[]): Promise<StoredValue> {
    return { each: await this.#addAll(items), of, ...(keys && { keys }) }
  }

  async #addAll(values: Iterable<TypedValue>): Promise<StoredValue[]> {
    const stored: StoredValue[] = []
    for (const value of values) stored.push(await this.add(value))
    return stored
  }

  async #addOne(type: ValueType<unknown>, value: unknown): Promise<StoredValue> {
    const { id, store } = type
    if (store === 'recompute' || (type !== BLOCKED && this.#typeOf(id) !== type)) throw new NotStorable(`values of type ${id} are not stored`)
    const part = 'stream' in store ? { size: store.size(value), bytes: store.stream(value) } : whole(await store.write(value))
    const at = this.size
    this.parts.push(part)
    this.size += part.size
    return { type: id, at, size: part.size }
  }
}

const whole = (bytes: Uint8Array): Part => ({ size: bytes.byteLength, bytes })

/** What a value that was stored is read from. */
export interface ValueSource {
  /** Bytes by their place among the values. */
  read(at: number, size: number): Promise<Uint8Array>
  /** The same as a file of its own, open until it is closed. */
  open(at: number, size: number): Promise<StoredBytes>
}

/** A value that was stored. @throws Error for a type that there is no more, and what the type's `read` throws */
export async function readValue(stored: StoredValue, typeOf: TypeLookup, source: ValueSource): Promise<TypedValue> {
  if ('none' in stored) return { type: ANYTHING, value: undefined }
  if ('each' in stored) {
    const items = await readAll(stored.each, typeOf, source)
    return eachValue(typeOfSocket(stored.of, typeOf), items, stored.keys)
  }
  if ('list' in stored) {
    return { type: listType(typeOfSocket(stored.of, typeOf)), value: await readAll(stored.list, typeOf, source) }
  }
  const type = stored.type === BLOCKED.id ? BLOCKED : known(stored.type, typeOf)
  return { type, value: await readBytes(type, stored, source) }
}

async function readAll(stored: readonly StoredValue[], typeOf: TypeLookup, source: ValueSource): Promise<unknown[]> {
  const values: unknown[] = []
  for (const one of stored) values.push((await readValue(one, typeOf, source)).value)
  return values
}

async function readBytes({ store }: ValueType<unknown>, { at, size }: { readonly at: number; readonly size: number }, source: ValueSource) {
  if (store === 'recompute') throw new Error('the type is not stored any more')
  if (!isStream(store)) return store.read(await source.read(at, size))
  return store.open(await source.open(at, size))
}

const isStream = (store: object): store is StreamRule<unknown> => 'stream' in store

function known(id: string, typeOf: TypeLookup): ValueType<unknown> {
  const type = typeOf(id)
  if (type === undefined) throw new Error(`there is no value type ${id} any more`)
  return type
}

function typeOfSocket(socket: SocketType, typeOf: TypeLookup): ValueType<unknown> {
  if (socket === ANY) return ANYTHING
  if (typeof socket === 'string') return known(socket, typeOf)
  if (isList(socket)) return listType(typeOfSocket(socket.list, typeOf))
  return unionType(socket.anyOf.map((member) => typeOfSocket(member, typeOf)))
}
