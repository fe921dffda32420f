/** Every saved workflow, run by the built command line as the README tells it. */
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { RunEvent } from '../../core/index.ts'
import { readImage, readMetadata } from '../../media/index.ts'
import { cli, filesBelow, root, scratchFolder } from './harness.ts'
import type { Ended } from './harness.ts'
import { readVideo } from './read-video.ts'
import type { DecodedVideo } from './read-video.ts'

const workflow = (name: string) => join('workflows', `${name}.json`)
const lastLine = (text: string) => text.trimEnd().split('\n').at(-1) ?? ''
const eventsOf = (text: string) => text.trimEnd().split('\n').map((line): RunEvent => JSON.parse(line))

describe('text-to-video, as npm run demo has it', () => {
  const out = scratchFolder()
  let ended: Ended
  beforeAll(async () => { ended = await cli(['run', workflow('text-to-video'), '--out', out]) })

  test('writes an mp4, says where it is in the last line, and how it got there on stderr', () => {
    expect(ended).toMatchObject({ code: 0, stdout: `${join(out, 'video_00001.mp4')}\n` })
    expect(ended.stderr).toMatch(/^Sampler \(node sampler\): \d+ of 20(, [\d.]+ s\/step, [\d.]+ s left)?\n(.*\n)*Sampler \(node sampler\): done in /m)
    expect(lastLine(ended.stderr)).toMatch(/^Done in \d/)
    expect(filesBelow(out)).toEqual(['video_00001.mp4'])
  })

  test('shows what the prompt says: a red shape that goes right over dark blue', async () => {
    const video = await readVideo(join(out, 'video_00001.mp4'))
    expect(video).toMatchObject({ count: 16, width: 64, height: 64 })
    const [r, g, b] = video.pixel(0, 2, 60)
    expect(b).toBeGreaterThan(50)
    expect(Math.max(r, g)).toBeLessThan(60)
    const reds = [0, 15].map((frame) => video.centre(frame, ([red, , blue]) => red > 150 && blue < 110))
    expect(reds[1].x - reds[0].x).toBeGreaterThan(20)
    expect(Math.abs(reds[1].y - reds[0].y)).toBeLessThan(10)
  })

  test('the file carries its workflow, seeds and the hashes of its models', async () => {
    const metadata = await readMetadata(join(out, 'video_00001.mp4'))
    expect(metadata?.workflow).toEqual(JSON.parse(readFileSync(join(root, workflow('text-to-video')), 'utf8')))
    expect(metadata?.seeds).toEqual({ 'sampler.seed': 43 })
    expect(metadata?.models?.map(({ file }) => file)).toEqual([
      'Diffusion_Transformer/tiny-shapes-64/text_encoder/model.safetensors',
      'Diffusion_Transformer/tiny-shapes-64/transformer/diffusion_pytorch_model.safetensors',
      'Diffusion_Transformer/tiny-shapes-64/vae/diffusion_pytorch_model.safetensors',
      'Motion_Module/tiny_shapes_mm.safetensors',
    ])
    for (const { hash } of metadata?.models ?? []) expect(hash).toMatch(/^[0-9a-f]{64}$/)
  })

  test('running the mp4 itself makes the same file again, under the next number', async () => {
    const again = await cli(['run', join(out, 'video_00001.mp4'), '--out', out, '--quiet'])
    expect(again).toEqual({ code: 0, signal: null, stdout: `${join(out, 'video_00002.mp4')}\n`, stderr: '' })
    expect(readFileSync(join(out, 'video_00002.mp4')).equals(readFileSync(join(out, 'video_00001.mp4')))).toBe(true)
  })
})

test('--prompt, --seed, --steps and --set change what is made, and are in the file', async () => {
  const out = scratchFolder()
  const ended = await cli(['run', workflow('text-to-video'), '--prompt', 'a large white square moves up on a black background',
    '--negative-prompt=blurry', '--seed', '7', '--steps=4', '--set', 'save.filename_prefix=a/b', '--set=video.fps=12', '--out', out, '--quiet'])
  expect(ended).toMatchObject({ code: 0, stdout: `${join(out, 'a', 'b_00001.mp4')}\n` })
  const metadata = await readMetadata(join(out, 'a', 'b_00001.mp4'))
  expect(metadata?.seeds).toEqual({ 'sampler.seed': 7 })
  const nodes = Object(metadata?.workflow).nodes as { id: string; inputs: Record<string, unknown> }[] // what we embed
  const inputs = (id: string) => nodes.find((node) => node.id === id)?.inputs
  expect(inputs('positive')?.text).toBe('a large white square moves up on a black background')
  expect(inputs('negative')?.text).toBe('blurry')
  expect(inputs('sampler')?.steps).toBe(4)
  expect(inputs('video')?.fps).toBe(12)
})

test('a seed that is "random" is drawn, told, and written into the file', async () => {
  const out = scratchFolder()
  const ended = await cli(['run', workflow('text-to-image'), '--seed', 'random', '--steps', '1', '--out', out])
  const [, seed] = /^Sampler \(node sampler\): seed (\d+)$/m.exec(ended.stderr) ?? []
  expect(Number(seed)).toBeGreaterThan(0)
  expect((await readMetadata(join(out, 'image_00001.png')))?.seeds).toEqual({ 'sampler.seed': Number(seed) })
})

test('text-to-image: a PNG, and that PNG is a workflow too', async () => {
  const out = scratchFolder()
  const ended = await cli(['run', workflow('text-to-image'), '--out', out, '--quiet'])
  expect(ended).toEqual({ code: 0, signal: null, stdout: `${join(out, 'image_00001.png')}\n`, stderr: '' })
  const first = await (await readImage(join(out, 'image_00001.png'))).picture.read(0, 1)
  await cli(['run', join(out, 'image_00001.png'), '--out', out, '--quiet'])
  expect(await (await readImage(join(out, 'image_00002.png'))).picture.read(0, 1)).toEqual(first)
  await cli(['run', join(out, 'image_00001.png'), '--seed', '44', '--out', out, '--quiet'])
  expect(await (await readImage(join(out, 'image_00003.png'))).picture.read(0, 1)).not.toEqual(first)
})

test('text-to-video-lora: the LoRA changes the video, strength 0 does not', async () => {
  const out = scratchFolder()
  const run = async (name: string, ...args: string[]) => {
    const prompt = ['--prompt', 'a large green square moves up on a black background']
    const ended = await cli(['run', workflow(name), ...prompt, '--steps', '6', '--out', out, '--quiet', ...args])
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    return readVideo(ended.stdout.trimEnd())
  }
  const bare = await run('text-to-video')
  const difference = ({ data }: DecodedVideo) => data.reduce((sum, value, i) => sum + Math.abs(value - bare.data[i]), 0) / data.length
  expect(difference(await run('text-to-video-lora', '--strength', '0'))).toBeLessThan(0.5)
  expect(difference(await run('text-to-video-lora'))).toBeGreaterThan(3)
})

test('image-variation: low denoise stays close to the picture, high does not', async () => {
  const out = scratchFolder()
  const original = await (await readImage(join(root, 'workflows', 'images', 'circle.png'))).picture.read(0, 1)
  const distance = async (denoise: string) => {
    const ended = await cli(['run', workflow('image-variation'), '--denoise', denoise, '--out', out, '--quiet'])
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    const made = await (await readImage(ended.stdout.trimEnd())).picture.read(0, 1)
    return made.reduce((sum, value, i) => sum + Math.abs(value - original[i]), 0) / made.length
  }
  const [kept, near, far] = [await distance('0'), await distance('0.3'), await distance('1')]
  expect(kept).toBeLessThan(8)
  expect(near).toBeLessThan(16)
  expect(far).toBeGreaterThan(near)
})

test('image-variation takes pictures from --input-dir', async () => {
  const input = scratchFolder()
  mkdirSync(join(input, 'mine'))
  copyFileSync(join(root, 'workflows', 'images', 'circle.png'), join(input, 'mine', 'a.png'))
  const ended = await cli(['run', workflow('image-variation'), '--image', 'mine/a.png', '--input-dir', input, '--steps', '2', '--out', input, '--quiet'])
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  expect(existsSync(ended.stdout.trimEnd())).toBe(true)
})

test('easyanimate-v1 without its weights says what to download from where to which place', async () => {
  const models = scratchFolder()
  const ended = await cli(['run', workflow('easyanimate-v1'), '--models-dir', models])
  const oss = 'https://pai-aigc-photog.oss-cn-hangzhou.aliyuncs.com/easyanimate'
  const pixart = (node: string) => `error: ${node}, input "model": "PixArt-XL-2-512x512" is not in ${models}/Diffusion_Transformer. ` +
    `Download ${oss}/Diffusion_Transformer/PixArt-XL-2-512x512.tar (11.4 GB) and unpack it: ` +
    `mkdir -p ${models}/Diffusion_Transformer/ && tar -xf PixArt-XL-2-512x512.tar -C ${models}/Diffusion_Transformer/\n`
  const file = (node: string, input: string, folder: string, name: string, size: string) =>
    `error: ${node}, input "${input}": "${name}" is not in ${models}/${folder}. ` +
    `Download ${oss}/${folder}/${name} (${size}) to ${models}/${folder}/${name}.\n`
  expect(ended).toEqual({
    code: 2, signal: null, stdout: '',
    stderr: pixart('LoadDiT (node dit)') + pixart('LoadTextEncoder (node text_encoder)') + pixart('LoadVAE (node vae)') +
      file('LoadMotionModule (node motion)', 'motion_module', 'Motion_Module', 'easyanimate_v1_mm.safetensors', '4.1 GB') +
      file('ApplyLoRA (node lora)', 'lora', 'Personalized_Model', 'easyanimate_portrait_lora.safetensors', '654.0 MB'),
  })
})

test('--json: stdout is the events as JSON lines and nothing else', async () => {
  const out = scratchFolder()
  const ended = await cli(['run', workflow('text-to-video'), '--steps', '3', '--json', '--out', out])
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  const events = eventsOf(ended.stdout)
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index))
  expect(new Set(events.map(({ run }) => run)).size).toBe(1)
  expect(events[0]).toMatchObject({ v: 1, type: 'run.started', plan: { cached: [], skipped: [] } })
  expect(events.at(-1)).toMatchObject({ type: 'run.done' })
  const saved = events.find((event) => event.type === 'node.done' && event.node === 'save')
  expect(saved).toMatchObject({ ui: { images: [{ filename: basename(join(out, 'video_00001.mp4')), subfolder: '', type: 'output' }] } })
})

test('--json of a workflow that is refused: one event says why', async () => {
  const ended = await cli(['run', workflow('text-to-video'), '--set', 'sampler.scheduler=Heun', '--json'])
  expect(ended.code).toBe(2)
  expect(eventsOf(ended.stdout)).toMatchObject([{ seq: 0, type: 'run.failed', error: { code: 'value_not_in_list', node: { id: 'sampler' } } }])
})
