import { configReader } from '../config-reader.ts'

/** What a V1 motion module is built from; the comments give the names in EasyAnimate's `motion_module_kwargs`. */
export interface MotionConfig {
  readonly heads: number // num_attention_heads
  /** Inner width: heads · (transformer width // heads // temporal_attention_dim_div). */
  readonly width: number
  readonly blocks: number // num_transformer_block
  /** Attention layers in a block: the length of attention_block_types. */
  readonly attentions: number
  /** Whether frames are told apart (temporal_position_encoding). */
  readonly positions: boolean
  /** Frames that the position table reaches to (temporal_position_encoding_max_len). */
  readonly maxFrames: number
  /** Side of a grid cell in tokens, whose tokens attend to each other over all frames; 1: each token to itself. */
  readonly cell: number // block_size with motion_module_type VanillaGrid
}

const REMEDY = 'Use the transformer_additional_kwargs of the yaml that EasyAnimate V1 has for this motion module.'

/**
 * EasyAnimate V1's config/easyanimate_video_motion_module_v1.yaml: what the published motion module was trained with.
 */
export const EASYANIMATE_V1_KWARGS = {
  basic_block_type: 'motionmodule',
  motion_module_type: 'VanillaGrid',
  motion_module_kwargs: {
    num_attention_heads: 8,
    num_transformer_block: 1,
    attention_block_types: ['Temporal_Self', 'Temporal_Self'],
    temporal_position_encoding: true,
    temporal_position_encoding_max_len: 4096,
    temporal_attention_dim_div: 1,
    block_size: 2,
  },
} as const

/**
 * The `transformer_additional_kwargs` that EasyAnimate's yaml adds to the transformer's config.json.
 * @param transformerWidth width of the tokens that the module is put between
 * @param source how messages name the settings
 * @throws DiffusionError naming the field, for settings that no V1 motion module has
 */
export function parseMotionKwargs(kwargs: unknown, transformerWidth: number, source: string): MotionConfig {
  const read = configReader(kwargs, source, REMEDY)
  read.choice('basic_block_type', ['motionmodule'], 'motionmodule')
  for (const field of ['patch_3d', 'fake_3d', 'time_position_encoding_before_transformer']) {
    if (read.boolean(field, false)) throw read.refuse(field, 'false', true)
  }
  const grid = read.choice('motion_module_type', ['Vanilla', 'VanillaGrid'], 'VanillaGrid') === 'VanillaGrid'
  return parseMotionModule(read.object('motion_module_kwargs'), { transformerWidth, grid, source })
}

/**
 * The arguments of one `VanillaTemporalModule`.
 * @throws DiffusionError naming the field
 */
export function parseMotionModule(
  kwargs: unknown,
  { transformerWidth, grid, source }: { transformerWidth: number; grid: boolean; source: string },
): MotionConfig {
  const read = configReader(kwargs, source, REMEDY)
  const heads = read.int('num_attention_heads', { max: 512, fallback: 8 })
  const division = read.int('temporal_attention_dim_div', { max: 64, fallback: 1 })
  const width = heads * Math.floor(Math.floor(transformerWidth / heads) / division)
  if (width === 0)
    throw read.refuse('num_attention_heads', `at most the transformer's width ${transformerWidth}`, heads)
  if (transformerWidth % NORM_GROUPS !== 0) {
    throw read.refuse(
      'num_attention_heads',
      `a transformer whose width is a multiple of ${NORM_GROUPS}`,
      transformerWidth,
    )
  }
  const types = read.choices('attention_block_types', ['Temporal_Self'], ['Temporal_Self', 'Temporal_Self'])
  return {
    heads,
    width,
    blocks: read.int('num_transformer_block', { max: 64, fallback: 2 }),
    attentions: types.length,
    positions: read.boolean('temporal_position_encoding', false),
    maxFrames: read.int('temporal_position_encoding_max_len', { max: 1_000_000, fallback: 4096 }),
    cell: grid ? read.int('block_size', { max: 64, fallback: 1 }) : 1,
  }
}

/** Groups of the motion module's GroupNorm, fixed in the reference. */
export const NORM_GROUPS = 32
