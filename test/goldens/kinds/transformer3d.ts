/** Kind `transformer3d`: EasyAnimate V1's video transformer, with its motion module and without. */
import type { TensorSource } from '../../../tensor/index.ts'
import { parsePixArtConfig } from '../../../diffusion/transformer/config.ts'
import { easyAnimateV1 } from '../../../diffusion/transformer/easyanimate.ts'
import { cropToPatches, positionFeeds, sizeFeeds, timestepFeed } from '../../../diffusion/transformer/feeds.ts'
import { parseMotionKwargs } from '../../../diffusion/transformer/motion-config.ts'
import type { GoldenCase, KindRunner } from '../case.ts'
import {
  compareMids,
  entriesOf,
  float32,
  int32,
  packed,
  prefixes,
  readJsonFile,
  runModel,
  withDevice,
} from '../model-case.ts'
import type { Permutation } from '../model-case.ts'

export const run: KindRunner = (golden, compare) =>
  withDevice(async (device) => {
    const config = parsePixArtConfig(golden.config, 'config.json')
    const base = await entriesOf(golden, 'base.safetensors')
    const entries = new Map<string, TensorSource>([...base, ...(await entriesOf(golden, 'motion_module.safetensors'))])
    const kwargs = await readJsonFile(golden, 'transformer_additional_kwargs.json')
    const motion = parseMotionKwargs(kwargs, config.width, 'transformer_additional_kwargs.json')
    const models = {
      sample: { model: easyAnimateV1(packed(entries, golden.dir), config, motion), motion },
      sample_without_motion_module: { model: easyAnimateV1(packed(base, golden.dir), config, null), motion: null },
    }
    for (const prefix of prefixes(golden, 'hidden_states')) {
      const input = (name: string) => golden.tensor(`${prefix}input.${name}`)
      const latents = cropToPatches(float32(input('hidden_states')), config)
      for (const [name, { model, motion }] of Object.entries(models)) {
        if (!golden.io.has(`${prefix}output.${name}`)) continue
        const outputs = await runModel(device, model, {
          latents,
          ...positionFeeds(config, motion, latents.shape),
          timestep: timestepFeed([...input('timestep').data]),
          caption: float32(input('encoder_hidden_states')),
          captionMask: int32(input('encoder_attention_mask')),
          ...(config.sizeConditions ? sizeFeeds([...input('resolution').data], [...input('aspect_ratio').data]) : {}),
        })
        compare.tensor(`${prefix}output.${name}`, outputs['sample']!)
        if (motion)
          compareMids(golden, compare, prefix, outputs, (mid) => ({ tap: mid, ...layoutOf(golden, prefix, mid) }))
      }
    }
  })

/** The motion module's result is stored [B, C, F, h, w]; ours is [B, F, h, w, C]. */
function layoutOf(golden: GoldenCase, prefix: string, mid: string): { permute?: Permutation } {
  const [b, c, f, h, w] = golden.tensor(`${prefix}mid.${mid}`).shape
  return mid.endsWith('attn_temporal') ? { permute: { from: [b!, f!, h!, w!, c!], order: [0, 4, 1, 2, 3] } } : {}
}
