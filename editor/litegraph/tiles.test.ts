import { expect, test } from 'vitest'
import { tiles } from './tiles.ts'

test.each([
  { count: 1, area: [200, 100], columns: 1, rows: 1 },
  { count: 4, area: [200, 200], columns: 2, rows: 2 },
  { count: 3, area: [300, 100], columns: 3, rows: 1 },
  { count: 5, area: [200, 200], columns: 3, rows: 2 },
  { count: 0, area: [200, 200], columns: 1, rows: 1 },
] as const)('$count square pictures in $area: $columns × $rows', ({ count, area, columns, rows }) => {
  expect(tiles(count, [64, 64], area)).toEqual({ columns, rows })
})
