/** Opening a LoRA file against the layers of the models that it is to change. */
import {
  openCheckpoint, readTensor, toFloat32, type FileIdentity, type LoadReport, type WrongShape,
} from '../../tensor/weights/index.ts'
import type { TensorEntry } from '../../tensor/graph/entry.ts'
import { DiffusionError } from '../error.ts'
import { adapterConfigOfMetadata, adapterScale, readAdapterConfig, type AdapterConfig } from './adapter-config.ts'
import type { LoraTarget } from './lora-keys.ts'
import { groupByLayer, type LoraLayer } from './lora-layers.ts'
import { noMatchError } from './no-match.ts'

/** Linear layers by module path, with the shape [out, in] of their weight. */
export type LinearLayers = ReadonlyMap<string, readonly [out: number, width: number]>

export interface LoraModules {
  readonly transformer: LinearLayers
  readonly textEncoder?: LinearLayers
}

/** What a LoRA adds to one linear layer's weight: scale · up · down, times its strength. */
export interface LoraPair {
  readonly target: LoraTarget
  readonly path: string
  /** [rank, in] */
  readonly down: TensorEntry
  /** [out, rank] */
  readonly up: TensorEntry
  readonly rank: number
  /** α/rank; 1 where the file gives no α. */
  readonly scale: number
}

export interface LoraFile {
  readonly path: string
  /** The weights, and an adapter's settings. */
  readonly files: readonly FileIdentity[]
  readonly pairs: readonly LoraPair[]
  /** `unexpected`: keys that fit no layer of the models. `missing` stays empty: a LoRA may leave layers alone. */
  readonly report: LoadReport
  /** Keys for a text encoder, when none was given. */
  readonly skipped: readonly string[]
}

/**
 * Open a LoRA: kohya's, diffusers' or PEFT's form; a weights file, or a folder that holds one. Only alphas are read.
 * @throws DiffusionError when no key fits, forms are mixed, a factor stands alone, or ranks or alphas are nonsense.
 * @throws CheckpointError when the file cannot be read.
 */
export async function readLora(path: string, modules: LoraModules): Promise<LoraFile> {
  const checkpoint = await openCheckpoint(path)
  const { layers, unknown } = groupByLayer(path, checkpoint.entries)
  const { found, wrongShape, unexpected, skipped } = matchLayers(path, layers, modules)
  const keys = [...checkpoint.entries.keys()]
  if (found.length === 0) throw noMatchError({ path, keys, wrongShape, skipped, modules })
  const beside = found.some(({ layer }) => layer.adapter) ? await readAdapterConfig(path) : null
  const settings = {
    transformer: adapterConfigOfMetadata(checkpoint.metadata, 'transformer', path) ?? beside?.config,
    textEncoder: adapterConfigOfMetadata(checkpoint.metadata, 'textEncoder', path) ?? beside?.config,
  }
  const pairs = await Promise.all(found.map(async (match) => ({
    target: match.target, path: match.module, down: match.layer.down, up: match.layer.up,
    rank: match.layer.rank, scale: await scaleOf(path, match, settings[match.target]),
  })))
  const matched = found.flatMap(({ layer }) => layer.keys)
  const report = { matched, missing: [], unexpected: [...unexpected, ...unknown], wrongShape }
  const files = [...checkpoint.files, ...(beside ? [beside.identity] : [])]
  return { path, files, pairs, report, skipped }
}

interface Match {
  readonly target: LoraTarget
  readonly module: string
  readonly layer: LoraLayer
}

function matchLayers(path: string, layers: readonly LoraLayer[], modules: LoraModules) {
  const places = { transformer: placesOf(modules.transformer), textEncoder: placesOf(modules.textEncoder ?? new Map()) }
  const found: Match[] = []
  const wrongShape: WrongShape[] = []
  const [unexpected, skipped]: [string[], string[]] = [[], []]
  const taken = new Set<string>()
  for (const layer of layers) {
    const targets: readonly LoraTarget[] = layer.target ? [layer.target] : ['transformer', 'textEncoder']
    const target = targets.find((target) => places[target](layer) !== undefined)
    if (!target) {
      const forNoEncoder = layer.target === 'textEncoder' && !modules.textEncoder
      ;(forNoEncoder ? skipped : unexpected).push(...layer.keys)
      continue
    }
    const module = places[target](layer)!
    if (taken.has(`${target} ${module}`)) throw sameLayer(path, layer, module)
    taken.add(`${target} ${module}`)
    const expected = modules[target]!.get(module)!
    const actual = [layer.up.shape[0]!, layer.down.shape[1]!]
    if (expected[0] === actual[0] && expected[1] === actual[1]) found.push({ target, module, layer })
    else wrongShape.push({ name: `${module}.weight`, expected, found: actual })
  }
  return { found, wrongShape, unexpected, skipped }
}

function sameLayer(path: string, layer: LoraLayer, module: string): DiffusionError {
  return new DiffusionError({
    field: `${path}, "${layer.keys[0]}"`, expected: 'one pair of factors for each layer',
    found: `a second one for ${module}`, remedy: 'Two LoRAs were put into one file: save them apart and apply both.',
  })
}

/**
 * Finds a layer's module path. kohya's names have underscores for dots; where two paths would fit, the reference splits
 * as early as it can, which is the first in order of characters ('.' comes before '_').
 */
function placesOf(layers: LinearLayers): (layer: LoraLayer) => string | undefined {
  const escaped = new Map<string, string>()
  for (const path of [...layers.keys()].sort().reverse()) escaped.set(path.replaceAll('.', '_'), path)
  return ({ family, module }) => {
    if (family === 'kohya') return escaped.get(module)
    return [module, `${module}.0`].find((path) => layers.has(path))    // diffusers says to_out for to_out.0
  }
}

/** α/rank from the file's own alpha, else from the adapter's settings, else 1. */
async function scaleOf(path: string, { layer, module }: Match, adapter: AdapterConfig | undefined): Promise<number> {
  if (layer.alpha) {
    const [alpha] = toFloat32(await readTensor(layer.alpha))
    if (alpha !== undefined && Number.isFinite(alpha)) return alpha / layer.rank
    throw new DiffusionError({
      field: `${path}, "${layer.keys[0]}"`, expected: 'a finite alpha', found: String(alpha),
      remedy: 'The file is damaged: get it again.',
    })
  }
  if (adapter) return adapterScale(adapter, module, layer.rank)
  if (!layer.adapter) return 1
  throw new DiffusionError({
    field: path, expected: 'adapter_config.json beside the adapter, which gives its scale', found: 'none',
    remedy: 'Put the adapter_config.json that was saved with it into the same folder.',
  })
}
