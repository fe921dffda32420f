import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Announcer } from './announcer.ts'

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

test('each thing is said once, and of many in a row the first at once and the newest two seconds later', () => {
  const said: string[] = []
  const announcer = new Announcer((text) => said.push(text))
  for (const text of ['a', 'a', 'b', 'c', '']) announcer.tell(text)
  expect(said).toEqual(['a'])
  vi.advanceTimersByTime(1999)
  expect(said).toEqual(['a'])
  vi.advanceTimersByTime(1)
  expect(said).toEqual(['a', 'c'])
  announcer.tell('c')
  announcer.tell('d')
  announcer.stop()
  vi.advanceTimersByTime(10_000)
  expect(said).toEqual(['a', 'c'])
})
