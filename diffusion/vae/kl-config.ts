import { configReader } from '../config-reader.ts'

/** What a KL autoencoder is built from; the comments give the field of config.json where names differ. */
export interface KlConfig {
  readonly inChannels: number
  readonly outChannels: number
  readonly latentChannels: number
  /** Channels at each resolution, finest first (block_out_channels). */
  readonly channels: readonly number[]
  /** Residual blocks at each resolution of the encoder; the decoder has one more (layers_per_block). */
  readonly layers: number
  readonly groups: number // norm_num_groups
  readonly activation: 'silu' | 'gelu' | 'relu' // act_fn
  /** Where residual blocks are followed by attention, finest first in both. */
  readonly downAttention: readonly boolean[] // down_block_types
  readonly upAttention: readonly boolean[] // up_block_types, coarsest first as in the file
  readonly midAttention: boolean // mid_block_add_attention
  readonly quantConv: boolean // use_quant_conv
  readonly postQuantConv: boolean // use_post_quant_conv
  /** What latents are multiplied by so that they have unit deviation. */
  readonly scalingFactor: number
}

const REMEDY =
  'Choose the vae folder of a PixArt-alpha, EasyAnimate V1 or Stable Diffusion model, with its own config.json.'
const MAX_CHANNELS = 16_384

/**
 * The autoencoder's config.json.
 * @throws DiffusionError naming file and field, when the file belongs to another model or describes an impossible one
 */
export function parseKlConfig(config: unknown, file: string): KlConfig {
  const read = configReader(config, file, REMEDY)
  read.choice('_class_name', ['AutoencoderKL'], 'AutoencoderKL')
  const channels = read.ints('block_out_channels', { max: MAX_CHANNELS, fallback: [64] })
  const groups = read.int('norm_num_groups', { max: 1024, fallback: 32 })
  const uneven = channels.find((c) => c % groups !== 0)
  if (uneven !== undefined) throw read.refuse('block_out_channels', `multiples of norm_num_groups, ${groups}`, uneven)
  const levels = <T extends string>(field: string, plain: T, attention: T): boolean[] => {
    const types = read.choices(
      field,
      [plain, attention],
      channels.map(() => plain),
    )
    if (types.length !== channels.length)
      throw read.refuse(field, `${channels.length} of them, as block_out_channels has`, types)
    return types.map((type) => type === attention)
  }
  const activation = read.choice('act_fn', ['silu', 'swish', 'gelu', 'relu'], 'silu')
  return {
    inChannels: read.int('in_channels', { max: 64, fallback: 3 }),
    outChannels: read.int('out_channels', { max: 64, fallback: 3 }),
    latentChannels: read.int('latent_channels', { max: 1024, fallback: 4 }),
    channels,
    layers: read.int('layers_per_block', { max: 32, fallback: 1 }),
    groups,
    activation: activation === 'swish' ? 'silu' : activation,
    downAttention: levels('down_block_types', 'DownEncoderBlock2D', 'AttnDownEncoderBlock2D'),
    upAttention: levels('up_block_types', 'UpDecoderBlock2D', 'AttnUpDecoderBlock2D'),
    midAttention: read.boolean('mid_block_add_attention', true),
    quantConv: read.boolean('use_quant_conv', true),
    postQuantConv: read.boolean('use_post_quant_conv', true),
    scalingFactor: read.positive('scaling_factor', 0.18215),
  }
}

/** Pixels along a side of one latent pixel. */
export const pixelsPerLatent = ({ channels }: KlConfig): number => 2 ** (channels.length - 1)

const OLD_ATTENTION_NAMES: Readonly<Record<string, string>> = {
  query: 'to_q',
  key: 'to_k',
  value: 'to_v',
  proj_attn: 'to_out.0',
}

/**
 * Weights under their present names: checkpoints from before diffusers 0.18 call the attention's layers query, key,
 * value and proj_attn.
 */
export const presentKlEntries = <T>(entries: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
  new Map([...entries].map(([key, entry]) => [presentKlKey(key), entry]))

const presentKlKey = (key: string): string =>
  key.replace(
    /(\.attentions\.\d+\.)(query|key|value|proj_attn)\./,
    (_, path: string, old: string) => `${path}${OLD_ATTENTION_NAMES[old]}.`,
  )
