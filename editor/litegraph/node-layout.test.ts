import { describe, expect, test } from 'vitest'
import { FIELD_HEIGHT, layoutNode, LINE_HEIGHT, ROW_HEIGHT } from './node-layout.ts'
import { inputOf, measure, nodeOf, NUMBER, outputOf, PROMPT } from './testing/scenes.ts'

describe('an open node', () => {
  //  o model    latent o
  //  o [ steps      20 ]
  //  o [ text .. ]
  const node = nodeOf('a', {
    inputs: [inputOf('model'), inputOf('steps', { widget: NUMBER }), inputOf('text', { widget: PROMPT })], outputs: [outputOf('latent')],
  })

  test('has sockets without a widget across from outputs, and widgets below them with sockets of their own', () => {
    const { inputs, outputs, fields, size } = layoutNode(node, measure)
    expect(inputs[0]![1]).toBe(outputs[0]![1])
    expect(outputs[0]![0]).toBe(size[0])
    expect(fields.map(({ input }) => input)).toEqual([1, 2])
    expect(fields[0]!.area[1]).toBeGreaterThanOrEqual(inputs[0]![1] + ROW_HEIGHT / 2)
    expect(inputs[1]![1]).toBe(fields[0]!.area[1] + FIELD_HEIGHT / 2)
  })

  test('gives text of several lines what is left over', () => {
    const [, text] = layoutNode(node, measure).fields
    const [, taller] = layoutNode({ ...node, size: [300, 400] }, measure).fields
    expect(text!.area[3]).toBeGreaterThanOrEqual(3 * LINE_HEIGHT)
    expect(taller!.area[3]).toBeGreaterThan(text!.area[3] + 200)
  })

  test('is never smaller than what is in it', () => {
    const natural = layoutNode(node, measure)
    expect(layoutNode({ ...node, size: [1, 1] }, measure).size).toEqual(natural.least)
    expect(layoutNode({ ...node, size: [500, 600] }, measure).size).toEqual([500, 600])
  })

  test('shows one line for a text that is linked', () => {
    const linked = nodeOf('a', { inputs: [inputOf('text', { widget: PROMPT, link: { from: 'b', output: 'text' } })] })
    expect(layoutNode(linked, measure).fields[0]!.area[3]).toBe(FIELD_HEIGHT)
  })

  test('has no socket for what takes no link, and no row for what has neither', () => {
    const { inputs, fields } = layoutNode(nodeOf('a', { inputs: [inputOf('steps', { widget: NUMBER, hasSocket: false }), inputOf('hidden', { hasSocket: false })] }), measure)
    expect(inputs).toEqual([undefined, undefined])
    expect(fields).toHaveLength(1)
  })

  test('grows for what it shows, unless a person made it as it is', () => {
    const plain = layoutNode(node, measure)
    const shown = layoutNode(node, measure, () => 200)
    expect(shown.size[1]).toBeGreaterThanOrEqual(plain.size[1] + 200)
    expect(shown.media![3]).toBeGreaterThanOrEqual(200)
    const own = layoutNode({ ...node, size: [300, 500] }, measure, () => 2000)
    expect(own.size).toEqual([300, 500])
    expect(own.media![1] + own.media![3]).toBeLessThan(500)
  })
})

test('a collapsed node is its title, with all sockets at its ends', () => {
  const { size, inputs, outputs, fields } = layoutNode(nodeOf('a', { collapsed: true, inputs: [inputOf('x'), inputOf('y', { widget: NUMBER })], outputs: [outputOf('z')] }), measure)
  expect(size[1]).toBe(0)
  expect(inputs).toEqual([[0, -15], [0, -15]])
  expect(outputs).toEqual([[size[0], -15]])
  expect(fields).toEqual([])
})

test('a reroute is a dot with a socket at each side', () => {
  const { size, inputs, outputs, titleHeight } = layoutNode(nodeOf('r', { kind: 'reroute', inputs: [inputOf('')], outputs: [outputOf('')] }), measure)
  expect({ size, inputs, outputs, titleHeight }).toEqual({ size: [24, 24], inputs: [[0, 12]], outputs: [[24, 12]], titleHeight: 0 })
})

test('a note is as high as its text', () => {
  const noteOf = (value: string) => layoutNode(nodeOf('n', { kind: 'note', inputs: [inputOf('text', { widget: PROMPT, value, hasSocket: false })] }), measure)
  expect(noteOf('word '.repeat(100)).size[1]).toBeGreaterThan(noteOf('word').size[1])
  expect(noteOf('word').inputs).toEqual([undefined])
})
