import { configReader } from '../config-reader.ts'

/** What a T5 encoder is built from; the comments give the field of config.json. */
export interface T5Config {
  readonly vocabulary: number // vocab_size
  readonly width: number // d_model
  readonly headWidth: number // d_kv
  readonly heads: number // num_heads
  readonly inner: number // d_ff
  readonly layers: number // num_layers
  readonly normEps: number // layer_norm_epsilon
  /** Relative distances are sorted into this many buckets (relative_attention_num_buckets). */
  readonly buckets: number
  /** From this distance on all share the last bucket (relative_attention_max_distance). */
  readonly maxDistance: number
  /** T5 v1.1 multiplies the activation by a second projection (feed_forward_proj "gated-…"). */
  readonly gated: boolean
  readonly activation: 'gelu-tanh' | 'gelu' | 'relu' | 'silu'
}

const REMEDY = 'Choose the text_encoder folder of a PixArt-alpha or EasyAnimate V1 model, with its own config.json.'
const PROJECTIONS = [
  'relu',
  'gelu',
  'gelu_new',
  'silu',
  'gated-gelu',
  'gated-relu',
  'gated-silu',
  'gated-gelu_new',
] as const

/**
 * The text encoder's config.json (transformers `T5Config`).
 * @throws DiffusionError naming file and field, when the file belongs to another model or describes an impossible one
 */
export function parseT5Config(config: unknown, file: string): T5Config {
  const read = configReader(config, file, REMEDY)
  read.choice('model_type', ['t5', 'mt5'], 't5')
  const projection = read.choice('feed_forward_proj', PROJECTIONS, 'relu')
  const layers = read.int('num_layers', { max: 512, fallback: 6 })
  const buckets = read.int('relative_attention_num_buckets', { min: 4, max: 4096, fallback: 32 })
  return {
    vocabulary: read.int('vocab_size', { max: 10_000_000, fallback: 32_128 }),
    width: read.int('d_model', { max: 65_536, fallback: 512 }),
    headWidth: read.int('d_kv', { max: 4096, fallback: 64 }),
    heads: read.int('num_heads', { max: 1024, fallback: 8 }),
    inner: read.int('d_ff', { max: 1_000_000, fallback: 2048 }),
    layers,
    normEps: read.positive('layer_norm_epsilon', 1e-6),
    buckets,
    maxDistance: read.int('relative_attention_max_distance', { min: 2, max: 1_000_000, fallback: 128 }),
    gated: projection.startsWith('gated-'),
    activation: activationOf(projection),
  }
}

/**
 * "gated-gelu" stands for the tanh form (transformers keeps it so for old configs); plain "gelu" for the exact one.
 */
function activationOf(projection: (typeof PROJECTIONS)[number]): T5Config['activation'] {
  if (projection === 'gated-gelu') return 'gelu-tanh'
  const name = projection.replace('gated-', '')
  if (name === 'gelu_new') return 'gelu-tanh'
  return name === 'relu' || name === 'silu' ? name : 'gelu'
}
