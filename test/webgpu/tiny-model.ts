/** The embedded model, and ways to compare what devices make of it. */
import { fileURLToPath } from 'node:url'
import { describeDiT, describeTextEncoder, describeVae, withMotionModule } from '../../diffusion/index.ts'
import type { Pipeline } from '../../diffusion/index.ts'

const models = fileURLToPath(new URL('../../models/', import.meta.url))
export const BASE = `${models}Diffusion_Transformer/tiny-shapes-64`
export const MOTION = `${models}Motion_Module/tiny_shapes_mm.safetensors`
export const LORA = `${models}Personalized_Model/tiny_shapes_outline_lora.safetensors`

export const PROMPT = 'a small red circle moves to the right on a dark blue background'

/** The video model: base, motion module, text encoder and autoencoder. */
export async function openPipeline(base = BASE): Promise<Pipeline> {
  const [{ recipe }, { recipe: textEncoder }, { recipe: vae }] =
    await Promise.all([describeDiT(base), describeTextEncoder(BASE), describeVae(BASE)])
  const { recipe: model } = await withMotionModule(recipe, MOTION)
  return { model, textEncoder, vae }
}

/** The largest |a − b|; NaN where one is. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`${a.length} numbers against ${b.length}`)
  let largest = 0
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!)
    if (!(difference <= largest)) largest = difference
    if (Number.isNaN(largest)) break
  }
  return largest
}
