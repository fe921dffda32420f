/** Kind `t5-encoder`: the text encoder from whichever layout of files the case has, every stored call. */
import { join } from 'node:path'
import { parseT5Config } from '../../../diffusion/text/t5-config.ts'
import { presentT5Entries, relativeBuckets, t5Encoder } from '../../../diffusion/text/t5-encoder.ts'
import { openCheckpoint } from '../../../tensor/index.ts'
import type { TensorData } from '../../../tensor/index.ts'
import type { KindRunner, StoredTensor } from '../case.ts'
import { compareMids, int32, packed, prefixes, runModel, withDevice } from '../model-case.ts'

export const run: KindRunner = (golden, compare) =>
  withDevice(async (device) => {
    const config = parseT5Config(golden.config, 'config.json')
    const model = t5Encoder(packed(presentT5Entries(await weightsOf(golden)), golden.dir), config)
    for (const prefix of prefixes(golden, 'input_ids')) {
      const ids = golden.tensor(`${prefix}input.input_ids`)
      const encode = (mask: StoredTensor) =>
        runModel(device, model, {
          ids: int32(ids),
          mask: int32(mask),
          buckets: bucketsOf(ids.shape[1]!),
        })
      const outputs = await encode(golden.tensor(`${prefix}input.attention_mask`))
      compare.tensor(`${prefix}output.last_hidden_state`, outputs['embeds']!)
      compareMids(golden, compare, prefix, outputs, (name) => ({
        tap: name === `hidden_states_${config.layers}` ? 'embeds' : name,
      }))
      if (golden.io.has(`${prefix}output.no_mask`)) {
        const whole = await encode({ ...ids, data: new Float32Array(ids.data.length).fill(1) })
        compare.tensor(`${prefix}output.no_mask`, whole['embeds']!)
      }
    }

    function bucketsOf(tokens: number): TensorData {
      return { dtype: 'int32', shape: [tokens, tokens], data: relativeBuckets(tokens, config) }
    }
  })

/** The case's folder is a text_encoder folder, with io.safetensors beside: the files are named in case.json. */
async function weightsOf({ dir, spec }: Parameters<KindRunner>[0]) {
  const files = Array.isArray(spec['weight_files']) ? spec['weight_files'].map(String) : ['model.safetensors']
  const index = files.find((name) => name.endsWith('.index.json'))
  return (await openCheckpoint(join(dir, index ?? files[0]!))).entries
}
