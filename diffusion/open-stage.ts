/** A stage of a model on a device: one session, or one a segment, run in order with values passed on by name. */
import type {
  BuiltPart,
  Device,
  SegmentedModel,
  Session,
  SessionOptions,
  TensorData,
  TensorRef,
} from '../tensor/index.ts'
import { buildSegments } from '../tensor/index.ts'

export type Feeds = Readonly<Record<string, TensorData | TensorRef>>

export interface StageRequest {
  /** What the sessions are kept by; equal keys must mean equal models. */
  readonly key: string
  readonly stage: 'prompt' | 'step'
  /** The description over its weights; called only where the sessions are not resident. */
  readonly describe: () => SegmentedModel | Promise<SegmentedModel>
  /** `whole` (default): one session for the stage; `each`: one a segment, for small memory. */
  readonly split?: 'whole' | 'each'
  /** Tapped values become outputs. */
  readonly taps?: boolean
  readonly session?: SessionOptions
}

export interface StageRun {
  /** Names of results to leave on the device's side. */
  readonly keep?: readonly string[]
  /** Checked between segments. */
  readonly signal?: AbortSignal | undefined
}

export interface Stage {
  /** Runs the stage; what it does not read is left out of `feeds` by name. */
  run(
    feeds: Feeds,
    options?: StageRun,
  ): Promise<{
    readonly outputs: Readonly<Record<string, TensorData>>
    readonly kept: Readonly<Record<string, TensorRef>>
  }>
}

/** What must be known of a part to run it. */
type PartNames = Pick<BuiltPart, 'name' | 'inputs' | 'outputs'>

/** The parts that a device's sessions were made of, by the stage's key. */
const partsOf = new WeakMap<Device, Map<string, readonly PartNames[]>>()

/** Opens a stage; sessions that are resident on the device are used again. */
export async function openStage(device: Device, request: StageRequest): Promise<Stage> {
  const { key, stage, describe, split = 'whole', taps = false } = request
  const stageKey = `${key}/${stage}${split === 'each' ? '/each' : ''}${taps ? '/taps' : ''}`
  const build = async () => buildSegments(await describe(), { target: { device: device.kind }, split, stage, taps })
  let built: Promise<BuiltPart[]> | null = null // shared by the sessions of one opening
  const parts = await knownParts(device, stageKey, () => (built ??= build()))
  const sessions: Session[] = []
  for (const [i, part] of parts.entries()) {
    sessions.push(
      await device.session(
        `${stageKey}/${part.name}`,
        async () => (await (built ??= build()))[i]!.model,
        request.session,
      ),
    )
  }
  if (split === 'whole') built = null // a session that was put out is rebuilt from its files
  return { run: (feeds, options = {}) => runParts(device, parts, sessions, feeds, options) }
}

async function knownParts(
  device: Device,
  key: string,
  build: () => Promise<BuiltPart[]>,
): Promise<readonly PartNames[]> {
  const known = partsOf.get(device) ?? new Map<string, readonly PartNames[]>()
  partsOf.set(device, known)
  const parts =
    known.get(key) ??
    (await build()).map(({ name, model }) => ({
      name,
      inputs: model.inputs.map((input) => input.name),
      outputs: model.outputs.map((output) => output.name),
    }))
  known.set(key, parts)
  return parts
}

/** Runs the parts in order; values between them stay on the device's side and are let go at the end. */
async function runParts(
  device: Device,
  parts: readonly PartNames[],
  sessions: readonly Session[],
  feeds: Feeds,
  { keep = [], signal }: StageRun,
): ReturnType<Stage['run']> {
  const values = new Map<string, TensorData | TensorRef>(Object.entries(feeds))
  const passed = new Map<string, TensorRef>()
  const outputs: Record<string, TensorData> = {}
  const kept: Record<string, TensorRef> = {}
  try {
    for (const [i, { inputs, outputs: made }] of parts.entries()) {
      signal?.throwIfAborted()
      const read = new Set(parts.slice(i + 1).flatMap((part) => part.inputs))
      const onDevice = made.filter((name) => keep.includes(name) || read.has(name))
      const result = await sessions[i]!.run(pick(values, inputs), { keep: onDevice })
      Object.assign(outputs, result.outputs)
      for (const [name, ref] of Object.entries(result.kept)) {
        values.set(name, ref)
        if (keep.includes(name)) kept[name] = ref
        else passed.set(name, ref)
      }
    }
    return { outputs, kept }
  } finally {
    device.release(passed.values())
  }
}

/** The values that a part reads; one that is missing is left to the device to name. */
const pick = (values: ReadonlyMap<string, TensorData | TensorRef>, names: readonly string[]): Feeds =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = values.get(name)
      return value ? [[name, value]] : []
    }),
  )
