import type { TensorData } from '../graph/dtype.ts'

let halfTable: Float32Array | undefined

/** IEEE half precision by its 16 bits, for all 65,536 of them. */
function halves(): Float32Array {
  if (halfTable) return halfTable
  const table = new Float32Array(65_536)
  for (let bits = 0; bits < 65_536; bits++) {
    const sign = bits & 0x8000 ? -1 : 1
    const exponent = (bits >> 10) & 0x1f
    const fraction = bits & 0x3ff
    if (exponent === 0) table[bits] = sign * fraction * 2 ** -24
    else if (exponent === 31) table[bits] = fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
    else table[bits] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
  }
  return halfTable = table
}

/** The same values as float32: exact for float16, bfloat16, int8, uint8 and bool, rounded for wider types. */
export function toFloat32({ dtype, data }: TensorData): Float32Array {
  if (data instanceof Float32Array) return data
  if (data instanceof BigInt64Array) return Float32Array.from(data, Number)
  if (dtype === 'bfloat16') return fromBfloat16(data)
  if (dtype === 'float16') return fromHalf(data)
  return new Float32Array(data)
}

function fromHalf(bits: ArrayLike<number>): Float32Array {
  const table = halves()
  const out = new Float32Array(bits.length)
  for (let i = 0; i < out.length; i++) out[i] = table[bits[i]!]!
  return out
}

/** bfloat16 is the upper half of a float32. */
function fromBfloat16(bits: ArrayLike<number>): Float32Array {
  const out = new Uint32Array(bits.length)
  for (let i = 0; i < out.length; i++) out[i] = bits[i]! << 16
  return new Float32Array(out.buffer)
}
