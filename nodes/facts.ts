/**
 * What is known of the built-in types before anything runs, as data that goes along the links:
 * - MODEL: `{ family, config, motion }`, as its recipe has them; VAE and TEXT_ENCODER: `{ family, config }`
 * - LATENT: `{ family, batch, channels, frames, height, width }` in the autoencoder's own pixels
 *   and of all three `{ name, fileBytes, hold }`: the model, bytes of its weights' files, how they are to be held
 * - CONDITIONING: `{ width, tokens }`; IMAGE: `{ frames, height, width }` in pixels
 * A plugin's node may say as much of its values as it knows: what has not the fields that a check needs is unknown to it.
 */
import type { Complaint, JsonObject, MemoryNeed, Paths } from '../core/types/index.ts'
import { checkLatentCount } from '../diffusion/index.ts'
import type { KlConfig, LatentKind, ModelShape, T5Config } from '../diffusion/index.ts'
import { isExplained, problemOf } from './failure.ts'
import { holdOf, weightBytes } from './models/port.ts'
import type { HeldPart } from './models/port.ts'

/** Configurations are plain data; this says so to the type checker. */
const asJson = (value: object): JsonObject => JSON.parse(JSON.stringify(value))

/** The facts of a MODEL. */
export const modelFacts = (model: ModelShape): JsonObject => asJson(model)
/** The facts of a VAE. */
export const vaeFacts = (config: KlConfig): JsonObject => asJson({ family: 'kl', config })
/** The facts of a TEXT_ENCODER. */
export const textEncoderFacts = (config: T5Config): JsonObject => asJson({ family: 't5', config })

/** What is known of a model's weights without opening them. */
export const heldFacts = async (paths: Pick<Paths, 'models'>, held: HeldPart): Promise<JsonObject> => ({
  name: `${held.name}/${held.part}`, fileBytes: await weightBytes(paths, held.folder, held.name, held.part), hold: await holdOf(paths, held),
})

/** What a node takes that runs a model. @param float32 bytes of its weights */
export function memoryNeed(model: JsonObject | undefined, float32: number, activations: number): MemoryNeed {
  const [name, hold, file] = [textOf(model, 'name') ?? 'the model', textOf(model, 'hold') ?? 'auto', numberOf(model, 'fileBytes') ?? float32]
  return { weights: { name, float32, file, hold }, activations: Math.round(activations) }
}

const MODEL_FAMILIES: readonly unknown[] = ['pixart', 'easyanimate-v1'] satisfies ModelShape['family'][]

/** What is known of one of our own models; undefined for what another plugin makes. */
export function knownModel(facts: JsonObject | undefined): ModelShape | undefined {
  const isOurs = facts !== undefined && MODEL_FAMILIES.includes(facts['family']) && isRecord(facts['config'])
  // `modelFacts` alone writes these families, from a ModelShape.
  return isOurs ? (facts as unknown as ModelShape) : undefined
}

/** An autoencoder as far as it is known: its family, which may be a plugin's, and our own kind's configuration. */
export function knownVae(facts: JsonObject | undefined): { family: string; config?: KlConfig } | undefined {
  const family = facts?.['family']
  if (typeof family !== 'string') return undefined
  // `vaeFacts` alone writes this family, from a KlConfig.
  return family === 'kl' && isRecord(facts!['config']) ? { family, config: facts!['config'] as unknown as KlConfig } : { family }
}

/** The configuration of one of our own text encoders. */
export function knownTextEncoder(facts: JsonObject | undefined): T5Config | undefined {
  // `textEncoderFacts` alone writes this family, from a T5Config.
  return facts?.['family'] === 't5' && isRecord(facts['config']) ? (facts['config'] as unknown as T5Config) : undefined
}

/** The width of a CONDITIONING's embeddings. */
export const knownWidth = (facts: JsonObject | undefined): number | undefined => numberOf(facts, 'width')

/** What kind of LATENT it is. */
export const knownLatent = (facts: JsonObject | undefined): LatentKind =>
  ({ family: textOf(facts, 'family'), channels: numberOf(facts, 'channels') })

/** The shape of a LATENT, [batch, channels, frames, height, width]; undefined unless all of it is known. */
export function knownShape(facts: JsonObject | undefined) {
  const [batch, channels, frames, height, width] =
    ['batch', 'channels', 'frames', 'height', 'width'].map((name) => numberOf(facts, name))
  const isWhole = batch !== undefined && channels !== undefined && frames !== undefined && height !== undefined && width !== undefined
  return isWhole ? [batch, channels, frames, height, width] as const : undefined
}

/** How many pixels an IMAGE has in all its pictures. */
export function knownPixels(facts: JsonObject | undefined): number | undefined {
  const [frames, height, width] = ['frames', 'height', 'width'].map((name) => numberOf(facts, name))
  return frames === undefined || height === undefined || width === undefined ? undefined : frames * height * width
}

/** What is wrong with the size of a LATENT that is to be made. @param input the one that says it */
export const latentComplaints = <N extends string>(input: N, facts: JsonObject | undefined): Complaint<N>[] => {
  const shape = knownShape(facts)
  return shape === undefined ? [] : complaintsOf(input, [() => void checkLatentCount(shape)])
}

/** A number among facts. */
export function numberOf(facts: JsonObject | undefined, name: string): number | undefined {
  const value = facts !== undefined && Object.hasOwn(facts, name) ? facts[name] : undefined
  return typeof value === 'number' ? value : undefined
}

/** A text among facts. */
function textOf(facts: JsonObject | undefined, name: string): string | undefined {
  const value = facts !== undefined && Object.hasOwn(facts, name) ? facts[name] : undefined
  return typeof value === 'string' ? value : undefined
}

const isRecord = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * What checks that throw find wrong, as complaints about inputs.
 * @param input the one that a failure is about which names none of `own`
 */
export function complaintsOf<N extends string>(input: N, checks: readonly (() => void)[], own: readonly N[] = []): Complaint<N>[] {
  return checks.flatMap((check) => {
    try {
      check()
      return []
    } catch (error) {
      if (!isExplained(error)) throw error
      const about = own.find((name) => name === error.field)
      return [{ input: about ?? input, problem: problemOf(error), remedy: error.remedy }]
    }
  })
}
