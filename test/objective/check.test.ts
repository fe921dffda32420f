import { expect, test } from 'vitest'
import { look } from './check.ts'
import type { Clip } from './check.ts'
import { BACKGROUNDS, COLOURS, SHAPES } from './shapes.ts'

const SIDE = 64

interface Place { readonly x: number; readonly y: number; readonly r: number; readonly angle?: number }

/** A true clip of the tiny model's world: 16 frames of one shape whose place follows `at(i)`. */
function draw(background: string, colour: string, shape: string, at: (i: number) => Place): Clip {
  const [top, bottom] = BACKGROUNDS[background]
  const frames = Array.from({ length: 16 }, (_, i) => {
    const { x: cx, y: cy, r, angle = 0 } = at(i)
    const frame = new Uint8Array(SIDE * SIDE * 3)
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) {
        const [dx, dy] = [(x + 0.5 - cx) / r, (y + 0.5 - cy) / r]
        const d = SHAPES[shape](Math.cos(angle) * dx + Math.sin(angle) * dy, -Math.sin(angle) * dx + Math.cos(angle) * dy)
        const coverage = Math.min(1, Math.max(0, 0.5 - d * r))
        const t = (y + 0.5) / SIDE
        for (let c = 0; c < 3; c++) {
          const behind = top[c] * (1 - t) + bottom[c] * t
          frame[(y * SIDE + x) * 3 + c] = Math.round(behind * (1 - coverage) + COLOURS[colour][c] * coverage)
        }
      }
    }
    return frame
  })
  return { frames, width: SIDE, height: SIDE }
}

const t = (i: number) => i / 15
const p = (i: number) => i / 16

test.each([
  ['black', 'red', 'circle', 'right', (i: number) => ({ x: 32 + 18 * (2 * t(i) - 1), y: 32, r: 15 })],
  ['sunset', 'green', 'star', 'left', (i: number) => ({ x: 32 - 18 * (2 * t(i) - 1), y: 32, r: 15 })],
  ['ocean', 'yellow', 'heart', 'up', (i: number) => ({ x: 32, y: 32 - 18 * (2 * t(i) - 1), r: 15 })],
  ['night sky', 'white', 'ring', 'down', (i: number) => ({ x: 32, y: 32 + 18 * (2 * t(i) - 1), r: 15 })],
  ['white', 'blue', 'triangle', 'bounce', (i: number) => ({ x: 32, y: 46 - 27 * Math.abs(Math.cos(2 * Math.PI * p(i))), r: 15 })],
  ['gray', 'pink', 'square', 'grow', (i: number) => ({ x: 32, y: 32, r: 15 * (0.6 + 0.7 * t(i)) })],
  ['light yellow', 'purple', 'heart', 'shrink', (i: number) => ({ x: 32, y: 32, r: 15 * (1.3 - 0.7 * t(i)) })],
  ['dark green', 'orange', 'star', 'rotate', (i: number) => ({ x: 32, y: 32, r: 20, angle: Math.PI * p(i) })],
  ['dark red', 'white', 'circle', 'circle', (i: number) => ({ x: 32 + 14 * Math.sin(2 * Math.PI * p(i)), y: 32 - 14 * Math.cos(2 * Math.PI * p(i)), r: 12 })],
  ['dark blue', 'red', 'triangle', 'still', () => ({ x: 32, y: 32, r: 15 })],
] as const)('a true clip: %s background, %s %s, motion %s', (background, colour, shape, motion, at) => {
  expect(look(draw(background, colour, shape, at))).toEqual({ background, colour, shape, motion })
})
