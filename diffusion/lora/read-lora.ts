/** Opening a LoRA file against the layers of the models that it is to change. */
import {
  openCheckpoint, readTensor, toFloat32, type FileIdentity, type LoadReport, type WrongShape,
} from '../../tensor/weights/index.ts'
import { isFloat } from '../../tensor/graph/dtype.ts'
import type { TensorEntry } from '../../tensor/graph/entry.ts'
import { DiffusionError } from '../error.ts'
import { adapterConfigOfMetadata, adapterScale, readAdapterConfig, type AdapterConfig } from './adapter-config.ts'
import { parseLoraKey, type LoraKey, type LoraTarget } from './lora-keys.ts'
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

/** One layer's factors. */
interface Layer extends Omit<LoraKey, 'part'> {
  readonly keys: readonly string[]
  readonly down: TensorEntry
  readonly up: TensorEntry
  readonly alpha: TensorEntry | undefined
  readonly rank: number
}

interface Parts extends Omit<LoraKey, 'part'> {
  readonly keys: string[]
  readonly found: Map<LoraKey['part'], TensorEntry>
}

function groupByLayer(path: string, entries: ReadonlyMap<string, TensorEntry>): { layers: Layer[]; unknown: string[] } {
  const groups = new Map<string, Parts>()
  const unknown: string[] = []
  for (const [key, entry] of entries) {
    const parsed = parseLoraKey(key)
    if (!parsed) {
      unknown.push(key)
      continue
    }
    const { part, ...rest } = parsed
    const id = `${rest.family} ${rest.target} ${rest.module}`
    const group: Parts = groups.get(id) ?? { ...rest, keys: [], found: new Map() }
    if (group.found.has(part)) throw twice(path, key, group)
    group.found.set(part, entry)
    group.keys.push(key)
    groups.set(id, group)
  }
  checkOneFamily(path, groups)
  const [factors, alphas] = partition([...groups.values()], ({ found }) => found.has('down') || found.has('up'))
  const layers = factors.map((group) => complete(path, group))
  return { layers, unknown: [...unknown, ...alphas.flatMap(({ keys }) => keys)] }
}

const partition = <T>(all: readonly T[], test: (item: T) => boolean): [T[], T[]] =>
  [all.filter(test), all.filter((item) => !test(item))]

function twice(path: string, key: string, { keys }: Parts): DiffusionError {
  return new DiffusionError({
    field: `${path}, "${key}"`, expected: 'one such factor for each layer', found: `another beside ${keys.join(', ')}`,
    remedy: 'Two LoRAs were put into one file: save them apart and apply both.',
  })
}

function checkOneFamily(path: string, groups: ReadonlyMap<string, Parts>): void {
  const all = [...groups.values()]
  const [kohya, diffusers] = ['kohya', 'diffusers'].map((family) => all.find((group) => group.family === family))
  if (!kohya || !diffusers) return
  throw new DiffusionError({
    field: path, expected: 'keys of one form',
    found: `"${kohya.keys[0]}" (kohya) and "${diffusers.keys[0]}" (diffusers)`,
    remedy: 'Two LoRAs were put into one file: save them apart and apply both.',
  })
}

/** Both halves, of one rank. */
function complete(path: string, { found, ...group }: Parts): Layer {
  const [down, up, alpha] = [found.get('down'), found.get('up'), found.get('alpha')]
  const refuse = (expected: string, got: string, remedy: string) =>
    new DiffusionError({ field: `${path}, "${group.keys[0]}"`, expected, found: got, remedy })
  if (!down || !up) throw refuse('a down and an up factor', `${down ? 'down' : 'up'} alone`, 'Get the whole file.')
  const shapes = `down [${down.shape.join(', ')}], up [${up.shape.join(', ')}]`
  if (down.shape.length === 4 || up.shape.length === 4) {
    throw refuse('factors of a linear layer', `${shapes}, of a convolution`, 'Train it without the convolutions.')
  }
  const rank = up.shape[1] ?? 0
  if (down.shape.length !== 2 || up.shape.length !== 2 || down.shape[0] !== rank || rank === 0) {
    throw refuse('down [rank, in] and up [out, rank], of one rank from 1', shapes, 'The file is damaged: get it again.')
  }
  if (!isFloat(down.dtype) || !isFloat(up.dtype)) {
    throw refuse('floating-point factors', `${down.dtype}, ${up.dtype}`, 'Use the unquantised LoRA.')
  }
  return { ...group, down, up, alpha, rank }
}

interface Match {
  readonly target: LoraTarget
  readonly module: string
  readonly layer: Layer
}

function matchLayers(path: string, layers: readonly Layer[], modules: LoraModules) {
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

function sameLayer(path: string, layer: Layer, module: string): DiffusionError {
  return new DiffusionError({
    field: `${path}, "${layer.keys[0]}"`, expected: 'one pair of factors for each layer',
    found: `a second one for ${module}`, remedy: 'Two LoRAs were put into one file: save them apart and apply both.',
  })
}

/**
 * Finds a layer's module path. kohya's names have underscores for dots; where two paths would fit, the reference splits
 * as early as it can, which is the first in order of characters ('.' comes before '_').
 */
function placesOf(layers: LinearLayers): (layer: Layer) => string | undefined {
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
