import { expect, test } from 'vitest'
import { groupPartAt, isInside } from './group-hit.ts'

test('a group is taken by its title and its corner; the rest is canvas', () => {
  const group = [100, 100, 300, 200] as const
  expect(groupPartAt(group, [200, 110])).toBe('title')
  expect(groupPartAt(group, [396, 296])).toBe('corner')
  expect(groupPartAt(group, [200, 200])).toBeUndefined()
  expect(groupPartAt(group, [50, 110])).toBeUndefined()
})

test('what has its middle in a group moves with it', () => {
  expect(isInside([0, 0, 100, 100], [60, 60, 60, 60])).toBe(true)
  expect(isInside([0, 0, 100, 100], [80, 80, 60, 60])).toBe(false)
})
