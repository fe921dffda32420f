/** What plugins import as `kinograph`: the engine, with ports for the types of the built-in nodes. */
export * from '../core/index.ts'
export { CONDITIONING, IMAGE, LATENT, MASK, MODEL, TEXT_ENCODER, VAE, VIDEO, port } from './types/index.ts'
export type { Video } from './types/index.ts'
export { DEVICE, PROVENANCE } from './services.ts'
