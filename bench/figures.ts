/** The figures of `npm run bench` that are one call of a model: what is built, what it is fed. */
import { wantedBy } from '../diffusion/layers/wanted.ts'
import { relativeBuckets, t5Encoder } from '../diffusion/text/t5-encoder.ts'
import { easyAnimateV1 } from '../diffusion/transformer/easyanimate.ts'
import { positionFeeds, timestepFeed } from '../diffusion/transformer/feeds.ts'
import { pixArt } from '../diffusion/transformer/pixart.ts'
import { klDecoder } from '../diffusion/vae/kl.ts'
import { buildSegments, int8Weights, openCheckpoint, weightSet } from '../tensor/index.ts'
import type { BuiltModel, Hold, SegmentedModel, TensorData, Weights } from '../tensor/index.ts'
import { klConfig, motionConfig, pixArtConfig, t5Config } from './official.ts'
import { measure, tensor } from './measure.ts'
import type { Bench, Figure } from './measure.ts'
import { randomCheckpoint } from './synthetic.ts'

/** A model to run: its description, its sizes, and what it is fed. */
export interface Subject {
  readonly name: string
  readonly describe: (w: Weights) => SegmentedModel
  readonly bindings: Readonly<Record<string, number>>
  readonly feeds: Readonly<Record<string, TensorData>>
}

const TEXT = 120
const ones = (shape: readonly number[]): TensorData =>
  ({ dtype: 'int32', shape, data: new Int32Array(shape.reduce((a, b) => a * b, 1)).fill(1) })

/** One denoise step of PixArt-XL-2 (28 layers, 16 heads × 72) at 256×256 pixels, batch 2. */
export function xlStep(): Subject {
  const config = pixArtConfig()
  const latents = tensor([2, 4, 32, 32])
  return {
    name: 'xl', describe: (w) => pixArt(w, config), bindings: { batch: 2, rows: 16, columns: 16, text: TEXT },
    feeds: {
      latents, ...positionFeeds(config, null, latents.shape), timestep: timestepFeed([500, 500]),
      context: tensor([2, TEXT, config.width]), captionMask: ones([2, TEXT]),
    },
  }
}

/** One step of EasyAnimate V1 with 12 layers of width 384, at 16 frames of 256×256 pixels, batch 1. */
export function v1Step(): Subject {
  const config = pixArtConfig({ heads: 6, headWidth: 64, layers: 12 })
  const motion = motionConfig(config.width)
  const latents = tensor([1, 4, 16, 32, 32])
  return {
    name: 'v1-384', describe: (w) => easyAnimateV1(w, config, motion),
    bindings: { batch: 1, frames: 16, rows: 16 / motion.cell, columns: 16 / motion.cell, text: TEXT },
    feeds: {
      latents, ...positionFeeds(config, motion, latents.shape), timestep: timestepFeed([500]),
      context: tensor([1, TEXT, config.width]), captionMask: ones([1, TEXT]),
    },
  }
}

/** One layer of T5 v1.1 XXL over 120 tokens, batch 1. */
export function t5Layer(): Subject {
  const config = t5Config(1)
  return {
    name: 't5-xxl-layer', describe: (w) => t5Encoder(w, config), bindings: { batch: 1, text: TEXT },
    feeds: { ids: ones([1, TEXT]), mask: ones([1, TEXT]), buckets: { dtype: 'int32', shape: [TEXT, TEXT], data: relativeBuckets(TEXT, config) } },
  }
}

/** The autoencoder's decoder, full size, one frame of 256×256 pixels. */
export const klDecode = (): Subject => ({
  name: 'kl-decoder', describe: (w) => klDecoder(w, klConfig()), bindings: { batch: 1, rows: 32, columns: 32 },
  feeds: { latents: tensor([1, 4, 32, 32]) },
})

/** The step stage of a subject with its weights held so, and its output as the product would compute it. */
export async function buildSubject(subject: Subject, hold: Hold, dtype: 'float32' | 'float16' = 'float32'): Promise<BuiltModel> {
  const wanted = wantedBy(subject.describe)
  const path = await randomCheckpoint(subject.name, wanted.keys, dtype)
  const { entries } = await openCheckpoint(path)
  const matrices = [...wanted.linears.keys()].map((layer) => `${layer}.weight`)
  const int8 = hold === 'int8' ? { int8: await int8Weights(entries, matrices) } : {}
  const model = subject.describe(weightSet(entries, { hold, source: path, ...int8 }))
  const [part] = buildSegments(model, { target: { device: 'cpu' }, split: 'whole', stage: 'step' })
  return part!.model
}

/** Measures one subject; `outputs` are the first run's, for stating an error between two holdings. */
export async function figure(
  bench: Bench, name: string, subject: Subject, hold: Hold,
): Promise<{ figure: Figure; output: Float32Array }> {
  const built = await buildSubject(subject, hold)
  const session = await bench.device.session(name, () => built)
  const { outputs } = await session.run(subject.feeds)
  const first = Object.values(outputs)[0]!.data
  const gflop = built.flops(subject.bindings).total / 1e9
  const result = await measure(bench, name, gflop, () => session.run(subject.feeds))
  return { figure: result, output: Float32Array.from(first as Float32Array) } // every model here gives float32
}

/** ‖a - b‖ / ‖b‖ */
export function relativeError(a: Float32Array, b: Float32Array): number {
  let [difference, norm] = [0, 0]
  for (let i = 0; i < a.length; i++) {
    difference += (a[i]! - b[i]!) ** 2
    norm += b[i]! ** 2
  }
  return Math.sqrt(difference / norm)
}
