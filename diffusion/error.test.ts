import { expect, test } from 'vitest'
import { DiffusionError } from './error.ts'

test('the message is built from the parts', () => {
  const error = new DiffusionError({ field: 'steps', expected: 'at least 4', found: '2', remedy: 'Raise it.' })
  expect(error.message).toBe('steps: expected at least 4, got 2. Raise it.')
  expect(error).toMatchObject({ name: 'DiffusionError', field: 'steps', expected: 'at least 4', found: '2' })
})

test('a problem without a field leaves no empty place, and the cause is kept', () => {
  const cause = new Error('disk')
  const error = new DiffusionError({ expected: 'a file', found: 'a folder', remedy: 'Name the file.' }, { cause })
  expect(error.message).toBe('expected a file, got a folder. Name the file.')
  expect('field' in error && error.field).toBeFalsy()
  expect(error.cause).toBe(cause)
})
