import fc from 'fast-check'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runs } from '../../test/laws.ts'
import { createRegistry } from '../plugins/registry.ts'
import { MemoryCache, type ResultCache } from '../run/cache.ts'
import { runWorkflow } from '../run/run.ts'
import { outcomeOf, richGraphs } from '../run/testing/random-graphs.ts'
import { NO_PATHS } from '../run/testing/stub-graph.ts'
import { defineNode } from '../types/node-type.ts'
import { port } from '../types/port.ts'
import type { InputValue, Workflow } from '../workflow/workflow.ts'
import { CountedCache } from './counted-cache.ts'
import { DiskCache } from './disk-cache.ts'
import { LastRunCache } from './last-run-cache.ts'
import { LayeredCache } from './layered-cache.ts'
import { NoCache } from './no-cache.ts'
import { WeighedCache } from './weighed-cache.ts'

const text = port.string().optional()
/** Mixes what it gets; gives a list as well, and a text for each of its letters. */
const mix = defineNode({
  type: 'Mix', category: 'test',
  inputs: { salt: port.int(), a: text, b: text },
  outputs: { left: port.string(), all: port.list(port.string()), each: port.string().each() },
  run: ({ salt, a = '', b = '' }) => {
    const left = `${salt}(${a},${b})`.slice(0, 50)
    return { left, all: [left, a], each: left.slice(0, 2).split('') }
  },
})
const show = defineNode({
  type: 'Show', category: 'test', output: true,
  inputs: { a: text, b: text, list: port.list(port.string()).optional() },
  outputs: { out: port.string() },
  run: (inputs) => ({ out: JSON.stringify(inputs) }),
})
const registry = createRegistry([{ id: 'test', hash: 'h', nodes: [mix, show] }])

type Back = readonly [back: number, output: 'left' | 'each'] | null
const link: fc.Arbitrary<Back> = fc.option(fc.tuple(fc.nat({ max: 7 }), fc.constantFrom('left' as const, 'left' as const, 'each' as const)))
const node = fc.record({ salt: fc.nat({ max: 2 }), a: link, b: link })
const graphs = fc.array(node, { minLength: 1, maxLength: 8 }).map((nodes): Workflow => {
  const linked = (index: number, back: Back): InputValue | undefined =>
    back === null || index === 0 ? undefined : { from: `n${back[0] % index}`, output: back[1] }
  const inputs = (all: Record<string, InputValue | undefined>) =>
    Object.fromEntries(Object.entries(all).filter((entry): entry is [string, InputValue] => entry[1] !== undefined))
  const mixes = nodes.map(({ salt, a, b }, index) => ({
    id: `n${index}`, type: 'Mix', inputs: inputs({ salt, a: linked(index, a), b: linked(index, b) }),
  }))
  const shows = mixes.map(({ id }) => ({
    id: `show ${id}`, type: 'Show', inputs: { a: { from: id, output: 'left' }, list: { from: id, output: 'all' } },
  }))
  return { version: 1, nodes: [...mixes, ...shows] }
})

async function outcome(workflow: Workflow, cache: ResultCache): Promise<unknown> {
  const result = await runWorkflow(workflow, { registry, paths: NO_PATHS, cache, limits: { items: 100_000 } })
  const values = Object.fromEntries([...result.results].map(([id, { outputs }]) => [id, [...outputs].map(([name, { value }]) => [name, value])]))
  result.release()
  return { status: result.status, problem: result.error?.message, values }
}

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kinograph-cache-laws-'))
})
afterAll(async () => {
  for (const cache of disks) await cache.flush() // or they write into the folder while it is removed
  await rm(folder, { recursive: true, force: true })
})

const disks: DiskCache[] = []
const disk = async (budget: number): Promise<DiskCache> => diskAt(await mkdtemp(join(folder, 'disk-')), budget)
function diskAt(own: string, budget: number): DiskCache {
  const cache = new DiskCache({ folder: own, budget, typeOf: (id) => registry.types.get(id), secondsToRead: () => 0 })
  disks.push(cache)
  return cache
}

const policies: Readonly<Record<string, (size: number) => Promise<ResultCache>>> = {
  'none': async () => new NoCache(),
  'last run': async () => new LastRunCache(),
  'so many results': async (size) => new CountedCache(size % 20),
  'last used, by bytes': async (size) => new MemoryCache(size),
  'weighed': async (size) => new WeighedCache(size),
  'disk': (size) => disk(size * 20),
  'memory before disk': async (size) => new LayeredCache(new WeighedCache(size), await disk(size * 100)),
}

test.each(Object.entries(policies))('law: with a cache of policy "%s" runs give what they give without', async (_, make) => {
  await fc.assert(
    fc.asyncProperty(fc.array(graphs, { minLength: 2, maxLength: 4 }), fc.nat({ max: 8000 }), async (workflows, size) => {
      const cache = await make(size)
      for (const workflow of workflows) {
        const [known, fresh] = [await outcome(workflow, cache), await outcome(workflow, new NoCache())]
        expect(known).toEqual(fresh)
      }
    }),
    runs(40),
  )
})

test.each(Object.entries(policies))('law: so they do with policy "%s" where nodes list, block, expand, loop and are silenced', async (_, make) => {
  await fc.assert(
    fc.asyncProperty(fc.array(richGraphs, { minLength: 2, maxLength: 3 }), fc.nat({ max: 8000 }), async (workflows, size) => {
      const cache = await make(size)
      for (const workflow of [...workflows, workflows[0]!]) {
        const { executed: _, ...known } = await outcomeOf(workflow, { cache })
        const { executed: __, ...fresh } = await outcomeOf(workflow, { cache: new NoCache() })
        expect(known).toEqual(fresh)
      }
    }),
    runs(40),
  )
})

test('law: what one process has stored another gives again, and no node but loops runs for it', async () => {
  await fc.assert(
    fc.asyncProperty(richGraphs, async (workflow) => {
      const cache = await disk(1e9)
      const first = await outcomeOf(workflow, { cache })
      await cache.flush()
      const again = await outcomeOf(workflow, { cache: diskAt(cache.folder, 1e9) })
      expect(again.values).toEqual(first.values)
      expect(again.values).toEqual((await outcomeOf(workflow, { cache: new NoCache() })).values)
      // What holds a loop together is worked out again, its rounds are not.
      const loops = workflow.nodes.filter(({ type }) => type === 'ForEachEnd').map(({ id }) => id)
      const isLoop = (path: string) => loops.includes(path.split('.')[0]!) && !path.endsWith(' body')
      expect(again.executed.filter((path) => !isLoop(path))).toEqual([])
    }),
    runs(40),
  )
})

test('law: whatever is done to the files of a disk cache between runs, they give what they give without', async () => {
  const spoil = fc.record({ file: fc.nat(), at: fc.nat(), bit: fc.nat({ max: 7 }), cut: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(graphs, fc.array(spoil, { maxLength: 5 }), async (workflow, spoils) => {
      const cache = await disk(1e6)
      await outcome(workflow, cache)
      await cache.flush()
      for (const { file, at, bit, cut } of spoils) await spoilFile(cache.folder, file, at, bit, cut)
      expect(await outcome(workflow, cache)).toEqual(await outcome(workflow, new NoCache()))
    }),
    runs(40),
  )
})

async function spoilFile(of: string, file: number, at: number, bit: number, cut: boolean): Promise<void> {
  const found = (await readdir(of, { recursive: true, withFileTypes: true })).filter((one) => one.isFile())
  const one = found[file % Math.max(found.length, 1)]
  if (one === undefined) return
  const path = join(one.parentPath, one.name)
  const bytes = await readFile(path)
  if (bytes.length === 0) return
  bytes[at % bytes.length]! ^= 1 << bit
  await writeFile(path, cut ? bytes.subarray(0, at % bytes.length) : bytes)
}
