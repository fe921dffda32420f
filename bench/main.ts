/**
 * `npm run bench`: prints JSON. Every figure is the best of five runs interleaved with a yardstick (MatMul 2048³ float32 on
 * this machine, at this hour); `spread` is slowest/fastest and above 1.3 the figure is marked `noisy`.
 * `npm run bench -- full-size`: random weights of the official sizes, loaded in place; what they take of memory.
 * `npm run bench -- NAME…`: only these figures.
 */
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join, resolve } from 'node:path'
import { privateMemory } from '../tensor/index.ts'
import { EDITOR_FIGURES } from './editor.ts'
import { measureEngine } from './engine.ts'
import { figure, klDecode, relativeError, t5Layer, v1Step, xlStep } from './figures.ts'
import { fullSize } from './full-size.ts'
import { openBench } from './measure.ts'
import type { Bench } from './measure.ts'
import { SERVER_FIGURES } from './server.ts'
import { measureStart } from './start.ts'

const root = resolve(import.meta.dirname, import.meta.dirname.includes('dist') ? '../..' : '..')
const peers = JSON.parse(readFileSync(join(root, 'bench/peers.json'), 'utf8')) as {
  source: string; peerYardstick: unknown; figures: Record<string, unknown> } // our own file

const print = (line: unknown): void => console.log(JSON.stringify(line, (_key, value: unknown) =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value))
const withPeer = <F extends { readonly name: string }>(f: F) => ({ ...f, peer: peers.figures[f.name] ?? null })

async function xl(bench: Bench): Promise<void> {
  const own = await openBench() // its 2.4 GB are gone before int8 is measured
  const float = await figure(own, 'xl-step-float32', xlStep(), 'packed')
  await own.device.close()
  print(withPeer(float.figure))
  const int8 = await figure(bench, 'xl-step-int8', xlStep(), 'int8')
  print(withPeer({
    ...int8.figure, timesFloat32: float.figure.seconds / int8.figure.seconds, relativeError: relativeError(int8.output, float.output),
  }))
}

const one = (name: string, subject: () => ReturnType<typeof xlStep>) => async (bench: Bench) => {
  print(withPeer((await figure(bench, name, subject(), 'packed')).figure))
}

/** What starts processes comes first: a process that holds gigabytes forks slowly. */
const FIGURES: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  'start': async () => print(withPeer(await measureStart())),
  ...Object.fromEntries(Object.entries(SERVER_FIGURES).map(([name, measureFigure]) => [name, () => measureFigure((line) => print(withPeer(line)))])),
  ...Object.fromEntries(Object.entries(EDITOR_FIGURES).map(([name, measureFigure]) => [name, () => measureFigure((line) => print(withPeer(line)))])),
  'engine': () => measureEngine((line) => print(withPeer(line as { name: string })), root), // every line has a name
  'xl-step': xl,
  'v1-384-step': one('v1-384-step', v1Step),
  't5-xxl-layer': one('t5-xxl-layer', t5Layer),
  'kl-decode': one('kl-decode', klDecode),
}

async function main(names: readonly string[]): Promise<number> {
  if (names.includes('full-size')) return await fullSize(print) ? 0 : 1
  const unknown = names.filter((name) => !(name in FIGURES))
  if (unknown.length > 0) {
    console.error(`Unknown: ${unknown.join(', ')}. There are: ${Object.keys(FIGURES).join(', ')}, full-size.`)
    return 2
  }
  print({ name: 'machine', cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version, peers: peers.source,
    peerYardstick: peers.peerYardstick })
  for (const [name, run] of Object.entries(FIGURES)) {
    if (names.length > 0 && !names.includes(name)) continue
    const bench = await openBench()
    await run(bench)
    await bench.device.close()
  }
  print({ name: 'memory', peakMegabytes: process.resourceUsage().maxRSS / 1024, privateMegabytes: (privateMemory() ?? 0) / 2 ** 20 })
  return 0
}

process.exitCode = await main(process.argv.slice(2))
