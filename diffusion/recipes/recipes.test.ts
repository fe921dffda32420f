import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDevice, writeSafetensors } from '../../tensor/index.ts'
import type { TensorData } from '../../tensor/index.ts'
import { emptyLatent } from '../latent.ts'
import { sample } from '../sample.ts'
import { describeDiT, describeTextEncoder, describeVae, withLora, withMotionModule, withWeights } from './index.ts'

const models = fileURLToPath(new URL('../../models/', import.meta.url))
const tiny = join(models, 'Diffusion_Transformer/tiny-shapes-64')
const motionModule = join(models, 'Motion_Module/tiny_shapes_mm.safetensors')
const lora = join(models, 'Personalized_Model/tiny_shapes_outline_lora.safetensors')
let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'kinograph-recipes-'))
})
afterAll(() => rm(scratch, { recursive: true }))

/** A transformer folder with this config and these weights. */
async function folder(name: string, config: unknown, tensors?: Map<string, TensorData>): Promise<string> {
  const path = join(scratch, name, 'transformer')
  await mkdir(path, { recursive: true })
  await writeFile(join(path, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config))
  if (tensors) await writeSafetensors(join(path, 'diffusion_pytorch_model.safetensors'), tensors)
  else
    await copyFile(
      join(tiny, 'transformer/diffusion_pytorch_model.safetensors'),
      join(path, 'diffusion_pytorch_model.safetensors'),
    )
  return join(scratch, name)
}
const tinyConfig = async (): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(join(tiny, 'transformer/config.json'), 'utf8'))
const zeros = (...shape: number[]): TensorData => ({
  dtype: 'float32',
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
})

describe('recipes', () => {
  test('are plain data: they survive JSON', async () => {
    const { recipe } = await withMotionModule((await describeDiT(tiny)).recipe, motionModule)
    const { model } = await withLora({ model: recipe }, lora, 0.5)
    expect(JSON.parse(JSON.stringify(model))).toEqual(model)
    expect(model).toMatchObject({
      kind: 'model',
      family: 'easyanimate-v1',
      loras: [{ path: lora, strength: 0.5, mode: 'branch' }],
    })
    expect(model.weights.map(({ role }) => role)).toEqual(['base', 'motion-module'])
  })

  test('report every key', async () => {
    const { recipe, report } = await describeDiT(tiny)
    expect(report).toMatchObject({ missing: [], unexpected: [], wrongShape: [] })
    expect(report.matched).toHaveLength(15 + 6 * 21)
    const moving = await withMotionModule(recipe, motionModule)
    expect(moving.report).toMatchObject({ missing: [], unexpected: [] })
    expect((await describeVae(tiny)).report.missing).toEqual([])
    expect((await describeTextEncoder(join(tiny, 'text_encoder'))).recipe.tokenizer).toBe(join(tiny, 'tokenizer'))
  })

  test('a second motion module takes the place of the first', async () => {
    const { recipe } = await withMotionModule((await describeDiT(tiny)).recipe, motionModule)
    expect((await withMotionModule(recipe, motionModule)).recipe).toEqual(recipe)
  })

  test('personalised weights say what they leave and what is of no use', async () => {
    const { recipe } = await describeDiT(tiny)
    const path = join(scratch, 'personal.safetensors')
    await writeSafetensors(
      path,
      new Map([
        ['proj_out.bias', zeros(32)],
        ['surplus', zeros(1)],
      ]),
    )
    const { recipe: personal, report } = await withWeights(recipe, path)
    expect(report.matched).toEqual(['proj_out.bias'])
    expect(report.unexpected).toEqual(['surplus'])
    expect(report.missing).toHaveLength(15 + 6 * 21 - 1)
    expect(personal.weights.at(-1)).toMatchObject({ role: 'weights', path })
  })
})

describe('a wrong model is refused by name', () => {
  test.each([
    [
      'a folder that is not there',
      () => describeDiT(join(tiny, 'nowhere')),
      'expected a model folder with transformer/config.json, got nothing there.',
    ],
    [
      'an autoencoder as a transformer',
      () => describeDiT(join(tiny, 'vae')),
      'or "Transformer3DModel", got "AutoencoderKL". Choose the transformer folder of a PixArt-alpha',
    ],
    [
      'a transformer as an autoencoder',
      () => describeVae(join(tiny, 'transformer')),
      '"_class_name": expected "AutoencoderKL", got "Transformer2DModel". Choose the vae folder',
    ],
    [
      'an autoencoder as a text encoder',
      () => describeTextEncoder(join(tiny, 'vae')),
      'expected a T5 text encoder, got an autoencoder (VAE). Choose the file or folder of a T5 text encoder.',
    ],
    [
      'an unreadable config',
      async () => describeDiT(await folder('broken', '{')),
      'config.json: expected JSON, got text that does not parse.',
    ],
    [
      'weights of another model',
      async () =>
        describeDiT(await folder('vae-in-it', await tinyConfig(), new Map([['decoder.conv_in.weight', zeros(1)]]))),
      'expected a PixArt-alpha transformer, got an autoencoder (VAE). Choose the file or folder of a PixArt',
    ],
    [
      'a config with more layers than the weights',
      async () => describeDiT(await folder('longer', { ...(await tinyConfig()), num_layers: 7 })),
      '21 fewer; missing: transformer_blocks.6.scale_shift_table, transformer_blocks.6.attn1.to_q.weight',
    ],
    [
      'a config of another width',
      async () =>
        describeDiT(
          await folder('wider', { ...(await tinyConfig()), attention_head_dim: 64, cross_attention_dim: 256 }),
        ),
      'The file belongs to a model of another size',
    ],
  ])('%s', async (_, attempt, text) => {
    await expect(attempt()).rejects.toThrow(text)
  })

  test.each([
    [
      'a LoRA as a motion module',
      async () => withMotionModule((await describeDiT(tiny)).recipe, lora),
      'expected a motion module, got a LoRA. Choose a file of models/Motion_Module',
    ],
    [
      'a motion module as personalised weights of a base',
      async () => withWeights((await describeDiT(tiny)).recipe, motionModule),
      'expected weights of a PixArt-alpha transformer, got a motion module.',
    ],
    [
      'a LoRA as personalised weights',
      async () => withWeights((await describeDiT(tiny)).recipe, lora),
      'got a LoRA. Choose a personalised checkpoint of models/Personalized_Model; a LoRA goes through ApplyLoRA.',
    ],
    [
      'a checkpoint as a LoRA',
      async () => withLora({ model: (await describeDiT(tiny)).recipe }, motionModule, 1),
      'tiny_shapes_mm.safetensors',
    ],
    [
      'a strength that is none',
      async () => withLora({ model: (await describeDiT(tiny)).recipe }, lora, NaN),
      'strength: expected a number, got NaN.',
    ],
  ])('%s', async (_, attempt, text) => {
    await expect(attempt()).rejects.toThrow(text)
  })

  test('personalised weights of another size', async () => {
    const path = join(scratch, 'large.safetensors')
    await writeSafetensors(path, new Map([['proj_out.bias', zeros(64)]]))
    await expect(withWeights((await describeDiT(tiny)).recipe, path)).rejects.toThrow(
      `${path}: expected "proj_out.bias" of shape [32], got [64]. The file belongs to a model of another size`,
    )
  })

  test('a file that changed since it was described', async () => {
    const path = join(scratch, 'changing.safetensors')
    await writeSafetensors(path, new Map([['proj_out.bias', zeros(32)]]))
    const { recipe } = await withWeights((await describeDiT(tiny)).recipe, path)
    await writeSafetensors(path, new Map([['proj_out.bias', { ...zeros(32), data: new Float32Array(32).fill(1) }]]))
    const device = await openDevice('cpu')
    const text = { embeds: zeros(1, 1, 128), mask: { dtype: 'int32' as const, shape: [1, 1], data: Int32Array.of(1) } }
    const request = {
      positive: text,
      latents: emptyLatent({ width: 64, height: 64 }),
      scheduler: 'Euler',
      steps: 1,
      guidance: 1,
      seed: 0,
    }
    await expect(sample(device, recipe, request)).rejects.toThrow(
      'expected the file as it was when the model was loaded, got another content. Load the model again.',
    )
    await device.close()
  })
})
