/** `run --cache disk` and `explain`, through the built command. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cli, scratchFolder } from './harness.ts'

const textToVideo = join('workflows', 'text-to-video.json')

function places() {
  const folder = scratchFolder()
  return { out: join(folder, 'out'), cache: join(folder, 'cache') }
}

/** Runs the workflow with a disk cache. */
async function run({ out, cache }: ReturnType<typeof places>, ...more: string[]) {
  const ended = await cli(['run', textToVideo, '--cache', 'disk', '--cache-dir', cache, '--out', out, ...more])
  const file = ended.stdout.trim()
  return { ...ended, file, ran: [...ended.stderr.matchAll(/\(node (\w+)\): done in/g)].map(([, id]) => id) }
}

/** What `explain` says of each node, by id. */
async function explain({ cache }: ReturnType<typeof places>, ...more: string[]): Promise<Record<string, string>> {
  const { code, stdout } = await cli(['explain', textToVideo, '--cache-dir', cache, '--json', ...more])
  expect(code).toBe(0)
  const { nodes }: { nodes: { node: string; runs: string; text: string }[] } = JSON.parse(stdout)
  return Object.fromEntries(nodes.map(({ node, runs, text }) => [node, `${runs}: ${text}`]))
}

const entries = (cache: string) => readdirSync(join(cache, 'results'), { recursive: true, withFileTypes: true })
  .filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name))

test('a second run, in another process, samples nothing and gives the same file, byte by byte', async () => {
  const at = places()
  const first = await run(at, '--steps', '4')
  const second = await run(at, '--steps', '4')
  expect([first.code, second.code]).toEqual([0, 0])
  expect(first.ran).toContain('sampler')
  expect(second.ran).toEqual(['save'])
  expect(second.file).not.toBe(first.file)
  expect(readFileSync(second.file).equals(readFileSync(first.file))).toBe(true)
})

test('explain: before, after, and with another seed', async () => {
  const at = places()
  const none = 'yes: not in the cache: no run with a disk cache has been recorded yet'
  expect(new Set(Object.values(await explain(at)))).toEqual(new Set([none]))
  await run(at, '--steps', '4')

  const again = await explain(at, '--steps', '4')
  expect(again).toMatchObject({
    sampler: 'no: not needed: what reads it is in the cache',
    decode: 'no: in the cache',
    save: 'yes: never cached: not idempotent',
  })
  const other = await explain(at, '--steps', '5', '--set', 'sampler.seed=44')
  expect(other).toMatchObject({
    sampler: 'yes: steps changed from 4 to 5; seed changed from 43 to 44',
    decode: 'yes: its input samples comes from a node that runs: Sampler (node sampler)',
    video: 'yes: its input images comes from a node that runs: VAEDecode (node decode)',
    save: 'yes: its input video comes from a node that runs: CreateVideo (node video)',
  })
  const text = await cli(['explain', textToVideo, '--cache-dir', at.cache, '--steps', '4'])
  expect(text.stdout).toMatch(/^SaveVideo \(node save\) +runs +never cached: not idempotent$/m)
  expect(text.stdout).toMatch(/^VAEDecode \(node decode\) +does not run +in the cache$/m)
  expect(text.stdout).toMatch(/^Compared with the last run of this file, at \d{4}-.*Z\.$/m)
})

test('damaged entries are found, said and made again; the file is the same', async () => {
  const at = places()
  const first = await run(at, '--steps', '4')
  for (const path of entries(at.cache)) {
    const bytes = readFileSync(path)
    bytes[bytes.length >> 1]! ^= 1
    writeFileSync(path, bytes)
  }
  const second = await run(at, '--steps', '4')
  expect(second.code).toBe(0)
  expect(second.stderr).toContain('warning: a damaged entry was removed from the cache in ')
  expect(second.ran).toContain('sampler')
  expect(readFileSync(second.file).equals(readFileSync(first.file))).toBe(true)
})

test('a folder that can be no cache costs a warning, not the run', async () => {
  const at = places()
  const file = join(at.out, '..', 'file')
  writeFileSync(file, '')
  const ended = await run({ ...at, cache: file }, '--steps', '4')
  expect(ended.code).toBe(0)
  expect(ended.stderr).toContain('warning: a result could not be written to the cache in ')
})

test('a size that is too small keeps nothing and fails nothing', async () => {
  const at = places()
  expect((await run(at, '--steps', '4', '--cache-size', '1KB')).code).toBe(0)
  expect((await explain(at, '--steps', '4'))['sampler']).toBe('yes: not cached: no room for it beside what is worth more seconds per byte')
})

test('what is wrong with the options is said before anything starts', async () => {
  expect(await cli(['run', textToVideo, '--cache', 'disc'])).toMatchObject({
    code: 2, stderr: 'error: --cache: expected disk, memory, last, lru, lru:N (the last N results) or none, got "disc".\n',
  })
  expect(await cli(['explain', textToVideo, '--set', 'sampler.steps=0'])).toMatchObject({
    code: 2, stderr: 'error: Sampler (node sampler), input "steps": expected a whole number from 1 to 1000, got 0. Set it to 1 or more.\n',
  })
})
