import { expect, test } from 'vitest'
import { port } from '../types/port.ts'
import type { ResultCache } from './cache.ts'
import { explainRun } from './explain-run.ts'
import { RunRecorder, type Environment, type RunRecord } from './explain-record.ts'
import { explanationText } from './explain-text.ts'
import type { Kept } from './kept.ts'
import type { NodeResult } from './result.ts'
import { link, NO_PATHS, stubGraph, type StubGraph } from './testing/stub-graph.ts'

/** Keeps what it is told to, and says so, as a disk cache does. */
class ToldCache implements ResultCache {
  readonly results = new Map<string, NodeResult>()
  refuse: (type: string) => Kept | undefined = () => undefined
  onKept: (key: string, kept: Kept) => void = () => {}

  get(key: string): NodeResult | undefined {
    return this.results.get(key)
  }

  set(key: string, result: NodeResult, node?: Parameters<ResultCache['set']>[2]): void {
    const kept = this.refuse(node!.registered.node.type) ?? { kept: true }
    if (kept.kept) this.results.set(key, result)
    this.onKept(key, kept)
  }
}

const ENVIRONMENT: Environment = { engine: '1.0', device: 'cpu' }

/** Runs a graph and gives its record. */
async function run(graph: StubGraph, cache: ToldCache, environment = ENVIRONMENT, before?: RunRecord): Promise<RunRecord> {
  const recorder = new RunRecorder('r1', environment)
  cache.onKept = (key, kept) => recorder.kept(key, kept)
  const result = await graph.run(undefined, { cache, environment, onPlan: (plan) => recorder.plan(plan) })
  return recorder.record(result.executed, before)!
}

/** What is said of each node, by id. */
async function explain(graph: StubGraph, cache: ToldCache, last?: RunRecord, environment = ENVIRONMENT, targets?: string[]) {
  const has = async (key: string) => cache.results.has(key)
  const found = await explainRun(graph.workflow, { registry: graph.registry, paths: NO_PATHS, environment, has, last, ...(targets && { targets }) })
  return Object.fromEntries(found.map((one) => [one.node, `${one.runs}: ${explanationText(one)}`]))
}

//  load ──► sample ──► decode ──► save      `sample` has a seed; `save` is an output that is not idempotent
function video(seed: number | 'random' = 1): StubGraph {
  const graph = stubGraph()
  graph.add('load', { values: { model: 'a.safetensors' } })
  graph.add('sample', { from: ['load'], values: { seed, steps: 20 }, ports: { seed: port.seed() } })
  graph.add('decode', { from: ['sample'] })
  graph.add('save', { from: ['decode'], output: true, idempotent: false })
  return graph
}

const noSaves = (type: string): Kept | undefined => (type === 'Stub_save' ? { kept: false, why: 'not idempotent' } : undefined)

function told(refuse: ToldCache['refuse'] = noSaves): ToldCache {
  const cache = new ToldCache()
  cache.refuse = refuse
  return cache
}

test('without a run before, nothing is in the cache', async () => {
  expect(await explain(video(), told())).toEqual({
    load: 'yes: not in the cache: no run with a disk cache has been recorded yet',
    sample: 'yes: not in the cache: no run with a disk cache has been recorded yet',
    decode: 'yes: not in the cache: no run with a disk cache has been recorded yet',
    save: 'yes: not in the cache: no run with a disk cache has been recorded yet',
  })
})

test('the same again: only what is never cached runs', async () => {
  const cache = told()
  const last = await run(video(), cache)
  expect(await explain(video(), cache, last)).toEqual({
    load: 'no: not needed: what reads it is in the cache',
    sample: 'no: not needed: what reads it is in the cache',
    decode: 'no: in the cache',
    save: 'yes: never cached: not idempotent',
  })
})

test('a changed seed is said where it stands, and what follows from it behind', async () => {
  const cache = told()
  const last = await run(video(1), cache)
  expect(await explain(video(2), cache, last)).toEqual({
    load: 'no: in the cache',
    sample: 'yes: seed changed from 1 to 2',
    decode: 'yes: its input a comes from a node that runs: Stub_sample (node sample)',
    save: 'yes: its input a comes from a node that runs: Stub_decode (node decode)',
  })
})

test('a seed that is drawn for each run is no change', async () => {
  const cache = told()
  const last = await run(video('random'), cache)
  expect((await explain(video('random'), cache, last))['sample']).toBe('yes: seed is random: another one is drawn for each run')
})

test('what is back to what an older run had is in the cache; what comes from there is another result', async () => {
  const cache = told((type) => (type === 'Stub_sample' ? undefined : { kept: false, why: 'cheap' }))
  await run(video(1), cache)
  const last = await run(video(2), cache)
  expect(await explain(video(1), cache, last)).toEqual({
    load: 'no: not needed: what reads it is in the cache',
    sample: 'no: in the cache',
    decode: 'yes: its input a comes from a node with another result: Stub_sample (node sample)',
    save: 'yes: its input a comes from a node that runs: Stub_decode (node decode)',
  })
})

test('inputs that were added, taken away, long, and linked elsewhere', async () => {
  const text = 'a very long prompt that goes on and on, so that what is said of it is about the place that changed:'
  const draw = (values: Record<string, string>, from: string) => {
    const graph = stubGraph()
    graph.node('one')
    graph.node('two')
    graph.add('save', { from: [from], values, output: true })
    return graph
  }
  const cache = told()
  const before = draw({ old: 'x', prompt: `${text} 1` }, 'one')
  const last = await run(before, cache)
  expect((await explain(draw({ fresh: 'y', prompt: `${text} 2` }, 'two'), cache, last))['save']).toBe(
    'yes: a now comes from two.out instead of one.out; fresh was set to "y"; '
      + 'prompt changed from … that changed: 1" to … that changed: 2"; '
      + 'old is not set any more; it was "x"')
})

test('a text longer than a record keeps', async () => {
  const draw = (prompt: string) => {
    const graph = stubGraph()
    graph.add('save', { values: { prompt }, output: true })
    return graph
  }
  const cache = told()
  const last = await run(draw('x'.repeat(5000)), cache)
  expect(JSON.stringify(last).length).toBeLessThan(2000)
  expect((await explain(draw(`${'x'.repeat(5000)}!`), cache, last))['save']).toBe('yes: prompt changed after its first 1000 characters')
})

test('evicted, not kept for several reasons, not come to, and new', async () => {
  const draw = (more = false) => {
    const graph = stubGraph()
    graph.node('gone')
    graph.node('cheap')
    graph.node('typed')
    graph.add('broken', { run: () => { throw new Error('no') } })
    if (more) graph.node('new')
    graph.add('save', { from: ['gone', 'cheap', 'typed', 'broken', ...(more ? ['new'] : [])], output: true })
    return graph
  }
  const refused: Record<string, Kept> = {
    Stub_cheap: { kept: false, why: 'cheap' }, Stub_typed: { kept: false, why: 'type', details: 'values of type SESSION are not stored' },
  }
  const cache = told((type) => refused[type])
  const last = await run(draw(), cache)
  cache.results.clear()
  expect(await explain(draw(true), cache, last)).toEqual({
    gone: 'yes: not in the cache: evicted',
    cheap: 'yes: not cached: takes less time to make than to read',
    typed: 'yes: never cached: what it gives is of a type that is not stored (values of type SESSION are not stored)',
    broken: 'yes: the last run ended before it was done',
    new: 'yes: not in the last run',
    save: 'yes: e now comes from new.out',
  })
})

test('what the cache said to a result is remembered while it is not made again', async () => {
  const cache = told((type) => (type === 'Stub_load' ? { kept: false, why: 'cheap' } : noSaves(type)))
  const first = await run(video(1), cache)
  const last = await run(video(1), cache, ENVIRONMENT, first)
  expect((await explain(video(2), cache, last))['load']).toBe('yes: not cached: takes less time to make than to read')
})

test('what was not looked for in the last run, and is not there', async () => {
  const cache = told()
  await run(video(1), cache)
  const last = await run(video(1), cache)
  cache.results.clear()
  expect(await explain(video(1), cache, last)).toMatchObject({ load: 'yes: not in the cache', decode: 'yes: not in the cache: evicted' })
})

test('the device, the engine, a plugin and the version of a node type', async () => {
  const cache = told()
  const last = await run(video(), cache)
  expect((await explain(video(), cache, last, { engine: '1.1', device: 'cuda' }))['load']).toBe(
    'yes: engine changed from "1.0" to "1.1"; device changed from "cpu" to "cuda"')
  const other = video()
  other.pluginHash = 'another'
  other.add('load', { values: { model: 'a.safetensors' }, version: 2 })
  expect((await explain(other, cache, last))['load']).toBe(
    'yes: the version of its node type changed from 1 to 2; its plugin has changed')
})

test('fingerprints: a file that changed, and one that is different each time', async () => {
  let stamp: number = 1
  const draw = () => {
    const graph = stubGraph()
    graph.add('file', { fingerprint: () => stamp })
    graph.add('clock', { fingerprint: () => Number.NaN })
    graph.add('save', { from: ['file', 'clock'], output: true })
    return graph
  }
  const cache = told()
  const last = await run(draw(), cache)
  stamp = 2
  expect(await explain(draw(), cache, last)).toEqual({
    file: 'yes: what it reads from outside has changed',
    clock: 'yes: never cached: its fingerprint says that it is different each time',
    save: 'yes: its input a comes from a node that runs: Stub_file (node file); its input b comes from a node that runs: Stub_clock (node clock)',
  })
})

test('what is asked for by nobody, and what a lazy input may ask for', async () => {
  const graph = stubGraph()
  graph.node('spare')
  graph.node('maybe')
  graph.add('switch', { from: [link('maybe')], ports: { a: port.string().lazy().optional() }, output: true })
  expect(await explain(graph, told(), undefined, ENVIRONMENT)).toMatchObject({
    maybe: 'maybe: runs only if a lazy input asks for it', spare: 'no: not needed: nothing that is asked for reads it',
  })
})

test('a workflow that can’t be run is refused as a run refuses it', async () => {
  const graph = stubGraph()
  graph.add('save', { output: true, values: { steps: 0 }, ports: { steps: port.int({ min: 1 }) } })
  await expect(explain(graph, told())).rejects.toThrow('Stub_save (node save), input "steps": expected a whole number')
})

test('explaining runs nothing', async () => {
  const graph = stubGraph()
  const ran: string[] = []
  graph.add('save', { output: true, run: () => { ran.push('save') } })
  await explain(graph, told())
  expect(ran).toEqual([])
})
