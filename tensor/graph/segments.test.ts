import { expect, test } from 'vitest'
import type { TensorData } from '../graph/dtype.ts'
import { add, mul, reduceMean, sub } from '../ops/index.ts'
import { maxDifference, noise, runModel } from '../ops/test-op.ts'
import { sym } from './dim.ts'
import { buildSegments, type BuiltPart, type SegmentedModel } from './segments.ts'

//  text ──► prepare ──► context ─────────────┐
//  x ─────► embed ────► h0 ──► block ──► h1 ─► head ──► y       h0 is carried past the block to the head
//                        └─────────────────────┘
const model: SegmentedModel = {
  inputs: ['x', 'text'].map((name) => ({ name, dtype: 'float32', shape: [sym('n'), 4] })),
  outputs: ['y'],
  segments: [
    {
      name: 'prepare',
      stage: 'prompt',
      inputs: ['text'],
      outputs: ['context'],
      build: (g, { text }) => ({ context: mul(g, text!, text!) }),
    },
    {
      name: 'embed',
      stage: 'step',
      inputs: ['x'],
      outputs: ['h0'],
      build: (g, { x }) => ({ h0: g.tap('tapped', add(g, x!, x!)) }),
    },
    {
      name: 'block',
      stage: 'step',
      inputs: ['h0', 'context'],
      outputs: ['h1'],
      build: (g, { h0, context }) => ({ h1: mul(g, h0!, context!) }),
    },
    {
      name: 'head',
      stage: 'step',
      inputs: ['h1', 'h0'],
      outputs: ['y'],
      build: (g, { h1, h0 }) => ({ y: sub(g, h1!, reduceMean(g, h0!, [1])) }),
    },
  ],
}
const feeds = { x: noise([3, 4], 1), text: noise([3, 4], 2) }
const target = { device: 'cpu' } as const

/** Runs parts in order, passing values on by name. */
async function runParts(parts: BuiltPart[]): Promise<Record<string, TensorData>> {
  const values: Record<string, TensorData> = { ...feeds }
  for (const part of parts) {
    Object.assign(
      values,
      await runModel(part.model, Object.fromEntries(part.inputs.map((name) => [name, values[name]!]))),
    )
  }
  return values
}

test('whole, a model is one graph a stage; each, one a segment; the results are the same', async () => {
  const whole = buildSegments(model, { target, split: 'whole' }),
    each = buildSegments(model, { target, split: 'each' })
  expect(whole.map((p) => [p.stage, p.inputs, p.outputs])).toEqual([
    ['prompt', ['text'], ['context']],
    ['step', ['x', 'context'], ['y']],
  ])
  expect(each.map((p) => [p.name, p.inputs, p.outputs])).toEqual([
    ['prepare', ['text'], ['context']],
    ['embed', ['x'], ['h0']],
    ['block', ['h0', 'context'], ['h1']],
    ['head', ['h1', 'h0'], ['y']],
  ])
  expect(maxDifference((await runParts(whole))['y']!, (await runParts(each))['y']!)).toBeLessThan(1e-6)
})

test('one stage can be built alone, and taps become outputs', () => {
  const [step] = buildSegments(model, { target, split: 'whole', stage: 'step', taps: true })
  expect(step!.model.inputs.map((i) => i.name)).toEqual(['x', 'context'])
  expect(step!.model.outputs.map((o) => o.name)).toEqual(['tapped', 'y'])
})

test('a segment that reads what nobody made, or does not make what it says, is named', () => {
  const [prepare, ...rest] = model.segments
  expect(() => buildSegments({ ...model, segments: rest }, { target, split: 'each' })).toThrow(
    'the segment "block" reads "context", which no earlier segment makes',
  )
  const empty = { ...prepare!, build: () => ({}) }
  expect(() => buildSegments({ ...model, segments: [empty] }, { target, split: 'whole' })).toThrow(
    'the segment "prepare" did not make its output "context"',
  )
})
