/** Checkpoints with random weights under the official names: what a full-size model costs needs no training. */
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { streamSafetensors } from '../tensor/weights/write-safetensors.ts'
import type { Piece, PlannedTensor } from '../tensor/index.ts'
import { noise } from './measure.ts'

/** Where the random files lie: gigabytes, kept between runs; KINOGRAPH_BENCH_DIR moves them. */
export const benchFolder = (): string => process.env['KINOGRAPH_BENCH_DIR'] ?? join(tmpdir(), 'kinograph-bench')

export type Shapes = ReadonlyMap<string, readonly number[]>

const BLOCK = 1 << 20

/** float32 → float16, for numbers in the normal range of both. */
function toHalf(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  return Uint16Array.from(bits, (b) => {
    const exponent = ((b >>> 23) & 0xff) - 112
    return ((b >>> 16) & 0x8000) | (exponent <= 0 ? 0 : (exponent << 10) | ((b >>> 13) & 0x3ff))
  })
}

const fanIn = (shape: readonly number[]): number => shape.slice(1).reduce((a, b) => a * b, 1)

/** As PyTorch initialises: norm weights 1, matrices and convolutions uniform within ±1/√fan-in, each tensor its own numbers. */
function valuesFor(name: string, shape: readonly number[], seed: number): Float32Array {
  if (shape.length <= 1) return new Float32Array(BLOCK).fill(name.endsWith('weight') ? 1 : 0.01)
  return noise(BLOCK, 1 / Math.sqrt(fanIn(shape)), seed)
}

async function* pieces(shapes: Shapes, half: boolean): AsyncGenerator<Piece> {
  let seed = 0
  for (const [name, shape] of shapes) {
    const values = valuesFor(name, shape, ++seed)
    const block = half ? toHalf(values) : values
    const bytes = new Uint8Array(block.buffer, 0, block.byteLength)
    let left = shape.reduce((a, b) => a * b, 1) * block.BYTES_PER_ELEMENT
    for (; left > 0; left -= bytes.byteLength) yield { name, data: bytes.subarray(0, Math.min(left, bytes.byteLength)) }
  }
}

/** Writes the checkpoint unless it is there from an earlier run; gives its path. */
export async function randomCheckpoint(name: string, shapes: Shapes, dtype: 'float32' | 'float16'): Promise<string> {
  const path = join(benchFolder(), `${name}.${dtype}.safetensors`)
  if (existsSync(path)) return path
  await mkdir(dirname(path), { recursive: true })
  const plan = new Map([...shapes].map(([key, shape]): [string, PlannedTensor] => [key, { dtype, shape }]))
  await streamSafetensors(path, plan, {}, pieces(shapes, dtype === 'float16'))
  return path
}

/** What the weights take as float32, in bytes. */
export const float32Bytes = (shapes: Shapes): number =>
  [...shapes.values()].reduce((sum, shape) => sum + 4 * shape.reduce((a, b) => a * b, 1), 0)
