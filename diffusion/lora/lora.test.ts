import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TensorArray, TensorData } from '../../tensor/graph/dtype.ts'
import { toFloat32, writeSafetensors } from '../../tensor/weights/index.ts'
import { openDevice } from '../../tensor/runtime/index.ts'
import { Generator } from '../random/index.ts'
import { mergedWeights, mergeLoras, readLora, stackLoras, unmergeLoras, type LoraFile } from './index.ts'
import { parseLoraKey } from './lora-keys.ts'
import { addProduct } from './merge-loras.ts'

const Q = 'transformer_blocks.0.attn1.to_q'
const OUT = 'transformer_blocks.0.attn1.to_out.0'
const T5 = 'encoder.block.0.layer.0.SelfAttention.q'
const modules = {
  transformer: new Map([[Q, [6, 4]], [OUT, [4, 6]]] as const),
  textEncoder: new Map([[T5, [5, 3]]] as const),
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kinograph-lora-'))
  process.env['KINOGRAPH_CACHE_DIR'] = join(folder, 'cache')
})
afterAll(() => rm(folder, { recursive: true }))

const normal = (seed: number, ...shape: number[]): TensorData =>
  ({ dtype: 'float32', shape, data: new Generator(seed).randn(shape) })
const number = (value: number): TensorData => ({ dtype: 'float32', shape: [], data: Float32Array.of(value) })

let written = 0
/** A LoRA file with these tensors. */
async function file(tensors: Record<string, TensorData>, metadata = {}): Promise<string> {
  const path = join(folder, `lora-${written++}.safetensors`)
  await writeSafetensors(path, new Map(Object.entries(tensors)), metadata)
  return path
}

/** Factors of the query layer, rank 2, under a form's names. */
const query = (down: string, up: string) => ({ [down]: normal(1, 2, 4), [up]: normal(2, 6, 2) })

describe('names', () => {
  test.each([
    ['kohya, as EasyAnimate writes it', 'lora_unet__transformer_blocks_0_attn1_to_q.lora_', 'down.weight', 'up.weight'],
    ['kohya', 'lora_unet_transformer_blocks_0_attn1_to_q.lora_', 'down.weight', 'up.weight'],
    ['diffusers', `transformer.${Q}.lora_`, 'A.weight', 'B.weight'],
    ['diffusers, older', `unet.${Q}.lora.`, 'down.weight', 'up.weight'],
    ['diffusers, no prefix', `${Q}.lora_`, 'A.weight', 'B.weight'],
    ['PEFT in memory', `transformer.${Q}.lora_`, 'A.default.weight', 'B.default.weight'],
    ['processor', 'transformer_blocks.0.attn1.processor.to_q_lora.', 'down.weight', 'up.weight'],
  ])('%s', async (_form, stem, down, up) => {
    const { pairs, report } = await readLora(await file(query(stem + down, stem + up)), modules)
    expect(pairs).toMatchObject([{ target: 'transformer', path: Q, rank: 2, scale: 1 }])
    expect(report).toMatchObject({ unexpected: [], wrongShape: [], missing: [] })
  })

  test('to_out of a processor is to_out.0', async () => {
    const stem = 'transformer.transformer_blocks.0.attn1.processor.to_out_lora.'
    const path = await file({ [`${stem}down.weight`]: normal(1, 2, 6), [`${stem}up.weight`]: normal(2, 4, 2) })
    expect((await readLora(path, modules)).pairs[0]!.path).toBe(OUT)
  })

  test('where an escaped name fits two paths, the earlier split is taken', async () => {
    const layers = { transformer: new Map([['a_b.c', [6, 4]], ['a.b_c', [6, 4]]] as const) }
    const path = await file(query('lora_unet__a_b_c.lora_down.weight', 'lora_unet__a_b_c.lora_up.weight'))
    expect((await readLora(path, layers)).pairs[0]!.path).toBe('a.b_c')
  })

  test('every module path is found from its escaped name', () => {
    const segment = fc.stringMatching(/^[a-z][a-z0-9_]{0,6}$/)
    fc.assert(fc.property(fc.array(segment, { minLength: 1, maxLength: 5 }), (path) => {
      const key = `lora_unet__${path.join('_')}.lora_down.weight`
      expect(parseLoraKey(key)).toMatchObject({ family: 'kohya', module: path.join('_'), part: 'down' })
    }))
  })

  test('text-encoder keys go to the text encoder; without one they are set aside', async () => {
    const stem = 'lora_te_encoder_block_0_layer_0_SelfAttention_q.lora_'
    const tensors = { [`${stem}down.weight`]: normal(3, 2, 3), [`${stem}up.weight`]: normal(4, 5, 2) }
    const path = await file({ ...tensors, ...plain })
    const { pairs } = await readLora(path, modules)
    expect(pairs.map((pair) => pair.target).sort()).toEqual(['textEncoder', 'transformer'])
    const alone = { transformer: modules.transformer }
    const without = await readLora(path, alone)
    expect(without.skipped).toEqual([`${stem}down.weight`, `${stem}up.weight`])
    await expect(readLora(await file(tensors), alone)).rejects.toThrow(/connect the text/)
  })
})

const kohya = (path: string) => `lora_unet__${path.replaceAll('.', '_')}`
const plain = query(`${kohya(Q)}.lora_down.weight`, `${kohya(Q)}.lora_up.weight`)

describe('scale', () => {
  test('alpha / rank', async () => {
    const { pairs } = await readLora(await file({ ...plain, [`${kohya(Q)}.alpha`]: number(3) }), modules)
    expect(pairs[0]!.scale).toBe(1.5)
  })

  test.each([
    [{ lora_alpha: 6, r: 2 }, 3],
    [{ lora_alpha: 6, r: 2, use_rslora: true }, 6 / Math.SQRT2],
    [{ lora_alpha: 6, r: 2, alpha_pattern: { 'attn1.to_q': 8 } }, 4],
    [{ r: 2 }, 4],
  ])('of an adapter with %j is %s', async (config, scale) => {
    const path = join(folder, `adapter.v${written++}`)
    await mkdir(path)
    await writeFile(join(path, 'adapter_config.json'), JSON.stringify({ peft_type: 'LORA', ...config }))
    const stem = `base_model.model.${Q}.lora_`
    const tensors = query(`${stem}A.weight`, `${stem}B.weight`)
    await writeSafetensors(join(path, 'adapter_model.safetensors'), new Map(Object.entries(tensors)))
    expect((await readLora(path, modules)).pairs[0]!.scale).toBeCloseTo(scale, 12)
    expect((await readLora(join(path, 'adapter_model.safetensors'), modules)).pairs[0]!.scale).toBeCloseTo(scale, 12)
  })

  test('from the metadata that diffusers writes', async () => {
    const metadata = { lora_adapter_metadata: JSON.stringify({ 'transformer.lora_alpha': 5, 'transformer.r': 2 }) }
    const path = await file(query(`transformer.${Q}.lora_A.weight`, `transformer.${Q}.lora_B.weight`), metadata)
    expect((await readLora(path, modules)).pairs[0]!.scale).toBe(2.5)
  })

  test('an adapter without its settings is refused', async () => {
    const stem = `base_model.model.${Q}.lora_`
    const path = await file(query(`${stem}A.weight`, `${stem}B.weight`))
    await expect(readLora(path, modules)).rejects.toThrow(/adapter_config\.json/)
  })
})

describe('refused, with the key and what to do', () => {
  const convolution = { dtype: 'float32', shape: [6, 2, 1, 1], data: new Float32Array(12) } satisfies TensorData
  const integers = { dtype: 'int32', shape: [2, 4], data: new Int32Array(8) } satisfies TensorData
  const [down, up, alpha] = [`${kohya(Q)}.lora_down.weight`, `${kohya(Q)}.lora_up.weight`, `${kohya(Q)}.alpha`]
  const unet = 'lora_unet_down_blocks_0_x'
  const other = query(`transformer.${OUT}.lora_A.weight`, `transformer.${OUT}.lora_B.weight`)
  test.each([
    ['half a pair', { [down]: normal(1, 2, 4) }, /down alone/],
    ['two ranks', { [down]: normal(1, 3, 4), [up]: normal(2, 6, 2) }, /of one rank/],
    ['rank 0', { [down]: normal(1, 0, 4), [up]: normal(2, 6, 0) }, /from 1/],
    ['alpha NaN', { ...plain, [alpha]: number(NaN) }, /finite alpha, got NaN/],
    ['a convolution', { [down]: normal(1, 2, 4), [up]: convolution }, /of a convolution/],
    ['integers', { [down]: integers, [up]: normal(2, 6, 2) }, /floating-point/],
    ['mixed forms', { ...plain, ...other }, /keys of one form/],
    ['a layer twice', { ...plain, ...query(down.replace('__', '_'), up.replace('__', '_')) }, /Two LoRAs/],
    ['LoHa', { [`${kohya(Q)}.hada_w1_a`]: normal(1, 2, 4) }, /LoHa/],
    ['DoRA', { ...plain, [`${kohya(Q)}.dora_scale`]: normal(1, 6, 1) }, /DoRA/],
    ['another size', { [down]: normal(1, 2, 8), [up]: normal(2, 6, 2) }, /to_q\.weight is \[6, 4\] here and \[6, 8\]/],
    ['a U-Net', query(`${unet}.lora_down.weight`, `${unet}.lora_up.weight`), /U-Net/],
    ['whole weights', { [`${Q}.weight`]: normal(1, 6, 4) }, /not a LoRA: load them as a checkpoint/],
  ])('%s', async (_name, tensors: Record<string, TensorData>, message) => {
    await expect(readLora(await file(tensors), modules)).rejects.toThrow(message)
    await expect(readLora(await file(tensors), modules)).rejects.toMatchObject({ name: 'DiffusionError' })
  })

  test('factors that are not finite, when they are read', async () => {
    const spoilt: TensorData = { dtype: 'float32', shape: [6, 2], data: new Float32Array(12).fill(NaN) }
    const broken = await readLora(await file({ ...plain, [up]: spoilt }), modules)
    await expect(stackLoras([{ file: broken, strength: 1 }], 'transformer')).rejects.toThrow(/finite numbers, got NaN/)
    await expect(stackLoras([{ file: broken, strength: Infinity }], 'transformer')).rejects.toThrow(/strength/)
  })
})

test('keys that fit nothing are listed, a hundred thousand of them too, and the rest is used', async () => {
  const path = await file(plain)
  const [length, whole] = await readFile(path).then((bytes) => [Number(bytes.readBigUInt64LE(0)), bytes] as const)
  const body = whole.subarray(8 + length)
  const strangers = Array.from({ length: 100_000 }, (_, i) => {
    const from = body.length + 4 * i
    return [`lora_unet__layer_${i}.alpha`, { dtype: 'F32', shape: [], data_offsets: [from, from + 4] }]
  })
  const header = Buffer.from(JSON.stringify({
    ...JSON.parse(whole.subarray(8, 8 + length).toString()), ...Object.fromEntries(strangers),
  }))
  const size = Buffer.alloc(8)
  size.writeBigUInt64LE(BigInt(header.length))
  await writeFile(path, Buffer.concat([size, header, body, Buffer.alloc(400_000)]))
  const { pairs, report } = await readLora(path, modules)
  expect(pairs).toHaveLength(1)
  expect(report.unexpected).toHaveLength(100_000)
  expect(report.unexpected).toContain('lora_unet__layer_99999.alpha')
})

describe('stack and merge', () => {
  let first: LoraFile, second: LoraFile
  const base = new Map([[`${Q}.weight`, normal(9, 6, 4)], [`${OUT}.weight`, normal(10, 4, 6)]])
  beforeAll(async () => {
    first = await readLora(await file({ ...plain, [`${kohya(Q)}.alpha`]: number(3) }), modules)
    const stem = kohya(OUT)
    second = await readLora(await file({
      ...query(`${kohya(Q)}.lora_down.weight`, `${kohya(Q)}.lora_up.weight`),
      [`${stem}.lora_down.weight`]: normal(5, 3, 6), [`${stem}.lora_up.weight`]: normal(6, 4, 3),
    }), modules)
  })

  test('a stack adds what a merge adds', async () => {
    const loras = [{ file: first, strength: 0.7 }, { file: second, strength: -0.4 }]
    const { branches, feeds } = await stackLoras(loras, 'transformer')
    expect(branches).toEqual([{ path: Q, in: 4, out: 6 }, { path: OUT, in: 6, out: 4 }])
    expect(feeds[`lora.${Q}.down`]!.shape).toEqual([4, 4])
    const merged = await mergeLoras(loras, 'transformer', base)
    for (const { path, in: width } of branches) {
      const [down, up] = ['down', 'up'].map((part) => feeds[`lora.${path}.${part}`]!) as [TensorData, TensorData]
      const factors = { rank: down.shape[0]!, down: toFloat32(down), up: toFloat32(up) }
      const expected = addProduct(toFloat32(base.get(`${path}.weight`)!), factors, width)
      expect(merged.get(`${path}.weight`)!.data).toEqual(expected)
    }
  })

  test('merged by hand: W + strength · alpha / rank · up · down', async () => {
    const merged = await mergeLoras([{ file: first, strength: 0.5 }], 'transformer', base)
    const [w, up, down] = [base.get(`${Q}.weight`)!, normal(2, 6, 2), normal(1, 2, 4)].map(toFloat32)
    const expected = Array.from({ length: 24 }, (_, i) => {
      const [o, c] = [Math.floor(i / 4), i % 4]
      return w![i]! + 0.5 * 1.5 * (up![o * 2]! * down![c]! + up![o * 2 + 1]! * down![4 + c]!)
    })
    expect([...merged.keys()]).toEqual([`${Q}.weight`])
    expectClose(merged.get(`${Q}.weight`)!.data, expected, 1e-6)
  })

  test('unmerged again, the weights are as before but for rounding', async () => {
    const loras = [{ file: first, strength: 0.7 }, { file: second, strength: 1.3 }]
    const merged = await mergeLoras(loras, 'transformer', base)
    const back = await unmergeLoras(loras, 'transformer', merged)
    for (const [name, { data }] of back) expectClose(data, [...base.get(name)!.data].map(Number), 2e-6)
  })

  test('layers without a LoRA get a branch of rank 0 when a stack is to serve all', async () => {
    const { branches, feeds } = await stackLoras([{ file: first, strength: 1 }], 'transformer', modules.transformer)
    expect(branches).toHaveLength(2)
    expect(feeds[`lora.${OUT}.up`]).toEqual({ dtype: 'float32', shape: [4, 0], data: new Float32Array(0) })
  })

  test('transformerOnly leaves the text encoder alone', async () => {
    const stem = 'lora_te_encoder_block_0_layer_0_SelfAttention_q'
    const encoder = { [`${stem}.lora_down.weight`]: normal(3, 2, 3), [`${stem}.lora_up.weight`]: normal(4, 5, 2) }
    const both = await readLora(await file({ ...plain, ...encoder }), modules)
    const weights = new Map([[`${T5}.weight`, normal(11, 5, 3)]])
    const merged = (transformerOnly: boolean) =>
      mergeLoras([{ file: both, strength: 1, transformerOnly }], 'textEncoder', weights)
    expect((await merged(false)).size).toBe(1)
    expect((await merged(true)).size).toBe(0)
  })

  test('a device gives the same, and the cache file holds it', async () => {
    const loras = [{ file: first, strength: 0.7 }, { file: second, strength: 1.3 }]
    const device = await openDevice('cpu')
    try {
      const merged = await mergeLoras(loras, 'transformer', base)
      for (const [name, { data }] of await mergeLoras(loras, 'transformer', base, { device })) {
        expectClose(data, [...merged.get(name)!.data].map(Number), 1e-6)
      }
      const kept = await mergedWeights({ files: [], loras }, 'transformer', base)
      expect([...kept.entries.keys()].sort()).toEqual([...merged.keys()].sort())
    } finally {
      await device.close()
    }
  })

  test('a model without the layer is refused', async () => {
    const merged = mergeLoras([{ file: first, strength: 1 }], 'transformer', new Map())
    await expect(merged).rejects.toThrow(/among the base weights/)
  })
})

function expectClose(actual: TensorArray, expected: readonly number[], tolerance: number): void {
  expect(actual).toHaveLength(expected.length)
  expect(Math.max(...expected.map((e, i) => Math.abs(Number(actual[i]) - e)))).toBeLessThan(tolerance)
}
