import { expect, test } from 'vitest'
import { Turns } from './turns.ts'

test('never more than so many at a time, in order, and failures give their place on', async () => {
  const turns = new Turns(2)
  let running = 0
  let most = 0
  const order: number[] = []
  const work = (i: number) => turns.take(async () => {
    most = Math.max(most, ++running)
    order.push(i)
    await new Promise(setImmediate)
    running--
    if (i % 3 === 0) throw new Error(String(i))
    return i
  })
  const all = Array.from({ length: 9 }, (_, i) => work(i))
  expect(turns.waiting).toBe(7)
  const ended = await Promise.allSettled(all)
  expect(most).toBe(2)
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  expect(ended.map(({ status }) => status)).toEqual(Array.from({ length: 9 }, (_, i) => i % 3 === 0 ? 'rejected' : 'fulfilled'))
  expect(turns.waiting).toBe(0)
  expect(await turns.take(async () => 'again')).toBe('again')
})
