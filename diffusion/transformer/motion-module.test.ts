import { afterAll, beforeAll, expect, test } from 'vitest'
import { dimMul, Graph, openDevice, sym } from '../../tensor/index.ts'
import type { Device } from '../../tensor/index.ts'
import { fromCells, toCells } from './motion-module.ts'

let device: Device
beforeAll(async () => {
  device = await openDevice('cpu')
})
afterAll(() => device.close())

//  a frame of 4×4 tokens in cells of 2×2:     0 1 | 2 3
//                                             4 5 | 6 7
//                                             ----+----
//                                             8 9 | …
test('a cell holds its neighbours of all frames, frame by frame, and goes back to where it was', async () => {
  const cell = 2
  const g = new Graph()
  const [b, f, h, w] = ['b', 'f', 'h', 'w'].map(sym)
  const sides = [dimMul(cell, h!), dimMul(cell, w!)]
  const x = g.input('x', 'float32', [b!, f!, 1, ...sides])
  const cells = toCells(g, x, { cell })
  g.output('cells', cells)
  g.output('back', fromCells(g, cells, [b!, f!, ...sides, 1], { cell }))
  const session = await device.session('cells', () => g.toModel())
  const data = Float32Array.from({ length: 2 * 3 * 16 }, (_, i) => i)
  const { outputs } = await session.run({ x: { dtype: 'float32', shape: [2, 3, 1, 4, 4], data } })
  expect(outputs['cells']!.shape).toEqual([8, 12, 1])
  expect(Array.from<number | bigint, number>(outputs['cells']!.data.slice(12, 24), Number)).toEqual(
    [0, 16, 32].flatMap((frame) => [2, 3, 6, 7].map((i) => frame + i)),
  )
  expect(outputs['back']!.shape).toEqual([2, 3, 4, 4, 1])
  expect(outputs['back']!.data).toEqual(data)
})
