/** A LoRA's factors as float32. */
import { readTensor, toFloat32 } from '../../tensor/weights/index.ts'
import type { TensorEntry } from '../../tensor/graph/entry.ts'
import { DiffusionError } from '../error.ts'
import type { LoraTarget } from './lora-keys.ts'
import type { LoraFile, LoraPair } from './read-lora.ts'

/** A LoRA and how strongly it is applied. */
export interface AppliedLora {
  readonly file: LoraFile
  /** 1 as trained, 0 not at all, below 0 the opposite. */
  readonly strength: number
  /** Leave the text encoder as it is. */
  readonly transformerOnly?: boolean
}

/** A pair's factors; strength and scale are in `up`. */
export interface Factors {
  readonly rank: number
  /** [rank, in] */
  readonly down: Float32Array
  /** [out, rank] */
  readonly up: Float32Array
}

/** The pairs that change a target's layers, by module path, in the order in which the LoRAs are applied. */
export function pairsByLayer(
  loras: readonly AppliedLora[], target: LoraTarget,
): Map<string, { readonly pair: LoraPair; readonly strength: number }[]> {
  const layers = new Map<string, { pair: LoraPair; strength: number }[]>()
  for (const { file, strength, transformerOnly } of loras) {
    if (!Number.isFinite(strength)) {
      throw new DiffusionError({
        field: 'strength', expected: 'a finite number', found: String(strength),
        remedy: 'Take 1 for the usual strength.',
      })
    }
    if (transformerOnly && target === 'textEncoder') continue
    for (const pair of file.pairs.filter((pair) => pair.target === target)) {
      const list = layers.get(pair.path) ?? []
      list.push({ pair, strength })
      layers.set(pair.path, list)
    }
  }
  return layers
}

/** Read a pair. @throws DiffusionError when a factor is not finite. */
export async function readFactors(pair: LoraPair, strength: number): Promise<Factors> {
  const [down, up] = await Promise.all([finite(pair.down), finite(pair.up)])
  const weight = strength * pair.scale
  return { rank: pair.rank, down, up: up.map((u) => u * weight) }
}

async function finite(entry: TensorEntry): Promise<Float32Array> {
  const data = toFloat32(await readTensor(entry))
  if (data.every(Number.isFinite)) return data
  throw new DiffusionError({
    field: `${entry.file}, "${entry.name}"`, expected: 'finite numbers', found: 'NaN or infinity',
    remedy: 'The LoRA broke in training, or the file is damaged: use an earlier one.',
  })
}
