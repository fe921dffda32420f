import type { ValueType } from '../types/value-type.ts'

/**
 * A copy of a value for a plugin, so that nothing it does to it reaches the cache. Buffers, plain objects, lists, Maps
 * and Sets are copied, however deep; what was one object twice stays one. What a type can't be copied this way (a class
 * of its own, functions) goes by the type's `copy`, or as it is.
 */
export function copyValue<T>(value: T, type?: ValueType<unknown>): T {
  if (typeof value !== 'object' || value === null) return value
  // The type's copy is of the type's own value.
  return (type?.copy ? type.copy(value) : copyMembers(value, type)) as T
}

/** Copies the items of a list, and the one value of a union, as their own types do. */
function copyMembers(value: object, type: ValueType<unknown> | undefined): unknown {
  const members = type?.members ? [...type.members(value)] : []
  const isList = Array.isArray(value) && members.length === value.length
  if (isList) return members.map((one) => copyValue(one.value, one.type))
  const [only] = members
  return only?.value === value ? copyValue(value, only.type) : new Copying().copy(value)
}

/** One copy under way. Works through a list: data may be nested deeper than the stack. */
class Copying {
  readonly #copies = new Map<object, object>()
  readonly #open: (() => void)[] = []

  copy(value: unknown): unknown {
    const copied = this.#begin(value)
    for (let fill = this.#open.pop(); fill !== undefined; fill = this.#open.pop()) fill()
    return copied
  }

  /** The copy of a value, its contents still to come. */
  #begin(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value
    const known = this.#copies.get(value)
    if (known) return known
    const copied = this.#empty(value)
    this.#copies.set(value, copied)
    return copied
  }

  #empty(value: object): object {
    if (ArrayBuffer.isView(value)) return this.#view(value)
    if (value instanceof ArrayBuffer) return value.slice(0)
    if (Array.isArray(value)) {
      const list: unknown[] = []
      this.#open.push(() => value.forEach((one) => list.push(this.#begin(one))))
      return list
    }
    if (value instanceof Map) {
      const map = new Map<unknown, unknown>()
      this.#open.push(() => value.forEach((one, key) => map.set(this.#begin(key), this.#begin(one))))
      return map
    }
    if (value instanceof Set) {
      const set = new Set<unknown>()
      this.#open.push(() => value.forEach((one) => set.add(this.#begin(one))))
      return set
    }
    return isPlain(value) ? this.#object(value) : value
  }

  #object(value: object): object {
    const copied: object = Object.create(Object.getPrototypeOf(value) as object | null)
    this.#open.push(() => {
      for (const [key, one] of Object.entries(value)) {
        const own = { value: this.#begin(one), writable: true, enumerable: true, configurable: true }
        Object.defineProperty(copied, key, own)
      }
    })
    return copied
  }

  /** Views of one buffer stay views of one buffer; a view of a small part takes only that part along. */
  #view(view: ArrayBufferView): object {
    const { buffer, byteOffset, byteLength } = view
    if (!(buffer instanceof ArrayBuffer) || buffer.byteLength > 2 * byteLength + SMALL) return structuredCopy(view)
    const copied = this.#begin(buffer) as ArrayBuffer // the copy of a buffer is one
    const make = view.constructor as new (buffer: ArrayBuffer, offset: number, length: number) => object
    const size = 'BYTES_PER_ELEMENT' in view ? (view.BYTES_PER_ELEMENT as number) : 1 // a DataView counts bytes
    if (Buffer.isBuffer(view)) return Buffer.from(copied, byteOffset, byteLength)
    return new make(copied, byteOffset, byteLength / size)
  }
}

const SMALL = 4096

function structuredCopy(view: ArrayBufferView): object {
  if (Buffer.isBuffer(view)) return Buffer.from(view)
  const { buffer, byteOffset, byteLength } = view
  if (view instanceof DataView) return new DataView(buffer.slice(byteOffset, byteOffset + byteLength))
  return (view as Uint8Array).slice() // every typed array has it
}

/** Whether an object is a record of values alone: no class, no functions, nothing computed. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return false
  return Object.values(Object.getOwnPropertyDescriptors(value)).every(
    (property) => 'value' in property && typeof property.value !== 'function',
  )
}
