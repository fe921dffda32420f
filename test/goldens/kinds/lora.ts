/**
 * Kind `lora`: LoRA files of several forms, merged and beside the weights. What is stored says in its name what was
 * done: `output.merged_0.55.…`, `output.merged_bf16_1.0.…`, `output.stacked.…`; every output is computed in both modes.
 */
import { join } from 'node:path'
import { applyLoras } from '../../../diffusion/apply-loras.ts'
import { encodeTokens } from '../../../diffusion/encode-text.ts'
import { wantedByModel } from '../../../diffusion/recipes/describe-dit.ts'
import { wantedByT5 } from '../../../diffusion/recipes/describe-text-encoder.ts'
import { describeDiT, describeTextEncoder, withLora, withMotionModule } from '../../../diffusion/recipes/index.ts'
import type { LoraUse, ModelRecipe, TextEncoderRecipe } from '../../../diffusion/recipes/index.ts'
import { openLayers } from '../../../diffusion/recipes/open-weights.ts'
import { presentT5Entries } from '../../../diffusion/text/t5-encoder.ts'
import type { Device } from '../../../tensor/index.ts'
import { readTensor, toFloat32 } from '../../../tensor/index.ts'
import type { Comparer, GoldenCase, KindRunner } from '../case.ts'
import { int32, readJsonFile, withDevice } from '../model-case.ts'
import { runTransformer } from '../recipe-case.ts'

interface Hosts {
  readonly model: ModelRecipe
  readonly textEncoder: TextEncoderRecipe
}

/** One file on the models. */
interface Step {
  readonly file: string
  readonly strength: number
  readonly transformerOnly?: boolean
}

export const run: KindRunner = (golden, compare) =>
  withDevice(async (device) => {
    const base = await hostsOf(golden)
    const groups = new Set([...golden.io.keys()].flatMap((name) => groupOf(name) ?? []))
    const strengths = { whole: strengthOf(groups, 'merged'), partial: strengthOf(groups, 'merged_no_alpha') }
    for (const group of groups) {
      for (const steps of waysTo(group, strengths)) {
        for (const mode of ['merge', 'branch'] as const) {
          const hosts = await withSteps(base, golden, steps, mode)
          await compareGroup(device, golden, compare, group, hosts, mode)
        }
      }
    }
  })

/** `output.merged_0.55.sample` belongs to `merged_0.55`. */
const groupOf = (name: string): string | undefined =>
  /^output\.(.+?)\.(sample|text_embeds|transformer\.|text_encoder\.)/.exec(name)?.[1]

/** The first strength with which a kind of group is stored: what un-merging and stacking were done with. */
function strengthOf(groups: ReadonlySet<string>, what: string): number {
  const first = [...groups].sort().find((group) => new RegExp(`^${what}_-?[\\d.]+$`).test(group))
  return Number(first?.slice(what.length + 1) ?? 1)
}

/** What was done for a group; several ways where the case stores one result for two files. */
function waysTo(group: string, { whole, partial }: { whole: number; partial: number }): Step[][] {
  const [, what = group, number] = /^(.*?)_(-?\d+(?:\.\d+)?)$/.exec(group) ?? []
  const strength = Number(number ?? 0)
  switch (what) {
    case 'before':
      return [[]]
    case 'unmerged':
      return [
        [
          { file: 'lora.safetensors', strength: whole },
          { file: 'lora.safetensors', strength: -whole },
        ],
      ]
    case 'stacked':
      return [
        [
          { file: 'lora.safetensors', strength: whole },
          { file: 'lora_no_alpha_partial.safetensors', strength: partial },
        ],
      ]
    case 'merged_bf16':
      return [[{ file: 'lora_bf16.safetensors', strength }]]
    case 'merged_no_alpha':
      return [[{ file: 'lora_no_alpha_partial.safetensors', strength }]]
    case 'merged_transformer_only':
      return [[{ file: 'lora.safetensors', strength, transformerOnly: true }]]
    case 'peft':
      return [[{ file: 'peft_adapter', strength }], [{ file: 'diffusers_lora.safetensors', strength }]]
    default:
      return [[{ file: 'lora.safetensors', strength }]] // merged, merged_negative, live
  }
}

async function hostsOf(golden: GoldenCase): Promise<Hosts> {
  const weights = join(golden.dir, 'weights.safetensors')
  const { recipe } = await describeDiT(golden.dir, { weights })
  const { recipe: model } = await withMotionModule(
    recipe,
    weights,
    await readJsonFile(golden, 'transformer_additional_kwargs.json'),
  )
  const { recipe: textEncoder } = await describeTextEncoder(join(golden.dir, 'text_encoder'))
  return { model, textEncoder }
}

async function withSteps(
  base: Hosts,
  golden: GoldenCase,
  steps: readonly Step[],
  mode: LoraUse['mode'],
): Promise<Hosts> {
  let hosts = base
  for (const { file, strength, transformerOnly } of steps) {
    const path = join(golden.dir, file)
    const { model, textEncoder } = await withLora(
      transformerOnly ? { model: hosts.model } : hosts,
      path,
      strength,
      mode,
    )
    hosts = { model, textEncoder: textEncoder ?? hosts.textEncoder }
  }
  return hosts
}

async function compareGroup(
  device: Device,
  golden: GoldenCase,
  compare: Comparer,
  group: string,
  { model, textEncoder }: Hosts,
  mode: LoraUse['mode'],
): Promise<void> {
  const prefix = `output.${group}.`
  if (golden.io.has(`${prefix}sample`)) compare.tensor(`${prefix}sample`, await runTransformer(device, model, golden))
  if (golden.io.has(`${prefix}text_embeds`)) {
    const tokens = { ids: int32(golden.tensor('input.input_ids')), mask: int32(golden.tensor('input.attention_mask')) }
    compare.tensor(`${prefix}text_embeds`, (await encodeTokens(device, textEncoder, tokens)).embeds)
  }
  if (mode === 'merge') await compareWeights(device, golden, compare, prefix, { model, textEncoder })
}

/** Stored weights after the merge. */
async function compareWeights(
  device: Device,
  golden: GoldenCase,
  compare: Comparer,
  prefix: string,
  { model, textEncoder }: Hosts,
): Promise<void> {
  const halves = {
    transformer: { recipe: model, wanted: wantedByModel(model), target: 'transformer' as const },
    text_encoder: { recipe: textEncoder, wanted: wantedByT5(textEncoder.config), target: 'textEncoder' as const },
  }
  for (const [half, { recipe, wanted, target }] of Object.entries(halves)) {
    const names = [...golden.io.keys()].filter((name) => name.startsWith(`${prefix}${half}.`))
    if (names.length === 0) continue
    const entries = await openLayers(recipe.weights, target === 'textEncoder' ? presentT5Entries : (e) => e)
    const merged = await applyLoras(device, recipe.loras, { entries, weights: recipe.weights, wanted, target })
    for (const name of names) {
      const entry = merged.entries.get(name.slice(`${prefix}${half}.`.length))
      if (!entry) throw new Error(`the model has no weight for ${name}`)
      compare.tensor(name, { shape: entry.shape, data: toFloat32(await readTensor(entry)) })
    }
  }
}
