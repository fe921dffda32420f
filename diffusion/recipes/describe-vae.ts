import { readJson } from '../config-reader.ts'
import type { SegmentedModel, Weights } from '../../tensor/index.ts'
import { wantedBy } from '../layers/wanted.ts'
import type { Wanted } from '../layers/wanted.ts'
import { parseKlConfig, presentKlEntries } from '../vae/kl-config.ts'
import type { KlConfig } from '../vae/kl-config.ts'
import { klDecoder, klEncoder } from '../vae/kl.ts'
import type { Described } from './describe-dit.ts'
import { partFolder } from './folders.ts'
import { openFile, reportOn, requireComplete } from './open-weights.ts'
import type { DescribeOptions, VaeRecipe } from './recipe.ts'

const WHAT = 'an autoencoder (VAE)'
/** What training leaves in a file. */
const UNUSED = /^loss\./

/** Encoder and decoder as one description, which wants all parameters. */
const whole =
  (config: KlConfig) =>
  (w: Weights): SegmentedModel => {
    const [encoder, decoder] = [klEncoder(w, config), klDecoder(w, config)]
    return {
      inputs: [...encoder.inputs, ...decoder.inputs],
      segments: [...encoder.segments, ...decoder.segments],
      outputs: [...encoder.outputs, ...decoder.outputs],
    }
  }

/** The parameters that an autoencoder wants. */
export const wantedByVae = (config: KlConfig): Wanted => wantedBy(whole(config))

/**
 * The autoencoder of a model folder.
 * @param folder the model's folder (with vae/ in it), or the autoencoder's own
 * @throws DiffusionError naming file and field, CheckpointError for damaged files
 */
export async function describeVae(
  folder: string,
  { hold = 'auto', weights }: DescribeOptions = {},
): Promise<Described<VaeRecipe>> {
  const path = await partFolder(folder, 'vae', WHAT)
  const config = parseKlConfig(
    await readJson(`${path}/config.json`, `Choose the folder of ${WHAT}.`),
    `${path}/config.json`,
  )
  const opened = await openFile(weights ?? path, 'base', presentKlEntries)
  const report = reportOn(opened.entries, wantedByVae(config).keys, UNUSED)
  requireComplete(path, WHAT, opened.entries, report)
  return { recipe: { kind: 'vae', family: 'kl', config, weights: [opened.file], hold }, report }
}
