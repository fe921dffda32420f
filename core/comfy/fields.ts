/** Reads fields of values that come from outside, and says where they are not what they should be. */
import { shortText, type Json, type JsonObject } from '../types/json.ts'
import type { Problem } from '../workflow/problem.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'

/** Whether a value is a JSON object, not a list. */
export function isRecord(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value where it is an object, an empty one otherwise. */
export function recordOf(value: Json | undefined): JsonObject {
  return isRecord(value) ? value : {}
}

/** Whether a value is a list. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

/** A field of an object itself: `undefined` for what it inherits, such as `constructor`. */
export function own(record: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}

/** The fields that are not among some names. */
export function without(record: JsonObject, ...names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !names.includes(key)))
}

/** A field with its value, or nothing where there is no value: to spread into an object. */
export function field<const K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  // A computed key makes the type an index signature; the object has this one key.
  return value === undefined ? {} : { [key]: value } as { readonly [P in K]?: V }
}

/** An object without the fields that hold nothing: `undefined` where no field is left. */
export function unlessEmpty(record: JsonObject): JsonObject | undefined {
  return Object.keys(record).length === 0 ? undefined : record
}

/** Where a value stands, for messages. */
export type Place = Pick<Problem, 'node' | 'input' | 'at'>

/** The value as an object. @throws WorkflowError that names the place */
export function recordAt(value: Json | undefined, place: Place): JsonObject {
  return isRecord(value) ? value : expected('an object', value, place)
}

/** The value as a list; an absent one is empty. @throws WorkflowError that names the place */
export function listAt(value: Json | undefined, place: Place): readonly Json[] {
  if (value === undefined || value === null) return []
  return isList(value) ? value : expected('a list', value, place)
}

/** The value as a text. @throws WorkflowError that names the place */
export function textAt(value: Json | undefined, place: Place): string {
  return typeof value === 'string' ? value : expected('a text', value, place)
}

/** @throws WorkflowError always */
export function expected(what: string, got: Json | undefined, place: Place, remedy?: string): never {
  refuse(`expected ${what}, got ${shortText(got)}`, place, remedy)
}

/** @throws WorkflowError always */
export function refuse(problem: string, place: Place, remedy?: string, code: Problem['code'] = 'invalid_prompt'): never {
  throw new WorkflowError({ code, ...place, problem, ...field('remedy', remedy) })
}

/** Whether two JSON values are equal; the order of an object's keys means nothing. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (isList(a) && isList(b)) return a.length === b.length && a.every((item, index) => sameJson(item, b[index]))
  if (!isRecord(a) || !isRecord(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
}
