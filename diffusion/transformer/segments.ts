/**
 * The PixArt family's transformers as segments: what flows between their parts, by name. The parts themselves are in
 * pixart.ts and easyanimate.ts.
 */
import type { Graph, Segment, SegmentedModel, Value } from '../../tensor/index.ts'
import { sym } from '../../tensor/index.ts'
import { SINUSOID_CHANNELS } from '../layers/timestep-embedding.ts'
import type { PixArtConfig } from './config.ts'

/** Sizes known only when the model runs, so that one session serves every picture and prompt. */
export const B = sym('batch')
export const H = sym('rows')
export const W = sym('columns')
export const T = sym('text')

/** What is said about the picture besides its latent: timestep, caption and, for the 1024 kind, its size. */
export function conditionInputs({
  captionChannels,
  contextWidth,
  sizeConditions,
}: PixArtConfig): SegmentedModel['inputs'] {
  return [
    { name: 'timestep', dtype: 'float32', shape: [B, SINUSOID_CHANNELS] },
    { name: 'caption', dtype: 'float32', shape: [B, T, captionChannels ?? contextWidth] },
    { name: 'captionMask', dtype: 'int32', shape: [B, T] },
    ...(sizeConditions
      ? [
          { name: 'resolution', dtype: 'float32' as const, shape: [B, 2, SINUSOID_CHANNELS] },
          { name: 'aspectRatio', dtype: 'float32' as const, shape: [B, SINUSOID_CHANNELS] },
        ]
      : []),
  ]
}

/** The segment that runs once per prompt: the caption to what cross-attention reads. */
export const prepareSegment = (project: (g: Graph, caption: Value) => Value): Segment => ({
  name: 'prepare',
  stage: 'prompt',
  inputs: ['caption'],
  outputs: ['context'],
  build: (g, { caption }) => ({ context: project(g, caption!) }),
})

/** What a step begins with. */
export interface Embedded {
  readonly tokens: Value
  /** The embedded timestep [B, D], for the head. */
  readonly embedded: Value
  /** adaLN-single's six rows [B, 6, D], for the blocks. */
  readonly time: Value
}

/**
 * The segment that makes tokens of latents, and of the timestep (and size) what modulates every block and the head.
 */
export function embedSegment(
  { sizeConditions }: PixArtConfig,
  build: (g: Graph, values: Readonly<Record<string, Value>>) => Embedded,
): Segment {
  const sizes = sizeConditions ? ['resolution', 'aspectRatio'] : []
  return {
    name: 'embed',
    stage: 'step',
    inputs: ['latents', 'positions', 'timestep', ...sizes],
    outputs: ['tokens0', 'embedded', 'time'],
    build(g, values) {
      const { tokens, embedded, time } = build(g, values)
      return { tokens0: tokens, embedded, time }
    },
  }
}

/** What a block is told besides its tokens. */
export interface Conditions {
  /** adaLN-single's six rows, [B, 6, D]. */
  readonly time: Value
  /** The projected caption, [B, T, D]. */
  readonly context: Value
  /** int32 [B, T], 1 where a caption token counts. */
  readonly captionMask: Value
  /** The frames' position codes [F, M], where a motion module wants them. */
  readonly framePositions: Value | null
}

/** The segments that send the tokens through one block each; `more` names what blocks read besides the usual. */
export const blockSegments = (
  { layers }: PixArtConfig,
  more: readonly string[],
  block: (g: Graph, i: number, tokens: Value, conditions: Conditions) => Value,
): Segment[] =>
  Array.from({ length: layers }, (_, i) => ({
    name: `block${i}`,
    stage: 'step',
    inputs: [`tokens${i}`, 'time', 'context', 'captionMask', ...more],
    outputs: [`tokens${i + 1}`],
    build(g, values) {
      const { time, context, captionMask, framePositions = null } = values
      const conditions = { time: time!, context: context!, captionMask: captionMask!, framePositions }
      return { [`tokens${i + 1}`]: block(g, i, values[`tokens${i}`]!, conditions) }
    },
  }))

/** The last segment: tokens to the model's output. */
export const headSegment = (
  { layers }: PixArtConfig,
  head: (g: Graph, tokens: Value, embedded: Value) => Value,
): Segment => ({
  name: 'head',
  stage: 'step',
  inputs: [`tokens${layers}`, 'embedded'],
  outputs: ['sample'],
  build: (g, { [`tokens${layers}`]: tokens, embedded }) => ({ sample: head(g, tokens!, embedded!) }),
})
