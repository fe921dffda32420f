import { matMul, Graph, openDevice } from '../tensor/index.ts'
import type { Device, TensorData } from '../tensor/index.ts'

/** Side of the square MatMul that every figure is compared with. */
const YARDSTICK_SIDE = 2048
const YARDSTICK_GFLOP = (2 * YARDSTICK_SIDE ** 3) / 1e9
const RUNS = 5
/** max/min above which a figure's runs differ too much to be quoted without a mark. */
const NOISY = 1.3

export interface Timing {
  /** Seconds of the fastest run. */
  readonly seconds: number
  /** Slowest run / fastest run. */
  readonly spread: number
  readonly noisy: boolean
}

export interface Figure extends Timing {
  readonly name: string
  /** Counted from the graph (multiply-add = 2), not estimated. */
  readonly gflop: number
  readonly gflopPerSecond: number
  /** GFLOP/s of the MatMul 2048³ float32 runs that were interleaved with this figure. */
  readonly yardstick: number
  readonly yardstickSpread: number
  readonly percentOfYardstick: number
}

/** Fill with a fixed pseudo-random sequence in (-1, 1)·scale: the same data in every run. */
export function noise(length: number, scale = 1, seed = 0): Float32Array {
  const data = new Float32Array(length)
  let state = 0x2545f491 ^ Math.imul(seed, 0x9e3779b1)
  for (let i = 0; i < length; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    data[i] = (state / 0x80000000) * scale
  }
  return data
}

export const tensor = (shape: readonly number[], scale = 1): TensorData =>
  ({ dtype: 'float32', shape, data: noise(shape.reduce((a, b) => a * b, 1), scale) })

/** A device that also runs the yardstick. */
export interface Bench {
  readonly device: Device
  yardstick(): Promise<void>
}

export async function openBench(): Promise<Bench> {
  const device = await openDevice('cpu')
  const g = new Graph({ name: 'yardstick' })
  const side = [YARDSTICK_SIDE, YARDSTICK_SIDE] as const
  g.output('y', matMul(g, g.input('a', 'float32', side), g.input('b', 'float32', side)))
  const session = await device.session('yardstick', () => g.toModel())
  const feeds = await device.store({ a: tensor(side), b: tensor(side) })
  return { device, yardstick: async () => void (await session.run(feeds, { keep: ['y'] })) }
}

const timed = async (run: () => Promise<unknown>): Promise<number> => {
  const started = performance.now()
  await run()
  return (performance.now() - started) / 1000
}

export function timing(seconds: readonly number[]): Timing {
  const best = Math.min(...seconds)
  const spread = Math.max(...seconds) / best
  return { seconds: best, spread, noisy: spread > NOISY }
}

/** Best of five runs after one warm-up, each between two runs of the yardstick. `gflop`: of one run. */
export async function measure(bench: Bench, name: string, gflop: number, run: () => Promise<unknown>): Promise<Figure> {
  await run()
  await bench.yardstick()
  const runs: number[] = []
  const yardsticks: number[] = []
  for (let i = 0; i < RUNS; i++) {
    yardsticks.push(Math.min(await timed(bench.yardstick), await timed(bench.yardstick))) // the first finds cold caches
    runs.push(await timed(run))
  }
  const own = timing(runs)
  const reference = timing(yardsticks)
  const yardstick = YARDSTICK_GFLOP / reference.seconds
  const gflopPerSecond = gflop / own.seconds
  return {
    name, ...own, gflop, gflopPerSecond, yardstick, yardstickSpread: reference.spread,
    percentOfYardstick: (100 * gflopPerSecond) / yardstick,
  }
}
