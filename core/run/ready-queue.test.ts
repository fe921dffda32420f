import { expect, test } from 'vitest'
import { ReadyQueue } from './ready-queue.ts'

test('gives as many as have a place, class by class, first come first served', () => {
  const queue = new ReadyQueue<string>({ io: 2, cpu: 1, device: 1 })
  for (const item of ['i1', 'i2', 'i3']) queue.add('io', item)
  for (const item of ['d1', 'd2']) queue.add('device', item)
  expect([queue.take(), queue.take(), queue.take(), queue.take()]).toEqual(['i1', 'i2', 'd1', undefined])
  queue.free('device')
  expect([queue.take(), queue.take()]).toEqual(['d2', undefined])
  expect(queue.isEmpty).toBe(false)
  queue.free('io')
  expect(queue.take()).toBe('i3')
  expect(queue.isEmpty).toBe(true)
})

test('forgets what waits, but not the places', () => {
  const queue = new ReadyQueue<string>({ io: 1, cpu: 1, device: 1 })
  queue.add('cpu', 'a')
  queue.clear()
  expect([queue.take(), queue.isEmpty]).toEqual([undefined, true])
  queue.add('cpu', 'b')
  expect(queue.take()).toBe('b')
})
