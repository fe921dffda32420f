/**
 * EasyAnimate V1's video transformer (v1: transformer3d.py `Transformer3DModel`, attention.py `TemporalTransformerBlock`):
 * PixArt-alpha's blocks, each frame attending within itself, with a motion module between self-attention and
 * cross-attention. Without a motion module the frames do not know of each other, which is what the published
 * initialisation does. In shapes: B batch, F frames, H and W token rows and columns, D width, M the motion module's width.
 */
import type { Graph, SegmentedModel, Value, Weights } from '../../tensor/index.ts'
import { add, dimMul, mul, reshape, sym, transpose } from '../../tensor/index.ts'
import { modulate } from '../layers/modulate.ts'
import type { PixArtConfig } from './config.ts'
import type { MotionConfig } from './motion-config.ts'
import { motionModule } from './motion-module.ts'
import type { Conditions } from './pixart.ts'
import {
  B, blockSegment, conditionInputs, crossAttention, embedSegment, headSegment, mlp, modulations, norm, patchEmbed, patchHead,
  prepare, selfAttention,
} from './pixart.ts'

const F = sym('frames')

/** The video transformer, in segments. Latents are [B, C, F, patch·H, patch·W]; H and W are multiples of the grid's cell. */
export function easyAnimateV1(w: Weights, config: PixArtConfig, motion: MotionConfig | null): SegmentedModel {
  const { inChannels, outChannels, patch, width } = config
  const [H, W] = ['rows', 'columns'].map((name) => dimMul(motion?.cell ?? 1, sym(name))) as [typeof F, typeof F]   // two
  const withFrames = motion?.positions ? ['framePositions'] : []
  return {
    inputs: [
      { name: 'latents', dtype: 'float32', shape: [B, inChannels, F, dimMul(patch, H), dimMul(patch, W)] },
      { name: 'positions', dtype: 'float32', shape: [H, W, width] },
      ...motion?.positions ? [{ name: 'framePositions', dtype: 'float32' as const, shape: [F, motion.width] }] : [],
      ...conditionInputs(config),
    ],
    segments: [
      prepare(w, config),
      embedSegment(w, config, (g, { latents, positions }) => {
        const frames = reshape(g, transpose(g, latents!, [0, 2, 1, 3, 4]), [dimMul(B, F), inChannels, dimMul(patch, H), dimMul(patch, W)])
        return reshape(g, patchEmbed(g, w.at('pos_embed'), frames, positions!, config), [B, F, H, W, width])
      }),
      ...Array.from({ length: config.layers }, (_, i) => blockSegment(i, withFrames, (g, x, conditions) =>
        videoBlock(g, w.at(`transformer_blocks.${i}`), x, conditions, config, motion))),
      headSegment(config, (g, tokens, embedded) => {
        const patches = patchHead(g, w, tokens, embedded, config)                    // [B, F·H·W, p·p·C]
        const cells = reshape(g, patches, [B, F, H, W, patch, patch, outChannels])
        return reshape(g, transpose(g, cells, [0, 6, 1, 2, 4, 3, 5]),                // n f h w p q c → n c f h p w q
          [B, outChannels, F, dimMul(patch, H), dimMul(patch, W)])
      }),
    ],
    outputs: ['sample'],
  }
}

/** One block over a clip's tokens [B, F, H, W, D]. */
function videoBlock(
  g: Graph, w: Weights, tokens: Value, conditions: Conditions, config: PixArtConfig, motion: MotionConfig | null,
): Value {
  const clip = tokens.shape
  const [, , H, W] = clip as [Value['shape'][number], ...Value['shape'][number][]]     // five axes
  const whole = [B, dimMul(F, H!, W!), config.width]                                   // all tokens of a clip
  const perFrame = [dimMul(B, F), dimMul(H!, W!), config.width]                        // a frame's tokens
  const [shiftA, scaleA, gateA, shiftM, scaleM, gateM] = modulations(g, w, conditions.time, config)    // [B, 1, D] each
  let x = reshape(g, tokens, whole)

  const normed = reshape(g, modulate(g, norm(g, x, config), shiftA, scaleA), perFrame)
  const attended = g.tap(`${g.path}.attn1`, selfAttention(g.scope('attn1'), w.at('attn1'), normed, config))
  x = add(g, x, mul(g, gateA, reshape(g, attended, whole)))
  if (motion) {
    const moved = motionModule(g.scope('attn_temporal'), w.at('attn_temporal'), reshape(g, x, clip), conditions.framePositions, motion)
    x = reshape(g, g.tap(`${g.path}.attn_temporal`, moved), whole)
  }
  x = add(g, x, g.tap(`${g.path}.attn2`, crossAttention(g.scope('attn2'), w.at('attn2'), x, conditions, config)))
  x = add(g, x, mul(g, gateM, g.tap(`${g.path}.ff`, mlp(g.scope('ff'), w.at('ff'), modulate(g, norm(g, x, config), shiftM, scaleM), config))))
  return reshape(g, g.tap(`${g.path}.out`, x), clip)
}
