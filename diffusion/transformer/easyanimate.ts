/**
 * EasyAnimate V1's video transformer (v1: transformer3d.py `Transformer3DModel`, attention.py
 * `TemporalTransformerBlock`): PixArt-alpha's blocks, each frame attending within itself, with a motion module between
 * self-attention and cross-attention. Without a motion module the frames do not know of each other, which is what the
 * published initialisation does. In shapes: B batch, F frames, H and W token rows and columns, D width, M the motion
 * module's width.
 */
import type { Dim, Graph, SegmentedModel, Value, Weights } from '../../tensor/index.ts'
import { add, dimMul, mul, reshape, sym, transpose } from '../../tensor/index.ts'
import { modulate } from '../layers/modulate.ts'
import type { PixArtConfig } from './config.ts'
import type { MotionConfig } from './motion-config.ts'
import { motionModule } from './motion-module.ts'
import {
  adaLNSingle,
  crossAttention,
  mlp,
  modulations,
  norm,
  patchEmbed,
  patchHead,
  projectCaption,
  selfAttention,
} from './pixart.ts'
import type { Conditions } from './segments.ts'
import { B, blockSegments, conditionInputs, embedSegment, headSegment, prepareSegment } from './segments.ts'

const F = sym('frames')

/** A model's parts and the shapes that its tokens take. */
interface Video {
  readonly config: PixArtConfig
  readonly motion: MotionConfig | null
  /** Token rows and columns of a frame: multiples of the grid's cell. */
  readonly sides: readonly [H: Dim, W: Dim]
  /** [B, F, H, W, D] */
  readonly clip: readonly Dim[]
  /** [B, F·H·W, D]: all tokens of a clip. */
  readonly whole: readonly Dim[]
  /** [B·F, H·W, D]: a frame's tokens. */
  readonly perFrame: readonly Dim[]
}

/** The video transformer, in segments. Latents are [B, C, F, patch·H, patch·W]. */
export function easyAnimateV1(w: Weights, config: PixArtConfig, motion: MotionConfig | null): SegmentedModel {
  const video = layOut(config, motion)
  const [H, W] = video.sides
  const { inChannels, patch, width } = config
  return {
    inputs: [
      { name: 'latents', dtype: 'float32', shape: [B, inChannels, F, dimMul(patch, H), dimMul(patch, W)] },
      { name: 'positions', dtype: 'float32', shape: [H, W, width] },
      ...(motion?.positions ? [{ name: 'framePositions', dtype: 'float32' as const, shape: [F, motion.width] }] : []),
      ...conditionInputs(config),
    ],
    segments: [
      prepareSegment((g, caption) => projectCaption(g, w.at('caption_projection'), caption, config)),
      embedSegment(config, (g, values) => ({
        tokens: embedFrames(g, w.at('pos_embed'), values['latents']!, values['positions']!, video),
        ...adaLNSingle(g, w.at('adaln_single'), values, config),
      })),
      ...blockSegments(config, motion?.positions ? ['framePositions'] : [], (g, i, tokens, conditions) =>
        videoBlock(g, w.at(`transformer_blocks.${i}`), tokens, conditions, video),
      ),
      headSegment(config, (g, tokens, embedded) => unpatchify(g, patchHead(g, w, tokens, embedded, config), video)),
    ],
    outputs: ['sample'],
  }
}

function layOut(config: PixArtConfig, motion: MotionConfig | null): Video {
  const cell = motion?.cell ?? 1
  const [H, W] = [dimMul(cell, sym('rows')), dimMul(cell, sym('columns'))]
  const { width } = config
  return {
    config,
    motion,
    sides: [H, W],
    clip: [B, F, H, W, width],
    whole: [B, dimMul(F, H, W), width],
    perFrame: [dimMul(B, F), dimMul(H, W), width],
  }
}

/** Each frame's patches as tokens, told their place in the frame: [B, C, F, p·H, p·W] → [B, F, H, W, D]. */
function embedFrames(g: Graph, w: Weights, latents: Value, positions: Value, { config, clip }: Video): Value {
  const [b, channels, f, height, width] = latents.shape as [Dim, Dim, Dim, Dim, Dim] // as declared above
  const frames = reshape(g, transpose(g, latents, [0, 2, 1, 3, 4]), [dimMul(b, f), channels, height, width])
  return reshape(g, patchEmbed(g, w, frames, positions, config), clip)
}

/** One block over a clip's tokens [B, F, H, W, D]. */
function videoBlock(g: Graph, w: Weights, tokens: Value, conditions: Conditions, video: Video): Value {
  const { config, motion, clip, whole, perFrame } = video
  const [shiftA, scaleA, gateA, shiftM, scaleM, gateM] = modulations(g, w, conditions.time, config) // [B, 1, D] each
  let x = reshape(g, tokens, whole)

  const normed = reshape(g, modulate(g, norm(g, x, config), shiftA, scaleA), perFrame)
  const attended = g.tap(`${g.path}.attn1`, selfAttention(g.scope('attn1'), w.at('attn1'), normed, config))
  x = add(g, x, mul(g, gateA, reshape(g, attended, whole)))
  if (motion) {
    const here = g.scope('attn_temporal')
    const moved = motionModule(here, w.at('attn_temporal'), reshape(g, x, clip), conditions.framePositions, motion)
    x = reshape(g, g.tap(`${g.path}.attn_temporal`, moved), whole)
  }
  const told = g.tap(`${g.path}.attn2`, crossAttention(g.scope('attn2'), w.at('attn2'), x, conditions, config))
  x = add(g, x, told)
  const fed = mlp(g.scope('ff'), w.at('ff'), modulate(g, norm(g, x, config), shiftM, scaleM), config)
  x = add(g, x, mul(g, gateM, g.tap(`${g.path}.ff`, fed)))
  return reshape(g, g.tap(`${g.path}.out`, x), clip)
}

/** Patches [B, F·H·W, p·p·C] put together to a video [B, C, F, p·H, p·W]. */
function unpatchify(g: Graph, patches: Value, { config: { patch, outChannels }, sides: [H, W] }: Video): Value {
  const cells = reshape(g, patches, [B, F, H, W, patch, patch, outChannels])
  const frames = transpose(g, cells, [0, 6, 1, 2, 4, 3, 5]) // n f h w p q c → n c f h p w q
  return reshape(g, frames, [B, outChannels, F, dimMul(patch, H), dimMul(patch, W)])
}
