import { describe, expect, test } from 'vitest'
import { mayHit, partAt, valueArea } from './node-hit.ts'
import { layoutNode } from './node-layout.ts'
import { inputOf, measure, nodeOf, NUMBER, outputOf, SEED } from './testing/scenes.ts'

const node = nodeOf('a', {
  inputs: [inputOf('model'), inputOf('steps', { widget: NUMBER }), inputOf('seed', { widget: SEED }), inputOf('cfg', { widget: NUMBER, link: { from: 'b', output: 'x' } })],
  outputs: [outputOf('latent')],
})
const layout = layoutNode(node, measure)
const at = (x: number, y: number) => partAt(node, layout, [x, y], 10)
const [width, height] = layout.size

describe('partAt', () => {
  test('finds sockets also a little outside', () => {
    expect(at(-8, layout.inputs[0]![1])).toEqual({ part: 'input', index: 0 })
    expect(at(width + 8, layout.outputs[0]![1])).toEqual({ part: 'output', index: 0 })
    expect(at(-12, layout.inputs[0]![1])).toBeUndefined()
  })

  test('tells the arrows of a number from its value', () => {
    const [x, y, across] = layout.fields[0]!.area
    expect(at(x + 12, y + 5)).toEqual({ part: 'field', index: 1, zone: 'less' })
    expect(at(x + across / 2, y + 5)).toEqual({ part: 'field', index: 1, zone: 'value' })
    expect(at(x + across - 5, y + 5)).toEqual({ part: 'field', index: 1, zone: 'more' })
  })

  test('finds the dice of a seed, and no arrows where the value is linked', () => {
    const [x, y, across] = layout.fields[1]!.area
    expect(at(x + across - 8, y + 5)).toEqual({ part: 'field', index: 2, zone: 'dice' })
    expect(at(layout.fields[2]!.area[0] + 12, layout.fields[2]!.area[1] + 5)).toEqual({ part: 'field', index: 3, zone: 'value' })
  })

  test('finds the title, its triangle, the corner, the body, and nothing beside', () => {
    expect(at(10, -10)).toEqual({ part: 'fold' })
    expect(at(100, -10)).toEqual({ part: 'title' })
    expect(at(width - 3, height - 3)).toEqual({ part: 'corner' })
    expect(at(width / 2, layout.inputs[0]![1])).toEqual({ part: 'body' })
    expect(at(width / 2, height + 20)).toBeUndefined()
  })

  test('takes a collapsed node by its title only', () => {
    const small = { ...node, collapsed: true }
    expect(partAt(small, layoutNode(small, measure), [1, -15], 10)).toEqual({ part: 'fold' })
    expect(partAt(small, layoutNode(small, measure), [60, -15], 10)).toEqual({ part: 'title' })
  })
})

test('a reroute is moved by its middle and linked by its ends', () => {
  const dot = nodeOf('r', { kind: 'reroute', inputs: [inputOf('')], outputs: [outputOf('')] })
  const place = layoutNode(dot, measure)
  expect(partAt(dot, place, [12, 12], 10)).toEqual({ part: 'body' })
  expect(partAt(dot, place, [1, 12], 10)).toEqual({ part: 'input', index: 0 })
  expect(partAt(dot, place, [23, 12], 10)).toEqual({ part: 'output', index: 0 })
})

test('an editor leaves arrows and dice uncovered', () => {
  const [x, , across] = layout.fields[0]!.area
  const [vx, , vacross] = valueArea(node, layout.fields[0]!)
  expect([vx, vx + vacross]).toEqual([x + 20, x + across - 20])
  expect(valueArea(node, layout.fields[1]!)[2]).toBe(across - 24)
})

test('mayHit is true wherever a part is', () => {
  for (let x = -30; x < width + 30; x += 3) for (let y = -60; y < height + 30; y += 3) if (at(x, y)) expect(mayHit(layout, [x, y], 10)).toBe(true)
})
