/**
 * Full-size models with random weights, loaded in place: how much private memory (RssAnon) creation and the first run take
 * beside the size of the weights as float32.
 */
import { spawnSync } from 'node:child_process'
import { wantedBy } from '../diffusion/layers/wanted.ts'
import { relativeBuckets, t5Encoder } from '../diffusion/text/t5-encoder.ts'
import { easyAnimateV1 } from '../diffusion/transformer/easyanimate.ts'
import { positionFeeds, timestepFeed } from '../diffusion/transformer/feeds.ts'
import { availableMemory, openDevice, privateMemory } from '../tensor/index.ts'
import { buildSubject } from './figures.ts'
import type { Subject } from './figures.ts'
import { tensor } from './measure.ts'
import { motionConfig, pixArtConfig, t5Config } from './official.ts'
import { float32Bytes } from './synthetic.ts'

const TEXT = 120
const GIGABYTE = 1e9
/** Shares of the float32 size by which private memory may grow when weights are mapped. */
const AT_CREATION = 0.05
const AFTER_STEP = 0.15

const ids = (shape: readonly number[]) => ({ dtype: 'int32' as const, shape, data: new Int32Array(shape.reduce((a, b) => a * b, 1)).fill(1) })

/** EasyAnimate V1 on PixArt-XL-2 with its 28 motion modules: 8 frames of 256×256 pixels. */
function easyAnimate(): Subject {
  const config = pixArtConfig()
  const motion = motionConfig(config.width)
  const latents = tensor([1, 4, 8, 32, 32])
  return {
    name: 'easyanimate-v1-xl', describe: (w) => easyAnimateV1(w, config, motion), bindings: {},
    feeds: {
      latents, ...positionFeeds(config, motion, latents.shape), timestep: timestepFeed([500]),
      context: tensor([1, TEXT, config.width]), captionMask: ids([1, TEXT]),
    },
  }
}

/** T5 v1.1 XXL, 24 layers, 120 tokens. */
function t5Xxl(): Subject {
  const config = t5Config()
  return {
    name: 't5-xxl', describe: (w) => t5Encoder(w, config), bindings: {},
    feeds: { ids: ids([1, TEXT]), mask: ids([1, TEXT]), buckets: { dtype: 'int32', shape: [TEXT, TEXT], data: relativeBuckets(TEXT, config) } },
  }
}

const SUBJECTS: Readonly<Record<string, () => Subject>> = { 'easyanimate-v1-xl': easyAnimate, 't5-xxl': t5Xxl }

/** Half precision where float32 files would not leave half of the memory to the rest of the machine. */
const fileType = (bytes: number): 'float32' | 'float16' => bytes > availableMemory() / 2 ? 'float16' : 'float32'

async function measureOne(name: string) {
  const subject = SUBJECTS[name]!()
  const bytes = float32Bytes(wantedBy(subject.describe).keys)
  const dtype = fileType(bytes)
  const built = await buildSubject(subject, 'mapped', dtype)
  const device = await openDevice('cpu')
  const before = privateMemory() ?? 0
  const created = performance.now()
  const session = await device.session(name, () => built, { varyingShapes: true })
  const creation = performance.now()
  const afterCreation = privateMemory() ?? 0
  const { outputs } = await session.run(subject.feeds)
  const stepped = performance.now()
  const afterStep = privateMemory() ?? 0
  await device.close()
  const finite = Object.values(outputs).every(({ data }) => Array.from(data as Float32Array).every(Number.isFinite)) // float32 outputs
  const [growth, stepGrowth] = [(afterCreation - before) / bytes, (afterStep - before) / bytes]
  return {
    name, file: dtype, hold: 'mapped', float32Gigabytes: bytes / GIGABYTE,
    createSeconds: (creation - created) / 1000, stepSeconds: (stepped - creation) / 1000,
    privateGrowthAtCreation: growth, privateGrowthAfterStep: stepGrowth, finite,
    within: finite && growth < AT_CREATION && stepGrowth < AFTER_STEP,
  }
}

/** Each model in a process of its own, so that none sees another's memory. @returns whether all kept within the shares */
export async function fullSize(print: (line: unknown) => void): Promise<boolean> {
  const only = process.env['KINOGRAPH_BENCH_SUBJECT']
  if (only !== undefined) {
    print(await measureOne(only))
    return true
  }
  let good = true
  for (const name of Object.keys(SUBJECTS)) {
    const { stdout, status } = spawnSync(process.execPath, [process.argv[1]!, 'full-size'],
      { env: { ...process.env, KINOGRAPH_BENCH_SUBJECT: name }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
    const result = status === 0 ? JSON.parse(stdout) as { within: boolean } : { name, failed: status, within: false } // printed above
    print(result)
    good &&= result.within
  }
  return good
}
