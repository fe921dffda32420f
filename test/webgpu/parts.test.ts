/** What else may be in a run on the GPU: text, LoRAs, weights of several element types; in a device thread, as the product has it. */
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { emptyLatent, encodeText, sample, withLora } from '../../diffusion/index.ts'
import type { Conditioning, Pipeline } from '../../diffusion/index.ts'
import { openCheckpoint, openDeviceThread, readTensor, toFloat32, writeSafetensors } from '../../tensor/index.ts'
import type { Device, TensorData } from '../../tensor/index.ts'
import { describeOnGpu } from './gpu.ts'
import { BASE, largestDifference, LORA, openPipeline, PROMPT } from './tiny-model.ts'

const TOLERANCE = 1e-2
const MINUTES = 60_000

describeOnGpu('webgpu in a thread of its own agrees with the processor:', () => {
  let folder: string
  let cpu: Device
  let webgpu: Device
  let plain: Pipeline
  let positive: Conditioning

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kinograph-webgpu-'))
    process.env['KINOGRAPH_CACHE_DIR'] = join(folder, 'cache')        // for merged weights
    ;[cpu, webgpu, plain] = await Promise.all([openDeviceThread('cpu'), openDeviceThread('webgpu'), openPipeline()])
    positive = await encodeText(cpu, plain.textEncoder, [PROMPT])
  })
  afterAll(async () => {
    await Promise.all([cpu?.close(), webgpu?.close()])
    await rm(folder, { recursive: true })
  })

  /** What the model predicts in one unguided step of two frames. */
  async function predict(device: Device, { model }: Pick<Pipeline, 'model'>): Promise<Float32Array> {
    const predictions: Float32Array[] = []
    await sample(device, model, {
      positive, latents: emptyLatent({ width: 64, height: 64, frames: 2 }), scheduler: 'DDIM', steps: 1, guidance: 1, seed: 7,
    }, { onStep: ({ noisePred }) => predictions.push(noisePred) })
    return predictions[0]!
  }

  test('the text encoder, whose embedding table is in half precision', async () => {
    const texts = [PROMPT, 'a white square']
    const [expected, found] = [await encodeText(cpu, plain.textEncoder, texts), await encodeText(webgpu, plain.textEncoder, texts)]
    expect(found.embeds.shape).toEqual(expected.embeds.shape)
    expect(largestDifference(toFloat32(found.embeds), toFloat32(expected.embeds))).toBeLessThan(TOLERANCE)
  }, 4 * MINUTES)

  test.each(['branch', 'merge'] as const)('a LoRA, by %s', async (mode) => {
    const changed = await withLora(plain, LORA, 0.8, mode)
    expect(changed.model.loras).toHaveLength(1)
    const [without, expected, found] = [await predict(cpu, plain), await predict(cpu, changed), await predict(webgpu, changed)]
    expect(largestDifference(without, expected)).toBeGreaterThan(10 * TOLERANCE)
    expect(largestDifference(found, expected)).toBeLessThan(TOLERANCE)
  }, 4 * MINUTES)

  test('weights of which some are float16, some bfloat16, some float32', async () => {
    const mixed = await openPipeline(await writeMixed(join(folder, 'mixed')))
    const [exact, expected, found] = [await predict(cpu, plain), await predict(cpu, mixed), await predict(webgpu, mixed)]
    expect(largestDifference(exact, expected)).toBeGreaterThan(0)     // bfloat16 keeps less
    expect(largestDifference(found, expected)).toBeLessThan(TOLERANCE)
  }, 4 * MINUTES)

  test('a device that was closed is opened again in the same process', async () => {
    const again = await openDeviceThread('webgpu')
    const { embeds } = await encodeText(again, plain.textEncoder, [PROMPT])
    await again.close()
    expect(largestDifference(toFloat32(embeds), toFloat32(positive.embeds))).toBeLessThan(TOLERANCE)
  }, 4 * MINUTES)
})

/** The transformer with every third weight in another element type. */
async function writeMixed(folder: string): Promise<string> {
  await mkdir(folder)
  await copyFile(join(BASE, 'transformer', 'config.json'), join(folder, 'config.json'))
  const { entries } = await openCheckpoint(join(BASE, 'transformer'))
  const tensors = new Map<string, TensorData>()
  for (const [i, [name, entry]] of [...entries].entries()) {
    const half = await readTensor(entry)
    tensors.set(name, [half, asFloat32(half), asBfloat16(half)][i % 3]!)
  }
  await writeSafetensors(join(folder, 'diffusion_pytorch_model.safetensors'), tensors)
  return folder
}

const asFloat32 = (tensor: TensorData): TensorData => ({ ...tensor, dtype: 'float32', data: toFloat32(tensor) })

/** The upper halves of float32 numbers. */
const asBfloat16 = (tensor: TensorData): TensorData => ({
  ...tensor, dtype: 'bfloat16', data: Uint16Array.from(new Uint32Array(Float32Array.from(toFloat32(tensor)).buffer), (bits) => bits >>> 16),
})
