/** `kinograph plan`: what a run would do and take, with the model that kinograph brings along. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cli, scratchFolder } from './harness.ts'

const textToVideo = join('workflows', 'text-to-video.json')
interface Plan {
  readonly ok: boolean
  readonly problems: readonly { readonly problem: string; readonly node?: { readonly id: string } }[]
  readonly time: { readonly seconds: number; readonly unknown: number }
  readonly nodes: readonly { readonly node: string; readonly runs: string; readonly time?: { readonly seconds: number; readonly runs: number; readonly isSame: boolean }; readonly memory?: { readonly bytes: number; readonly weights: number; readonly fits: boolean } }[]
  readonly files: readonly { readonly file: string; readonly bytes?: number; readonly size?: string; readonly advice?: string }[]
}
const planOf = async (args: readonly string[] = []): Promise<Plan & { code: number | null }> => {
  const { code, stdout } = await cli(['plan', textToVideo, '--cache-dir', scratchFolder(), '--json', ...args])
  return { ...(JSON.parse(stdout) as Plan), code } // the command's own output
}

test('what runs, which files it needs, and what each node takes', async () => {
  const { ok, code, nodes, files } = await planOf()
  expect([ok, code, nodes.length]).toEqual([true, 0, 11])
  expect(nodes.every(({ runs }) => runs === 'yes')).toBe(true)
  const memory = (id: string) => nodes.find(({ node }) => node === id)?.memory
  expect(memory('sampler')!.weights).toBeGreaterThan(1e6)
  expect(memory('decode')).toMatchObject({ fits: true })
  expect(memory('latent')).toMatchObject({ bytes: 4 * 4 * 16 * 8 * 8, weights: 0 })
  expect(files.map(({ file }) => file)).toContain('Motion_Module/tiny_shapes_mm.safetensors')
  expect(files.every(({ bytes = 0 }) => bytes > 1000)).toBe(true)
})

test('what a run with a disk cache has left is cached', async () => {
  const [out, cache] = [scratchFolder(), scratchFolder()]
  const set = ['--set', 'sampler.steps=2', '--set', 'latent.frames=1']
  expect((await cli(['run', textToVideo, ...set, '--cache', 'disk', '--cache-dir', cache, '--out', out])).code).toBe(0)
  const { nodes } = await planOf([...set, '--cache-dir', cache])
  expect(nodes.filter(({ runs }) => runs === 'no').map(({ node }) => node)).toContain('sampler')
})

test('how long it takes, as measured here, also without a cache of results; for another size scaled', async () => {
  const [out, home] = [scratchFolder(), scratchFolder()]
  const env = { KINOGRAPH_CACHE_DIR: home }
  const small = ['--set', 'sampler.steps=2', '--set', 'latent.frames=2']
  for (const seed of [1, 2]) {
    expect((await cli(['run', textToVideo, ...small, '--set', `sampler.seed=${seed}`, '--no-cache', '--prompt', 'a secret', '--out', out], { env })).code).toBe(0)
  }
  expect(readFileSync(join(home, 'times.jsonl'), 'utf8')).not.toContain('secret')
  const plan = async (...set: string[]) => JSON.parse((await cli(['plan', textToVideo, '--json', ...set], { env })).stdout) as Plan // the command's own output

  const same = await plan(...small, '--set', 'sampler.seed=3', '--prompt', 'another')
  const isTwin = (id: string) => ['positive', 'negative'].includes(id) // two of one size in each run
  expect(same.nodes.map(({ node, time }) => [node, time?.runs, time?.isSame])).toEqual(same.nodes.map(({ node }) => [node, isTwin(node) ? 4 : 2, true]))
  expect(same.time).toEqual({ seconds: expect.closeTo(same.nodes.reduce((sum, { time }) => sum + time!.seconds, 0), 9), unknown: 0 })

  const larger = await plan('--set', 'sampler.steps=4', '--set', 'latent.frames=2')
  const sampler = ({ nodes }: Plan) => nodes.find(({ node }) => node === 'sampler')!.time!
  expect(sampler(larger)).toEqual({ seconds: expect.closeTo(2 * sampler(same).seconds, 9), runs: 2, isSame: false })

  const { stdout } = await cli(['plan', textToVideo, ...small], { env })
  expect(stdout).toMatch(/^Sampler \(node sampler\) +runs +about [\d.]+ s, measured here 2 times +[\d.]+ MB of memory/m)
  expect(stdout).toMatch(/^Time: about [\d.]+ s in all\.$/m)
})

test('what is cached takes no time', async () => {
  const [out, cache] = [scratchFolder(), scratchFolder()]
  const set = ['--set', 'sampler.steps=2', '--set', 'latent.frames=1']
  expect((await cli(['run', textToVideo, ...set, '--cache', 'disk', '--cache-dir', cache, '--out', out])).code).toBe(0)
  const { nodes, time } = await planOf([...set, '--cache-dir', cache])
  const running = nodes.filter(({ runs }) => runs === 'yes')
  expect(nodes.filter((one) => one.runs === 'no' && one.time !== undefined)).toEqual([])
  expect(time).toEqual({ seconds: expect.closeTo(running.reduce((sum, one) => sum + one.time!.seconds, 0), 9), unknown: 0 })
})

test('a size that memory does not hold is refused with the numbers', async () => {
  const { ok, code, problems } = await planOf(['--set', 'latent.width=8192', '--set', 'latent.height=8192', '--set', 'latent.frames=200'])
  expect([ok, code]).toEqual([false, 2])
  expect(problems.find(({ node }) => node?.id === 'sampler')).toMatchObject({ problem: expect.stringMatching(/^it needs about \d+\.\d\d GB of memory, there are \d+\.\d\d GB/) })
})

test('a model that is not there is named, with its size and where to get it', async () => {
  const { code, files, problems } = await planOf(['--set', 'dit.model=PixArt-XL-2-512x512'])
  expect(code).toBe(2)
  expect(files.find(({ bytes }) => bytes === undefined)).toMatchObject({ file: 'Diffusion_Transformer/PixArt-XL-2-512x512', size: '11.4 GB', advice: expect.stringContaining('Download') })
  expect(problems[0]?.problem).toContain('is not in')
})

test('frames past the positions of the model are refused before anything runs, by run too', async () => {
  const out = join(scratchFolder(), 'out')
  const { code, stderr } = await cli(['run', textToVideo, '--set', 'latent.frames=4097', '--out', out])
  expect(code).toBe(2)
  expect(stderr).toBe('error: Sampler (node sampler), input "latent": frames: expected at most 4096, the range of the motion module\'s positions, got 4097. Set it to 4096 or less.\n')
  expect(existsSync(out)).toBe(false)
})

test('for people: a line a node, the files, and the sum', async () => {
  const { stdout } = await cli(['plan', textToVideo, '--cache-dir', scratchFolder(), '--prompt', 'a {red|red} circle'])
  expect(stdout).toMatch(/^Sampler \(node sampler\) +runs +time unknown +[\d.]+ MB of memory: [\d.]+ MB of weights \(packed\), [\d.]+ MB on the way$/m)
  expect(stdout).toContain('Text positive.text: a red circle\n')
  expect(stdout).toContain('\nTime: unknown, nothing of it was measured here yet.\n')
  expect(stdout).toMatch(/\n11 to run, 0 cached; 10\.7 MB of weights; at most about [\d.]+ MB of the [\d.]+ [GT]B of memory there are\.\n$/)
})
