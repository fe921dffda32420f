/** A recipe's LoRAs on its weights: merged ones laid over them, the others beside them as branches. */
import type { Device, LoraBranch, TensorData, TensorEntry } from '../tensor/index.ts'
import type { Wanted } from './layers/wanted.ts'
import { mergedWeights, readLora, stackLoras } from './lora/index.ts'
import type { AppliedLora, LoraTarget } from './lora/index.ts'
import { requireUnchanged } from './recipes/open-weights.ts'
import type { LoraUse, WeightsFile } from './recipes/recipe.ts'

export interface LoraResult {
  readonly entries: ReadonlyMap<string, TensorEntry>
  readonly branches: readonly LoraBranch[]
  /** What the branches are fed, by graph input. */
  readonly feeds: Readonly<Record<string, TensorData>>
}

/** What LoRAs are applied to. */
export interface LoraBase {
  readonly entries: ReadonlyMap<string, TensorEntry>
  readonly weights: readonly WeightsFile[]
  readonly wanted: Wanted
  readonly target: LoraTarget
}

/**
 * @param device multiplies merged factors
 * @throws DiffusionError when a LoRA's file is not the one that was applied
 */
export async function applyLoras(device: Device, loras: readonly LoraUse[], base: LoraBase): Promise<LoraResult> {
  const { target, weights } = base
  const [merged, beside] = [await opened(loras, 'merge', base), await opened(loras, 'branch', base)]
  const entries = new Map(base.entries)
  if (merged.length > 0) {
    const files = weights.flatMap((file) => file.files)
    for (const [key, entry] of (await mergedWeights({ files, loras: merged }, target, base.entries, { device }))
      .entries)
      entries.set(key, entry)
  }
  return { entries, ...(await stackLoras(beside, target)) }
}

function opened(
  loras: readonly LoraUse[],
  mode: LoraUse['mode'],
  { target, wanted }: LoraBase,
): Promise<AppliedLora[]> {
  const modules =
    target === 'transformer'
      ? { transformer: wanted.linears }
      : { transformer: new Map<string, never>(), textEncoder: wanted.linears }
  return Promise.all(
    loras
      .filter((lora) => lora.mode === mode && lora.strength !== 0)
      .map(async (lora) => {
        const file = await readLora(lora.path, modules)
        requireUnchanged(lora, file)
        return { file, strength: lora.strength }
      }),
  )
}
