/** A quick look at a latent: each of its pixels to a colour by one matrix, instead of a decoder. */
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Latent } from '../latent.ts'
import type { ModelRecipe } from '../recipes/recipe.ts'

/** Red, green and blue from -1 to 1: `factors` has a row for each channel of the latent, `bias` is added. */
export interface LatentColours {
  readonly factors: readonly (readonly [red: number, green: number, blue: number])[]
  readonly bias: readonly [red: number, green: number, blue: number]
}

/** Of Stable Diffusion's autoencoder (times 0.18215), which EasyAnimate V1 and PixArt-α use; ComfyUI's comfy/latent_formats.py, SD15. */
const STABLE_DIFFUSION: LatentColours = {
  factors: [[0.3512, 0.2297, 0.3227], [0.3250, 0.4974, 0.2350], [-0.2829, 0.1762, 0.2721], [-0.2120, -0.2616, -0.7177]],
  bias: [0, 0, 0],
}

/** Beside the configuration of an autoencoder that is not Stable Diffusion's. */
const FILE = 'latent_colours.json'

const known = new Map<string, Promise<LatentColours>>()

/** The colours of latents that a model makes: those that lie beside the autoencoder in its folder, else Stable Diffusion's. */
export function latentColours({ weights }: Pick<ModelRecipe, 'weights'>): Promise<LatentColours> {
  const path = weights.find(({ role }) => role === 'base')?.path
  if (path === undefined) return Promise.resolve(STABLE_DIFFUSION)
  const found = known.get(path) ?? readNear(path)
  known.set(path, found)
  return found
}

/** The weights lie in the model's folder or in one below it. */
async function readNear(path: string): Promise<LatentColours> {
  for (const folder of [path, dirname(path), dirname(dirname(path))]) {
    const text = await readFile(join(folder, 'vae', FILE), 'utf8').catch(() => undefined)
    if (text !== undefined) return parse(text) ?? STABLE_DIFFUSION
  }
  return STABLE_DIFFUSION
}

function parse(text: string): LatentColours | undefined {
  try {
    const found: unknown = JSON.parse(text)
    if (typeof found !== 'object' || found === null || !('factors' in found) || !('bias' in found)) return undefined
    const { factors, bias } = found
    return Array.isArray(factors) && factors.every(isColour) && isColour(bias) ? { factors, bias } : undefined
  } catch {
    return undefined
  }
}

const isColour = (value: unknown): value is readonly [number, number, number] =>
  Array.isArray(value) && value.length === 3 && value.every((one) => Number.isFinite(one))

/** Small pictures, RGB bytes in rows. */
export interface LatentPictures {
  readonly width: number
  readonly height: number
  readonly frames: readonly Uint8Array[]
  /** Which frames of the latent they are. */
  readonly indices: readonly number[]
}

/**
 * The first sample of a latent as pictures, one for each latent pixel.
 * @param latents [batch, channels, frames, height, width], as the sampler has them
 * @param most pictures; of more frames some are taken, evenly
 */
export function latentPictures(latents: Float32Array, shape: Latent['shape'], colours: LatentColours, most: number): LatentPictures {
  const [, channels, frames, height, width] = shape
  const count = Math.min(frames, most)
  const indices = Array.from({ length: count }, (_, i) => Math.floor((i * frames) / count))
  const area = height * width
  const pictures = indices.map((frame) => {
    const rgb = new Uint8Array(3 * area)
    for (let pixel = 0; pixel < area; pixel++) {
      for (let colour = 0; colour < 3; colour++) {
        let sum = colours.bias[colour]!
        for (let channel = 0; channel < channels; channel++) {
          sum += (colours.factors[channel]?.[colour] ?? 0) * latents[(channel * frames + frame) * area + pixel]!
        }
        rgb[3 * pixel + colour] = Math.min(Math.max(Math.round((sum + 1) * 127.5), 0), 255)
      }
    }
    return rgb
  })
  return { width, height, frames: pictures, indices }
}
