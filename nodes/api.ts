/** What plugins import as `kinograph`: the engine, with ports for the types of the built-in nodes. */
export * from '../core/index.ts'
export { CONDITIONING, IMAGE, LATENT, MASK, MODEL, TEXT_ENCODER, VAE, VIDEO, port } from './types/index.ts'
export type { Video } from './types/index.ts'
export { DEVICE, OUTPUTS, PROVENANCE } from './services.ts'
// What a node does with the pictures on its wires.
export { convertFrames, frameWriter, framesOf, mapFrames } from '../media/index.ts'
export type { FrameArray, FrameChange, FrameDType, Frames, FrameShape, FrameWriter, MapOptions } from '../media/index.ts'
