import { autoencoderActivations } from '../estimates.ts'
import type { Device } from '../../tensor/index.ts'
import { openModel } from '../open-model.ts'
import type { Stage } from '../open-stage.ts'
import { wantedByVae } from '../recipes/describe-vae.ts'
import type { VaeRecipe } from '../recipes/recipe.ts'
import { presentKlEntries } from './kl-config.ts'
import { klDecoder, klEncoder } from './kl.ts'

/** What encoding and decoding report, frame by frame. */
export interface AutoencodeHooks {
  /** Checked between frames. */
  readonly signal?: AbortSignal | undefined
  readonly onFrame?: (done: number, total: number) => void
}

/** One half of the autoencoder, in a session of its own. */
export async function openHalf(
  device: Device,
  recipe: VaeRecipe,
  part: 'encoder' | 'decoder',
  { height, width }: { height: number; width: number },
  signal: AbortSignal | undefined,
): Promise<Stage> {
  const { config } = recipe
  const describe = part === 'encoder' ? klEncoder : klDecoder
  const opened = await openModel(device, {
    recipe,
    part,
    describe: (w) => describe(w, config),
    wanted: wantedByVae(config),
    present: presentKlEntries,
    activationBytes: autoencoderActivations(config, { height, width }),
    signal,
  })
  return opened.stage('step')
}
