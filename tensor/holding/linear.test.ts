import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InferenceSession } from 'onnxruntime-node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dimEqual, sym, type Dim } from '../graph/dim.ts'
import type { DType, TensorArray, TensorData } from '../graph/dtype.ts'
import { DTYPE_BYTES, elementCount } from '../graph/dtype.ts'
import type { TensorEntry } from '../graph/entry.ts'
import { gradients } from '../graph/gradients.ts'
import { Graph, type BuiltModel } from '../graph/graph.ts'
import { mul, reduceSum } from '../ops/index.ts'
import { at, maxDifference, noise, runModel, tabulate, tensor } from '../ops/test-op.ts'
import { embedding, linear } from './linear.ts'
import { weightSet, type Hold, type WeightSetOptions } from './weights.ts'

let folder: string
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'kinograph-holding-')))
})
afterAll(() => rm(folder, { recursive: true }))

async function stored(name: string, dtype: DType, shape: readonly number[], data: TensorArray): Promise<TensorEntry> {
  const file = join(folder, `${name}.${dtype}`)
  await writeFile(file, new Uint8Array(data.buffer))
  return { name, dtype, shape, file, offset: 0, bytes: elementCount(shape) * DTYPE_BYTES[dtype] }
}

/** The upper half of float32. */
const toBfloat16 = (x: Float32Array) => new Uint16Array(new Uint32Array(x.slice().buffer).map((bits) => bits >>> 16))
const fromBfloat16 = (x: Uint16Array) => new Float32Array(new Uint32Array(x).map((bits) => bits << 16).buffer)
/** float16 of numbers that are multiples of 1/8 below 1. */
const toFloat16 = (x: Float32Array) =>
  Uint16Array.from(x, (v) => {
    if (v === 0) return 0
    const exponent = Math.floor(Math.log2(Math.abs(v)))
    return (v < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | Math.round((Math.abs(v) / 2 ** exponent - 1) * 1024)
  })

const OUT = 6,
  IN = 4
const eighths = Float32Array.from({ length: OUT * IN }, (_, i) => (((i * 5) % 15) - 7) / 8)
const bias = noise([OUT], 3),
  x = noise([2, 3, IN], 4)

const reference = (weight: TensorData, more = (_n: number, _s: number, _o: number) => 0): TensorData =>
  tabulate(
    [2, 3, OUT],
    ([n, s, o]) =>
      at(bias, [o!]) +
      more(n!, s!, o!) +
      [0, 1, 2, 3].reduce((sum, i) => sum + at(x, [n!, s!, i]) * at(weight, [o!, i]), 0),
  )

/** One linear layer over x; `shape` is how its input is declared. */
function layer(
  weight: TensorEntry | TensorData,
  options: Partial<WeightSetOptions>,
  shape: readonly Dim[] = [sym('b'), sym('s'), IN],
): BuiltModel {
  const weights = weightSet(
    new Map<string, TensorEntry | TensorData>([
      ['ff.weight', weight],
      ['ff.bias', bias],
    ]),
    { hold: 'packed', source: 'test', ...options },
  )
  const g = new Graph()
  const y = linear(g, weights.at('ff'), g.input('x', 'float32', shape))
  expect(y.shape.every((d, i) => dimEqual(d, [...shape.slice(0, -1), OUT][i]!))).toBe(true)
  g.output('y', y)
  return g.toModel()
}

const sources: readonly [DType, () => TensorArray, TensorData][] = [
  ['float32', () => eighths, tensor([OUT, IN], eighths)],
  ['float16', () => toFloat16(eighths), tensor([OUT, IN], eighths)],
  ['bfloat16', () => toBfloat16(eighths), tensor([OUT, IN], fromBfloat16(toBfloat16(eighths)))],
]

for (const hold of ['packed', 'mapped'] satisfies Hold[]) {
  for (const [dtype, data, weight] of sources) {
    test(`${hold} ${dtype}: x · weightᵀ + bias`, async () => {
      const entry = await stored('weight', dtype, [OUT, IN], data())
      const model = layer(entry, { hold })
      expect(model.prepack).toBe(hold === 'packed')
      expect(model.weightBytes.file).toBe(entry.bytes)
      expect(maxDifference((await runModel(model, { x }))['y']!, reference(weight))).toBeLessThan(1e-6)
    })
  }
}

/** Whether a model still casts after the runtime's optimiser. */
async function casts(model: BuiltModel): Promise<boolean> {
  const path = join(folder, 'optimised.onnx')
  const session = await InferenceSession.create(model.bytes, {
    graphOptimizationLevel: 'all',
    optimizedModelFilePath: path,
    logSeverityLevel: 3,
    extra: { session: { model_external_initializers_file_folder_path: model.externalRoot! } },
  })
  await session.release()
  return (await readFile(path)).includes('\x22\x04Cast') // NodeProto.op_type, with its length
}

test('a cast of half precision is folded once when packed, never when mapped, whatever sizes are known', async () => {
  const entry = await stored('weight', 'float16', [OUT, IN], toFloat16(eighths))
  expect(await casts(layer(entry, { hold: 'packed' }))).toBe(false)
  expect(await casts(layer(entry, { hold: 'mapped' }))).toBe(true)
  const known = layer(entry, { hold: 'mapped' }, [2, 3, IN])
  expect(await casts(known)).toBe(true)
  expect(maxDifference((await runModel(known, { x }))['y']!, reference(tensor([OUT, IN], eighths)))).toBeLessThan(1e-6)
})

test('int8: the stored matrix [in, out] and a scale an output channel', async () => {
  const quantised = Int8Array.from({ length: IN * OUT }, (_, i) => ((i * 37) % 255) - 127)
  const scales = noise([OUT], 5, [0.001, 0.01])
  const weight = tabulate([OUT, IN], ([o, i]) => quantised[i! * OUT + o!]! * at(scales, [o!]))
  const int8 = new Map([
    [
      'ff.weight',
      {
        weight: await stored('q', 'int8', [IN, OUT], quantised),
        scale: await stored('scale', 'float32', [OUT], scales.data),
      },
    ],
  ])
  const model = layer(weight, { hold: 'int8', int8 })
  expect(model.weightBytes.file).toBe(IN * OUT + OUT * 4)
  const { y } = await runModel(model, { x })
  expect(maxDifference(y!, reference(weight))).toBeLessThan(0.02) // x is quantised too: steps of 2/255
  expect(maxDifference(y!, reference(weight))).toBeGreaterThan(0) // so it did run in int8
})

test('a LoRA branch adds (x · downᵀ) · upᵀ beside any holding; rank 0 is none', async () => {
  const weight = tensor([OUT, IN], eighths),
    branches = [{ path: 'ff', in: IN, out: OUT }]
  const entry = await stored('weight', 'float16', [OUT, IN], toFloat16(eighths))
  for (const model of [layer(weight, { branches }), layer(entry, { hold: 'mapped', branches })]) {
    expect(model.inputs.map((i) => i.name)).toEqual(['x', 'lora.ff.down', 'lora.ff.up'])
    for (const rank of [0, 1, 3]) {
      const down = noise([rank, IN], 6),
        up = noise([OUT, rank], 7)
      const { y } = await runModel(model, { x, 'lora.ff.down': down, 'lora.ff.up': up })
      const low = (n: number, s: number, r: number) =>
        [0, 1, 2, 3].reduce((sum, i) => sum + at(x, [n, s, i]) * at(down, [r, i]), 0)
      const expected = reference(weight, (n, s, o) =>
        Array.from({ length: rank }, (_, r) => at(up, [o, r]) * low(n, s, r)).reduce((a, b) => a + b, 0),
      )
      expect(maxDifference(y!, expected)).toBeLessThan(2e-6)
    }
  }
  expect(layer(weight, { branches }).flops({ b: 2, s: 3 }).total).toBe(2 * 6 * OUT * IN) // rank 0 unless bound
})

test('LoRA factors are graph inputs and so have gradients, the base weight beside them none', () => {
  const g = new Graph({ target: { device: 'cpu', training: true } })
  const weights = weightSet(new Map([['ff.weight', tensor([OUT, IN], eighths)]]), {
    hold: 'packed',
    source: 'test',
    branches: [{ path: 'ff', in: IN, out: OUT }],
  })
  const y = linear(g, weights.at('ff'), g.input('x', 'float32', [sym('n'), IN]))
  const [down, up] = g.inputs.slice(1)
  const grads = gradients(g, reduceSum(g, mul(g, y, y), [0, 1]), [down!, up!])
  expect(
    grads.map(
      (grad, i) => grad.shape.length === 2 && grad.shape.every((d, k) => dimEqual(d, [down!, up!][i]!.shape[k]!)),
    ),
  ).toEqual([true, true])
})

test('an embedding gathers rows in the type that they are stored in', async () => {
  const g = new Graph()
  const weights = weightSet(
    new Map([['shared.weight', await stored('table', 'bfloat16', [OUT, IN], toBfloat16(eighths))]]),
    { hold: 'mapped', source: 'test' },
  )
  g.output('y', embedding(g, weights.at('shared'), g.input('ids', 'int64', [sym('n')])))
  const { y } = await runModel(g.toModel(), { ids: tensor([2], BigInt64Array.of(5n, 0n)) })
  const table = tensor([OUT, IN], fromBfloat16(toBfloat16(eighths)))
  expect(y).toEqual(tabulate([2, IN], ([i, j]) => at(table, [i === 0 ? 5 : 0, j!])))
})

test('channels and LoRA factors that do not fit the layer are refused by name', () => {
  const weight = tensor([OUT, IN], eighths)
  expect(() => layer(weight, {}, [sym('b'), 5])).toThrow(
    'linear(float32 [b, 5]): the weight "ff.weight" [6, 4] takes 4 channels, in ff',
  )
  expect(() => layer(weight, { branches: [{ path: 'ff', in: 8, out: OUT }] })).toThrow(
    'the LoRA for "ff" is [6, 8], the layer [6, 4]',
  )
})
