import { defineNode } from '../core/types/index.ts'
import { autoencoderActivations, checkLatentKind, decodeFrames, decodedSize, pixelsPerLatent, vaeWeights } from '../diffusion/index.ts'
import { frameWriter } from '../media/index.ts'
import { complaintsOf, knownLatent, knownShape, knownVae, memoryNeed } from './facts.ts'
import { aboutInput } from './failure.ts'
import { DEVICE } from './services.ts'
import { port } from './types/index.ts'

/** A latent into pictures. They can be read while later ones are still being decoded. Names as ComfyUI's node has them. */
export const vaeDecode = defineNode({
  type: 'VAEDecode',
  category: 'latent',
  title: 'VAE decode',
  summary: 'Turns a latent into pictures.',
  resource: 'device',
  inputs: { samples: port.latent(), vae: port.vae() },
  outputs: { IMAGE: port.image() },
  facts(_, { facts: { samples, vae } }) {
    const decoder = knownVae(vae)
    if (decoder === undefined) return
    const takes = { name: 'this autoencoder', family: decoder.family, channels: decoder.config?.latentChannels }
    const complaints = complaintsOf('samples', [() => checkLatentKind(takes, knownLatent(samples))])
    const shape = knownShape(samples)
    if (shape === undefined || decoder.config === undefined) return { complaints }
    const [batch, , frames, height, width] = shape
    const factor = pixelsPerLatent(decoder.config)
    return { complaints, outputs: { IMAGE: { frames: batch * frames, height: height * factor, width: width * factor } } }
  },
  memory(_, { facts: { samples, vae } }) {
    const [config, shape] = [knownVae(vae)?.config, knownShape(samples)]
    if (config === undefined || shape === undefined) return undefined
    const factor = pixelsPerLatent(config)
    const size = { height: shape[3] * factor, width: shape[4] * factor }
    return memoryNeed(vae, vaeWeights(config), autoencoderActivations(config, size))
  },
  /** Its time goes with the pixels it makes, and with the weights that each of them passes. */
  cost(_, { facts: { samples, vae } }) {
    const [config, shape] = [knownVae(vae)?.config, knownShape(samples)]
    return config && shape && shape[0] * shape[2] * shape[3] * shape[4] * vaeWeights(config)
  },
  async run({ samples, vae }, { use, signal, progress, publish, paths }) {
    const device = await use(DEVICE).open()
    const size = decodedSize(vae, samples)
    const writer = frameWriter({ ...size, channels: 3, dtype: 'u8', spillFolder: paths.temp })
    publish({ IMAGE: writer.frames })
    try {
      await aboutInput('samples', async () => {
        let done = 0
        for await (const frame of decodeFrames(device, vae, samples, { signal })) {
          await writer.push(frame)
          progress(++done, size.count)
        }
      }, ['vae'])
    } catch (error) {
      writer.fail(error) // whoever reads the frames already gets the reason too
      throw error
    }
    writer.finish()
    return { IMAGE: writer.frames }
  },
})
