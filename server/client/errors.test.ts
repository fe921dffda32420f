import { expect, test } from 'vitest'
import { KinographError } from './errors.ts'

test('what to do is said once, also where the message ends with it already', () => {
  expect(new KinographError(404, { code: 'not_found', message: 'It is not there.', remedy: 'Look again.' }).message).toBe('It is not there. Look again.')
  expect(new KinographError(400, { code: 'x', message: 'Wrong. Did you mean "Note"?', remedy: 'Did you mean "Note"?' }).message).toBe('Wrong. Did you mean "Note"?')
})
