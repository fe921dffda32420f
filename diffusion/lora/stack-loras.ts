/** Several LoRAs at once, beside the weights: their factors are put together along the rank. */
import type { TensorData } from '../../tensor/graph/dtype.ts'
import type { LoraBranch } from '../../tensor/holding/index.ts'
import { pairsByLayer, readFactors, type AppliedLora, type Factors } from './factors.ts'
import type { LoraTarget } from './lora-keys.ts'
import type { LinearLayers } from './read-lora.ts'

export interface LoraStack {
  /** The layers that get a branch, for the model's weights. */
  readonly branches: readonly LoraBranch[]
  /** `lora.<path>.down` [rank, in] and `lora.<path>.up` [out, rank], float32, for every run of the model. */
  readonly feeds: Readonly<Record<string, TensorData>>
}

/**
 * The branch of each layer, Σ strength · scale · up · down, as one pair of factors.
 * @param layers give a branch to all of these, of rank 0 where no LoRA has one: then one session serves every stack.
 */
export async function stackLoras(
  loras: readonly AppliedLora[], target: LoraTarget, layers?: LinearLayers,
): Promise<LoraStack> {
  const stacked = pairsByLayer(loras, target)
  const branches: LoraBranch[] = []
  const feeds: Record<string, TensorData> = {}
  for (const path of layers ? new Set([...layers.keys(), ...stacked.keys()]) : stacked.keys()) {
    const pairs = stacked.get(path) ?? []
    const [out, width] = layers?.get(path) ?? [pairs[0]!.pair.up.shape[0]!, pairs[0]!.pair.down.shape[1]!]
    const factors = await Promise.all(pairs.map(({ pair, strength }) => readFactors(pair, strength)))
    branches.push({ path, in: width, out })
    Object.assign(feeds, feedsOf(path, joinFactors(factors, out, width), out, width))
  }
  return { branches, feeds }
}

/** One pair of factors for several: rows of down one below the other, columns of up side by side. */
export function joinFactors(factors: readonly Factors[], out: number, width: number): Factors {
  const rank = factors.reduce((sum, factor) => sum + factor.rank, 0)
  const [down, up] = [new Float32Array(rank * width), new Float32Array(out * rank)]
  let at = 0
  for (const factor of factors) {
    down.set(factor.down, at * width)
    for (let row = 0; row < out; row++) {
      up.set(factor.up.subarray(row * factor.rank, (row + 1) * factor.rank), row * rank + at)
    }
    at += factor.rank
  }
  return { rank, down, up }
}

function feedsOf(path: string, { rank, down, up }: Factors, out: number, width: number): Record<string, TensorData> {
  return {
    [`lora.${path}.down`]: { dtype: 'float32', shape: [rank, width], data: down },
    [`lora.${path}.up`]: { dtype: 'float32', shape: [out, rank], data: up },
  }
}
