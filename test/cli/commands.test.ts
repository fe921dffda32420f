/** The commands beside `run`: what they print for people and for programs. */
import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import type { NodeDefinition } from '../../core/index.ts'
import { cli, root, scratchFolder } from './harness.ts'

const textToVideo = join('workflows', 'text-to-video.json')
const ok = (stdout: string) => ({ code: 0, signal: null, stdout, stderr: '' })

test('--version and --help', async () => {
  expect(await cli(['--version'])).toEqual(ok(`${packageJson.version}\n`))
  const help = await cli(['--help'])
  expect(await cli([])).toEqual(help)
  expect(help.stdout).toMatch(/^  run WORKFLOW +Run a workflow and save what it makes\.$/m)
  expect(help.stdout).toContain('Exit codes: 0 done, 1 failed, 2 the command line or the workflow is wrong, 130 cancelled.')
})

test.each(['run', 'validate', 'nodes', 'models', 'doctor'])('%s --help', async (name) => {
  const help = await cli([name, '--help'])
  expect(help).toMatchObject({ code: 0, stderr: '' })
  expect(help.stdout).toMatch(new RegExp(`^.+\n\nUsage: kinograph ${name} `))
  expect(help.stdout).toContain('--json')
  expect(help.stdout.split('\n').every((line) => line.length <= 140)).toBe(true)
})

test('validate: good, bad, and as JSON', async () => {
  expect(await cli(['validate', textToVideo])).toEqual(ok(`${textToVideo} may run.\n`))
  expect(JSON.parse((await cli(['validate', textToVideo, '--json'])).stdout)).toEqual({ valid: true, problems: [] })
  const bad = await cli(['validate', textToVideo, '--set', 'sampler.steps=0', '--json'])
  expect(bad).toMatchObject({ code: 2, stderr: '' })
  expect(JSON.parse(bad.stdout)).toMatchObject({
    valid: false, problems: [{ code: 'value_smaller_than_min', node: { id: 'sampler', type: 'Sampler' }, input: 'steps' }],
  })
})

test.each(['text-to-video', 'text-to-image', 'text-to-video-lora', 'image-variation'])('workflows/%s.json may run', async (name) => {
  expect(await cli(['validate', join('workflows', `${name}.json`)])).toMatchObject({ code: 0 })
})

test('nodes: all of them, with ComfyUI\'s names where it has the same node', async () => {
  const definitions: NodeDefinition[] = JSON.parse((await cli(['nodes', '--json'])).stdout)
  const sockets = (type: string) => {
    const { inputs, outputs } = definitions.find((one) => one.type === type)!
    return { in: inputs.filter(({ hidden }) => !hidden).map(({ name }) => name), out: outputs.map(({ name }) => name) }
  }
  expect(definitions.map(({ type }) => type).slice(0, 16)).toEqual([
    'LoadDiT', 'LoadMotionModule', 'LoadTextEncoder', 'LoadVAE', 'LoadWeights', 'ApplyLoRA',
    'TextEncode', 'EmptyLatent', 'Sampler', 'VAEEncode', 'VAEDecode',
    'LoadImage', 'SaveImage', 'PreviewImage', 'CreateVideo', 'SaveVideo',
  ])
  expect(sockets('LoadImage')).toEqual({ in: ['image'], out: ['IMAGE', 'MASK'] })
  expect(sockets('SaveImage')).toEqual({ in: ['images', 'filename_prefix'], out: [] })
  expect(sockets('PreviewImage')).toEqual({ in: ['images'], out: [] })
  expect(sockets('VAEDecode')).toEqual({ in: ['samples', 'vae'], out: ['IMAGE'] })
  expect(sockets('VAEEncode')).toEqual({ in: ['pixels', 'vae'], out: ['LATENT'] })
  expect(sockets('CreateVideo')).toEqual({ in: ['images', 'fps'], out: ['VIDEO'] })
  expect(sockets('SaveVideo')).toEqual({ in: ['video', 'filename_prefix', 'format', 'codec', 'fps', 'crf', 'loop', 'quality'], out: [] })
})

test('nodes TYPE describes one, its computed choices included', async () => {
  const { stdout } = await cli(['nodes', 'loadmotionmodule'])
  expect(stdout).toBe([
    'LoadMotionModule (version 1, load)',
    'Adds a motion module to a diffusion transformer, which then makes videos.',
    '',
    'Inputs:',
    '  model          MODEL                              required',
    '  motion_module  one of tiny_shapes_mm.safetensors  required; a file of models/Motion_Module',
    '',
    'Outputs:',
    '  model  MODEL',
    '',
  ].join('\n'))
})

test('models: what is there with its size, what is missing with address, size and place', async () => {
  const folder = scratchFolder()
  mkdirSync(join(folder, 'Motion_Module'))
  copyFileSync(join(root, 'models', 'Motion_Module', 'tiny_shapes_mm.safetensors'), join(folder, 'Motion_Module', 'easyanimate_v1_mm.safetensors'))
  const { models } = JSON.parse((await cli(['models', '--models-dir', folder, '--json'])).stdout) as { models: Record<string, unknown>[] } // our own print
  expect(models.find(({ name }) => name === 'easyanimate_v1_mm.safetensors')).toEqual({
    folder: 'Motion_Module', name: 'easyanimate_v1_mm.safetensors', path: join(folder, 'Motion_Module', 'easyanimate_v1_mm.safetensors'),
    bytes: 4_382_592, what: 'motion module of EasyAnimate V1, trained with 80 frames at 12 per second',
  })
  expect(models.find(({ name }) => name === 'PixArt-XL-2-512x512')).toMatchObject({ size: '11.4 GB', advice: expect.stringContaining(folder) })
  const { stdout } = await cli(['models', '--models-dir', folder])
  expect(stdout).toContain('  Diffusion_Transformer/tiny-shapes-64 ')
  expect(stdout).toContain('  Personalized_Model/easyanimate_portrait_lora.safetensors  654.0 MB\n')
})

test('doctor: everything that is needed is there', async () => {
  const { code, stdout } = await cli(['doctor', '--json'])
  expect(code).toBe(0)
  const { rows } = JSON.parse(stdout) as { rows: { what: string; ok: boolean; optional: boolean; found: string; remedy?: string }[] } // our own print
  expect(rows.map(({ what }) => what)).toEqual(['Node.js', 'processor', 'memory', 'device cpu', 'device cuda', 'device webgpu',
    'ffmpeg (saves videos)', 'sharp (reads and saves pictures)', 'temporary folder', 'models'])
  for (const { ok, remedy, found } of rows) {
    expect(found).not.toBe('')
    expect(remedy === undefined).toBe(ok)
  }
})

test('a reader that goes away ends the run, quietly', async () => {
  const command = `node bin/kinograph.js run ${textToVideo} --steps 900 --json --out ${scratchFolder()} | head -n 1; echo "\${PIPESTATUS[0]}"`
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', command], { cwd: root })
  const [event, code] = stdout.split('\n')
  expect(JSON.parse(event!)).toMatchObject({ type: 'run.started' })
  expect({ code, stderr }).toEqual({ code: '1', stderr: '' })
})
