import { expect, test } from 'vitest'
import { frameOf, fromMap, onMap, seenArea, viewAround } from './minimap-geometry.ts'

test('what is seen is the window in graph units', () => {
  expect(seenArea({ offset: [100, -50], scale: 2 }, [800, 600])).toEqual([-100, 50, 400, 300])
})

test('a view around a point has it in its middle', () => {
  const [x, y, width, height] = seenArea(viewAround([30, 40], 0.5, [800, 600]), [800, 600])
  expect([x + width / 2, y + height / 2]).toEqual([30, 40])
})

test('the frame holds all areas, in the middle, and maps there and back', () => {
  const areas = [[0, 0, 100, 100], [900, -200, 100, 100]] as const
  const frame = frameOf(areas, [200, 140])
  const [a, b] = areas.map((area) => onMap(frame, area))
  expect(a![0]).toBeCloseTo(12)
  expect(b![0] + b![2]).toBeCloseTo(188)
  expect((b![1] + a![1] + a![3]) / 2).toBeCloseTo(70)
  const [x, y] = fromMap(frame, [b![0], b![1]])
  expect([x, y]).toEqual([expect.closeTo(900), expect.closeTo(-200)])
})
