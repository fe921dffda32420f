import { expect, test } from 'vitest'
import { distanceToLink, linkShape, mayBeNear, middleOf, type LinkStyle } from './link-shape.ts'

const STYLES: readonly LinkStyle[] = ['curved', 'straight', 'linear']

test.each(STYLES)('a %s link begins and ends at its sockets, and goes through its middle', (style) => {
  for (const to of [[400, 100], [-300, 50], [0, 0], [10, 500]] as const) {
    const shape = linkShape([0, 0], to, style)
    expect(shape.points[0]).toEqual([0, 0])
    expect(shape.points.at(-1)).toEqual(to)
    expect(distanceToLink(shape, middleOf(shape))).toBeLessThan(3)
    expect(distanceToLink(shape, to)).toBe(0)
  }
})

test.each(STYLES)('what is near to a %s link may be near to it', (style) => {
  const shape = linkShape([0, 0], [-200, 120], style)
  for (let x = -400; x < 300; x += 20) {
    for (let y = -100; y < 250; y += 20) if (distanceToLink(shape, [x, y]) <= 10) expect(mayBeNear(shape, [x, y], 10)).toBe(true)
  }
})

test('a link that is straight ahead is a line in every style', () => {
  for (const style of STYLES) expect(distanceToLink(linkShape([0, 0], [300, 0], style), [150, 7])).toBeCloseTo(7)
})
