/** The answer to `inspect`: what a weights file is, by its names and shapes; no tensor is read and nothing is run. */
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describeDiT, describeTextEncoder, describeVae, loraKeyOf } from '../diffusion/index.ts'
import { listWeights } from '../tensor/index.ts'
import type { LoadReport, TensorEntry } from '../tensor/index.ts'
import { reported } from './reported.ts'
import type { InspectRequest, KeyCount, WeightsReport } from './protocol-files.ts'

type Entries = ReadonlyMap<string, TensorEntry>
type Fit = NonNullable<WeightsReport['fit']>

/** What a file can be. */
interface Kind extends Pick<WeightsReport, 'kind' | 'family' | 'title' | 'advice'> {
  /** It is this where a name has this form. */
  readonly has: RegExp
  /** How well it fits; `undefined` where a configuration that isn't there would say. */
  fit?(path: string, entries: Entries): Promise<Fit | undefined>
}

const NOT_OURS = 'No node of this version loads it.'

/** In the order in which they are tried. */
const KINDS: readonly Kind[] = [
  {
    kind: 'lora', title: 'LoRA', advice: 'Put it into models/Personalized_Model and choose it in ApplyLoRA.',
    has: /(^|\.)lora_(unet|te\d?|transformer)_|\.lora_(A|B|down|up)\b|\.lora\.(down|up)\b/,
    fit: (_path, entries) => Promise.resolve(fitOf(entries.keys(), isLoraKey)),
  },
  {
    kind: 'transformer', family: 'pixart', title: 'PixArt-alpha transformer', advice: 'Its folder belongs into models/Diffusion_Transformer; choose it in LoadDiT.',
    has: /^adaln_single\./,
    fit: (path) => fitByConfig(() => describeDiT(dirname(path), { weights: path })),
  },
  {
    kind: 'motion-module', family: 'easyanimate-v1', title: 'EasyAnimate V1 motion module', advice: 'Put it into models/Motion_Module and choose it in LoadMotionModule.',
    has: /\battn_temporal\.|\btemporal_transformer\./,
    fit: (_path, entries) => Promise.resolve(fitOf(entries.keys(), (name) => name.includes('temporal'))),
  },
  {
    kind: 'autoencoder', family: 'kl', title: 'autoencoder (VAE)', advice: 'Its folder belongs into models/Diffusion_Transformer; choose it in LoadVAE.',
    has: /^(encoder|decoder)\.(down_blocks|up_blocks|mid_block|conv_in|down|up|mid)\b|^post_quant_conv\./,
    fit: (path) => fitByConfig(() => describeVae(dirname(path), { weights: path })),
  },
  {
    kind: 'text-encoder', family: 't5', title: 'T5 text encoder', advice: 'Its folder belongs into models/Diffusion_Transformer; choose it in LoadTextEncoder.',
    has: /^encoder\.block\.\d+\.layer\.|^shared\.weight$/,
    fit: (path) => fitByConfig(() => describeTextEncoder(dirname(path), { weights: path })),
  },
  { kind: 'checkpoint', family: 'stable-diffusion', title: 'single-file Stable Diffusion checkpoint', has: /^model\.diffusion_model\.(input_blocks|middle_block)\./, advice: NOT_OURS },
  { kind: 'unet', family: 'stable-diffusion', title: 'Stable Diffusion U-Net', has: /^(time_embedding|add_embedding|down_blocks\.\d+\.attentions\.\d+\.transformer_blocks)\./, advice: NOT_OURS },
  { kind: 'transformer', title: 'diffusion transformer of another kind (Flux, SD3)', has: /(^|\.)(double_blocks|single_transformer_blocks|joint_blocks|single_blocks)\./, advice: NOT_OURS },
  { kind: 'text-encoder', family: 'clip', title: 'CLIP text encoder', has: /^text_model\./, advice: NOT_OURS },
]

const UNKNOWN: Omit<Kind, 'has'> = { kind: 'unknown', advice: 'Nothing here knows what to do with it; the first names may tell you what it is.' }

const FIRST_KEYS = 20
const FIRST_TENSORS = 50
/** Of one text of the header, in characters, and how many of them. */
const MOST_TEXT = 2000
const MOST_TEXTS = 100

/** @throws WorkflowError for a file that can't be read, is damaged or lies about itself */
export function inspectWeights({ path }: InspectRequest): Promise<WeightsReport> {
  return reported(async () => {
    const parts = partsOf(path)
    const { file, entries, metadata } = await listWeights(parts[0] === undefined ? path : join(path, parts[0]))
    const names = [...entries.keys()]
    const { has: _has, fit, ...found }: Kind | Omit<Kind, 'has'> & { has?: RegExp } = KINDS.find(({ has }) => names.some((name) => has.test(name))) ?? UNKNOWN
    const fits = await fit?.(file, entries)
    return {
      format: file.toLowerCase().includes('.safetensors') ? 'safetensors' : 'pytorch',
      bytes: (await stat(file)).size,
      ...sizesOf(entries), ...found, ...(fits && { fit: fits }),
      metadata: Object.fromEntries(Object.entries(metadata).slice(0, MOST_TEXTS).map(([name, text]) => [name.slice(0, 200), text.slice(0, MOST_TEXT)])),
      first: [...entries.values()].slice(0, FIRST_TENSORS).map(({ name, dtype, shape }) => ({ name: name.slice(0, 500), dtype, shape })),
      ...(parts.length > 0 && { parts }),
    }
  })
}

/** The folders with weights of a whole model as diffusers lays it out. */
function partsOf(path: string): readonly string[] {
  if (!existsSync(join(path, 'model_index.json'))) return []
  return ['transformer', 'vae', 'text_encoder'].filter((part) => existsSync(join(path, part)))
}

function sizesOf(entries: Entries): Pick<WeightsReport, 'tensors' | 'parameters' | 'dtypes'> {
  const byType = new Map<string, { dtype: string; tensors: number; parameters: number; bytes: number }>()
  for (const { dtype, shape, bytes } of entries.values()) {
    const sum = byType.get(dtype) ?? { dtype, tensors: 0, parameters: 0, bytes: 0 }
    byType.set(dtype, { dtype, tensors: sum.tensors + 1, parameters: sum.parameters + shape.reduce((a, b) => a * b, 1), bytes: sum.bytes + bytes })
  }
  const dtypes = [...byType.values()].sort((a, b) => b.parameters - a.parameters)
  return { tensors: entries.size, parameters: dtypes.reduce((sum, { parameters }) => sum + parameters, 0), dtypes }
}

function fitOf(names: Iterable<string>, isKnown: (name: string) => boolean): Fit {
  const all = [...names]
  const unexpected = all.filter((name) => !isKnown(name))
  return { matched: all.length - unexpected.length, missing: counted([]), unexpected: counted(unexpected) }
}

/** A form of LoRA that isn't covered is none that fits. */
function isLoraKey(name: string): boolean {
  try {
    return loraKeyOf(name) !== null
  } catch {
    return false
  }
}

/** Against the configuration beside it; nothing is said where there is none, or it is another model's. */
async function fitByConfig(describe: () => Promise<{ readonly report: LoadReport }>): Promise<Fit | undefined> {
  try {
    const { matched, missing, unexpected, wrongShape } = (await describe()).report
    return { matched: matched.length, missing: counted(missing), unexpected: counted([...unexpected, ...wrongShape.map(({ name }) => name)]) }
  } catch {
    return undefined
  }
}

const counted = (names: readonly string[]): KeyCount => ({ count: names.length, first: names.slice(0, FIRST_KEYS).map((name) => name.slice(0, 500)) })
