/** What the kinds that go through recipes share: one call of a recipe's network on stored inputs. */
import { openModel } from '../../diffusion/open-model.ts'
import { transformerOf, wantedByModel } from '../../diffusion/recipes/describe-dit.ts'
import type { ModelRecipe } from '../../diffusion/recipes/index.ts'
import { positionFeeds, timestepFeed } from '../../diffusion/transformer/feeds.ts'
import type { Device, TensorData } from '../../tensor/index.ts'
import type { GoldenCase } from './case.ts'
import { float32, int32 } from './model-case.ts'

/** The transformer's `sample` for the case's `input.*`. */
export async function runTransformer(device: Device, recipe: ModelRecipe, golden: GoldenCase): Promise<TensorData> {
  const latents = float32(golden.tensor('input.hidden_states'))
  const model = await openModel(device, {
    recipe,
    describe: transformerOf(recipe),
    wanted: wantedByModel(recipe),
    loraTarget: 'transformer',
    activationBytes: 0,
  })
  const caption = float32(golden.tensor('input.encoder_hidden_states'))
  const prompt = await (await model.stage('prompt')).run({ caption, ...model.loraFeeds }, { keep: ['context'] })
  const { outputs } = await (
    await model.stage('step')
  ).run({
    ...prompt.kept,
    latents,
    ...positionFeeds(recipe.config, recipe.motion, latents.shape),
    ...model.loraFeeds,
    timestep: timestepFeed([...golden.tensor('input.timestep').data]),
    captionMask: int32(golden.tensor('input.encoder_attention_mask')),
  })
  device.release(Object.values(prompt.kept))
  return outputs['sample']!
}
