import { Type } from '@sinclair/typebox'
import { expect, test } from 'vitest'
import { checkValue, readFields } from './check.ts'
import { ApiError } from './errors.ts'
import { Limit } from './schema/common.ts'
import { oneOf } from './schema/typed.ts'

const query = Type.Object({
  limit: Type.Optional(Limit), on: Type.Optional(Type.Boolean()), words: Type.Optional(Type.Array(oneOf(['a', 'b'] as const))), text: Type.Optional(Type.String()),
}, { additionalProperties: false })

const refusal = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    if (error instanceof ApiError) return error.refusal
  }
  throw new Error('it was not refused')
}

test('texts become what the schema wants', () => {
  expect(readFields(query, { limit: '5', on: 'true', words: 'a,b', text: '7' }, 'query')).toEqual({ limit: 5, on: true, words: ['a', 'b'], text: '7' })
  expect(readFields(query, { words: '' }, 'query')).toEqual({ words: [] })
})

test.each([
  [{ limit: '0' }, 'query.limit', 'expected a whole number from 1 to 1000, got 0'],
  [{ limit: '1e9' }, 'query.limit', 'expected a whole number from 1 to 1000, got 1000000000'],
  [{ limit: '0x10' }, 'query.limit', 'expected a whole number from 1 to 1000, got "0x10"'],
  [{ on: 'yes' }, 'query.on', 'expected boolean, got "yes"'],
  [{ words: 'a,c' }, 'query.words.1', 'expected one of "a", "b", got "c"'],
  [{ text: ['a', 'b'] }, 'query.text', 'expected string, got a list of 2'],
])('%j is refused by its field', (given, field, problem) => {
  const { problems, status } = refusal(() => readFields(query, given, 'query'))
  expect(status).toBe(400)
  expect(problems![0]).toMatchObject({ field })
  expect(problems![0]!.problem).toBe(problem)
})

test('a field that is not known is named, prototypes too', () => {
  for (const name of ['other', '__proto__', 'constructor']) {
    expect(refusal(() => readFields(query, JSON.parse(`{"${name}":"1"}`) as Record<string, unknown>, 'query')).field).toBe(`query.${name}`)
  }
})

test('what is not known and what is missing are told with what there is', () => {
  expect(refusal(() => readFields(query, { limt: '1' }, 'query')).problems).toEqual([
    { code: 'invalid_field', field: 'query.limt', problem: 'expected no field of this name, got "1"', remedy: 'Did you mean "limit"?' },
  ])
  expect(refusal(() => readFields(query, { zzzzzz: '1' }, 'query')).remedy).toBe('There are the fields limit, on, words, text.')
  const required = Type.Object({ to: Type.String(), count: Type.Integer({ minimum: 1, maximum: 3 }) })
  expect(refusal(() => checkValue(required, {}, 'body')).problems).toMatchObject([
    { field: 'body.to', problem: 'expected a value, got nothing' },
    { field: 'body.count', problem: 'expected a whole number from 1 to 3, got nothing' },
  ])
})

test('headers that a route does not know are not its business', () => {
  expect(readFields(Type.Object({ 'if-match': Type.Optional(Type.String()) }), { 'if-match': 'x', cookie: 'y' }, 'headers')).toEqual({ 'if-match': 'x' })
})

test('a thousand mistakes are told as twenty', () => {
  const { problems } = refusal(() => checkValue(Type.Array(Type.Integer()), Array.from({ length: 1000 }, () => 'x'), 'body'))
  expect(problems).toHaveLength(20)
})
