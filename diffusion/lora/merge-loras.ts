/** LoRAs worked into the weights: W + Σ strength · scale · up · down, in float32. */
import { matMul, add } from '../../tensor/ops/index.ts'
import { Graph, sym, type BuiltModel } from '../../tensor/graph/index.ts'
import { isEntry, type TensorSource } from '../../tensor/graph/entry.ts'
import type { TensorData } from '../../tensor/graph/dtype.ts'
import type { Device } from '../../tensor/runtime/index.ts'
import {
  derivedWeights, readTensor, toFloat32, type FileIdentity, type WeightsIndex,
} from '../../tensor/weights/index.ts'
import { DiffusionError } from '../error.ts'
import { pairsByLayer, readFactors, type AppliedLora, type Factors } from './factors.ts'
import type { LoraTarget } from './lora-keys.ts'
import { joinFactors } from './stack-loras.ts'

export interface MergeOptions {
  /** Multiply on this device; without one, in JavaScript (some 4 GFLOP/s: half a minute for XL). */
  readonly device?: Device
}

/** A model's weights by full key. */
export type BaseWeights = ReadonlyMap<string, TensorSource>

/** A layer's merged weight. */
export interface MergedWeight {
  /** Full key: `transformer_blocks.0.attn1.to_q.weight`. */
  readonly name: string
  readonly tensor: TensorData
}

/**
 * The merged weights of the layers that the LoRAs change, float32, to be laid over `base`.
 * @param base the model's weights by full key; only the changed ones are read.
 */
export async function mergeLoras(
  loras: readonly AppliedLora[], target: LoraTarget, base: BaseWeights, options: MergeOptions = {},
): Promise<Map<string, TensorData>> {
  const merged = new Map<string, TensorData>()
  for await (const { name, tensor } of mergeEach(loras, target, base, options)) merged.set(name, tensor)
  return merged
}

/** The weights before the merge, but for rounding: the same LoRAs with the opposite strength. */
export const unmergeLoras: typeof mergeLoras = (loras, target, merged, options) =>
  mergeLoras(loras.map((lora) => ({ ...lora, strength: -lora.strength })), target, merged, options)

/** The merged weights one after the other, so that a large model's never have to be in memory together. */
export async function* mergeEach(
  loras: readonly AppliedLora[], target: LoraTarget, base: BaseWeights, options: MergeOptions = {},
): AsyncGenerator<MergedWeight> {
  for (const [path, pairs] of pairsByLayer(loras, target)) {
    const name = `${path}.weight`
    const source = baseWeight(base, name)
    const weight = isEntry(source) ? await readTensor(source) : source
    const [out, width] = [source.shape[0]!, source.shape[1]!]
    const factors = await Promise.all(pairs.map(({ pair, strength }) => readFactors(pair, strength)))
    const joined = joinFactors(factors, out, width)
    const data = options.device
      ? await multiplyOnDevice(options.device, toFloat32(weight), joined, [out, width])
      : addProduct(toFloat32(weight), joined, width)
    yield { name, tensor: { dtype: 'float32', shape: source.shape, data } }
  }
}

/** Which LoRAs, how strong, over which files: everything that merged weights depend on. */
export interface MergeIdentity {
  readonly files: readonly FileIdentity[]
  readonly loras: readonly AppliedLora[]
}

/**
 * The merged weights as a file in the disk cache, made when it is not there: lay its entries over the base.
 * @param files the base weights' files, which the cache's key depends on.
 */
export async function mergedWeights(
  { files, loras }: MergeIdentity, target: LoraTarget, base: BaseWeights, options: MergeOptions = {},
): Promise<WeightsIndex> {
  const names = [...pairsByLayer(loras, target).keys()].map((path) => `${path}.weight`)
  return derivedWeights({
    kind: 'lora',
    from: {
      version: 1, target, base: hashes(files),
      loras: loras.map(({ file, strength, transformerOnly = false }) =>
        ({ files: hashes(file.files), strength, transformerOnly, scales: file.pairs.map((pair) => pair.scale) })),
    },
    plan: new Map(names.map((name) => [name, { dtype: 'float32', shape: baseWeight(base, name).shape }])),
    async *make() {
      for await (const { name, tensor: { data } } of mergeEach(loras, target, base, options)) {
        yield { name, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) }
      }
    },
  })
}

const hashes = (files: readonly FileIdentity[]): string[] => files.map((file) => file.hash)

function baseWeight(base: BaseWeights, name: string): TensorSource {
  const source = base.get(name)
  if (source?.shape.length === 2) return source
  throw new DiffusionError({
    field: name, expected: 'a matrix among the base weights',
    found: source ? `[${source.shape.join(', ')}]` : 'nothing',
    remedy: 'Merge the LoRA into the model that it was read for.',
  })
}

/** weight [out, in] + up [out, rank] · down [rank, in]; row by row, summed in double precision, four ranks at once. */
export function addProduct(weight: Float32Array, { rank, down, up }: Factors, width: number): Float32Array {
  const result = new Float32Array(weight.length)
  const row = new Float64Array(width)
  for (let start = 0, o = 0; start < weight.length; start += width, o++) {
    row.fill(0)
    for (let r = 0; r < rank; r += 4) addRows(row, down, up, o * rank + r, r * width, Math.min(4, rank - r))
    for (let i = 0; i < width; i++) result[start + i] = weight[start + i]! + row[i]!
  }
  return result
}

/** row += Σ up[u + k] · down[d + k·width …] for k < count ≤ 4. */
function addRows(row: Float64Array, down: Float32Array, up: Float32Array, u: number, d: number, count: number): void {
  const width = row.length
  if (count < 4) {
    for (let k = 0; k < count; k++) {
      for (let i = 0; i < width; i++) row[i] = row[i]! + up[u + k]! * down[d + k * width + i]!
    }
    return
  }
  const [a, b, c, e] = [up[u]!, up[u + 1]!, up[u + 2]!, up[u + 3]!]
  const [second, third, fourth] = [d + width, d + 2 * width, d + 3 * width]
  for (let i = 0; i < width; i++) {
    row[i] = row[i]! + a * down[d + i]! + b * down[second + i]! + c * down[third + i]! + e * down[fourth + i]!
  }
}

async function multiplyOnDevice(
  device: Device, weight: Float32Array, { rank, down, up }: Factors, [out, width]: readonly [number, number],
): Promise<Float32Array> {
  const session = await device.session('lora-merge', buildMerge, { varyingShapes: true })
  const dtype = 'float32'
  const { outputs } = await session.run({
    weight: { dtype, shape: [out, width], data: weight },
    up: { dtype, shape: [out, rank], data: up },
    down: { dtype, shape: [rank, width], data: down },
  })
  return toFloat32(outputs['merged']!)
}

function buildMerge(): BuiltModel {
  const g = new Graph({ name: 'lora-merge' })
  const [out, rank, width] = [sym('out'), sym('rank'), sym('in')]
  const weight = g.input('weight', 'float32', [out, width])
  const product = matMul(g, g.input('up', 'float32', [out, rank]), g.input('down', 'float32', [rank, width]))
  g.output('merged', add(g, weight, product))
  return g.toModel()
}
