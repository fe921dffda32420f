import { expect, test } from 'vitest'
import type { InputDefinition, NodeDefinition } from '../../../core/types/definition.ts'
import { exampleOf, rangeOf } from './example-of.ts'

const node = (inputs: readonly InputDefinition[]): NodeDefinition => ({
  type: 'ImageBlur', title: 'Blur', category: 'image', version: 1, resource: 'cpu', output: false, idempotent: true, inputs, outputs: [], hooks: { validate: false, fingerprint: false },
})

test('an example has what a file needs: links, defaults, first choices and least numbers', () => {
  const example = exampleOf(node([
    { name: 'image', socket: 'IMAGE', required: true },
    { name: 'radius', socket: 'INT', required: true, min: 2 },
    { name: 'how', socket: 'COMBO', required: true, choices: ['a', 'b'] },
    { name: 'sigma', socket: 'FLOAT', required: false, default: 1.5 },
    { name: 'rare', socket: 'FLOAT', required: false, default: 1, advanced: true },
    { name: 'mask', socket: 'MASK', required: false },
    { name: 'more', socket: 'IMAGE', required: true, variadic: { min: 1, max: 9 } },
  ]))
  expect(JSON.parse(example)).toEqual({
    id: 'image_blur', type: 'ImageBlur',
    inputs: { image: { from: 'another_node', output: 'image' }, radius: 2, how: 'a', sigma: 1.5, 'more.0': { from: 'another_node', output: 'more' } },
  })
})

test('ranges are said in one line', () => {
  const of = (data: Partial<InputDefinition>) => rangeOf({ name: 'x', socket: 'INT', required: true, ...data })
  expect([of({ min: 1, max: 9 }), of({ min: 1 }), of({ max: 2 }), of({}), of({ choices: ['a', 'b'] }), of({ choices: [...'abcdefghij'] })])
    .toEqual(['1 … 9', '1 …', '… 2', undefined, 'a, b', 'a, b, c, d, e, f, … (10)'])
})
