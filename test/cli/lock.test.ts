/** `kinograph lock` and `verify`: what a workflow's results depend on, and whether they come out again. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cli, filesBelow, root, scratchFolder, type CliOptions } from './harness.ts'

interface Workflow { nodes: { id: string; type: string; inputs?: Record<string, unknown>; position?: number[] }[]; subgraphs?: object[]; outputs?: object[] }
interface LockFile {
  version: number; device: string; weights: Record<string, string>; sha256: string; environment: Record<string, string>
  models: { file: string; bytes: number; sha256: string }[]; files: { file: string }[]; plugins: { name: string; hash: string }[]
  nodes: { type: string; version: number; plugin?: string }[]
  seeds: { node: string; input: string; value: number }[]; prompts: { node: string; text: string }[]
  outputs?: { node: string; output: string; type: string; sha256: string; value?: unknown }[]
}
interface Verdict {
  status: string
  differences: { of: string; name: string; text: string; decides: boolean; locked?: string; found?: string }[]
  outputs?: { node: string; same: boolean; distance?: { max: number; psnr?: number } }[]
}
const read = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T // what the test or the command wrote

/** A folder with a workflow in it. */
function place(workflow: Workflow | string) {
  const folder = scratchFolder()
  const path = join(folder, 'clip.json')
  if (typeof workflow === 'string') copyFileSync(workflow, path)
  else writeFileSync(path, JSON.stringify({ version: 1, ...workflow }))
  return { folder, path, lock: join(folder, 'clip.lock.json') }
}
function edit<T>(path: string, change: (value: T) => void): void {
  const value = read<T>(path)
  change(value)
  writeFileSync(path, JSON.stringify(value, null, 2))
}
async function lock(path: string, args: readonly string[] = [], options?: CliOptions): Promise<LockFile> {
  const { code, stdout, stderr } = await cli(['lock', path, '--json', ...args], options)
  expect([code, stderr]).toEqual([0, expect.stringContaining('Locked: ')])
  return JSON.parse(stdout) as LockFile
}
async function verify(path: string, args: readonly string[] = [], options?: CliOptions): Promise<Verdict & { code: number | null }> {
  const { code, stdout } = await cli(['verify', path, '--json', ...args], options)
  return { ...(JSON.parse(stdout) as Verdict), code }
}
const texts = ({ differences }: Verdict) => differences.map(({ text }) => text)

const textToVideo = join(root, 'workflows', 'text-to-video.json')
const small = ['--steps', '2', '--set', 'latent.frames=2']

test('the embedded model: a lock names what there is, and the clip comes out again, to the last bit', async () => {
  const { folder, path, lock: file } = place(textToVideo)
  const made = await lock(path, [...small, '--seed', 'random', '--prompt', 'a {red|blue} circle'])
  expect(read(file)).toEqual(made)
  expect(made.models.map((one) => one.file)).toEqual(expect.arrayContaining([
    'Motion_Module/tiny_shapes_mm.safetensors', 'Diffusion_Transformer/tiny-shapes-64/tokenizer/spiece.model',
    'Diffusion_Transformer/tiny-shapes-64/vae/config.json',
  ]))
  expect(made.models.every(({ bytes, sha256 }) => bytes > 0 && /^[0-9a-f]{64}$/.test(sha256))).toBe(true)
  expect(made.environment).toMatchObject({ engine: expect.stringContaining('0.'), runtime: expect.stringContaining('onnxruntime'), node: process.versions.node })
  expect(made.weights).toMatchObject({ sampler: 'packed', decode: 'packed' })
  expect(made.seeds).toEqual([{ node: 'sampler', input: 'seed', value: expect.any(Number) }])
  expect(made.prompts).toEqual([{ node: 'positive', input: 'text', text: expect.stringMatching(/^a (red|blue) circle$/) }])
  expect(made.outputs).toMatchObject([{ node: 'video', output: 'VIDEO', type: 'VIDEO' }])

  const again = await verify(path)
  expect(again).toMatchObject({ code: 0, status: 'reproduced', differences: [], outputs: [{ node: 'video', same: true }] })
  expect(filesBelow(folder)).toEqual(['clip.json', 'clip.lock.json']) // what the run saved is gone

  edit<Workflow>(path, ({ nodes }) => nodes.forEach((node) => { node.position = [7, 7] }))
  expect(await verify(path, ['--no-run'])).toMatchObject({ code: 0, status: 'matches', differences: [] })
  edit<Workflow>(path, ({ nodes }) => { nodes.find(({ id }) => id === 'sampler')!.inputs!['guidance'] = 4 })
  const other = await verify(path)
  expect([other.code, other.status, texts(other)]).toEqual([1, 'differs', ['workflow: Sampler.guidance 2 → 4']])
  expect(other.outputs![0]!.distance!.psnr).toBeGreaterThan(5)
})

test('a changed model, a missing model: the file is named, with both hashes', async () => {
  const { folder, path } = place(textToVideo)
  const models = join(folder, 'models')
  mkdirSync(join(models, 'Motion_Module'), { recursive: true })
  const file = join(models, 'Motion_Module', 'mine.safetensors')
  copyFileSync(join(root, 'models', 'Motion_Module', 'tiny_shapes_mm.safetensors'), file)
  const args = ['--models-dir', models]
  const { models: locked } = await lock(path, [...args, ...small, '--set', 'motion.motion_module=mine.safetensors'])
  const before = locked.find((one) => one.file === 'Motion_Module/mine.safetensors')!

  const bytes = readFileSync(file)
  for (let at = bytes.length - 40_000; at < bytes.length; at += 4) bytes.writeFloatLE(0.25, at)
  writeFileSync(file, bytes)
  const changed = await verify(path, args)
  expect(changed).toMatchObject({ code: 1, status: 'differs', differences: [{ of: 'model', name: before.file, locked: before.sha256 }], outputs: [{ same: false }] })
  expect(changed.differences[0]!.found).toMatch(/^[0-9a-f]{64}$/)
  expect(changed.differences[0]!.text).toContain(`another content (of the same size): locked sha256 ${before.sha256}, found `)
  expect(changed.outputs![0]!.distance!.max).toBeGreaterThan(0)

  rmSync(file)
  const missing = await cli(['verify', path, ...args])
  expect(missing).toMatchObject({
    code: 1,
    stdout: `differs: model ${before.file}: it is missing; locked: ${before.bytes} bytes, sha256 ${before.sha256}\nIt differs. No output was compared.\n`,
  })
  expect(await cli(['lock', path, ...args, '--set', 'motion.motion_module=mine.safetensors'])).toMatchObject({ code: 2, stderr: expect.stringContaining('mine.safetensors') })
})

test('another device: a lock of one that is not here can\'t be run; with --device it is noted, and the outputs decide', async () => {
  const { path, lock: file } = place(textToVideo)
  await lock(path, small)
  edit<LockFile>(file, (made) => { made.device = 'cuda' })
  const cuda = await verify(path)
  expect([cuda.code, cuda.status]).toEqual([1, 'differs'])
  expect(texts(cuda)[0]).toMatch(/^the run failed: .*cuda/i)
  const cpu = await verify(path, ['--device', 'cpu'])
  expect(cpu).toMatchObject({ code: 0, status: 'reproduced', differences: [{ of: 'device', locked: 'cuda', found: 'cpu', decides: false }] })
  edit<LockFile>(file, (made) => { made.device = 'tpu' })
  expect(await cli(['verify', path])).toMatchObject({ code: 2, stderr: expect.stringContaining('device: expected cpu, cuda, webgpu, got "tpu"') })
})

const plugin = (version: string, level: string) => `
import { defineNode, definePlugin, framesOf, port } from 'kinograph'
const shade = defineNode({
  type: 'Shade', category: 'test', inputs: { image: port.image() }, outputs: { image: port.image() },
  run: ({ image: { count, height, width } }) => ({
    image: framesOf(new Uint8Array(count * height * width * 3).map(() => ${level}), { count, height, width, channels: 3, dtype: 'u8' }),
  }),
})
export default definePlugin({ name: 'shade', version: '${version}', nodes: [shade] })
`
const shaded: Workflow = {
  nodes: [
    { id: 'picture', type: 'EmptyImage', inputs: { width: 32, height: 16 } },
    { id: 'shade', type: 'Shade', inputs: { image: { from: 'picture', output: 'IMAGE' } } },
    { id: 'save', type: 'SaveImage', inputs: { images: { from: 'shade', output: 'image' } } },
  ],
}
function withPlugin(version: string, level: string) {
  const made = place(shaded)
  const source = join(made.folder, 'shade.ts')
  const write = (...words: [version: string, level: string]) => writeFileSync(source, plugin(...words))
  write(version, level)
  return { ...made, write, args: ['--plugins', source] }
}

test('a changed plugin, a missing plugin: version and content are named', async () => {
  const { path, write, args } = withPlugin('1.0.0', '100')
  const made = await lock(path, args)
  expect(made.plugins).toEqual([{ name: 'shade', version: '1.0.0', hash: expect.any(String) }])
  expect(made.nodes).toContainEqual({ type: 'Shade', version: 1, plugin: 'shade' })
  expect(await verify(path, args)).toMatchObject({ code: 0, status: 'reproduced' })
  write('1.1.0', '103')
  const changed = await cli(['verify', path, ...args])
  expect(changed.code).toBe(1)
  expect(changed.stdout).toMatch(/^differs: plugin shade: locked 1\.0\.0, content \S+, found 1\.1\.0, content \S+$/m)
  expect(changed.stdout).toContain('differs: shade.image: it differs by at most 3 of 255, RMS 3, PSNR 38.6 dB (512 of 1536 numbers compared)\n')
  const missing = await verify(path)
  expect([missing.code, missing.outputs]).toEqual([1, undefined])
  expect(texts(missing)).toEqual([expect.stringContaining('plugin shade: it is missing; locked: 1.0.0'), 'node type Shade: it is missing; locked: version 1 of plugin shade'])
})

test('a file of a plugin, of which nothing else is known, counts by its bytes', async () => {
  const { folder, path } = place({ nodes: [{ id: 'note', type: 'WriteNote', inputs: {} }] })
  const source = join(folder, 'note.ts')
  const write = (text: string) => writeFileSync(source, `
    import { mkdir, writeFile } from 'node:fs/promises'
    import { defineNode, definePlugin } from 'kinograph'
    const note = defineNode({
      type: 'WriteNote', category: 'test', output: true, idempotent: false, inputs: {}, outputs: {},
      async run(_, { paths, ui }) {
        await mkdir(paths.output, { recursive: true })
        await writeFile(paths.output + '/note.txt', '${text}')
        ui({ text: [{ filename: 'note.txt', subfolder: '', type: 'output' }] })
        return {}
      },
    })
    export default definePlugin({ name: 'note', nodes: [note] })`)
  write('abc')
  const { outputs } = await lock(path, ['--plugins', source])
  expect(outputs).toEqual([{
    node: 'note', output: 'file 1', type: 'file', bytes: 3,
    sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  }])
  write('abd')
  const other = await cli(['verify', path, '--plugins', source])
  expect([other.code, other.stdout]).toEqual([1, expect.stringMatching(/^differs: note\.file 1: it differs: locked sha256 ba7816bf\S+, found \S+; how far is not known for file$/m)])
})

test('a secret is in no lock, and the workflow that has it is still the same', async () => {
  const [told, secret] = ['sk-told-by-the-file-1', 'sk-set-on-the-line-2']
  const { folder, path, lock: file } = place({ nodes: [{ id: 'call', type: 'Call', inputs: { key: told } }, { id: 'show', type: 'PreviewAny', inputs: { source: { from: 'call', output: 'text' } } }] })
  const source = join(folder, 'call.ts')
  writeFileSync(source, `
    import { defineNode, definePlugin, port } from 'kinograph'
    const call = defineNode({
      type: 'Call', category: 'test', inputs: { key: port.string({ secret: true }) }, outputs: { text: port.string() },
      run: ({ key }) => ({ text: 'called with ' + key }),
    })
    export default definePlugin({ name: 'call', nodes: [call] })`)
  const args = ['--plugins', source]
  await lock(path, args)
  expect(readFileSync(file, 'utf8')).not.toContain(told)
  expect(await verify(path, args)).toMatchObject({ code: 0, status: 'reproduced', differences: [] })
  await lock(path, [...args, '--set', `call.key=${secret}`])
  expect(readFileSync(file, 'utf8')).not.toMatch(new RegExp(`${told}|${secret}`))
})

test('a node that gives something else each time is found out: no cache of any kind is asked', async () => {
  const { folder, path, args } = withPlugin('1.0.0', '256 * Math.random()')
  const options = { env: { KINOGRAPH_CACHE: 'disk', KINOGRAPH_CACHE_DIR: join(folder, 'cache') } }
  await lock(path, args, options)
  expect(await verify(path, args, options)).toMatchObject({ code: 1, status: 'differs', differences: [], outputs: [{ node: 'shade', same: false }] })
  expect(existsSync(join(folder, 'cache', 'results'))).toBe(false)
})

test('without models: values by name, inside subgraphs too, input files, --until, --out', async () => {
  const { folder, path } = place({
    nodes: [
      { id: 'load', type: 'LoadImage', inputs: { image: 'circle.png' } },
      { id: 'show', type: 'subgraph:inner', inputs: {} },
      { id: 'save', type: 'SaveImage', inputs: { images: { from: 'load', output: 'IMAGE' } } },
    ],
    subgraphs: [{
      id: 'inner', name: 'Inner', inputs: [], outputs: [],
      nodes: [{ id: 'n', type: 'PrimitiveInt', inputs: { value: 6 } }, { id: 'p', type: 'PreviewAny', inputs: { source: { from: 'n', output: 'INT' } } }],
    }],
    outputs: [{ name: 'mask', node: 'load', output: 'MASK' }],
  })
  copyFileSync(join(root, 'workflows', 'images', 'circle.png'), join(folder, 'circle.png'))
  const made = await lock(path)
  expect(made.files.map(({ file }) => file)).toEqual(['circle.png'])
  expect(made.outputs!.map(({ node, output, value }) => [node, output, value])).toEqual([
    ['load', 'IMAGE', undefined], ['load', 'MASK', undefined], ['show/n', 'INT', 6], ['show/p', 'STRING', '6'],
  ])
  expect(await verify(path)).toMatchObject({ code: 0, status: 'reproduced', differences: [] })
  const [named, part] = [join(folder, 'all.lock.json'), join(folder, 'part.lock.json')]
  expect((await lock(path, ['--out', named])).sha256).toBe(made.sha256)
  expect(readFileSync(named, 'utf8')).toBe(readFileSync(join(folder, 'clip.lock.json'), 'utf8'))
  expect((await lock(path, ['--out', part, '--until', 'show'])).outputs!.map(({ node }) => node)).toEqual(['show/n', 'show/p'])
  expect(await verify(path, ['--lock', part])).toMatchObject({ code: 0, status: 'reproduced' })

  edit<{ subgraphs: Workflow[] }>(path, ({ subgraphs: [inner] }) => { inner!.nodes[0]!.inputs = { value: 7 } })
  writeFileSync(join(folder, 'circle.png'), readFileSync(join(root, 'docs', 'demo.png')))
  const other = await cli(['verify', path])
  expect(other.code).toBe(1)
  expect(other.stdout).toMatch(/^differs: workflow: .*value 6 → 7$/m)
  expect(other.stdout).toMatch(/^differs: file circle\.png: another content/m)
  expect(other.stdout).toContain('differs: show/n.INT: 6 became 7\n')
  expect(other.stdout).toMatch(/^differs: load\.IMAGE: it differs, and has \d+ numbers instead of \d+$/m)
})

test('--no-run locks what there is; a verification then compares no output', async () => {
  const { path } = place(textToVideo)
  expect(await lock(path, ['--no-run'])).not.toHaveProperty('outputs')
  expect(await verify(path)).toMatchObject({ code: 0, status: 'matches' })
  const threads = await verify(path, [], { env: { KINOGRAPH_THREADS: '61' } })
  expect([threads.code, texts(threads)]).toEqual([1, [expect.stringMatching(/^threads: locked \d+, found 61$/)]])
})

test('bad input: exit code 2, and what is wrong with which file', async () => {
  const { folder, path, lock: file } = place({ nodes: [{ id: 'p', type: 'PreviewAny', inputs: { source: 3 } }] })
  const failing = async (args: readonly string[]) => {
    const { code, stdout, stderr } = await cli(args)
    expect([code, stdout]).toEqual([2, ''])
    return stderr.replaceAll(folder, '.')
  }
  expect(await failing(['verify', path])).toBe('error: ./clip.lock.json: there is no such lock. Make one with "kinograph lock", or name another with --lock.\n')
  await lock(path)
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.slice(0, 300))
  expect(await failing(['verify', path])).toMatch(/^error: \.\/clip\.lock\.json, line \d+, column \d+: the text is not JSON: /)
  writeFileSync(file, text.replace('"version": 1', '"version": 7'))
  expect(await failing(['verify', path])).toContain('./clip.lock.json, version: the lock was made by a newer kinograph: its version is 7, this one knows 1.')
  writeFileSync(file, text.replace('"models": []', '"models": "none"'))
  expect(await failing(['verify', path])).toContain('./clip.lock.json, models: expected a list, got "none".')
  writeFileSync(file, text)
  writeFileSync(path, '{')
  expect(await failing(['verify', path])).toContain('./clip.json')
  expect(await failing(['lock', join(folder, 'none.json')])).toContain('there is no such file')
  writeFileSync(path, JSON.stringify({ version: 1, nodes: [{ id: 'p', type: 'NoSuchNode' }] }))
  expect(await failing(['lock', path])).toContain('NoSuchNode')
  expect(existsSync(join(folder, 'none.lock.json'))).toBe(false)
})
