/** What people get wrong: each message names node and input and says what to do. Whole messages are asserted. */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openCheckpoint, readTensor, writeSafetensors } from '../../tensor/index.ts'
import { cli, filesBelow, root, scratchFolder } from './harness.ts'
import type { Ended } from './harness.ts'

const textToVideo = join('workflows', 'text-to-video.json')
const TINY = 'Diffusion_Transformer/tiny-shapes-64'
const MOTION = 'tiny_shapes_mm.safetensors'
const LORA = 'tiny_shapes_outline_lora.safetensors'

/** A models folder with a copy of the tiny model in it, under another name, to be damaged. */
function damagedCopy(): { readonly models: string; readonly model: string } {
  const models = scratchFolder()
  const model = join(models, 'Diffusion_Transformer', 'damaged')
  cpSync(join(root, 'models', TINY), model, { recursive: true })
  return { models, model }
}
const withDamaged = (models: string, ...nodes: string[]) =>
  ['--models-dir', models, ...nodes.flatMap((node) => ['--set', `${node}.model=damaged`])]

const run = (...args: string[]) => cli(['run', textToVideo, '--quiet', '--out', scratchFolder(), ...args])
const refused = (stderr: string): Ended => ({ code: 2, signal: null, stdout: '', stderr })
const failed = (stderr: string): Ended => ({ code: 1, signal: null, stdout: '', stderr })

function workflowFile(change: (workflow: Record<string, unknown> & { nodes: Record<string, unknown>[] }) => void): string {
  const path = join(scratchFolder(), 'workflow.json')
  const workflow = JSON.parse(readFileSync(join(root, textToVideo), 'utf8')) as Parameters<typeof change>[0] // our own file
  change(workflow)
  writeFileSync(path, JSON.stringify(workflow))
  return path
}
const nodeOf = (workflow: { nodes: Record<string, unknown>[] }, id: string) => workflow.nodes.find((node) => node.id === id)!

describe('the command line', () => {
  test.each<[string, string[], string]>([
    ['no workflow', ['run'], 'kinograph run needs WORKFLOW: a workflow of Kinograph or ComfyUI (.json), or an mp4, png or webp that either made'],
    ['an unknown command', ['rnu'], 'kinograph has no command "rnu". Did you mean kinograph run?'],
    ['an unknown device', ['run', textToVideo, '--device', 'tpu'], '--device: expected cpu, cuda, webgpu, got "tpu".'],
    ['an unknown parameter', ['run', textToVideo, '--sede', '3'], 'the workflow has no parameter "sede". Did you mean "seed"?'],
    ['--set without =', ['run', textToVideo, '--set', 'sampler.steps'],
      'expected node.input=value, got "sampler.steps". For example: sampler.steps=30.'],
    ['--set of an unknown node', ['run', textToVideo, '--set', 'smapler.steps=3'], 'the workflow has no node "smapler". Did you mean "sampler"?'],
    ['--set of an unknown input', ['run', textToVideo, '--set', 'sampler.step=3'],
      'Sampler (node sampler), input "step": Sampler has no input of that name. Did you mean "steps"?'],
    ['an unknown node type', ['nodes', 'Samplr'], 'There is no node type "Samplr". Did you mean Sampler?'],
  ])('%s', async (_, args, message) => {
    expect(await cli(args)).toEqual(refused(`error: ${message}\n`))
  })
})

describe('the workflow', () => {
  test('a file that is not there', async () => {
    expect(await cli(['run', 'workflows/nope.json'])).toEqual(
      refused('error: workflows/nope.json: there is no such file. Check the path; the saved examples are in workflows/.\n'))
  })

  test('a folder', async () => {
    expect(await cli(['run', 'workflows'])).toEqual(refused('error: workflows: expected a file, got a folder. Name the workflow file in it.\n'))
  })

  test('text that is not JSON', async () => {
    const path = join(scratchFolder(), 'broken.json')
    writeFileSync(path, '{ "version": 1,\n  "nodes": [ }')
    const { code, stderr } = await cli(['run', path])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^error: .*broken\.json.*: the text is not JSON: .+\. Correct it there; an editor that knows JSON shows the place\.\n$/)
  })

  test('a picture without a workflow in it', async () => {
    expect(await cli(['run', 'workflows/images/circle.png'])).toEqual(refused(
      'error: workflows/images/circle.png: no workflow is embedded in this file. Use a file that kinograph or ComfyUI made, or a workflow\'s JSON file.\n'))
  })

  test('everything that is wrong is said at once', async () => {
    const path = workflowFile((workflow) => {
      nodeOf(workflow, 'sampler').inputs = { ...Object(nodeOf(workflow, 'sampler').inputs), steps: 0, scheduler: 'Heun', model: undefined }
      nodeOf(workflow, 'decode').type = 'VAEDecod'
    })
    expect(await cli(['run', path])).toEqual(refused([
      'error: Sampler (node sampler), input "model": expected a link of type MODEL, got nothing. Connect an output of that type.',
      'error: Sampler (node sampler), input "scheduler": expected one of its choices, got "Heun". Choose one of: Euler, Euler A, DPM++, PNDM, DDIM.',
      'error: Sampler (node sampler), input "steps": expected a whole number from 1 to 1000, got 0. Set it to 1 or more.',
      'error: VAEDecod (node decode): there is no node type "VAEDecod" here. Did you mean "VAEDecode"?',
      '',
    ].join('\n')))
  })

  test('a cycle', async () => {
    const path = workflowFile((workflow) => {
      nodeOf(workflow, 'motion').inputs = { ...Object(nodeOf(workflow, 'motion').inputs), model: { from: 'lora', output: 'model' } }
      workflow.nodes.push({ id: 'lora', type: 'ApplyLoRA', inputs: { model: { from: 'motion', output: 'model' }, lora: LORA } })
    })
    const { code, stderr } = await cli(['run', path])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^error: .*(motion → lora → motion|lora → motion → lora).*\n$/)
  })

  test('a wrong model on a socket', async () => {
    const path = workflowFile((workflow) => {
      nodeOf(workflow, 'sampler').inputs = { ...Object(nodeOf(workflow, 'sampler').inputs), model: { from: 'vae', output: 'vae' } }
    })
    const { code, stderr } = await cli(['run', path])
    expect(code).toBe(2)
    expect(stderr).toBe('error: Sampler (node sampler), input "model": expected MODEL, got VAE from output "vae" of LoadVAE (node vae). Connect an output of type MODEL.\n')
  })

  test('an unknown sampler', async () => {
    expect(await run('--scheduler', 'Heun')).toEqual(refused(
      'error: Sampler (node sampler), input "scheduler": expected one of its choices, got "Heun". Choose one of: Euler, Euler A, DPM++, PNDM, DDIM.\n'))
  })

  test('a picture that is not there', async () => {
    expect(await cli(['run', join('workflows', 'image-variation.json'), '--image', 'nope.png'])).toEqual(refused(
      `error: LoadImage (node image), input "image": there is no file "nope.png" in ${join(root, 'workflows')}. Put it there, or choose another folder with --input-dir DIR.\n`))
  })

  test('a picture outside the input folder', async () => {
    expect(await cli(['run', join('workflows', 'image-variation.json'), '--image', '../README.md'])).toEqual(refused(
      `error: LoadImage (node image), input "image": "../README.md" is not a name inside the input folder ${join(root, 'workflows')}. Put the file there and give its name; --input-dir DIR takes another folder.\n`))
  })

  test('a file name that would leave the output folder', async () => {
    expect(await run('--set', 'save.filename_prefix=../x')).toEqual(refused(
      'error: SaveVideo (node save), input "filename_prefix": expected a name such as clip or tests/clip, got "../x". Files are saved below the output folder; choose that with --out.\n'))
  })
})

describe('sizes', () => {
  test('not a multiple of a latent pixel', async () => {
    expect(await run('--set', 'latent.width=100')).toEqual(refused(
      'error: EmptyLatent (node latent), input "width": expected a multiple of 8, got 100. Set it to 104.\n'))
  })

  test('not divisible by what the model needs', async () => {
    expect(await run('--set', 'latent.width=72')).toEqual(refused(
      'error: Sampler (node sampler), input "latent": width: expected a multiple of 32 pixels with this motion module, got 72. Set it to 64.\n'))
  })

  test('frames beyond the positional range', async () => {
    expect(await run('--set', 'latent.frames=5000')).toEqual(refused(
      'error: Sampler (node sampler), input "latent": frames: expected at most 4096, the range of the motion module\'s positions, got 5000. Set it to 4096 or less.\n'))
  })

  test('frames from a model that makes pictures', async () => {
    expect(await cli(['run', join('workflows', 'text-to-image.json'), '--set', 'latent.frames=2', '--quiet'])).toEqual(refused(
      'error: Sampler (node sampler), input "latent": frames: expected 1 with a model that makes pictures, got 2. Set it to 1, or add a motion module to the model.\n'))
  })
})

describe('weights', () => {
  test('a model that is not there', async () => {
    const models = join(root, 'models')
    expect(await run('--set', 'dit.model=huge')).toEqual(refused(
      `error: LoadDiT (node dit), input "model": "huge" is not in ${models}/Diffusion_Transformer. There are: tiny-shapes-64. ` +
      '"kinograph models" lists where EasyAnimate\'s weights can be had.\n'))
  })

  test('a truncated safetensors file', async () => {
    const { models, model } = damagedCopy()
    const file = join(model, 'transformer', 'diffusion_pytorch_model.safetensors')
    truncateSync(file, 2_000_000)
    const { code, stderr } = await run(...withDamaged(models, 'dit'))
    expect(code).toBe(1)
    expect(stderr).toBe(`error: LoadDiT (node dit), input "model": ${file}, "transformer_blocks.3.attn1.to_k.weight": ` +
      'its bytes 1963840 to 1996608 lie outside of the data, which has 1985232 bytes. Download or copy the file again.\n')
  })

  test('a wrong configuration', async () => {
    const { models, model } = damagedCopy()
    const file = join(model, 'transformer', 'config.json')
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), num_attention_heads: 'many' }))
    const { code, stderr } = await run(...withDamaged(models, 'dit'))
    expect(code).toBe(2)
    expect(stderr).toBe(`error: LoadDiT (node dit), input "model": ${file}, "num_attention_heads": expected a whole number from 1 to 512, got "many". ` +
      'Choose the transformer folder of a PixArt-alpha or EasyAnimate V1 model, with its own config.json.\n')
  })

  test('a configuration of another model than the weights', async () => {
    const { models, model } = damagedCopy()
    const file = join(model, 'transformer', 'config.json')
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), num_layers: 8 }))
    const { code, stderr } = await run(...withDamaged(models, 'dit'))
    expect(code).toBe(1)
    expect(stderr).toBe(`error: LoadDiT (node dit), input "model": ${join(model, 'transformer')}: expected 183 weights of a PixArt-alpha transformer, got 42 fewer; ` +
      'missing: transformer_blocks.6.scale_shift_table, transformer_blocks.7.scale_shift_table, transformer_blocks.6.attn1.to_q.weight, ' +
      'transformer_blocks.7.attn1.to_q.weight and 38 more. Download the file again, or use the config.json that belongs to it.\n')
  })

  test('a LoRA in the place of a motion module', async () => {
    const models = scratchFolder()
    mkdirSync(join(models, 'Motion_Module'))
    symlinkSync(join(root, 'models', 'Personalized_Model', LORA), join(models, 'Motion_Module', 'lora.safetensors'))
    const { code, stderr } = await run('--models-dir', models, '--set', 'motion.motion_module=lora.safetensors')
    expect(code).toBe(1)
    expect(stderr).toBe(`error: LoadMotionModule (node motion), input "motion_module": ${join(models, 'Motion_Module', 'lora.safetensors')}: ` +
      'expected a motion module, got a LoRA. Choose a file of models/Motion_Module, such as easyanimate_v1_mm.safetensors.\n')
  })

  describe('LoRAs', () => {
    const loraRun = (...args: string[]) =>
      cli(['run', join('workflows', 'text-to-video-lora.json'), '--steps', '2', '--out', scratchFolder(), ...args])

    test('one that matches no key', async () => {
      const models = scratchFolder()
      mkdirSync(join(models, 'Personalized_Model'))
      symlinkSync(join(root, 'models', 'Motion_Module', MOTION), join(models, 'Personalized_Model', 'other.safetensors'))
      const { code, stderr } = await loraRun('--models-dir', models, '--lora', 'other.safetensors', '--quiet')
      expect(code).toBe(1)
      expect(stderr).toBe(`error: ApplyLoRA (node lora), input "lora": ${join(models, 'Personalized_Model', 'other.safetensors')}: ` +
        'expected a LoRA of this model (layers such as transformer_blocks.0.attn1.to_q), ' +
        'got 156 tensors such as "transformer_blocks.0.attn_temporal.temporal_transformer.norm.bias". ' +
        'These are whole weights, not a LoRA: load them as a checkpoint over the model.\n')
    })

    test('one that matches only some keys: a warning lists the others, and the run goes on', async () => {
      const models = scratchFolder()
      mkdirSync(join(models, 'Personalized_Model'))
      const { entries } = await openCheckpoint(join(root, 'models', 'Personalized_Model', LORA))
      const tensors = new Map(await Promise.all([...entries.values()].map(async (entry) =>
        [entry.name.replace('transformer_blocks_5_attn1_to_q', 'transformer_blocks_9_attn1_to_q'), await readTensor(entry)] as const)))
      await writeSafetensors(join(models, 'Personalized_Model', 'some.safetensors'), tensors)
      const { code, stderr } = await loraRun('--models-dir', models, '--lora', 'some.safetensors')
      expect(code).toBe(0)
      expect(stderr.split('\n').filter((line) => line.startsWith('warning'))).toEqual([
        'warning: ApplyLoRA (node lora): some.safetensors: 177 tensors matched; 3 in the file fit nothing in the model and were left out ' +
        '(lora_unet__transformer_blocks_9_attn1_to_q.alpha, lora_unet__transformer_blocks_9_attn1_to_q.lora_down.weight, ' +
        'lora_unet__transformer_blocks_9_attn1_to_q.lora_up.weight).',
      ])
    })
  })
})

test('the disk is full while saving', async (context) => {
  const folder = scratchFolder()
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', folder])
  if (mounted.status !== 0) context.skip('a small file system cannot be mounted here')
  try {
    const out = join(folder, 'clips')
    const ended = await cli(['run', textToVideo, '--steps', '2', '--quiet', '--out', out])
    expect(ended).toEqual(failed(
      `error: SaveVideo (node save), input "video": ${out}: the disk is full, so the file was not written and nothing was left behind. Free some space there, or choose another folder, and run it again.\n`))
    expect(filesBelow(folder).filter((name) => name !== 'clips')).toEqual([])
  } finally {
    execFileSync('umount', [folder])
  }
})
