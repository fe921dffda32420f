import type { InferenceSession, Tensor } from 'onnxruntime-node'

import { elementCount, type DType, type TensorArray, type TensorData } from '../graph/dtype.ts'
import { DeviceError } from './error.ts'
import { loadOrt } from './ort.ts'

const DTYPES: ReadonlySet<string> = new Set<DType>([
  'float32',
  'float16',
  'float64',
  'int8',
  'uint8',
  'int32',
  'int64',
  'bool',
])

const isDType = (type: string): type is DType => DTYPES.has(type)

/** The runtime's view of a tensor, without a copy. Throws DeviceError for what its binding doesn't take. */
export function toOrt(name: string, { dtype, shape, data }: TensorData): Tensor {
  if (data.length !== elementCount(shape)) {
    throw new DeviceError({
      problem: `"${name}": [${shape.join(', ')}] has ${elementCount(shape)} elements, ${data.length} were given`,
      remedy: 'Give as many as the shape has.',
    })
  }
  const { Tensor } = loadOrt()
  if (dtype === 'bfloat16') {
    throw new DeviceError({
      problem: `"${name}": ONNX Runtime's Node binding takes no bfloat16 inputs`,
      remedy: 'Give it as float32 (toFloat32).',
    })
  }
  // the constructor is overloaded by pairs of type name and array; ours are checked where TensorData is made
  return new Tensor(dtype, data as Float32Array, shape) as Tensor
}

/** A tensor of the runtime as ours, without a copy. Halves come as their 16 bits (see `loadOrt`). */
export function fromOrt(name: string, { type, dims, data }: Tensor): TensorData {
  if (!isDType(type)) {
    throw new DeviceError({
      problem: `"${name}": the model gives ${type}, which is none of ${[...DTYPES].join(', ')}`,
      remedy: 'Cast it inside the graph.',
    })
  }
  return { dtype: type, shape: dims, data: data as TensorArray } // the arrays of the types in DTYPES are TensorArray's
}

/** Checks what a run is given against the model's inputs: the runtime's own messages don't say the whole shape. */
export function checkFeeds(
  key: string,
  { inputMetadata }: InferenceSession,
  feeds: Readonly<Record<string, { readonly dtype: DType; readonly shape: readonly number[] }>>,
): void {
  const refuse = (problem: string) =>
    new DeviceError({ problem: `model "${key}", ${problem}`, remedy: 'Feed it as the model declares it.' })
  const given = new Map(Object.entries(feeds))
  for (const { name, ...input } of inputMetadata) {
    const feed = given.get(name)
    if (!feed) throw refuse(`input "${name}" is missing`)
    given.delete(name)
    if (!input.isTensor) throw refuse(`input "${name}" is no tensor`)
    const fits =
      feed.shape.length === input.shape.length &&
      input.shape.every((d, i) => typeof d === 'string' || d === feed.shape[i])
    if (!fits || feed.dtype !== input.type) {
      const expected = `${input.type} [${input.shape.join(', ')}]`
      throw refuse(`input "${name}": expected ${expected}, got ${feed.dtype} [${feed.shape.join(', ')}]`)
    }
  }
  const [unknown] = given.keys()
  if (unknown !== undefined) {
    throw refuse(`there is no input "${unknown}"; it has ${inputMetadata.map(({ name }) => name).join(', ')}`)
  }
}
