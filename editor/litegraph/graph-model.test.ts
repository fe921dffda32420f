import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import type { Scene, SceneNode } from '../graph/scene.ts'
import { GraphModel } from './graph-model.ts'
import { inputOf, measure, nodeOf, outputOf } from './testing/scenes.ts'

const modelOf = (...scenes: Scene[]): GraphModel => {
  const model = new GraphModel(measure, () => undefined)
  for (const scene of scenes) model.show(scene)
  return model
}

/** All that is drawn of it. */
const drawn = ({ nodes, links, groups, graph }: GraphModel) => ({
  nodes: [...nodes.values()].map(({ key, area, layout }) => ({ key, area, layout })).toSorted((a, b) => a.key.localeCompare(b.key)),
  links: links.map(({ from, output, to, input, socket }) => ({ from: from.key, output, to: to.key, input, socket })),
  groups: groups.map(({ area, scene: { title } }) => ({ area, title })),
  counts: [graph.nodes.length, graph.links.size, graph.groups.length],
})

const IDS = ['a', 'b', '1', '2', '__proto__', 'constructor', '57:8']
const nodes: fc.Arbitrary<SceneNode[]> = fc.uniqueArray(fc.record({
  id: fc.constantFrom(...IDS), from: fc.constantFrom(...IDS, undefined), x: fc.integer({ min: -500, max: 500 }), collapsed: fc.boolean(), key: fc.constantFrom('out', 0),
}), { selector: ({ id }) => id }).map((all) => all.map(({ id, from, x, collapsed, key }) => nodeOf(id, {
  position: [x, 0], collapsed, outputs: [outputOf('out', { key })],
  inputs: [inputOf('in', from === undefined ? {} : { link: { from, output: 'out' } })],
})))
const scene: fc.Arbitrary<Scene> = fc.record({
  path: fc.constantFrom([], ['sub']), nodes,
  groups: fc.array(fc.integer({ min: 0, max: 90 }), { maxLength: 2 }).map((all) => all.map((x, index) => ({ index, title: `${x}`, bounds: [x, 0, 200, 200] as const }))),
})

describe('a model that follows scenes', () => {
  test('comes to what one makes that sees the last alone, whatever ids are called', () => {
    const warned = vi.spyOn(console, 'warn')
    fc.assert(fc.property(fc.array(scene, { minLength: 1, maxLength: 6 }), (scenes) => {
      const last = scenes.at(-1)!
      const followed = drawn(modelOf(...scenes))
      const fresh = drawn(modelOf(last))
      expect({ ...followed, links: new Set(followed.links.map((link) => JSON.stringify(link))) }).toEqual({ ...fresh, links: new Set(fresh.links.map((link) => JSON.stringify(link))) })
      expect(followed.nodes.map(({ key }) => key)).toEqual(last.nodes.map(({ id }) => id).toSorted((a, b) => a.localeCompare(b)))
    }))
    expect(warned).not.toHaveBeenCalled()
  })

  test('keeps the node of what stays the same', () => {
    const model = modelOf({ path: [], nodes: [nodeOf('a'), nodeOf('b')], groups: [] })
    const before = model.node('a')
    model.show({ path: [], nodes: [nodeOf('a'), nodeOf('b', { position: [7, 7] })], groups: [] })
    expect(model.node('a')).toBe(before)
    expect(model.node('b')!.area.slice(0, 2)).toEqual([7, 7 - 30])
  })

  test('puts back what a hand has moved or stretched and no scene has', () => {
    const model = modelOf({ path: [], nodes: [nodeOf('a', { position: [0.1, 20] })], groups: [{ index: 0, title: 'g', bounds: [0, 0, 200, 200] }] })
    const before = drawn(model)
    model.node('a')!.place([400, 300])
    model.relayout('a', [900, 900])
    model.groups[0]!.place([5, 5, 900, 900])
    expect(drawn(model)).not.toEqual(before)
    model.restore()
    expect(drawn(model)).toEqual(before)
    expect(model.areas().get('a')!.slice(0, 2)).toEqual([0.1, 20 - 30])
  })

  test('draws a list link as a list, and none from what is not there', () => {
    const { links } = modelOf({
      path: [], groups: [], nodes: [
        nodeOf('a', { outputs: [outputOf('out', { each: true, socket: 'IMAGE' })] }),
        nodeOf('b', { inputs: [inputOf('x', { link: { from: 'a', output: 'out' } }), inputOf('y', { link: { from: 'gone', output: 'out' } })] }),
      ],
    })
    expect(links.map(({ socket, input }) => ({ socket, input }))).toEqual([{ socket: { list: 'IMAGE' }, input: 0 }])
  })

  test('offers free sockets before taken ones, and those before widgets', () => {
    const model = modelOf({
      path: [], groups: [], nodes: [nodeOf('a', {
        inputs: [inputOf('taken', { link: { from: 'x', output: 'y' } }), inputOf('other', { socket: 'IMAGE' }), inputOf('free'), inputOf('none', { hasSocket: false })],
      })],
    })
    expect(model.fittingInputs(model.node('a')!, 'LATENT')).toEqual([2, 0])
  })
})
