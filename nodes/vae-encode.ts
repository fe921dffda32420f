import { defineNode } from '../core/types/index.ts'
import { encodeFrames } from '../diffusion/index.ts'
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
  async run({ pixels, vae }, { use, signal, progress }) {
    const device = await use(DEVICE).open()
    const onFrame = (done: number, total: number) => progress(done, total)
    return { LATENT: await aboutInput('pixels', () => encodeFrames(device, vae, pixels, { signal, onFrame }), ['vae']) }
  },
})
