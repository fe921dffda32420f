/**
 * Kind `rng`: PyTorch's CPU generator. The stored names say what was drawn (`seed42.randn_f16_100003_tail64`); draws of
 * one group come from one stream, in the order of the groups below.
 */
import { Generator, type RealType } from '../../../diffusion/random/index.ts'
import type { Comparer, GoldenCase, KindRunner } from '../case.ts'

type Draw = { readonly shape: readonly number[]; readonly data: ArrayLike<number | bigint> }
type Shape = readonly number[]

const REAL_TYPES: Readonly<Record<string, RealType>> = {
  f16: 'float16', bf16: 'bfloat16', f64: 'float64', f32: 'float32',
}
const LARGE_BOUND = 2n ** 40n                                          // the case's notes: randint(0, 2**40)

export const run: KindRunner = async (golden, compare) => {
  const names = [...golden.io.keys()].filter((name) => name.startsWith('output.'))
  const seeds = [...new Set(names.flatMap((name) => /^output\.seed(-?\d+)\./.exec(name)?.[1] ?? []))]
  for (const seed of seeds) runSeed(golden, compare, seed)
  for (const name of names.filter((name) => name.endsWith('diffusers_randn_tensor_list'))) {
    compare.tensor(name, perSample(golden, golden.tensor(name).shape))
  }
}

function runSeed(golden: GoldenCase, compare: Comparer, seed: string): void {
  const prefix = `output.seed${seed}.`
  const fresh = () => new Generator(BigInt(seed))
  const has = (name: string) => golden.io.has(prefix + name)
  const shapeOf = (name: string) => golden.tensor(prefix + name).shape
  const put = (name: string, draw: Draw) => compare.tensor(prefix + name, draw)

  const stream = fresh()
  shapes(golden).forEach((shape, i) => {
    if (has(`randn_fresh.${i}`)) put(`randn_fresh.${i}`, { shape, data: fresh().randn(shape) })
    const next = stream.randn(shape)
    if (has(`randn_stream.${i}`)) put(`randn_stream.${i}`, { shape, data: next })
  })
  runTogether(fresh(), ['rand', 'rand_f64'])
  runTogether(fresh(), ['randint_0_1000', 'randint_neg5_6', 'randint_big', 'randperm_20'])
  runTogether(fresh(), ['global_randn_like', 'global_randint_then'])
  for (const name of golden.io.keys()) {
    const what = name.startsWith(prefix) ? name.slice(prefix.length) : ''
    if (/^randn_(\w+_)?n?\d+(_tail\d+)?$/.test(what)) put(what, sized(fresh(), what))
    const tensor = /^diffusers_randn_tensor_(\w+)$/.exec(what)
    if (tensor) put(what, { shape: shapeOf(what), data: fresh().randn(shapeOf(what), REAL_TYPES[tensor[1]!]) })
  }

  /** Draws that share one stream, those that the case holds, in order. */
  function runTogether(generator: Generator, group: readonly string[]): void {
    for (const name of group.filter(has)) put(name, draw(generator, name, shapeOf(name)))
  }
}

/** `rand_f64`, `randint_neg5_6`, `randperm_20`, … */
function draw(generator: Generator, name: string, shape: Shape): Draw {
  if (name.startsWith('randperm')) return { shape, data: generator.randperm(shape[0]!) }
  if (name === 'randint_big') return { shape, data: generator.randint(0, LARGE_BOUND, shape) }
  if (name === 'global_randint_then') return { shape, data: generator.randint(0, 1000, shape) }
  const bounds = /^randint_(\w+)_(\w+)$/.exec(name)
  if (bounds) return { shape, data: generator.randint(bound(bounds[1]!), bound(bounds[2]!), shape) }
  if (name === 'global_randn_like') return { shape, data: generator.randn(shape) }
  return { shape, data: generator.rand(shape, REAL_TYPES[name.split('_')[1] ?? 'f32']) }
}

const bound = (text: string) => Number(text.replace('neg', '-'))

/** `randn_f16_n100`, `randn_100003_tail64`: so many numbers, of which the last few may be all that is stored. */
function sized(generator: Generator, name: string): Draw {
  const [, type, count, tail] = /^randn_(?:([a-z]\w*?)_)?n?(\d+)(?:_tail(\d+))?$/.exec(name)!
  const numbers = generator.randn([Number(count)], REAL_TYPES[type ?? 'f32'])
  const data = tail === undefined ? numbers : numbers.slice(-Number(tail))
  return { shape: [data.length], data }
}

/** diffusers' randn_tensor with a list of generators: one sample from each. */
function perSample(golden: GoldenCase, shape: Shape): Draw {
  const seeds = golden.spec.arguments['diffusers_randn_tensor_list']
  if (!Array.isArray(seeds)) throw new Error('case.json names no seeds for diffusers_randn_tensor_list')
  const samples = seeds.map((seed) => [...new Generator(Number(seed)).randn(shape.slice(1))])
  return { shape, data: samples.flat() }
}

function shapes(golden: GoldenCase): Shape[] {
  const listed = golden.spec.arguments['shapes'] ?? golden.config?.['shapes']
  if (!Array.isArray(listed)) throw new Error('case.json names no shapes')
  return listed.map((shape) => (Array.isArray(shape) ? shape.map(Number) : []))
}
