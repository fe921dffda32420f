/**
 * What the kinds that run one network share: opening weights beside a case.json, feeding a model, walking over calls.
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openStage } from '../../diffusion/open-stage.ts'
import type { SegmentedModel, TensorArray, TensorData, TensorRef, TensorSource, Weights } from '../../tensor/index.ts'
import { openCheckpoint, openDevice, weightSet } from '../../tensor/index.ts'
import type { Device } from '../../tensor/index.ts'
import type { Comparer, GoldenCase, StoredTensor } from './case.ts'

/** Runs `use` with a CPU device of its own. */
export async function withDevice<T>(use: (device: Device) => Promise<T>): Promise<T> {
  const device = await openDevice('cpu')
  try {
    return await use(device)
  } finally {
    await device.close()
  }
}

/** The tensors of the first of these files that the case has. */
export async function entriesOf(golden: GoldenCase, ...names: string[]): Promise<ReadonlyMap<string, TensorSource>> {
  const name = names.find((n) => existsSync(join(golden.dir, n)))
  if (name === undefined) throw new Error(`${golden.dir} has none of ${names.join(', ')}`)
  return (await openCheckpoint(join(golden.dir, name))).entries
}

/** A JSON file beside case.json. */
export const readJsonFile = async (golden: GoldenCase, name: string): Promise<unknown> =>
  JSON.parse(await readFile(join(golden.dir, name), 'utf8'))

/** Weights held as the product holds them by default. */
export const packed = (entries: ReadonlyMap<string, TensorSource>, source: string): Weights =>
  weightSet(entries, { hold: 'packed', source })

export type Outputs = Readonly<Record<string, TensorData>>
let runs = 0

/** Runs both stages of a model once, with taps: every output and tapped value by name. */
export async function runModel(
  device: Device,
  model: SegmentedModel,
  feeds: Readonly<Record<string, TensorData>>,
): Promise<Outputs> {
  const key = `golden${runs++}`
  const outputs: Record<string, TensorData> = {}
  let passed: Record<string, TensorData | TensorRef> = feeds
  for (const stage of ['prompt', 'step'] as const) {
    const { outputs: made, segments } = model
    const given = segments.filter((s) => s.stage === stage).flatMap((s) => s.outputs)
    if (given.length === 0) continue
    const opened = await openStage(device, { key, stage, describe: () => model, taps: true })
    const result = await opened.run(passed)
    passed = { ...passed, ...result.outputs }
    for (const [name, tensor] of Object.entries(result.outputs))
      if (made.includes(name) || !given.includes(name)) outputs[name] = tensor
  }
  return outputs
}

/** Prefixes (`''`, `b.`, `run0.`) of the calls that a case stores, told by an input that each call has. */
export const prefixes = (golden: GoldenCase, input: string): string[] =>
  [...golden.io.keys()]
    .filter((name) => name.endsWith(`input.${input}`))
    .map((name) => name.slice(0, -`input.${input}`.length))

export const float32 = ({ shape, data }: StoredTensor): TensorData => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(data),
})
export const int32 = ({ shape, data }: StoredTensor): TensorData => ({
  dtype: 'int32',
  shape,
  data: Int32Array.from(data),
})

/**
 * Compares every `mid.*` of a call with the tap of that name (see `layout` for those stored in another order of axes).
 * A stored name that the model has no tap for is named as skipped.
 */
export function compareMids(
  golden: GoldenCase,
  compare: Comparer,
  prefix: string,
  outputs: Outputs,
  layout: (name: string) => { tap: string; permute?: Permutation },
): void {
  for (const name of [...golden.io.keys()].filter((n) => n.startsWith(`${prefix}mid.`))) {
    const { tap, permute } = layout(name.slice(`${prefix}mid.`.length))
    const tensor = outputs[tap]
    if (tensor === undefined) {
      compare.skip(name, `the model has no value "${tap}"`)
      continue
    }
    const data = permute ? permuted(tensor.data, permute) : tensor.data
    compare.tensor(name, { shape: golden.tensor(name).shape, data })
  }
}

/** Axes to read a tensor in: of shape `from`, `order[i]` becomes axis i. */
export interface Permutation {
  readonly from: readonly number[]
  readonly order: readonly number[]
}

/** A row-major tensor with its axes in another order. */
export function permuted(data: TensorArray, { from, order }: Permutation): TensorArray {
  const strides = from.map((_, axis) => from.slice(axis + 1).reduce((a, b) => a * b, 1))
  const to = order.map((axis) => from[axis]!)
  const out = new Float32Array(data.length)
  for (let i = 0; i < out.length; i++) {
    let rest = i
    let at = 0
    for (let axis = to.length - 1; axis >= 0; axis--) {
      at += (rest % to[axis]!) * strides[order[axis]!]!
      rest = Math.floor(rest / to[axis]!)
    }
    out[i] = Number(data[at])
  }
  return out
}
