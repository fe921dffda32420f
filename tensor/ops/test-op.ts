/** For tests: runs built graphs in onnxruntime-node, and checks operators against plain JavaScript and differences. */
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { expect, test } from 'vitest'
import { gradients } from '../graph/gradients.ts'
import type { DType, TensorArray, TensorData } from '../graph/dtype.ts'
import { dtypeOf, elementCount } from '../graph/dtype.ts'
import { Graph, type BuiltModel, type GraphOptions } from '../graph/graph.ts'
import type { Value } from '../graph/value.ts'
import { mul } from './elementwise.ts'
import { reduceSum } from './reduce.ts'

type Build = (g: Graph, ...x: Value[]) => Value

/** A session over a model on the CPU. */
export async function openModel(model: BuiltModel) {
  const session = await InferenceSession.create(model.bytes, {
    logSeverityLevel: 3,
    extra: {
      session: {
        ...(model.externalRoot ? { model_external_initializers_file_folder_path: model.externalRoot } : {}),
        ...(model.prepack ? {} : { disable_prepacking: '1' }),
      },
    },
  })
  return async (feeds: Record<string, TensorData>): Promise<Record<string, TensorData>> => {
    const results = await session.run(
      Object.fromEntries(
        Object.entries(feeds).map(([name, t]) => [
          name,
          new Tensor(t.dtype as 'float32', t.data as Float32Array, t.shape),
        ]),
      ),
    ) // any type and its own array
    return Object.fromEntries(
      Object.entries(results).map(([name, t]) => [
        name,
        { dtype: t.type as DType, shape: t.dims, data: t.data as TensorArray },
      ]),
    ) // numbers, never strings
  }
}

/** Runs a model once on the CPU; outputs by name. */
export const runModel = async (
  model: BuiltModel,
  feeds: Record<string, TensorData>,
): Promise<Record<string, TensorData>> => (await openModel(model))(feeds)

/** Builds a graph over the given inputs (named x0, x1, …) and runs it: the outputs that `build` returns. */
export async function runGraph(
  inputs: readonly TensorData[],
  build: (g: Graph, ...x: Value[]) => Value | readonly Value[],
  options?: GraphOptions,
): Promise<TensorData[]> {
  const g = new Graph(options)
  const made = [build(g, ...inputs.map((t, i) => g.input(`x${i}`, t.dtype, t.shape)))].flat()
  made.forEach((value, i) => g.output(`y${i}`, value))
  const results = await runModel(g.toModel(), byName(inputs))
  return made.map((value, i) => {
    const result = results[`y${i}`]!
    const { dtype, shape } = value // as inferred
    expect({ dtype: result.dtype, shape: result.shape }).toEqual({ dtype, shape })
    return result
  })
}

const byName = (inputs: readonly TensorData[]) => Object.fromEntries(inputs.map((t, i) => [`x${i}`, t]))

/** A tensor from its numbers. */
export const tensor = (shape: readonly number[], data: TensorArray): TensorData => ({
  dtype: dtypeOf(data),
  shape,
  data,
})

/** A float32 tensor made index by index. */
export function tabulate(shape: readonly number[], value: (index: number[]) => number): TensorData {
  const data = Float32Array.from({ length: elementCount(shape) }, (_, flat) => {
    const index: number[] = []
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index.unshift(flat % shape[axis]!)
      flat = Math.floor(flat / shape[axis]!)
    }
    return value(index)
  })
  return tensor(shape, data)
}

/**
 * An element; an index that is longer than the shape is read from its end, and axes of size 1 repeat (broadcasting).
 */
export function at({ shape, data }: TensorData, index: readonly number[]): number {
  const own = index.slice(index.length - shape.length)
  return Number(data[shape.reduce((flat, size, axis) => flat * size + (size === 1 ? 0 : own[axis]!), 0)])
}

/** A float32 tensor of numbers in [low, high) that depend on the seed alone. */
export function noise(
  shape: readonly number[],
  seed = 1,
  [low, high]: readonly [number, number] = [-1, 1],
): TensorData {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0
  return tensor(
    shape,
    Float32Array.from({ length: elementCount(shape) }, () => {
      state = (state + 0x6d2b79f5) >>> 0
      const mixed = Math.imul(state ^ (state >>> 15), state | 1)
      return low + ((high - low) * ((mixed ^ (mixed >>> 14)) >>> 8)) / 0x1000000
    }),
  )
}

/** The largest absolute difference. */
export function maxDifference(a: TensorData, b: TensorData): number {
  if (a.data.length !== b.data.length) return Infinity
  let most = 0
  for (let i = 0; i < a.data.length; i++) {
    const difference = Math.abs(Number(a.data[i]) - Number(b.data[i]))
    if (!(difference <= most)) most = difference // NaN is kept
  }
  return most
}

interface OpTest {
  readonly shapes: readonly (readonly number[])[]
  /** What the operands are drawn from; -1 … 1 unless said. */
  readonly range?: readonly [number, number]
  /** The result, element by element of the broadcast operands. */
  readonly reference?: (...x: number[]) => number
  /** The whole result, where it is not elementwise. */
  readonly expected?: (...x: TensorData[]) => TensorData
  readonly tolerance?: number
  /** Which operands have a gradient to check; all unless said, false for none. */
  readonly gradient?: readonly number[] | false
}

/** Tests an operator: its values against a plain reference, fused and written out, then its gradient. */
export function testOp(name: string, op: Build, spec: OpTest): void {
  const inputs = spec.shapes.map((shape, i) => noise(shape, i + 1, spec.range))
  for (const training of spec.gradient === false ? [false] : [false, true]) {
    test(`${name}: values${training ? ' in training' : ''}`, async () => {
      const [y] = await runGraph(inputs, op, { target: { device: 'cpu', training } })
      const expected =
        spec.expected?.(...inputs) ?? tabulate(y!.shape, (index) => spec.reference!(...inputs.map((x) => at(x, index))))
      expect(y!.shape).toEqual(expected.shape)
      expect(maxDifference(y!, expected)).toBeLessThan(spec.tolerance ?? 3e-6)
    })
  }
  const { gradient } = spec
  if (gradient !== false) test(`${name}: gradient`, () => checkGradient(op, inputs, gradient))
}

/** Compares ∂(Σ c·y)/∂x, for fixed random c, with central differences taken through the runtime. */
async function checkGradient(
  op: Build,
  inputs: readonly TensorData[],
  of: readonly number[] = inputs.map((_, i) => i),
): Promise<void> {
  const g = new Graph({ target: { device: 'cpu', training: true } })
  const values = inputs.map((t, i) => g.input(`x${i}`, t.dtype, t.shape))
  const y = op(g, ...values)
  const weights = noise(y.shape.map(Number), 99)
  const loss = reduceSum(
    g,
    mul(g, y, g.constant(weights.data, weights.shape)),
    y.shape.map((_, i) => i),
    { keepDims: false },
  )
  g.output('loss', loss)
  gradients(
    g,
    loss,
    of.map((i) => values[i]!),
  ).forEach((grad, i) => g.output(`grad${of[i]}`, grad))
  const run = await openModel(g.toModel())
  const exact = await run(byName(inputs))
  const lossAt = async (i: number, k: number, step: number) => {
    const moved = (inputs[i]!.data as Float32Array).with(k, Number(inputs[i]!.data[k]) + step) // operands are float32
    return Number((await run(byName(inputs.with(i, { ...inputs[i]!, data: moved }))))['loss']!.data[0])
  }
  const step = 1 / 64
  for (const i of of) {
    for (const [k, found] of [...(exact[`grad${i}`]!.data as Float32Array)].entries()) {
      const difference = ((await lossAt(i, k, step)) - (await lossAt(i, k, -step))) / (2 * step)
      expect(
        Math.abs(found - difference),
        `operand ${i}, element ${k}: ${found}, by differences ${difference}`,
      ).toBeLessThan(2e-3 + 1e-2 * Math.abs(difference))
    }
  }
}
