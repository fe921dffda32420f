import { configReader } from '../config-reader.ts'
import type { ConfigReader } from '../config-reader.ts'
import { FEED_FORWARD_ACTIVATIONS } from '../layers/feed-forward.ts'
import type { FeedForwardActivation } from '../layers/feed-forward.ts'

/** What a PixArt-alpha transformer is built from; the comments give the field of config.json where names differ. */
export interface PixArtConfig {
  readonly layers: number // num_layers
  readonly heads: number // num_attention_heads
  readonly width: number // heads · attention_head_dim
  readonly patch: number // patch_size
  readonly inChannels: number
  readonly outChannels: number
  /** Width of the caption embeddings (caption_channels); null: they come in contextWidth and are not projected. */
  readonly captionChannels: number | null
  /** Width of what cross-attention reads (cross_attention_dim). */
  readonly contextWidth: number
  /** Latent side at the native size. */
  readonly sampleSize: number
  readonly attentionBias: boolean
  readonly activation: FeedForwardActivation // activation_fn
  readonly normEps: number
  /** Positions are divided by this: sample_size // 64 unless the file says otherwise (interpolation_scale). */
  readonly positionScale: number
  /**
   * The 1024 kind (sample_size 128) is also told the picture's resolution and aspect ratio (use_additional_conditions).
   */
  readonly sizeConditions: boolean
}

const CLASSES = ['Transformer2DModel', 'PixArtTransformer2DModel', 'Transformer3DModel'] as const
const REMEDY = 'Choose the transformer folder of a PixArt-alpha or EasyAnimate V1 model, with its own config.json.'
const WIDEST = 65_536

/**
 * The transformer's config.json.
 * @param config the parsed file
 * @param file how messages name it
 * @throws DiffusionError naming file and field, when the file belongs to another model or describes an impossible one
 */
export function parsePixArtConfig(config: unknown, file: string): PixArtConfig {
  const read = configReader(config, file, REMEDY)
  checkKind(read)
  const heads = read.int('num_attention_heads', { max: 512, fallback: 16 })
  const width = heads * read.int('attention_head_dim', { max: 1024, fallback: 88 })
  const inChannels = read.int('in_channels', { max: 1024 })
  const sampleSize = read.int('sample_size', { max: 4096 })
  const parsed: PixArtConfig = {
    layers: read.int('num_layers', { max: 512, fallback: 1 }),
    heads,
    width,
    patch: read.int('patch_size', { max: 64 }),
    inChannels,
    outChannels: read.int('out_channels', { max: 2048, fallback: inChannels }),
    captionChannels: read.optionalInt('caption_channels', { max: WIDEST }),
    contextWidth: read.int('cross_attention_dim', { max: WIDEST, fallback: width }),
    sampleSize,
    attentionBias: read.boolean('attention_bias', false),
    activation: read.choice('activation_fn', FEED_FORWARD_ACTIVATIONS, 'geglu'),
    normEps: read.positive('norm_eps', 1e-5),
    positionScale: read.positive('interpolation_scale', Math.max(Math.floor(sampleSize / 64), 1)),
    sizeConditions: read.boolean('use_additional_conditions', sampleSize === 128),
  }
  checkWidths(read, parsed)
  return parsed
}

/** What every PixArt-alpha checkpoint says; another value is another architecture. */
function checkKind(read: ConfigReader): void {
  read.choice('_class_name', CLASSES, 'Transformer2DModel')
  read.choice('norm_type', ['ada_norm_single'])
  for (const field of ['double_self_attention', 'only_cross_attention', 'norm_elementwise_affine']) {
    if (read.boolean(field, false)) throw read.refuse(field, 'false', true)
  }
}

/** Widths that must agree: sine tables come in quarters, the caption's projection ends in the transformer's width. */
function checkWidths(read: ConfigReader, config: PixArtConfig): void {
  const { width, captionChannels, contextWidth, sizeConditions, sampleSize, patch } = config
  const size = 'num_attention_heads · attention_head_dim'
  if (width > WIDEST) throw read.refuse('attention_head_dim', `${size} up to ${WIDEST}`, width)
  if (width % 4 !== 0) throw read.refuse('attention_head_dim', `${size} divisible by 4`, width)
  if (sizeConditions && width % 3 !== 0) {
    throw read.refuse('attention_head_dim', `${size} divisible by 3 with use_additional_conditions`, width)
  }
  if (sampleSize < patch) throw read.refuse('sample_size', `at least the patch_size, ${patch}`, sampleSize)
  if (captionChannels !== null && contextWidth !== width) {
    throw read.refuse('cross_attention_dim', `${width}, the width that captions are projected to`, contextWidth)
  }
}
