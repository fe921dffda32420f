import { describe, expect, test } from 'vitest'
import { findCycles } from './cycles.ts'
import { ancestorsOf, graphOf, topologicalOrder, type Graph } from './graph.ts'
import type { InputValue } from './workflow.ts'

/** A graph from a drawing: `draw('a→b b→c a→c')`. */
function draw(arrows: string): Graph {
  const inputs = new Map<string, Record<string, InputValue>>()
  for (const arrow of arrows.split(' ')) {
    const [from, to] = arrow.split('→')
    for (const id of [from!, to].filter((one) => one !== undefined)) if (!inputs.has(id)) inputs.set(id, {})
    if (to !== undefined) Object.assign(inputs.get(to)!, { [`from_${from}`]: { from, output: 0 } })
  }
  return graphOf({ version: 1, nodes: [...inputs].map(([id, values]) => ({ id, type: 'T', inputs: values })) })
}

describe('ancestorsOf', () => {
  //  a ──► b ──► d          e ──► f
  //  └───► c ────┘
  test('gives a node and all that it depends on', () => {
    const graph = draw('a→b a→c b→d c→d e→f')
    expect([...ancestorsOf(graph, ['d'])].sort()).toEqual(['a', 'b', 'c', 'd'])
    expect([...ancestorsOf(graph, ['b', 'f'])].sort()).toEqual(['a', 'b', 'e', 'f'])
    expect([...ancestorsOf(graph, ['not there'])]).toEqual([])
  })
})

describe('topologicalOrder', () => {
  test('puts each node after those it depends on, and leaves cycles out', () => {
    expect(topologicalOrder(draw('c→d a→c b→c'))).toEqual(['a', 'b', 'c', 'd'])
    expect(topologicalOrder(draw('a→b x→y y→x y→z'))).toEqual(['a', 'b'])
  })

  //  ┌► 0a ┐  ┌► 1a ┐            40 of these: 2^40 ways through, 121 nodes
  //  0     ├► 1     ├► 2  …
  //  └► 0b ┘  └► 1b ┘
  test('takes a diamond of 40 levels node by node, not way by way', () => {
    const levels = Array.from({ length: 40 }, (_, i) => `${i}→${i}a ${i}→${i}b ${i}a→${i + 1} ${i}b→${i + 1}`)
    const graph = draw(levels.join(' '))
    expect(topologicalOrder(graph)).toHaveLength(121)
    expect(ancestorsOf(graph, ['40']).size).toBe(121)
    expect(findCycles(graph)).toEqual([])
  })
})

describe('findCycles', () => {
  test.each([
    ['a→a', [['a', 'a']]],
    ['a→b b→a', [['b', 'a', 'b']]],
    ['s→a a→b b→c c→a c→z', [['b', 'c', 'a', 'b']]],
    ['a→b b→a x→y y→x', [['b', 'a', 'b'], ['y', 'x', 'y']]],
    ['a→b b→c', []],
  ])('of %s are %j', (arrows, cycles) => {
    const found = findCycles(draw(arrows))
    expect(found.map(rotated)).toEqual(cycles.map(rotated))
  })

  test('follows the links in the direction of the values', () => {
    const graph = draw('s→a a→b b→c c→a')
    const [cycle] = findCycles(graph)
    for (const [index, id] of cycle!.slice(1).entries()) {
      expect(graph.get(id)!.links.map((link) => link.from)).toContain(cycle![index])
    }
  })

  test('finds a cycle of 10,000 nodes, and stops counting at ten', () => {
    const long = Array.from({ length: 10_000 }, (_, i) => `${i}→${(i + 1) % 10_000}`).join(' ')
    expect(findCycles(draw(long))[0]).toHaveLength(10_001)
    const many = Array.from({ length: 50 }, (_, i) => `${i}→${i}`).join(' ')
    expect(findCycles(draw(many))).toHaveLength(10)
  })
})

/** A cycle that begins at its smallest id, so that two writings of it compare as equal. */
function rotated(cycle: readonly string[]): string[] {
  const ids = cycle.slice(1)
  const start = ids.indexOf([...ids].sort()[0]!)
  return [...ids.slice(start), ...ids.slice(0, start)]
}
