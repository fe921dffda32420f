/** What models are, told by their configuration alone: no weights are opened, so it costs a file of a few lines. */
import { readJson } from './config-reader.ts'
import { DiffusionError } from './error.ts'
import { partFolder } from './recipes/folders.ts'
import type { ModelShape } from './sample-checks.ts'
import { parseT5Config } from './text/t5-config.ts'
import type { T5Config } from './text/t5-config.ts'
import { parsePixArtConfig } from './transformer/config.ts'
import { EASYANIMATE_V1_KWARGS, parseMotionKwargs } from './transformer/motion-config.ts'
import { parseKlConfig, pixelsPerLatent } from './vae/kl-config.ts'
import type { KlConfig } from './vae/kl-config.ts'

export { checkShape, checkTextWidth } from './sample-checks.ts'
export type { ModelShape } from './sample-checks.ts'
export type { KlConfig, T5Config }
export { pixelsPerLatent }

/** The transformer of a model folder. @throws DiffusionError naming file and field */
export async function modelShape(folder: string): Promise<ModelShape> {
  const config = await configOf(folder, 'transformer', 'a PixArt-alpha transformer', parsePixArtConfig)
  return { family: 'pixart', config, motion: null }
}

/**
 * The model with the motion module that EasyAnimate V1 published. A file may have more layers, which decides neither
 * sizes nor frames.
 * @throws DiffusionError where the model's width takes none
 */
export function withPublishedMotion(model: ModelShape): ModelShape {
  const motion = parseMotionKwargs(EASYANIMATE_V1_KWARGS, model.config.width, 'transformer_additional_kwargs')
  return { ...model, family: 'easyanimate-v1', motion }
}

/** The autoencoder of a model folder. @throws DiffusionError naming file and field */
export const vaeConfig = (folder: string): Promise<KlConfig> =>
  configOf(folder, 'vae', 'an autoencoder (VAE)', parseKlConfig)

/** The text encoder of a model folder. @throws DiffusionError naming file and field */
export const textEncoderConfig = (folder: string): Promise<T5Config> =>
  configOf(folder, 'text_encoder', 'a T5 text encoder', parseT5Config)

async function configOf<T>(
  folder: string,
  part: string,
  what: string,
  parse: (config: unknown, file: string) => T,
): Promise<T> {
  const file = `${await partFolder(folder, part, what)}/config.json`
  return parse(await readJson(file, `Choose the folder of ${what}.`), file)
}

/** What reads a latent, or what is known of one. */
export interface LatentKind {
  /** The kind of autoencoder that made it, or that will read it. */
  readonly family?: string | undefined
  readonly channels?: number | undefined
}

/**
 * Whether something can read a latent; what is not known passes.
 * @param reader what it takes, and what messages call it: "this autoencoder"
 * @throws DiffusionError that names no field
 */
export function checkLatentKind(reader: LatentKind & { readonly name: string }, latent: LatentKind): void {
  const refuse = (expected: string, found: string) =>
    new DiffusionError({
      expected: `a latent of ${expected}, as ${reader.name} takes it`,
      found: `one of ${found}`,
      remedy: 'Use the autoencoder that belongs to the model.',
    })
  const differ = <T>(wanted: T | undefined, given: T | undefined) =>
    wanted !== undefined && given !== undefined && wanted !== given
  if (differ(reader.family, latent.family)) throw refuse(`the family "${reader.family}"`, `"${latent.family}"`)
  if (differ(reader.channels, latent.channels)) throw refuse(`${reader.channels} channels`, String(latent.channels))
}
