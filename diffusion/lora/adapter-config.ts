/** The scale of a PEFT adapter: adapter_config.json, or the same settings in a diffusers file's metadata. */
import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileIdentity, type FileIdentity } from '../../tensor/weights/index.ts'
import { DiffusionError } from '../error.ts'
import type { LoraTarget } from './lora-keys.ts'

/** α and form of the scale for each layer of an adapter. */
export interface AdapterConfig {
  readonly alpha: number
  /** α by module path or its end, before `alpha`. */
  readonly alphaPattern: ReadonlyMap<string, number>
  /** Rank-stabilised: the scale is α/√rank (Kalajdzievski, 2023), not α/rank. */
  readonly rankStabilised: boolean
}

/** Settings with the file that they come from. */
export interface AdapterFile {
  readonly config: AdapterConfig
  readonly identity: FileIdentity
}

/**
 * The adapter_config.json that belongs to `path`, a folder or a file in it; null where there is none.
 * @throws DiffusionError when it is damaged, or describes something else than a plain LoRA.
 */
export async function readAdapterConfig(path: string): Promise<AdapterFile | null> {
  const folder = (await stat(path)).isDirectory() ? path : dirname(path)
  const file = join(folder, 'adapter_config.json')
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return null
  return { config: parseAdapterConfig(parseJson(text, file), file), identity: await fileIdentity(file) }
}

/** diffusers ≥ 0.33 writes them into the file, each name behind that of its model (`transformer.lora_alpha`). */
export function adapterConfigOfMetadata(
  metadata: Readonly<Record<string, string>>, target: LoraTarget, file: string,
): AdapterConfig | null {
  const text = metadata['lora_adapter_metadata']
  if (text === undefined) return null
  const prefix = target === 'transformer' ? /^(transformer|unet)\./ : /^text_encoder\./
  const fields = Object.entries(parseJson(text, file)).filter(([key]) => prefix.test(key))
  const own = fields.map(([key, value]) => [key.replace(prefix, ''), value])
  const config: Record<string, unknown> = Object.fromEntries(own)
  return 'lora_alpha' in config ? parseAdapterConfig(config, file) : null
}

/** α/rank, or α/√rank, for the layer at `path`. */
export function adapterScale(config: AdapterConfig, path: string, rank: number): number {
  const special = [...config.alphaPattern].find(([end]) => path === end || path.endsWith(`.${end}`))
  return (special?.[1] ?? config.alpha) / (config.rankStabilised ? Math.sqrt(rank) : rank)
}

function parseAdapterConfig(config: Readonly<Record<string, unknown>>, file: string): AdapterConfig {
  const refuse = (field: string, expected: string, remedy: string): never => {
    throw new DiffusionError({ field: `${file}, ${field}`, expected, found: JSON.stringify(config[field]), remedy })
  }
  const convert = 'Merge the adapter with peft, and load the result as a checkpoint.'
  if ((config['peft_type'] ?? 'LORA') !== 'LORA') refuse('peft_type', '"LORA"', convert)
  if (config['use_dora']) refuse('use_dora', 'false', convert)
  if (config['fan_in_fan_out']) refuse('fan_in_fan_out', 'false', convert)
  if ((config['bias'] ?? 'none') !== 'none') refuse('bias', '"none"', convert)
  const alpha = config['lora_alpha'] ?? 8                              // PEFT's default
  if (typeof alpha !== 'number' || !Number.isFinite(alpha)) return refuse('lora_alpha', 'a number', 'Correct the file.')
  const pattern = Object.entries(config['alpha_pattern'] ?? {}).map(([end, value]): [string, number] => {
    if (!/^[\w.]+$/.test(end)) refuse('alpha_pattern', 'module paths or their ends', 'Write each path out in full.')
    if (typeof value !== 'number' || !Number.isFinite(value)) refuse('alpha_pattern', 'numbers', 'Correct the file.')
    return [end, Number(value)]
  })
  return { alpha, alphaPattern: new Map(pattern), rankStabilised: config['use_rslora'] === true }
}

function parseJson(text: string, file: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === 'object' && parsed !== null) return Object.fromEntries(Object.entries(parsed))
  } catch {
    // reported below, as for JSON that is no object
  }
  throw new DiffusionError({
    field: file, expected: 'a JSON object with the settings of an adapter', found: JSON.stringify(text.slice(0, 60)),
    remedy: 'Download the file again.',
  })
}
