/** Kind `pixart-2d`: the PixArt-alpha picture transformer, each stored call with its intermediate values. */
import { parsePixArtConfig } from '../../../diffusion/transformer/config.ts'
import { cropToPatches, positionFeeds, sizeFeeds, timestepFeed } from '../../../diffusion/transformer/feeds.ts'
import { pixArt } from '../../../diffusion/transformer/pixart.ts'
import type { KindRunner } from '../case.ts'
import { compareMids, entriesOf, float32, int32, packed, prefixes, runModel, withDevice } from '../model-case.ts'

export const run: KindRunner = (golden, compare) =>
  withDevice(async (device) => {
    const config = parsePixArtConfig(golden.config, 'config.json')
    const entries = await entriesOf(golden, 'weights.safetensors', 'diffusion_pytorch_model.safetensors')
    const model = pixArt(packed(entries, golden.dir), config)
    for (const prefix of prefixes(golden, 'hidden_states')) {
      const input = (name: string) => golden.tensor(`${prefix}input.${name}`)
      const latents = cropToPatches(float32(input('hidden_states')), config)
      const sizes = config.sizeConditions
        ? sizeFeeds([...input('resolution').data], [...input('aspect_ratio').data])
        : {}
      const outputs = await runModel(device, model, {
        latents,
        ...positionFeeds(config, null, latents.shape),
        timestep: timestepFeed([...input('timestep').data]),
        caption: float32(input('encoder_hidden_states')),
        captionMask: int32(input('encoder_attention_mask')),
        ...sizes,
      })
      compareMids(golden, compare, prefix, outputs, (name) => ({ tap: name }))
      compare.tensor(`${prefix}output.sample`, outputs['sample']!)
    }
  })
