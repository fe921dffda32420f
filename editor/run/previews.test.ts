import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Preview } from '../../server/client/index.ts'
import { PreviewShelf } from './previews.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const preview = (step: number, more: Partial<Preview> = {}): Preview => ({ job: 'j', node: 's', shown: 's', step, steps: 9, width: 8, height: 8, fps: 8, frames: [Uint8Array.of(step)], ...more })

/** Pictures by their first byte, and which of them were closed. */
function shelf(decode?: (bytes: Uint8Array) => Promise<void>) {
  const closed: number[] = []
  const changed: string[] = []
  const pictures = new PreviewShelf(async (bytes) => {
    await decode?.(bytes)
    return { width: bytes[0]!, height: 8, close: () => void closed.push(bytes[0]!) }
  }, (job) => changed.push(job))
  const shown = (job = 'j') => [...pictures.of(job)].map(({ node, media }) => [node, media.kind === 'frames' ? media.frames[0]!.width : undefined])
  return { pictures, closed, changed, shown }
}

test('the newest takes the place of the one before, which is closed once nothing draws it any more', async () => {
  const { pictures, closed, changed, shown } = shelf()
  await pictures.take(preview(1))
  await pictures.take(preview(2))
  await pictures.take(preview(3, { node: 'other' }))
  expect([shown(), closed, changed]).toEqual([[['s', 2], ['other', 3]], [], ['j', 'j', 'j']])
  vi.advanceTimersByTime(5000)
  expect(closed).toEqual([1])
})

test('what was decoded later than its successor is not shown', async () => {
  const waiting: (() => void)[] = []
  const { pictures, closed, shown } = shelf(() => new Promise((resolve) => waiting.push(resolve)))
  const [first, second] = [pictures.take(preview(1)), pictures.take(preview(2))]
  waiting[1]!()
  await second
  waiting[0]!()
  await first
  expect([shown(), closed]).toEqual([[['s', 2]], [1]])
})

test('a job that is let go takes its pictures along, also those that are still being decoded', async () => {
  let decoded = () => {}
  const { pictures, closed, shown } = shelf((bytes) => (bytes[0] === 2 ? new Promise((resolve) => { decoded = resolve }) : Promise.resolve()))
  await pictures.take(preview(1))
  const late = pictures.take(preview(2))
  expect([pictures.drop('j'), pictures.drop('j')]).toEqual([true, false])
  decoded()
  await late
  vi.advanceTimersByTime(5000)
  expect([shown(), closed.toSorted()]).toEqual([[], [1, 2]])
})

test('pictures that can\'t be read change nothing', async () => {
  const { pictures, changed, shown } = shelf((bytes) => (bytes[0] === 2 ? Promise.reject(new Error('no JPEG')) : Promise.resolve()))
  await pictures.take(preview(1))
  await pictures.take(preview(2))
  expect([shown(), changed]).toEqual([[['s', 1]], ['j']])
})
