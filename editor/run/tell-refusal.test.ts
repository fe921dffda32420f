import { expect, test } from 'vitest'
import { KinographError } from '../../server/client/index.ts'
import { refusalText } from './tell-refusal.ts'

const refused = (status: number, retryAfter?: number) => new KinographError(status, { code: 'x', message: 'the server\'s own words' }, retryAfter === undefined ? {} : { retryAfter })

test.each([
  [refused(0), 'The server does not answer. Nothing was queued; try again.'],
  [refused(429), 'The queue is full. Try again later.'],
  [refused(429, 90), 'The queue is full. Try again in 1 min 30 s.'],
  [refused(409), 'the server\'s own words'],
  [new Error('odd'), 'odd'],
  ['text', 'text'],
])('%s', (error, text) => expect(refusalText(error)).toBe(text))
