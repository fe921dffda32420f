import { defineType } from '../../core/types/index.ts'
import type { Conditioning } from '../../diffusion/index.ts'
import type { TensorData } from '../../tensor/index.ts'
import { pack, unpack } from './pack.ts'
import type { PackedArray } from './pack.ts'

const isTensor = (value: unknown): value is TensorData =>
  typeof value === 'object' && value !== null && 'dtype' in value && 'shape' in value && 'data' in value

const isConditioning = (value: unknown): value is Conditioning =>
  typeof value === 'object' && value !== null && 'embeds' in value && isTensor(value.embeds) && 'mask' in value && isTensor(value.mask)

/** What a model is told: named tensors, such as a text's embeddings [batch, tokens, width] and their mask [batch, tokens]. */
export const CONDITIONING = defineType<Conditioning>({
  id: 'CONDITIONING',
  check: isConditioning,
  bytes: (conditioning) => Object.values(conditioning).reduce((sum, part) => sum + (isTensor(part) ? part.data.byteLength : 0), 0),
  store: {
    write: (conditioning) => {
      const tensors = Object.entries(conditioning).filter((entry): entry is [string, TensorData] => isTensor(entry[1]))
      const shapes = Object.fromEntries(tensors.map(([name, { dtype, shape }]) => [name, { dtype, shape }]))
      return pack(shapes, Object.fromEntries(tensors.map(([name, { data }]) => [name, packable(data)])))
    },
    read: (bytes) => {
      const { rest, arrays } = unpack(bytes)
      const shapes: [string, object][] = Object.entries(Object(rest))
      const conditioning: unknown = Object.fromEntries(shapes.map(([name, shape]) => [name, { ...shape, data: arrays.get(name) }]))
      if (!isConditioning(conditioning)) throw new TypeError('the stored value is no CONDITIONING')
      return conditioning
    },
  },
})

function packable(data: TensorData['data']): PackedArray {
  if (data instanceof Float32Array || data instanceof Int32Array || data instanceof Uint8Array || data instanceof BigInt64Array) return data
  throw new TypeError(`a CONDITIONING cannot be stored with ${data.constructor.name}`)
}
