/**
 * The embedded model against the reference pipeline's own numbers: same prompt, seed and sampler → the same noise,
 * final latents and frames.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  decodeFrames,
  describeDiT,
  describeTextEncoder,
  describeVae,
  textToVideo,
  tokenize,
  withLora,
  withMotionModule,
} from '../diffusion/index.ts'
import type { Pipeline } from '../diffusion/index.ts'
import { Generator } from '../diffusion/random/index.ts'
import { openCheckpoint, openDevice, readTensor } from '../tensor/index.ts'
import type { Device, TensorData } from '../tensor/index.ts'

interface Case {
  readonly name: string
  readonly prompt: string
  readonly negative_prompt: string
  readonly seed: number
  readonly scheduler: string
  readonly lora: string | null
  readonly lora_weight?: number
  readonly steps: number
  readonly guidance_scale: number
  readonly width: number
  readonly height: number
  readonly video_length: number
}

const folder = fileURLToPath(new URL('./fixtures/tiny-reference/', import.meta.url))
const models = fileURLToPath(new URL('../models/', import.meta.url))
const { cases } = JSON.parse(readFileSync(`${folder}reference.json`, 'utf8')) as { cases: Case[] } // our own file

describe('the embedded model reproduces the reference pipeline', () => {
  let device: Device
  let plain: Pipeline
  let reference: ReadonlyMap<string, TensorData>

  beforeAll(async () => {
    device = await openDevice('cpu')
    plain = await openPipeline()
    const { entries } = await openCheckpoint(`${folder}reference.safetensors`)
    reference = new Map(
      await Promise.all([...entries].map(async ([name, entry]) => [name, await readTensor(entry)] as const)),
    )
  })
  afterAll(() => device?.close())

  test.each(cases)('$name', async (one) => {
    const stored = (what: string) => [...reference.get(`${one.name}.${what}`)!.data].map(Number)
    const pipeline =
      one.lora === null ? plain : { ...plain, ...(await withLora(plain, `${models}${one.lora}`, one.lora_weight ?? 1)) }
    const made = await textToVideo(device, pipeline, {
      prompts: [one.prompt],
      negativePrompt: one.negative_prompt,
      width: one.width,
      height: one.height,
      frames: one.video_length,
      scheduler: one.scheduler,
      steps: one.steps,
      guidance: one.guidance_scale,
      seed: one.seed,
    })

    const { ids } = await tokenize(plain.textEncoder, [one.prompt, one.negative_prompt])
    expect([...ids.data]).toEqual([...stored('input_ids'), ...stored('negative_input_ids')])
    expect(
      largestError(new Generator(one.seed).randn(made.latents.shape), stored('initial_latents'), 0),
    ).toBeLessThanOrEqual(2e-6)
    expect(largestError(made.latents.data, stored('final_latents'), 2e-3)).toBeLessThanOrEqual(5e-3)

    const pictures: number[] = []
    for await (const picture of made.pictures()) pictures.push(...interleaved(picture).map((x) => 255 * x))
    const bytes: number[] = []
    for await (const frame of decodeFrames(device, pipeline.vae, made.latents)) bytes.push(...frame)
    for (const frames of [pictures, bytes]) {
      const apart = stored('frames').map((byte, i) => Math.abs(byte - frames[i]!))
      expect(apart.reduce((a, b) => a + b, 0) / apart.length).toBeLessThanOrEqual(0.3)
      expect(apart.reduce((a, b) => Math.max(a, b), 0)).toBeLessThanOrEqual(3)
    }
  })
})

async function openPipeline(): Promise<Pipeline> {
  const base = `${models}Diffusion_Transformer/tiny-shapes-64`
  const [{ recipe }, { recipe: textEncoder }, { recipe: vae }] = await Promise.all([
    describeDiT(base),
    describeTextEncoder(base),
    describeVae(base),
  ])
  const { recipe: model } = await withMotionModule(recipe, `${models}Motion_Module/tiny_shapes_mm.safetensors`)
  return { model, textEncoder, vae }
}

/** The largest |a − b| − rtol·|b|. */
function largestError(actual: ArrayLike<number>, stored: readonly number[], rtol: number): number {
  return stored.reduce((worst, want, i) => Math.max(worst, Math.abs(actual[i]! - want) - rtol * Math.abs(want)), 0)
}

/** [3, h, w] → [h, w, 3]. */
function interleaved(picture: Float32Array): number[] {
  const plane = picture.length / 3
  return Array.from(picture, (_, i) => picture[(i % 3) * plane + Math.floor(i / 3)]!)
}
