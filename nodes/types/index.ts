/** The value types of the built-in nodes, and the ports for them beside the engine's own. */
import { port as enginePort, portOf } from '../../core/types/index.ts'
import { CONDITIONING } from './conditioning.ts'
import { IMAGE, MASK, VIDEO } from './frames.ts'
import { LATENT } from './latent.ts'
import { MODEL, TEXT_ENCODER, VAE } from './recipes.ts'

export { CONDITIONING, IMAGE, LATENT, MASK, MODEL, TEXT_ENCODER, VAE, VIDEO }
export type { Video } from './frames.ts'

/** Frozen, since plugins share it. */
export const port = Object.freeze({
  ...enginePort,
  conditioning: portOf(CONDITIONING),
  image: portOf(IMAGE),
  latent: portOf(LATENT),
  mask: portOf(MASK),
  model: portOf(MODEL),
  textEncoder: portOf(TEXT_ENCODER),
  vae: portOf(VAE),
  video: portOf(VIDEO),
})
