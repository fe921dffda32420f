/** Recipes of diffusion transformers: a base, a motion module, personalised checkpoints over them. */
import type { LoadReport, SegmentedModel, Weights } from '../../tensor/index.ts'
import { readJson } from '../config-reader.ts'
import { DiffusionError } from '../error.ts'
import { repeatBlocks, wantedBy } from '../layers/wanted.ts'
import type { Wanted } from '../layers/wanted.ts'
import { parsePixArtConfig } from '../transformer/config.ts'
import { easyAnimateV1 } from '../transformer/easyanimate.ts'
import { EASYANIMATE_V1_KWARGS, parseMotionKwargs } from '../transformer/motion-config.ts'
import type { MotionConfig } from '../transformer/motion-config.ts'
import { pixArt } from '../transformer/pixart.ts'
import { kindOfWeights } from './detect.ts'
import { partFolder } from './folders.ts'
import { openFile, reportOn, requireComplete, wrongShape } from './open-weights.ts'
import type { Entries } from './open-weights.ts'
import type { DescribeOptions, ModelRecipe } from './recipe.ts'

export interface Described<R> {
  readonly recipe: R
  readonly report: LoadReport
}

/** Keys that published files hold and no forward pass reads; position tables are computed. */
const UNUSED = /^caption_projection\.y_embedding$|^pos_embed\.pos_embed$|\.pos_encoder\.pe$/
const BASE = 'a PixArt-alpha transformer'
const MOTION = 'a motion module'
const isTemporal = (key: string): boolean => key.includes('temporal')

/** The model that a recipe describes, over its weights. */
export const transformerOf =
  ({ family, config, motion }: Pick<ModelRecipe, 'family' | 'config' | 'motion'>) =>
  (w: Weights): SegmentedModel =>
    family === 'pixart' ? pixArt(w, config) : easyAnimateV1(w, config, motion)

const found = new Map<string, Wanted>()

/** The parameters that a recipe's model wants; its blocks are all alike. */
export function wantedByModel({ family, config, motion }: Pick<ModelRecipe, 'family' | 'config' | 'motion'>): Wanted {
  const key = JSON.stringify([family, config, motion])
  const known = found.get(key)
  if (known) return known
  const first = wantedBy(transformerOf({ family, config: { ...config, layers: 1 }, motion }))
  const wanted = repeatBlocks(first, 'transformer_blocks', { from: 0, count: config.layers })
  found.set(key, wanted)
  return wanted
}

/**
 * The transformer of a PixArt-alpha folder.
 * @param folder the model's folder (with transformer/ in it), or the transformer's own
 * @throws DiffusionError naming file and field, CheckpointError for damaged files
 */
export async function describeDiT(
  folder: string,
  { hold = 'auto', weights }: DescribeOptions = {},
): Promise<Described<ModelRecipe>> {
  const path = await partFolder(folder, 'transformer', BASE)
  const config = parsePixArtConfig(
    await readJson(`${path}/config.json`, `Choose the folder of ${BASE}.`),
    `${path}/config.json`,
  )
  const opened = await openFile(weights ?? path, 'base')
  const recipe: ModelRecipe = {
    kind: 'model',
    family: 'pixart',
    config,
    motion: null,
    weights: [opened.file],
    loras: [],
    hold,
  }
  const report = reportOn(opened.entries, wantedByModel(recipe).keys, UNUSED)
  requireComplete(path, BASE, opened.entries, report)
  return { recipe, report }
}

/**
 * The model with a motion module, which makes it a video model; it takes the place of one that is there.
 * @param kwargs the yaml's `transformer_additional_kwargs`; by default those of EasyAnimate V1, with as many blocks and
 *   attention layers as the file has
 */
export async function withMotionModule(
  recipe: ModelRecipe,
  path: string,
  kwargs?: unknown,
): Promise<Described<ModelRecipe>> {
  const { file, entries } = await openFile(path, 'motion-module')
  requireTemporal(path, entries)
  const motion = motionOf(entries, recipe.config.width, kwargs, path)
  const weights = [...recipe.weights.filter(({ role }) => role !== 'motion-module'), file]
  const moving: ModelRecipe = { ...recipe, family: 'easyanimate-v1', motion, weights }
  const wanted = wantedByModel(moving).keys
  const report = reportOn(entries, wanted, UNUSED)
  requireComplete(path, MOTION, entries, report, isTemporal)
  return { recipe: moving, report: { ...report, missing: report.missing.filter(isTemporal) } }
}

function requireTemporal(path: string, entries: Entries): void {
  if ([...entries.keys()].some(isTemporal)) return
  throw new DiffusionError({
    field: path,
    expected: MOTION,
    found: kindOfWeights(entries.keys()),
    remedy: 'Choose a file of models/Motion_Module, such as easyanimate_v1_mm.safetensors.',
  })
}

function motionOf(entries: Entries, width: number, kwargs: unknown, path: string): MotionConfig {
  if (kwargs !== undefined) return parseMotionKwargs(kwargs, width, 'transformer_additional_kwargs')
  const published = EASYANIMATE_V1_KWARGS
  const count = (pattern: RegExp) => new Set([...entries.keys()].flatMap((key) => pattern.exec(key)?.[1] ?? [])).size
  const blocks = count(/temporal_transformer\.transformer_blocks\.(\d+)\./)
  const attentions = count(/temporal_transformer\.transformer_blocks\.0\.attention_blocks\.(\d+)\./)
  return parseMotionKwargs(
    {
      ...published,
      motion_module_kwargs: {
        ...published.motion_module_kwargs,
        num_transformer_block: blocks,
        attention_block_types: Array<string>(attentions).fill('Temporal_Self'),
      },
    },
    width,
    path,
  )
}

/**
 * The model with a personalised checkpoint over what it has: tensors of the same name take the earlier ones' place.
 * @returns report.missing: what the file leaves as it was; report.unexpected: what the model has no use for
 */
export async function withWeights(recipe: ModelRecipe, path: string): Promise<Described<ModelRecipe>> {
  const { file, entries } = await openFile(path, 'weights')
  const report = reportOn(entries, wantedByModel(recipe).keys, UNUSED)
  if (report.matched.length === 0 && report.wrongShape.length === 0) {
    throw new DiffusionError({
      field: path,
      expected: `weights of ${BASE}`,
      found: kindOfWeights(entries.keys()),
      remedy: 'Choose a personalised checkpoint of models/Personalized_Model; a LoRA goes through ApplyLoRA.',
    })
  }
  if (report.wrongShape.length > 0) throw wrongShape(path, report)
  return { recipe: { ...recipe, weights: [...recipe.weights, file] }, report }
}
