/**
 * From a recipe to something that runs: weights laid over each other, held as memory allows, LoRAs put beside or in.
 */
import { createHash } from 'node:crypto'
import type {
  Device,
  Hold,
  LoraBranch,
  SegmentedModel,
  TensorData,
  TensorEntry,
  Weights,
  WeightSetOptions,
} from '../tensor/index.ts'
import { int8Weights, weightSet } from '../tensor/index.ts'
import { applyLoras } from './apply-loras.ts'
import type { LoraResult } from './apply-loras.ts'
import { chooseHold, isSmall } from './holding.ts'
import type { Wanted } from './layers/wanted.ts'
import type { LoraTarget } from './lora/index.ts'
import { openStage } from './open-stage.ts'
import type { Stage } from './open-stage.ts'
import { openLayers } from './recipes/open-weights.ts'
import type { Present } from './recipes/open-weights.ts'
import type { Recipe } from './recipes/recipe.ts'

/** Part of the sessions' key: raise it when descriptions change what they compute. */
const VERSION = 1

/** How to open one kind of recipe. */
export interface OpenRequest {
  readonly recipe: Recipe
  /** The model over its weights, and what it wants of them. */
  readonly describe: (w: Weights) => SegmentedModel
  readonly wanted: Wanted
  /** Which half of a LoRA file is meant for this model; an autoencoder takes none. */
  readonly loraTarget?: LoraTarget
  readonly present?: Present
  /** Bytes that a run takes beside the weights, roughly. */
  readonly activationBytes: number
  /** Tells models of one recipe apart: an autoencoder's halves. */
  readonly part?: string
  readonly signal?: AbortSignal | undefined
}

/** A model that can be run. */
export interface OpenModel {
  stage(stage: 'prompt' | 'step'): Promise<Stage>
  /** What the LoRA branches are fed, by graph input: the same in every run of either stage. */
  readonly loraFeeds: Readonly<Record<string, TensorData>>
}

/** Opens a recipe's files and decides how they are held; sessions are made when a stage is asked for. */
export async function openModel(device: Device, request: OpenRequest): Promise<OpenModel> {
  const { recipe, describe, wanted, part = '', present = (entries) => entries } = request
  const layered = await openLayers(recipe.weights, present)
  const base = new Map([...layered].filter(([key]) => wanted.keys.has(key)))
  const { entries, branches, feeds } = await withLoras(device, request, base)
  const name = recipe.weights[0]!.path
  const needs = { name, wanted: recipe.hold, activationBytes: request.activationBytes }
  const hold = await chooseHold(device, entries, needs)
  const content = [VERSION, contentOf(recipe), part, hold, branches.map(({ path }) => path)]
  const key = `${recipe.kind}${part}-${hashOf(content)}`
  const weights = async () =>
    weightSet(entries, await held(hold, entries, wanted, { source: name, branches, signal: request.signal }))
  return {
    loraFeeds: feeds,
    stage: (stage) =>
      openStage(device, {
        key,
        stage,
        describe: async () => describe(await weights()),
        session: { varyingShapes: true, optimise: optimisation(recipe, entries) },
      }),
  }
}

/** The base's weights with the recipe's LoRAs; an autoencoder takes none. */
async function withLoras(
  device: Device,
  { recipe, wanted, loraTarget }: OpenRequest,
  base: ReadonlyMap<string, TensorEntry>,
): Promise<LoraResult> {
  if (!('loras' in recipe) || loraTarget === undefined) return { entries: base, branches: [], feeds: {} }
  return applyLoras(device, recipe.loras, { entries: base, weights: recipe.weights, wanted, target: loraTarget })
}

/**
 * How far the runtime rewrites a graph. Small transformers run as fast with its basic rewrites, and their sessions are
 * made in three quarters of the time; convolutions need the layouts that only the full set gives them.
 */
const optimisation = (recipe: Recipe, entries: ReadonlyMap<string, TensorEntry>): 'all' | 'basic' =>
  recipe.kind !== 'vae' && isSmall(entries) ? 'basic' : 'all'

/** Quantised matrices are made, or found in the cache, for int8 alone. */
async function held(
  hold: Hold,
  entries: ReadonlyMap<string, TensorEntry>,
  wanted: Wanted,
  { signal, ...rest }: { source: string; branches: readonly LoraBranch[]; signal: AbortSignal | undefined },
): Promise<WeightSetOptions> {
  if (hold !== 'int8') return { ...rest, hold }
  const matrices = [...wanted.linears.keys()].map((path) => `${path}.weight`)
  return { ...rest, hold, int8: await int8Weights(entries, matrices, signal ? { signal } : {}) }
}

/** What makes two recipes the same model: contents, not places. Run-time LoRAs are feeds, not part of it. */
function contentOf(recipe: Recipe): unknown {
  const { kind, family, config, weights } = recipe
  const merged = 'loras' in recipe ? recipe.loras.filter(({ mode }) => mode === 'merge') : []
  return {
    kind,
    family,
    config,
    motion: recipe.kind === 'model' ? recipe.motion : null,
    weights: weights.map(({ files }) => files.map(({ hash }) => hash)),
    merged: merged.map(({ files, strength }) => [files.map(({ hash }) => hash), strength]),
  }
}

const hashOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32)
