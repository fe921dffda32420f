/**
 * Kind `pipeline`: complete EasyAnimate V1 set-ups in the official folder layout, prompt to video, every stored run.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  describeDiT,
  describeTextEncoder,
  describeVae,
  encodeText,
  textToVideo,
  tokenize,
  withLora,
  withMotionModule,
} from '../../../diffusion/index.ts'
import type { Pipeline, StepInfo, TextEncoderRecipe, TextToVideoRequest } from '../../../diffusion/index.ts'
import type { Device, TensorData } from '../../../tensor/index.ts'
import type { Comparer, GoldenCase, KindRunner } from '../case.ts'
import { withDevice } from '../model-case.ts'

/** case.json's arguments, as the case documents them. */
interface Arguments {
  readonly common: Settings
  readonly runs: readonly Run[]
  readonly prompts2: readonly string[]
  readonly clean_caption: boolean
  readonly max_sequence_length: number
}
interface Settings {
  readonly prompt: string | readonly string[]
  readonly negative_prompt: string
  readonly height: number
  readonly width: number
  readonly video_length: number
  readonly guidance_scale: number
}
interface Run {
  readonly name: string
  readonly sampler: string
  readonly num_inference_steps: number
  /** Strength of the LoRA, null without. */
  readonly lora: number | null
  /** Name of the stored noise to start with, null where it is drawn. */
  readonly latents: string | null
  readonly generator_seed: number | null
  readonly overrides: Partial<Settings>
}

export const run: KindRunner = (golden, compare) =>
  withDevice(async (device) => {
    const args = golden.spec.arguments as unknown as Arguments // documented, see above
    const models = join(golden.dir, 'models')
    const plain = await loadPipeline(golden, models)
    const lora = join(models, 'Personalized_Model', await first(join(models, 'Personalized_Model')).catch(() => ''))
    for (const one of args.runs) {
      const pipeline = one.lora === null ? plain : { ...plain, ...(await withLora(plain, lora, one.lora, 'branch')) }
      await compareRun(device, golden, compare, pipeline, args, one)
    }
    const strength = args.runs.find((one) => one.lora !== null)?.lora ?? 1
    await compareTexts(device, golden, compare, args, plain.textEncoder, () =>
      withLora(plain, lora, strength, 'merge').then(({ textEncoder }) => textEncoder),
    )
  })

/** The folders and files of the official layout; there is one of each. */
async function loadPipeline(golden: GoldenCase, models: string): Promise<Pipeline> {
  const base = join(models, 'Diffusion_Transformer', await first(join(models, 'Diffusion_Transformer')))
  const motion = await first(join(models, 'Motion_Module')).catch(() => null)
  const [{ recipe }, { recipe: textEncoder }, { recipe: vae }] = await Promise.all([
    describeDiT(base),
    describeTextEncoder(base),
    describeVae(base),
  ])
  if (motion === null) return { model: recipe, textEncoder, vae }
  const kwargs = golden.config?.['transformer_additional_kwargs']
  const { recipe: model } = await withMotionModule(recipe, join(models, 'Motion_Module', motion), kwargs)
  return { model, textEncoder, vae }
}

async function first(folder: string): Promise<string> {
  const [name] = (await readdir(folder)).sort()
  if (name === undefined) throw new Error(`${folder} is empty`)
  return name
}

async function compareRun(
  device: Device,
  golden: GoldenCase,
  compare: Comparer,
  pipeline: Pipeline,
  args: Arguments,
  one: Run,
): Promise<void> {
  const settings = { ...args.common, ...one.overrides }
  const steps: StepInfo[] = []
  const made = await textToVideo(device, pipeline, requestOf(golden, args, settings, one), {
    onStep: (info) => steps.push(info),
  })
  const stored = (name: string) => golden.io.has(name)

  const outputs: Readonly<Record<string, () => Promise<Numbers> | Numbers>> = {
    [`output.${one.name}.final_latents`]: () => made.latents,
    [`output.${one.name}.timesteps`]: () => ({ shape: [steps.length], data: steps.map(({ timestep }) => timestep) }),
    [`output.${one.name}.video`]: async () => videoOf(await all(made.pictures()), settings, made.latents.shape[0]),
    [`mid.${one.name}.latents`]: () =>
      stacked(
        steps.map(({ latents }) => latents),
        made.latents.shape,
      ),
    [`mid.${one.name}.noise_pred`]: () =>
      stacked(
        steps.map(({ noisePred }) => noisePred),
        made.latents.shape,
      ),
  }
  for (const [name, value] of Object.entries(outputs)) if (stored(name)) compare.tensor(name, await value())
}

interface Numbers {
  readonly shape: readonly number[]
  readonly data: ArrayLike<number>
}

function requestOf(golden: GoldenCase, args: Arguments, settings: Settings, one: Run): TextToVideoRequest {
  return {
    prompts: [settings.prompt].flat(),
    negativePrompt: settings.negative_prompt,
    width: settings.width,
    height: settings.height,
    frames: settings.video_length,
    scheduler: one.sampler,
    steps: one.num_inference_steps,
    guidance: settings.guidance_scale,
    seed: one.generator_seed ?? 0,
    schedulerConfig: (golden.config?.['noise_scheduler_kwargs'] ?? {}) as TextToVideoRequest['schedulerConfig'] &
      object, // JSON
    ...(one.latents !== null && { noise: Float32Array.from(golden.tensor(one.latents).data) }),
    clean: args.clean_caption,
    maxLength: args.max_sequence_length,
  }
}

const stacked = (parts: readonly Float32Array[], shape: readonly number[]): Numbers => ({
  shape: [parts.length, ...shape],
  data: Float32Array.from(parts.flatMap((part) => [...part])),
})

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

/** Pictures [3, h, w], sample by sample → [batch, 3, frames, h, w]. */
function videoOf(
  pictures: readonly Float32Array[],
  { height, width, video_length: frames }: Settings,
  batch: number,
): Numbers {
  const plane = height * width
  const data = new Float32Array(batch * 3 * frames * plane)
  pictures.forEach((picture, i) => {
    const [sample, frame] = [Math.floor(i / frames), i % frames]
    for (let c = 0; c < 3; c++)
      data.set(picture.subarray(c * plane, (c + 1) * plane), ((sample * 3 + c) * frames + frame) * plane)
  })
  return { shape: [batch, 3, frames, height, width], data }
}

/** Token ids, masks and embeddings of the prompts, without and with the LoRA. */
async function compareTexts(
  device: Device,
  golden: GoldenCase,
  compare: Comparer,
  args: Arguments,
  plain: TextEncoderRecipe,
  withStyle: () => Promise<TextEncoderRecipe>,
): Promise<void> {
  const options = { clean: args.clean_caption, maxLength: args.max_sequence_length }
  const groups = new Set(
    [...golden.io.keys()].flatMap((name) => /^output\.(text\d+(?:_lora)?)\./.exec(name)?.[1] ?? []),
  )
  for (const group of groups) {
    const encoder = group.endsWith('_lora') ? await withStyle() : plain
    const prompts = group.startsWith('text1') ? [args.common.prompt].flat() : [...args.prompts2]
    const texts = { prompt: prompts, negative: prompts.map(() => args.common.negative_prompt) }
    for (const [which, list] of Object.entries(texts)) {
      const { ids, mask } = await tokenize(encoder, list, options)
      const { embeds } = await encodeText(device, encoder, list, options)
      const embedsName = which === 'prompt' ? 'prompt_embeds' : 'negative_prompt_embeds'
      for (const [name, tensor] of [
        [`${which}_ids`, ids],
        [`${which}_mask`, mask],
        [embedsName, embeds],
      ] as const) {
        compareStored(golden, compare, `output.${group}.${name}`, tensor)
      }
    }
  }
}

/** A negative prompt is stored once, or once for each prompt. */
function compareStored(golden: GoldenCase, compare: Comparer, name: string, { shape, data }: TensorData): void {
  if (!golden.io.has(name)) return
  const rows = golden.tensor(name).shape[0]!
  compare.tensor(name, { shape: [rows, ...shape.slice(1)], data: data.slice(0, (data.length / shape[0]!) * rows) })
}
