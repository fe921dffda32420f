/** Kind `checkpoint-override`: personalised checkpoints over a base with a motion module, each laid over it anew. */
import { join } from 'node:path'
import { describeDiT, withMotionModule, withWeights } from '../../../diffusion/recipes/index.ts'
import type { ModelRecipe } from '../../../diffusion/recipes/index.ts'
import { openCheckpoint } from '../../../tensor/index.ts'
import type { KindRunner } from '../case.ts'
import { readJsonFile, withDevice } from '../model-case.ts'
import { runTransformer } from '../recipe-case.ts'

interface Load {
  readonly file: string | null
  readonly missing_keys: number
  readonly unexpected_keys: number
}

export const run: KindRunner = (golden, compare) =>
  withDevice(async (device) => {
    const path = (name: string) => join(golden.dir, name)
    const { recipe: base } = await describeDiT(golden.dir, { weights: path('base.safetensors') })
    const kwargs = await readJsonFile(golden, 'transformer_additional_kwargs.json')
    const { recipe: moving } = await withMotionModule(base, path('motion_module.safetensors'), kwargs)

    const loads = Object.entries(golden.spec.arguments['loads'] as Record<string, Load>) // as the case documents
    for (const [name, { file, missing_keys: missing, unexpected_keys: unexpected }] of loads) {
      const recipe = file === null ? moving : await overridden(moving, path(file), missing, unexpected)
      compare.tensor(`output.sample_${name}`, await runTransformer(device, recipe, golden))
    }

    async function overridden(
      recipe: ModelRecipe,
      file: string,
      missing: number,
      unexpected: number,
    ): Promise<ModelRecipe> {
      const described = await withWeights(recipe, file)
      const absent = described.report.missing.length + (await absentTables(recipe, file))
      compare.check(`${file}: missing keys`, absent === missing, `${absent}, the reference counts ${missing}`)
      const extra = described.report.unexpected.length
      compare.check(`${file}: unexpected keys`, extra === unexpected, `${extra}, the reference counts ${unexpected}`)
      return described.recipe
    }
  })

/** The reference counts position tables (`pos_encoder.pe`) among its keys; ours are computed. */
async function absentTables({ config, motion }: ModelRecipe, file: string): Promise<number> {
  if (!motion?.positions) return 0
  const there = [...(await openCheckpoint(file)).entries.keys()].filter((key) => key.endsWith('.pos_encoder.pe'))
  return config.layers * motion.blocks * motion.attentions - there.length
}
