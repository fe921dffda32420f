import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../test/laws.ts'
import type { Workflow, WorkflowNode } from '../../core/workflow/workflow.ts'
import { applyEdits } from './apply-edits.ts'
import { align, arranged, distribute, estimatedBoxes, laidOut, snapped, wiresOf } from './arrange.ts'
import { boundsOf, doOverlap, groupAround, nodesWithin } from './bounds.ts'
import { withFields } from './graph-at.ts'
import { layered } from './layers.ts'
import { sceneOf } from './scene-of.ts'
import type { Rectangle } from './scene.ts'
import { definitions } from './testing/definitions.ts'
import { drawn, nested } from './testing/workflows.ts'

const unplaced = (node: WorkflowNode) => withFields(node, { position: undefined })
const box = (id: string, x: number, y: number, width = 100, height = 50, pinned = false) =>
  ({ node: { id, position: [x, y + 30] as const, pinned }, box: [x, y, width, height] as Rectangle })
const three = [box('a', 0, 0), box('b', 50, 200, 200, 100), box('c', 500, 90)]
const nodes = three.map(({ node }) => node)
const boxes = new Map(three.map(({ node, box: own }) => [node.id, own]))
const places = (move: ReturnType<typeof align>) => Object.fromEntries(move.nodes.map(({ id, position }) => [id, position]))

describe('align', () => {
  test.each([
    ['left', { b: [0, 230], c: [0, 120] }], ['right', { a: [500, 30], b: [400, 230] }], ['center', { a: [250, 30], b: [200, 230], c: [250, 120] }],
    ['top', { b: [50, 30], c: [500, 30] }], ['bottom', { a: [0, 280], c: [500, 280] }], ['middle', { a: [0, 155], b: [50, 130], c: [500, 155] }],
  ] as const)('%s', (side, expected) => expect(places(align(nodes, boxes, side))).toEqual(expected))

  test('leaves what is pinned where it is, and goes by it', () => {
    const pinned = nodes.map((node) => ({ ...node, pinned: node.id === 'a' }))
    expect(places(align(pinned, boxes, 'right'))).toEqual({ b: [400, 230] })
  })
})

test('distribute makes gaps equal', () => {
  expect(places(distribute(nodes, boxes, 'x'))).toEqual({ b: [200, 230] })
  expect(places(distribute(nodes, boxes, 'y'))).toEqual({ c: [500, 130] })
  expect(distribute(nodes.slice(0, 2), boxes, 'x').nodes).toEqual([])
})

test('snapped moves to a grid', () => {
  expect(places(snapped([{ id: 'a', position: [11, -9], pinned: false }, { id: 'b', position: [20, 40], pinned: false }], 20))).toEqual({ a: [20, 0] })
})

describe('bounds', () => {
  test('are those of all', () => {
    expect(boundsOf(boxes.values())).toEqual([0, 0, 600, 300])
    expect(boundsOf([])).toBeUndefined()
    expect(groupAround(boxes.values())).toEqual([-20, -60, 640, 380])
    expect(groupAround([], [5, 6])).toEqual([5, 6, 400, 300])
    expect(nodesWithin(boxes, [-20, -60, 300, 400])).toEqual(['a', 'b'])
  })
})

describe('layers', () => {
  test('lead from left to right', () => {
    const { nodes: shown } = sceneOf(laidOut({ ...drawn, nodes: drawn.nodes.map(unplaced) }, definitions), [], definitions)
    const x = Object.fromEntries(shown.map(({ id, position }) => [id, position[0]]))
    expect(x['load']).toBeLessThan(x['text']!)
    expect(x['text']).toBeLessThan(x['sampler']!)
    expect(x['sampler']).toBeLessThan(x['decode']!)
    expect(x['decode']).toBeLessThan(x['save']!)
  })

  test('law: no two nodes overlap, each has a place, and links without loops lead to the right', () => {
    const graph = fc.integer({ min: 1, max: 25 }).chain((count) => fc.record({
      nodes: fc.array(fc.tuple(fc.integer({ min: 20, max: 400 }), fc.integer({ min: 20, max: 600 })), { minLength: count, maxLength: count }),
      wires: fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 40 }),
      isAcyclic: fc.boolean(),
    }))
    fc.assert(fc.property(graph, ({ nodes: sizes, wires, isAcyclic }) => {
      const list = sizes.map((size, index) => ({ id: String(index), size }))
      const drawnWires = wires.filter(([from, to]) => !isAcyclic || from < to).map(([from, to]) => ({ from: String(from), to: String(to) }))
      const laid = layered(list, drawnWires, [10, 20])
      expect(laid.size).toBe(list.length)
      const rectangles = list.map(({ id, size }): Rectangle => [...laid.get(id)!, ...size])
      for (const [index, one] of rectangles.entries()) {
        for (const other of rectangles.slice(index + 1)) expect(doOverlap(one, other)).toBe(false)
      }
      expect(boundsOf(rectangles)!.slice(0, 2)).toEqual([10, 20])
      if (isAcyclic) for (const { from, to } of drawnWires) expect(laid.get(from)![0]).toBeLessThan(laid.get(to)![0])
    }), runs(200))
  })

  test('arranged keeps the corner and pinned nodes', () => {
    const { nodes: shown } = sceneOf(applyEdits(drawn, [], [{ type: 'look', nodes: ['save'], look: { pinned: true } }, { type: 'move', nodes: drawn.nodes.map(({ id }) => ({ id, position: [100, 200] as const })) }], definitions), [], definitions)
    const move = arranged(shown, estimatedBoxes(shown))
    expect(move.nodes.map(({ id }) => id)).toEqual(['text', 'sampler', 'decode'])
    expect(wiresOf(shown)).toHaveLength(5)
  })

  test('ten thousand nodes in a chain are laid out at once', () => {
    const chain = Array.from({ length: 10_000 }, (_, index) => ({ id: String(index), size: [1, 1] as const }))
    const laid = layered(chain, chain.slice(1).map(({ id }) => ({ from: String(Number(id) - 1), to: id })))
    expect(laid.get('9999')).toEqual([9999 * 81, 0])
  })
})

describe('laidOut', () => {
  test('gives places to what has none, in subgraphs too, and touches nothing else', () => {
    const bare: Workflow = { ...nested, subgraphs: nested.subgraphs!.map((one) => ({ ...one, nodes: one.nodes.map(unplaced) })) }
    const laid = laidOut(bare, definitions)
    for (const list of [laid, ...laid.subgraphs!]) expect(list.nodes.every(({ position }) => position)).toBe(true)
    expect(laidOut(laid, definitions)).toBe(laid)
    expect(laidOut(drawn, definitions)).toBe(drawn)
  })
})
