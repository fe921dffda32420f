import type { Json } from './json.ts'
import { ANY } from './socket.ts'
import { defineType, type StoreRule, type ValueType } from './value-type.ts'

/** A whole number that JavaScript holds exactly: |n| < 2^53. */
export const INT = defineType<number>({
  id: 'INT',
  check: (value): value is number => Number.isSafeInteger(value),
  bytes: () => 8,
  store: storeJson((value) => Number.isSafeInteger(value)),
})

/** A finite number. */
export const FLOAT = defineType<number>({
  id: 'FLOAT',
  check: (value): value is number => Number.isFinite(value),
  bytes: () => 8,
  store: storeJson((value) => Number.isFinite(value)),
})

/** A text. */
export const STRING = defineType<string>({
  id: 'STRING',
  check: (value): value is string => typeof value === 'string',
  bytes: (value) => 2 * value.length,
  store: storeJson((value) => typeof value === 'string'),
})

/** Yes or no. */
export const BOOLEAN = defineType<boolean>({
  id: 'BOOLEAN',
  check: (value): value is boolean => typeof value === 'boolean',
  bytes: () => 4,
  store: storeJson((value) => typeof value === 'boolean'),
})

/** One text of a list that the port names; ComfyUI's wire name. */
export const COMBO = defineType<string>({ ...STRING, id: 'COMBO' })

/** Any value at all. */
export const ANYTHING: ValueType<unknown> = {
  id: ANY,
  socket: ANY,
  check: (value): value is unknown => value !== undefined,
  bytes: bytesOfAnything,
  store: 'recompute',
}

/** Value types that the engine brings along. */
export const BUILT_IN_TYPES: readonly ValueType<unknown>[] = [INT, FLOAT, STRING, BOOLEAN, COMBO]

function storeJson<T extends Json>(check: (value: unknown) => boolean): StoreRule<T> {
  return {
    write: (value) => new TextEncoder().encode(JSON.stringify(value)),
    read: (bytes) => {
      const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
      if (!check(value)) throw new TypeError('the stored value is of another type')
      return value as T // checked on the line above: `check` is the type's own predicate
    },
  }
}

/** What buffers and texts directly in a value take; the rest counts as small. */
function bytesOfAnything(value: unknown): number {
  if (typeof value === 'string') return 2 * value.length
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength
  if (typeof value !== 'object' || value === null) return 8
  return Object.values(value).reduce<number>((sum, part) => sum + (sizeOfBuffer(part) ?? 16), 16)
}

function sizeOfBuffer(value: unknown): number | undefined {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer ? value.byteLength : undefined
}
