import { expect, test } from 'vitest'
import { uniqueId } from './unique-id.ts'

test('ids are UUIDs of version 4, each another one', () => {
  const ids = Array.from({ length: 1000 }, uniqueId)
  expect(ids.filter((id) => !/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toEqual([])
  expect(new Set(ids).size).toBe(1000)
})
