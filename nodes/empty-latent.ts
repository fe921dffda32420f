import { defineNode } from '../core/types/index.ts'
import { emptyLatent } from '../diffusion/index.ts'
import { knownShape, latentComplaints } from './facts.ts'
import { aboutInput } from './failure.ts'
import { port } from './types/index.ts'

const MAX_SIDE = 8192

/** The size of what is to be made. Holds zeros: the sampler puts noise in their place. */
export const emptyLatentNode = defineNode({
  type: 'EmptyLatent',
  category: 'latent',
  title: 'Empty latent',
  summary: 'Sets width, height and number of frames of a new picture or video.',
  inputs: {
    width: port.int({ default: 512, min: 16, max: MAX_SIDE, step: 8, tooltip: 'pixels, a multiple of 8' }),
    height: port.int({ default: 512, min: 16, max: MAX_SIDE, step: 8, tooltip: 'pixels, a multiple of 8' }),
    frames: port.int({ default: 16, min: 1, max: 100_000, tooltip: '1 for a picture' }),
    batch: port.int({ default: 1, min: 1, max: 64, advanced: true, tooltip: 'how many at once' }),
  },
  outputs: { latent: port.latent() },
  validate: ({ width, height }) => [...multipleOf8('width', width), ...multipleOf8('height', height)],
  facts(inputs) {
    const latent = latentFacts(inputs)
    return { outputs: { latent }, complaints: latentComplaints('width', latent) }
  },
  memory(inputs) {
    const shape = knownShape(latentFacts(inputs))
    return shape && { activations: 4 * shape.reduce((a, b) => a * b, 1) }
  },
  run: async ({ width, height, frames, batch }) =>
    ({ latent: await aboutInput('width', () => emptyLatent({ width, height, frames, batch }), ['height', 'frames', 'batch']) }),
})

type Size = { readonly [side in 'width' | 'height' | 'frames' | 'batch']?: number }

const latentFacts = ({ width, height, frames, batch }: Size) =>
  ({ family: 'kl', channels: 4, ...known({ batch, frames, height: inLatent(height), width: inLatent(width) }) })

/** Unknown for what `validate` refuses: one mistake is told once. */
const inLatent = (pixels: number | undefined) => pixels === undefined || pixels % 8 !== 0 ? undefined : pixels / 8

/** Without what is not known yet. */
const known = (numbers: Readonly<Record<string, number | undefined>>): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(numbers).filter((entry): entry is [string, number] => entry[1] !== undefined))

function multipleOf8<N extends string>(input: N, pixels: number | undefined) {
  if (pixels === undefined || pixels % 8 === 0 || pixels > MAX_SIDE) return [] // the range is told already
  const near = Math.max(16, Math.round(pixels / 8) * 8)
  return [{ input, problem: `expected a multiple of 8, got ${pixels}`, remedy: `Set it to ${near}.` }]
}
