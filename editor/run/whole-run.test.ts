import { expect, test } from 'vitest'
import { aJob, began, courseOf, finished, planned, stepped } from './testing/events.ts'
import { TypeTimes, wholeRun } from './whole-run.ts'

const TYPES = { load: 'LoadDiT', sampler: 'Sampler', save: 'SaveVideo' }
const unknown = () => undefined

test('of nodes that nothing is known of, the share counts them', () => {
  const course = courseOf(TYPES, [planned(['load', 'sampler', 'save']), began('load'), finished('load')])
  expect(wholeRun(course, unknown, 3000)).toEqual({ share: 1 / 3 })
})

test('a pace says what is left of the whole; nodes that follow are taken for short', () => {
  const course = courseOf(TYPES, [planned(['load', 'sampler', 'save']), began('load'), finished('load'), began('sampler'), stepped('sampler', 1, 11), stepped('sampler', 2, 11)])
  const { share, secondsLeft } = wholeRun(course, unknown, 6000)
  expect(secondsLeft).toBeCloseTo(9.2)
  expect(share).toBeCloseTo((1 + 2) / (1 + 2 + 9.2))
})

test('what nodes of these types took before says it from the first moment on', () => {
  const times = new TypeTimes()
  times.note(courseOf(TYPES, [finished('load', 'load', 2), finished('sampler', 'sampler', 30), finished('save', 'save', 3)]))
  const course = courseOf(TYPES, [planned(['load', 'sampler', 'save']), began('load')])
  expect(wholeRun(course, times.of, 3000)).toEqual({ share: 1 / 35, secondsLeft: 34 })
})

test('a run that ended is whole, one that waits has not begun', () => {
  const course = courseOf(TYPES, [planned(['load'])])
  course.apply({ type: 'job.ended', job: aJob({ state: 'done', ended: 5 }) }, 0)
  expect(wholeRun(course, unknown, 0)).toEqual({ share: 1 })
  course.apply({ type: 'job.changed', job: aJob({ state: 'queued' }) }, 0)
  expect(wholeRun(course, unknown, 0)).toEqual({ share: 0 })
})
