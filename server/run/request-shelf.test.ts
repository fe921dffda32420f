import { expect, test } from 'vitest'
import type { JobRequest } from '../job/job.ts'
import { RequestShelf } from './request-shelf.ts'

const request = (text: string): JobRequest => ({ workflow: { version: 1, nodes: [{ id: '1', type: 'PrimitiveString', inputs: { value: text } }] } })

test('keeps requests up to its budget, and those that are about to be used beyond it', () => {
  const shelf = new RequestShelf(3000)
  for (let at = 0; at < 10; at++) shelf.offer(`job-${at}`, request('x'.repeat(500)))
  const kept = Array.from({ length: 10 }, (_, at) => shelf.has(`job-${at}`)).filter(Boolean).length
  expect(kept).toBeGreaterThan(0)
  expect(kept).toBeLessThan(10)
  shelf.keep('next', request('y'))
  expect(shelf.has('next')).toBe(true)
  for (let at = 0; at < 10; at++) shelf.take(`job-${at}`)
  shelf.take('next')
  shelf.offer('later', request('z'))
  expect(shelf.take('later')).toEqual(request('z'))
  expect(shelf.take('later')).toBeUndefined()
})

test('never keeps what is larger than a request may be', () => {
  const shelf = new RequestShelf()
  shelf.offer('large', request('x'.repeat(2_000_000)))
  expect(shelf.has('large')).toBe(false)
})
