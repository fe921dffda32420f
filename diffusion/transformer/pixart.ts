/**
 * PixArt-alpha (Chen et al. 2023, arXiv 2310.00426, figure 4): a diffusion transformer over one picture's latent, with
 * adaLN-single for the timestep and cross-attention to the caption. Weights carry the names of diffusers 0.27's
 * `Transformer2DModel` (norm_type ada_norm_single). In shapes: B batch, h and w token rows and columns, D width, T
 * text.
 */
import type { Graph, SegmentedModel, Value, Weights } from '../../tensor/index.ts'
import {
  add,
  concat,
  conv2d,
  dimMul,
  geluTanh,
  layerNorm,
  mul,
  reshape,
  silu,
  split,
  transpose,
} from '../../tensor/index.ts'
import { attentionLayer } from '../layers/attention.ts'
import { feedForward } from '../layers/feed-forward.ts'
import { linear } from '../layers/linear.ts'
import { modulate } from '../layers/modulate.ts'
import { timestepEmbedder } from '../layers/timestep-embedding.ts'
import type { PixArtConfig } from './config.ts'
import type { Conditions } from './segments.ts'
import { B, blockSegments, conditionInputs, embedSegment, H, headSegment, prepareSegment, W } from './segments.ts'

/** The picture transformer, in segments. Latents are [B, C, patch·h, patch·w]; crop what a patch does not fill. */
export function pixArt(w: Weights, config: PixArtConfig): SegmentedModel {
  const { inChannels, patch, width } = config
  return {
    inputs: [
      { name: 'latents', dtype: 'float32', shape: [B, inChannels, dimMul(patch, H), dimMul(patch, W)] },
      { name: 'positions', dtype: 'float32', shape: [H, W, width] },
      ...conditionInputs(config),
    ],
    segments: [
      prepareSegment((g, caption) => projectCaption(g, w.at('caption_projection'), caption, config)),
      embedSegment(config, (g, values) => ({
        tokens: patchEmbed(g, w.at('pos_embed'), values['latents']!, values['positions']!, config),
        ...adaLNSingle(g, w.at('adaln_single'), values, config),
      })),
      ...blockSegments(config, [], (g, i, tokens, conditions) =>
        pixArtBlock(g, w.at(`transformer_blocks.${i}`), tokens, conditions, config),
      ),
      headSegment(config, (g, tokens, embedded) => unpatchify(g, patchHead(g, w, tokens, embedded, config), config)),
    ],
    outputs: ['sample'],
  }
}

/** The caption [B, T, captionChannels], projected to what cross-attention reads, [B, T, D]. */
export function projectCaption(g: Graph, w: Weights, caption: Value, config: PixArtConfig): Value {
  const { captionChannels, contextWidth, width } = config
  if (captionChannels === null) return caption
  const inner = geluTanh(g, linear(g, w.at('linear_1'), caption, width))
  return g.tap('caption_projection', linear(g, w.at('linear_2'), inner, contextWidth))
}

/** Patches of pictures [N, C, p·h, p·w] as tokens that are told their place: [N, h, w, D]. */
export function patchEmbed(
  g: Graph,
  w: Weights,
  x: Value,
  positions: Value,
  { inChannels, patch, width }: PixArtConfig,
): Value {
  const weight = w.at('proj').tensor(g, 'weight', [width, inChannels, patch, patch])
  const bias = w.at('proj').tensor(g, 'bias', [width])
  const pictures = conv2d(g, x, weight, bias, { stride: patch }) // [N, D, h, w]
  return g.tap('pos_embed', add(g, transpose(g, pictures, [0, 2, 3, 1]), positions))
}

/**
 * adaLN-single: one embedding of the timestep for the whole network (section 2.3 of the paper). The 1024 kind adds
 * embeddings of height, width and aspect ratio, a third of the width each.
 * @returns embedded [B, D], for the head, and time [B, 6, D], for the blocks
 */
export function adaLNSingle(
  g: Graph,
  w: Weights,
  values: Readonly<Record<string, Value>>,
  { width, sizeConditions }: PixArtConfig,
) {
  const emb = w.at('emb')
  let embedded = timestepEmbedder(g, emb.at('timestep_embedder'), values['timestep']!, width)
  if (sizeConditions) {
    const third = width / 3
    const resolution = timestepEmbedder(g, emb.at('resolution_embedder'), values['resolution']!, third) // [B, 2, D/3]
    const ratio = timestepEmbedder(g, emb.at('aspect_ratio_embedder'), values['aspectRatio']!, third) // [B, D/3]
    embedded = add(g, embedded, concat(g, [reshape(g, resolution, [B, 2 * third]), ratio], 1))
  }
  g.tap('embedded_timestep', embedded)
  const time = g.tap('adaln', linear(g, w.at('linear'), silu(g, embedded), 6 * width))
  return { embedded, time: reshape(g, time, [B, 6, width]) }
}

/** One block over a picture's tokens [B, h, w, D]: self-attention, cross-attention to the caption, MLP. */
function pixArtBlock(g: Graph, w: Weights, tokens: Value, conditions: Conditions, config: PixArtConfig): Value {
  const [shiftA, scaleA, gateA, shiftM, scaleM, gateM] = modulations(g, w, conditions.time, config) // [B, 1, D] each
  let x = reshape(g, tokens, [B, dimMul(H, W), config.width])

  const normed = modulate(g, norm(g, x, config), shiftA, scaleA)
  const attended = g.tap(`${g.path}.attn1`, selfAttention(g.scope('attn1'), w.at('attn1'), normed, config))
  x = add(g, x, mul(g, gateA, attended))
  x = add(g, x, g.tap(`${g.path}.attn2`, crossAttention(g.scope('attn2'), w.at('attn2'), x, conditions, config)))
  const fed = mlp(g.scope('ff'), w.at('ff'), modulate(g, norm(g, x, config), shiftM, scaleM), config)
  x = add(g, x, mul(g, gateM, g.tap(`${g.path}.ff`, fed)))
  return reshape(g, g.tap(`${g.path}.out`, x), [B, H, W, config.width])
}

/** Shift, scale and gate of self-attention, then of the MLP: the block's own table added to the time's rows. */
export function modulations(
  g: Graph,
  w: Weights,
  time: Value,
  { width }: PixArtConfig,
): [Value, Value, Value, Value, Value, Value] {
  const rows = split(g, add(g, w.tensor(g, 'scale_shift_table', [6, width]), time), 6, 1)
  return rows as [Value, Value, Value, Value, Value, Value] // split into 6 gives 6
}

/** Layer norm without weights: shift and scale come from the timestep. */
export const norm = (g: Graph, x: Value, { normEps }: PixArtConfig): Value => layerNorm(g, x, { eps: normEps })

/** Tokens [N, S, D] attend to each other. */
export const selfAttention = (g: Graph, w: Weights, x: Value, { heads, width, attentionBias }: PixArtConfig): Value =>
  attentionLayer(g, w, x, x, { heads, inner: width, width, bias: attentionBias })

/** Tokens [B, S, D] attend to the caption; they come un-normalised and leave without a gate, as published. */
export const crossAttention = (
  g: Graph,
  w: Weights,
  x: Value,
  { context, captionMask }: Conditions,
  { heads, width, attentionBias }: PixArtConfig,
): Value => attentionLayer(g, w, x, context, { heads, inner: width, width, bias: attentionBias }, captionMask)

/** The block's MLP, [.., D] → [.., D]. */
export const mlp = (g: Graph, w: Weights, x: Value, { width, activation }: PixArtConfig): Value =>
  feedForward(g, w, x, width, activation)

/** Patches [B, h·w, p·p·C] put together to pictures [B, C, p·h, p·w]. */
function unpatchify(g: Graph, patches: Value, { patch, outChannels }: PixArtConfig): Value {
  const cells = reshape(g, patches, [B, H, W, patch, patch, outChannels])
  const pictures = transpose(g, cells, [0, 5, 1, 3, 2, 4]) // n h w p q c → n c h p w q
  return reshape(g, pictures, [B, outChannels, dimMul(patch, H), dimMul(patch, W)])
}

/** The final modulation and projection: tokens to patches [B, S, p·p·C], C the channels that the model gives out. */
export function patchHead(
  g: Graph,
  w: Weights,
  tokens: Value,
  embedded: Value,
  { width, patch, outChannels }: PixArtConfig,
): Value {
  const rows = add(g, w.tensor(g, 'scale_shift_table', [2, width]), reshape(g, embedded, [B, 1, width]))
  const [shift, scale] = split(g, rows, 2, 1)
  const normed = layerNorm(g, reshape(g, tokens, [B, -1, width]), { eps: 1e-6 })
  return linear(g, w.at('proj_out'), modulate(g, normed, shift!, scale!), patch * patch * outChannels)
}
