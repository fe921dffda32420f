/** A denoise run, a decode and an encode on the GPU: the same numbers as on the processor, and done by the GPU. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decodePictures, emptyLatent, encodeFrames, encodeText, sample } from '../../diffusion/index.ts'
import type { Conditioning, FrameSource, Latent, Pipeline } from '../../diffusion/index.ts'
import { openDevice } from '../../tensor/index.ts'
import type { Device } from '../../tensor/index.ts'
import { describeOnGpu } from './gpu.ts'
import { ProfiledDevice, shareOf } from './profiled-device.ts'
import type { Work } from './profiled-device.ts'
import { largestDifference, openPipeline, PROMPT } from './tiny-model.ts'

const TOLERANCE = 1e-2
const WEBGPU = 'WebGpuExecutionProvider'
const CPU = 'CPUExecutionProvider'
/** A software GPU takes seconds a step. */
const MINUTES = 60_000

/** What a device made, and where. */
interface Made<T> {
  readonly result: T
  readonly works: readonly Work[]
}

describeOnGpu('webgpu agrees with the processor, and does the work itself:', () => {
  let folder: string
  let pipeline: Pipeline
  let texts: { positive: Conditioning; negative: Conditioning }
  let latents: Promise<Latent>

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kinograph-webgpu-'))
    pipeline = await openPipeline()
    const { textEncoder } = pipeline
    texts = (await on('cpu', async (device) => ({
      positive: await encodeText(device, textEncoder, [PROMPT]), negative: await encodeText(device, textEncoder, ['']),
    }))).result
    latents = on('cpu', denoise).then(({ result }) => result.latents)
  })
  afterAll(() => rm(folder, { recursive: true }))

  async function on<T>(kind: 'cpu' | 'webgpu', make: (device: Device) => Promise<T>): Promise<Made<T>> {
    const device = new ProfiledDevice(await openDevice(kind), await mkdtemp(join(folder, `${kind}-`)))
    try {
      const result = await make(device)
      return { result, works: await device.endProfiles() }
    } finally {
      await device.close()
    }
  }

  /** Three guided steps of four frames, with the motion module. */
  async function denoise(device: Device) {
    const predictions: Float32Array[] = []
    const made = await sample(device, pipeline.model, {
      ...texts, latents: emptyLatent({ width: 64, height: 64, frames: 4 }), scheduler: 'DPM++', steps: 3, guidance: 6, seed: 43,
    }, { onStep: ({ noisePred }) => predictions.push(noisePred) })
    return { latents: made, predictions }
  }

  test('three guided denoise steps with the motion module', async () => {
    const [expected, found] = [await on('cpu', denoise), await on('webgpu', denoise)]
    expect(found.result.predictions).toHaveLength(3)
    for (const [i, prediction] of found.result.predictions.entries()) {
      expectClose(`prediction ${i + 1}`, prediction, expected.result.predictions[i]!)
    }
    expectClose('final latents', found.result.latents.data, expected.result.latents.data)
    expectOnGpu('denoising', found.works)
    expect(shareOf(WEBGPU, expected.works)).toBe(0)                // the measure tells devices apart
    expect(shareOf(CPU, expected.works)).toBeGreaterThan(0.5)
  }, 4 * MINUTES)

  test('decoding', async () => {
    const { data, shape: [, channels, frames, height, width] } = await latents
    const plane = height * width
    const two: Latent = {
      ...await latents, shape: [1, channels, 2, height, width],
      data: Float32Array.from({ length: channels * 2 * plane }, (_, i) => data[Math.floor(i / (2 * plane)) * frames * plane + i % (2 * plane)]!),
    }
    const decode = async (device: Device) => {
      const pictures: Float32Array[] = []
      for await (const picture of decodePictures(device, pipeline.vae, two)) pictures.push(picture)
      return pictures
    }
    const [expected, found] = [await on('cpu', decode), await on('webgpu', decode)]
    expect(found.result).toHaveLength(2)
    for (const [i, picture] of found.result.entries()) expectClose(`frame ${i + 1}`, picture, expected.result[i]!)
    expectOnGpu('decoding', found.works)
  }, 4 * MINUTES)

  test('encoding a picture', async () => {
    const ramp: FrameSource = {
      count: 1, height: 64, width: 64, channels: 3, dtype: 'f32',
      read: async () => Float32Array.from({ length: 64 * 64 * 3 }, (_, i) => ((i % 3) + Math.sin(i / 97)) / 4 + 0.25),
    }
    const encode = (device: Device) => encodeFrames(device, pipeline.vae, ramp)
    const [expected, found] = [await on('cpu', encode), await on('webgpu', encode)]
    expectClose('latent', found.result.data, expected.result.data)
    expectOnGpu('encoding', found.works)
  }, 4 * MINUTES)
})

function expectClose(what: string, found: Float32Array, expected: Float32Array): void {
  const difference = largestDifference(found, expected)
  console.log(`${what}: at most ${difference.toExponential(1)} from the processor's`)
  expect(difference, what).toBeLessThan(TOLERANCE)
}

/** 95 % of the operations, of the whole and of every session; a node that can't be found in the profile counts as not done. */
function expectOnGpu(what: string, works: readonly Work[]): void {
  const gflop = works.reduce((sum, work) => sum + work.gflop, 0)
  console.log(`${what}: ${(100 * shareOf(WEBGPU, works)).toFixed(2)} % of ${gflop.toFixed(3)} GFLOP ran on ${WEBGPU}`)
  expect(works.length).toBeGreaterThan(0)
  for (const work of works) expect(shareOf(WEBGPU, [work]), work.session).toBeGreaterThanOrEqual(0.95)
}
