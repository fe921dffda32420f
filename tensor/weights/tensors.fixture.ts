/** For tests: tensors of every element type, by fast-check. */
import * as fc from 'fast-check'

import { DTYPE_BYTES, elementCount, type DType, type TensorData } from '../graph/dtype.ts'
import { arrayOf } from './read.ts'

const dtypes: readonly DType[] = [
  'float32',
  'float16',
  'bfloat16',
  'float64',
  'int8',
  'uint8',
  'int32',
  'int64',
  'bool',
]

/** Any tensor of up to three axes (empty ones too) whose elements are any bits. */
export const anyTensor: fc.Arbitrary<TensorData> = fc
  .record({
    dtype: fc.constantFrom(...dtypes),
    shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
    seed: fc.integer(),
  })
  .map(({ dtype, shape, seed }) => {
    const bytes = new Uint8Array(elementCount(shape) * DTYPE_BYTES[dtype])
    for (let i = 0, x = seed; i < bytes.length; i++) bytes[i] = (x = Math.imul(x, 1_664_525) + 1_013_904_223) >>> 24
    return { dtype, shape, data: arrayOf(dtype, bytes.buffer) }
  })

/** Named tensors; names may be any text, such as `__proto__` or `7`. */
export const anyTensors: fc.Arbitrary<ReadonlyMap<string, TensorData>> = fc
  .array(
    fc.tuple(
      fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('__proto__', 'constructor', '7', 'a.weight')),
      anyTensor,
    ),
    { maxLength: 6 },
  )
  .map((pairs) => new Map(pairs.filter(([name]) => name !== '__metadata__')))
