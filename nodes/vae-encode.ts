import { defineNode } from '../core/types/index.ts'
import type { JsonObject } from '../core/types/index.ts'
import { autoencoderActivations, encodeFrames, pixelsPerLatent, vaeWeights } from '../diffusion/index.ts'
import { knownPixels, knownVae, latentComplaints, memoryNeed, numberOf } from './facts.ts'
import { aboutInput } from './failure.ts'
import { DEVICE } from './services.ts'
import { port } from './types/index.ts'

/** Pictures into a latent. Names as ComfyUI's node has them. */
export const vaeEncode = defineNode({
  type: 'VAEEncode',
  category: 'latent',
  title: 'VAE encode',
  summary: 'Turns pictures into a latent, to start the sampler from.',
  resource: 'device',
  inputs: { pixels: port.image(), vae: port.vae() },
  outputs: { LATENT: port.latent() },
  facts(_, { facts: { pixels, vae } }) {
    const encoder = knownVae(vae)
    if (encoder?.config === undefined) return encoder && { outputs: { LATENT: { family: encoder.family } } }
    const { family, config } = encoder
    const [frames, height, width] = ['frames', 'height', 'width'].map((name) => numberOf(pixels, name))
    const factor = pixelsPerLatent(config)
    const isSized = frames !== undefined && height !== undefined && width !== undefined
    const size: JsonObject = isSized ? { batch: 1, frames, height: Math.floor(height / factor), width: Math.floor(width / factor) } : {}
    const latent = { family, channels: config.latentChannels, ...size }
    return { outputs: { LATENT: latent }, complaints: latentComplaints('pixels', latent) }
  },
  memory(_, { facts: { pixels, vae } }) {
    const [config, height, width] = [knownVae(vae)?.config, numberOf(pixels, 'height'), numberOf(pixels, 'width')]
    if (config === undefined || height === undefined || width === undefined) return undefined
    return memoryNeed(vae, vaeWeights(config), autoencoderActivations(config, { height, width }))
  },
  cost(_, { facts: { pixels, vae } }) {
    const [config, pixelCount] = [knownVae(vae)?.config, knownPixels(pixels)]
    return config && pixelCount && pixelCount * vaeWeights(config)
  },
  async run({ pixels, vae }, { use, signal, progress }) {
    const device = await use(DEVICE).open()
    const onFrame = (done: number, total: number) => progress(done, total)
    return { LATENT: await aboutInput('pixels', () => encodeFrames(device, vae, pixels, { signal, onFrame }), ['vae']) }
  },
})
