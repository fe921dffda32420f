/** Checks what comes in against the schemas of a route, and says what is wrong field by field. */
import type { TObject, TSchema } from '@sinclair/typebox'
import { TypeCompiler, type TypeCheck } from '@sinclair/typebox/compiler'
import { ValueErrorType, type ValueError } from '@sinclair/typebox/errors'
import { shortText } from '../../core/types/json.ts'
import { didYouMean, listed } from '../../core/workflow/suggest.ts'
import { ApiError, type FieldProblem } from './errors.ts'

const compiled = new WeakMap<TSchema, TypeCheck<TSchema>>()
const MAX_REPORTED = 20

/** Throws a 400 that names each wrong field. @param where what the paths begin with: `query`, `body` */
export function checkValue(schema: TSchema, value: unknown, where: string): void {
  const check = compiledCheck(schema)
  if (check.Check(value)) return
  const problems: FieldProblem[] = []
  for (const error of check.Errors(value)) {
    if (problems.length === MAX_REPORTED) break
    const field = where + error.path.replaceAll('/', '.')
    if (problems.some((one) => one.field === field)) continue
    problems.push({ code: 'invalid_field', field, ...explain(error) })
  }
  throw invalid(problems)
}

function explain({ type, schema, message, path, value }: ValueError): Pick<FieldProblem, 'problem' | 'remedy'> {
  if (type === ValueErrorType.ObjectRequiredProperty) return { problem: `expected ${expectation(schema, 'a value')}, got nothing` }
  if (type !== ValueErrorType.ObjectAdditionalProperties) {
    return { problem: `expected ${expectation(schema, message)}, got ${shortText(value)}` }
  }
  const names = Object.keys(schema['properties'] ?? {})
  const remedy = didYouMean(path.slice(path.lastIndexOf('/') + 1), names) ?? listed(names, 'field')
  return { problem: `expected no field of this name, got ${shortText(value)}`, ...(remedy !== undefined && { remedy }) }
}

/** The refusal of a request some of whose fields are wrong. */
export function invalid(problems: readonly FieldProblem[]): ApiError {
  const [first] = problems
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  return new ApiError({
    status: 400, code: 'invalid_request', problems,
    message: first ? `${first.field}: ${first.problem}${more}` : 'the request does not fit what this route takes',
    ...(first && { field: first.field }),
    remedy: first?.remedy ?? 'See /api/docs for what this route takes.',
  })
}

function compiledCheck(schema: TSchema): TypeCheck<TSchema> {
  let check = compiled.get(schema)
  if (check === undefined) compiled.set(schema, check = TypeCompiler.Compile(schema))
  return check
}

/** What a schema wants, in words: its own where it has some. */
function expectation(schema: TSchema, message: string): string {
  if (typeof schema['expects'] === 'string') return schema['expects']
  const { minimum, maximum, type, anyOf, pattern, const: only } = schema
  if (only !== undefined) return JSON.stringify(only)
  if (Array.isArray(anyOf)) {
    const literals: unknown[] = anyOf.map((one: TSchema) => one['const'])
    if (literals.every((one) => one !== undefined)) return `one of ${literals.map((one) => JSON.stringify(one)).join(', ')}`
  }
  if (minimum !== undefined && maximum !== undefined) return `a ${type === 'integer' ? 'whole ' : ''}number from ${minimum} to ${maximum}`
  if (pattern !== undefined) return `a text that matches ${pattern}`
  return message.replace(/^Expected /, '').toLowerCase()
}

/**
 * The fields of a query or of headers, which are texts, as the values that the schema wants: whole numbers, true and
 * false, lists written with commas. What can't be read so stays, for the check to refuse.
 */
export function readFields(schema: TObject, given: Readonly<Record<string, unknown>>, where: string): Record<string, unknown> {
  const fields = new Map<string, unknown>()
  for (const [name, value] of Object.entries(given)) {
    const property = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined
    if (property === undefined && where === 'headers') continue
    fields.set(name, property === undefined || typeof value !== 'string' ? value : readField(property, value))
  }
  const read = Object.fromEntries(fields)
  checkValue(schema, read, where)
  return read
}

function readField(schema: TSchema, text: string): unknown {
  switch (schema['type']) {
    case 'integer':
    case 'number': return /^-?\d+(\.\d+)?(e\d+)?$/.test(text) ? Number(text) : text
    case 'boolean': return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : text
    case 'array': return text === '' ? [] : text.split(',')
    default: return text
  }
}
