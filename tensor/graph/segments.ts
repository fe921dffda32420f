/**
 * A model as a list of segments with named inputs and outputs, built into one session a stage or one session a segment:
 * whole for speed, one by one for small memory (and for recomputation in training).
 */
import type { Dim } from './dim.ts'
import type { DType } from './dtype.ts'
import { Graph, type BuiltModel, type Target } from './graph.ts'
import { ShapeError } from './shape-error.ts'
import type { Value } from './value.ts'

/** A part of a model. */
export interface Segment {
  readonly name: string
  /** Names of the values that it reads: the model's inputs or outputs of earlier segments. */
  readonly inputs: readonly string[]
  /** Names of the values that it makes. */
  readonly outputs: readonly string[]
  /** `prompt` segments run once a prompt, `step` segments in every step. */
  readonly stage: 'prompt' | 'step'
  /** The axis along which it may be cut into pieces that do not see each other. */
  readonly cut?: 'tokens' | 'frames' | 'positions'
  build(g: Graph, values: Readonly<Record<string, Value>>): Readonly<Record<string, Value>>
}

/** A named tensor that a model takes. */
export interface ModelInput {
  readonly name: string
  readonly dtype: DType
  readonly shape: readonly Dim[]
}

export interface SegmentedModel {
  readonly inputs: readonly ModelInput[]
  readonly segments: readonly Segment[]
  readonly outputs: readonly string[]
}

/** One session's worth of a model. */
export interface BuiltPart {
  readonly name: string
  readonly stage: 'prompt' | 'step'
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly model: BuiltModel
}

export interface SegmentOptions {
  readonly target: Target
  /** `whole`: one graph a stage; `each`: one graph a segment. */
  readonly split: 'whole' | 'each'
  readonly taps?: boolean
  /** Only this stage's parts. */
  readonly stage?: 'prompt' | 'step'
}

/**
 * Builds a model's parts in running order. Values between parts keep their names, so a runner passes what one part
 * gives to the next by name. A part is given those values that its segments read and do not make themselves.
 */
export function buildSegments(model: SegmentedModel, options: SegmentOptions): BuiltPart[] {
  const known = new Map<string, ModelInput>(model.inputs.map((input) => [input.name, input]))
  return groups(model, options).flatMap((segments) => {
    const part = buildPart(model, segments, known, options)
    return !options.stage || part.stage === options.stage ? [part] : []
  })
}

/** The segments that share a graph. */
function groups({ segments }: SegmentedModel, { split }: SegmentOptions): Segment[][] {
  if (split === 'each') return segments.map((s) => [s])
  return (['prompt', 'step'] as const)
    .map((stage) => segments.filter((s) => s.stage === stage))
    .filter((s) => s.length > 0)
}

function buildPart(
  model: SegmentedModel,
  segments: Segment[],
  known: Map<string, ModelInput>,
  options: SegmentOptions,
): BuiltPart {
  const name = segments.length === 1 ? segments[0]!.name : segments[0]!.stage
  const made = new Set(segments.flatMap((s) => s.outputs))
  const g = new Graph({ name, target: options.target, taps: options.taps ?? false })
  const inputs = [...new Set(segments.flatMap((s) => s.inputs))].filter((i) => !made.has(i))
  const values = new Map(
    inputs.map((input) => {
      const found = known.get(input)
      if (!found) throw new ShapeError(`the segment "${name}" reads "${input}", which no earlier segment makes`)
      return [input, g.input(input, found.dtype, found.shape)]
    }),
  )
  for (const segment of segments) addSegment(g, segment, values)
  const outputs = [...made].filter((output) => isRead(model, segments, output))
  for (const output of made) known.set(output, { ...values.get(output)!, name: output })
  for (const output of outputs) g.output(output, values.get(output)!)
  return { name, stage: segments[0]!.stage, inputs, outputs, model: g.toModel() }
}

function addSegment(g: Graph, segment: Segment, values: Map<string, Value>): void {
  const read = Object.fromEntries(
    segment.inputs.map((input) => {
      const value = values.get(input)
      if (!value) throw new ShapeError(`the segment "${segment.name}" reads "${input}" before it is made`)
      return [input, value]
    }),
  )
  const written = segment.build(g.scope(segment.name), read)
  for (const output of segment.outputs) {
    const value = written[output]
    if (!value) throw new ShapeError(`the segment "${segment.name}" did not make its output "${output}"`)
    values.set(output, value)
  }
}

/** True where the model gives a value out or a segment outside this part reads it. */
const isRead = (model: SegmentedModel, segments: Segment[], name: string): boolean =>
  model.outputs.includes(name) || model.segments.some((s) => !segments.includes(s) && s.inputs.includes(name))
