/**
 * The engine alone: graphs of trivial nodes in one process, from JSON text to the last serialised event. Microseconds per node
 * fresh, fully cached, with the last node changed and with the first one changed; bytes of events; memory.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { createRegistry, defineNode, MemoryCache, port, runWorkflow } from '../core/index.ts'
import type { InputValue, ResultCache, Workflow } from '../core/index.ts'
import { timing } from './measure.ts'

const RUNS = 5

const add = defineNode({
  type: 'Add', category: 'bench', output: true,
  inputs: { a: port.int({ default: 0 }), b: port.int({ default: 1 }) },
  outputs: { sum: port.int() },
  run: ({ a, b }) => ({ sum: a + b }),
})
const registry = createRegistry([{ id: 'bench', hash: 'bench', nodes: [add] }])
const PATHS = { input: '', output: '', temp: '', models: '' }

type Inputs = Record<string, InputValue>
const from = (index: number) => ({ from: `n${index}`, output: 'sum' })
const workflow = (count: number, inputs: (index: number) => Inputs): Workflow =>
  ({ version: 1, nodes: Array.from({ length: count }, (_, i) => ({ id: `n${i}`, type: 'Add', inputs: inputs(i) })) })

/** n0 → n1 → … : `first` and `last` are literals that a later run changes. */
const chain = (count: number, first = 1, last = 1) =>
  workflow(count, (i): Inputs => i === 0 ? { b: first } : { a: from(i - 1), b: i === count - 1 ? last : 1 })
/** n0 feeds all others. */
const wide = (count: number, first = 1, last = 0) =>
  workflow(count, (i): Inputs => i === 0 ? { b: first } : { a: from(0), b: i === count - 1 ? -last : i })
/** Each level reads the one before twice: 2^levels paths, `levels` nodes. */
const diamond = (levels: number) => workflow(levels, (i): Inputs => i === 0 ? { b: 0 } : { a: from(i - 1), b: from(i - 1) })

interface Sample { readonly seconds: number; readonly eventBytes: number }

async function runOnce(text: string, cache: ResultCache, targets?: readonly string[]): Promise<Sample> {
  let eventBytes = 0
  const started = performance.now()
  const result = await runWorkflow(text, {
    registry, cache, paths: PATHS, ...(targets && { targets }), onEvent: (event) => { eventBytes += JSON.stringify(event).length },
  })
  const seconds = (performance.now() - started) / 1000
  result.release()
  if (result.status !== 'done') throw new Error(`the run ended ${result.status}: ${result.error?.message}`)
  return { seconds, eventBytes }
}

/** Best of five, in µs per node. */
async function perNode(count: number, run: () => Promise<Sample>) {
  const samples: Sample[] = []
  for (let i = 0; i < RUNS; i++) samples.push(await run())
  const { seconds, spread, noisy } = timing(samples.map((s) => s.seconds))
  return { microseconds: (seconds * 1e6) / count, spread, noisy, eventBytesPerNode: samples[0]!.eventBytes / count }
}

async function measureGraph(name: string, count: number, draw: (count: number, first?: number, last?: number) => Workflow) {
  const targets = name === 'chain' ? [`n${count - 1}`] : undefined
  const text = (first = 1, last = 1) => JSON.stringify(draw(count, first, last))
  const filled = async () => {
    const cache = new MemoryCache(1e9)
    await runOnce(text(), cache, targets)
    return cache
  }
  const cache = await filled()
  const before = process.memoryUsage().heapUsed
  let change = 1
  return {
    name: `engine-${name}`, nodes: count,
    fresh: await perNode(count, () => runOnce(text(), new MemoryCache(1e9), targets)),
    cached: await perNode(count, () => runOnce(text(), cache, targets)),
    leafChanged: await perNode(count, () => runOnce(text(1, ++change), cache, targets)),
    rootChanged: await perNode(count, () => runOnce(text(++change), cache, targets)),
    heapMegabytes: (process.memoryUsage().heapUsed - before) / 1e6,
  }
}

/** `kinograph --version` beside `node -e 0`, best of five each. */
function measureCli(root: string) {
  const time = (...args: string[]) => {
    const started = performance.now()
    spawnSync(process.execPath, args)
    return (performance.now() - started) / 1000
  }
  const pairs = Array.from({ length: 2 * RUNS }, () => ({ node: time('-e', '0'), cli: time(join(root, 'bin/kinograph.js'), '--version') }))
  const [node, cli] = [timing(pairs.map((p) => p.node)), timing(pairs.map((p) => p.cli))]
  return { name: 'cli-version', seconds: cli.seconds, spread: cli.spread, nodeSeconds: node.seconds, timesNode: cli.seconds / node.seconds }
}

export async function measureEngine(print: (line: unknown) => void, root: string): Promise<void> {
  for (const count of [10, 100, 1000, 10_000]) {
    print(await measureGraph('chain', count, chain))
    print(await measureGraph('wide', count, wide))
  }
  const text = JSON.stringify(diamond(40))
  print({ name: 'engine-diamond', levels: 40, fresh: await perNode(40, () => runOnce(text, new MemoryCache(1e9), ['n39'])) })
  print(measureCli(root))
}
