/** Runs built graphs in onnxruntime-node, for tests. */
import { InferenceSession, Tensor } from 'onnxruntime-node'
import type { DType, TensorArray, TensorData } from '../graph/dtype.ts'
import { dtypeOf, elementCount } from '../graph/dtype.ts'
import { Graph, type BuiltModel, type GraphOptions } from '../graph/graph.ts'
import type { Value } from '../graph/value.ts'

/** Runs a model once on the CPU; outputs by name. */
export async function runModel(model: BuiltModel, feeds: Record<string, TensorData>): Promise<Record<string, TensorData>> {
  const session = await InferenceSession.create(model.bytes, {
    logSeverityLevel: 3,
    extra: { session: {
      ...(model.externalRoot ? { model_external_initializers_file_folder_path: model.externalRoot } : {}),
      ...(model.prepack ? {} : { disable_prepacking: '1' }),
    } },
  })
  const results = await session.run(Object.fromEntries(
    Object.entries(feeds).map(([name, t]) => [name, new Tensor(t.dtype as 'float32', t.data as Float32Array, t.shape)]),
  ))
  await session.release()
  return Object.fromEntries(Object.entries(results).map(([name, t]) =>
    [name, { dtype: t.type as DType, shape: t.dims, data: t.data as TensorArray }]))
}

/** Builds a graph over the given inputs (named x0, x1, …) and runs it: the outputs that `build` returns. */
export async function runGraph(
  inputs: readonly TensorData[], build: (g: Graph, ...x: Value[]) => Value | readonly Value[], options?: GraphOptions,
): Promise<TensorData[]> {
  const g = new Graph(options)
  const values = inputs.map((t, i) => g.input(`x${i}`, t.dtype, t.shape))
  const made = [build(g, ...values)].flat()
  made.forEach((value, i) => g.output(`y${i}`, value))
  const results = await runModel(g.toModel(), Object.fromEntries(inputs.map((t, i) => [`x${i}`, t])))
  return made.map((_, i) => results[`y${i}`]!)
}

/** A tensor from its numbers. */
export const tensor = (shape: readonly number[], data: TensorArray): TensorData => ({ dtype: dtypeOf(data), shape, data })

/** A float32 tensor of numbers in [-1, 1) that depend on the seed alone. */
export function noise(shape: readonly number[], seed = 1): TensorData {
  let state = seed * 2654435761 >>> 0
  const data = Float32Array.from({ length: elementCount(shape) }, () => {
    state = Math.imul(state ^ state >>> 15, 0x2c1b3c6d) + 0x6d2b79f5 >>> 0
    return (state ^ state >>> 13) % 0x1000000 / 0x800000 - 1
  })
  return tensor(shape, data)
}
