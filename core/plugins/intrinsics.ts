/**
 * Notices changes to what all code of a process shares, the built-in objects of the language, and undoes them: whatever
 * was replaced or removed, and what was added to a prototype. What a library adds elsewhere (`Reflect.metadata`,
 * `Promise.try`) stays, since it changes nothing for others.
 */

/** The state of the built-in objects at one moment. */
export interface Intrinsics {
  /** What was changed since, like `Array.prototype.last`, after it was put back as it was. Empty when nothing was. */
  restore(): string[]
}

const typedArray: object = Object.getPrototypeOf(Uint8Array)
const iterator: object = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()))

/** The objects that are watched, with the names that messages give them. */
const WATCHED: readonly (readonly [string, object])[] = [
  ...[
    Object, Function, Array, String, Number, Boolean, Symbol, BigInt, RegExp, Date, Error, TypeError, RangeError,
    Map, Set, WeakMap, WeakSet, Promise, ArrayBuffer, SharedArrayBuffer, DataView, Uint8Array, Float32Array, Int32Array,
    BigInt64Array, Uint16Array, Int8Array, Float64Array, AbortSignal, AbortController, URL, TextEncoder, TextDecoder,
  ].flatMap((one): (readonly [string, object])[] => [[one.name, one], [`${one.name}.prototype`, one.prototype as object]]),
  ['TypedArray', typedArray], ['TypedArray.prototype', Object(Reflect.get(typedArray, 'prototype'))],
  ['Iterator.prototype', iterator], ['JSON', JSON], ['Math', Math], ['Reflect', Reflect],
]

/**
 * Notes how the built-in objects look now.
 *
 * What puts them back runs while they may be spoiled: it uses loops, own properties and functions taken beforehand,
 * and none of their methods.
 */
export function noteIntrinsics(): Intrinsics {
  const noted = WATCHED.map(([name, object]) => noteObject(name, object))
  return {
    restore() {
      const changed: string[] = []
      for (let i = 0; i < noted.length; i++) restoreObject(noted[i]!, changed)
      return changed
    },
  }
}

const { ownKeys, getOwnPropertyDescriptor, defineProperty, deleteProperty } = Reflect
const { is } = Object
const asText = String

/** `RegExp.$1` and its like change whenever a pattern matches. */
const LEGACY: Record<PropertyKey, boolean> = Object.create(null) as Record<PropertyKey, boolean>
for (const key of ownKeys(RegExp)) LEGACY[key] = /^(\$|input|last|leftContext|rightContext)/.test(asText(key))

interface NotedObject {
  readonly name: string
  readonly object: object
  readonly isPrototype: boolean
  readonly keys: readonly PropertyKey[]
  /** By key; with no prototype, since `get` or `value` of a spoiled Object.prototype would be taken for their own. */
  readonly descriptors: Readonly<Record<PropertyKey, PropertyDescriptor>>
}

function noteObject(name: string, object: object): NotedObject {
  const keys = ownKeys(object).filter((key) => !isLegacy(object, key))
  const descriptors = Object.create(null) as Record<PropertyKey, PropertyDescriptor>
  for (const key of keys) descriptors[key] = bare(getOwnPropertyDescriptor(object, key)!)
  return { name, object, isPrototype: name.endsWith('.prototype'), keys, descriptors }
}

const isLegacy = (object: object, key: PropertyKey) => object === RegExp && LEGACY[key] === true

function bare(descriptor: PropertyDescriptor): PropertyDescriptor {
  return Object.assign(Object.create(null) as PropertyDescriptor, descriptor)
}

function restoreObject({ name, object, isPrototype, keys, descriptors }: NotedObject, changed: string[]): void {
  const present = isPrototype ? ownKeys(object) : []
  for (let i = 0; i < present.length; i++) {
    const key = present[i]!
    if (descriptors[key] !== undefined || isLegacy(object, key)) continue
    deleteProperty(object, key)
    note(changed, name, key)
  }
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!
    const noted = descriptors[key]!
    const now = getOwnPropertyDescriptor(object, key)
    if (now !== undefined && (noted.get || noted.set ? sameAccess(now, noted) : is(now.value, noted.value))) continue
    defineProperty(object, key, noted)
    note(changed, name, key)
  }
}

const sameAccess = (now: PropertyDescriptor, noted: PropertyDescriptor) => now.get === noted.get && now.set === noted.set

/** Adds to a list without its methods, and without what `Object.prototype` may set on it. */
function note(changed: string[], name: string, key: PropertyKey): void {
  const value = name + '.' + asText(key)
  defineProperty(changed, changed.length, { __proto__: null, value, writable: true, enumerable: true, configurable: true } as PropertyDescriptor)
}
