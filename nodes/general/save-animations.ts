import { defineNode } from '../../core/types/index.ts'
import type { Frames, EncodeVideoOptions, VideoFormat } from '../../media/index.ts'
import { encodeVideo } from '../../media/index.ts'
import type { NodeContext } from '../../core/types/index.ts'
import type { Workflow } from '../../core/workflow/index.ts'
import { aboutInput } from '../failure.ts'
import { checkPrefix } from '../save/prefix.ts'
import { OUTPUTS, PROVENANCE } from '../services.ts'
import { port } from '../types/index.ts'

// What SaveVideo writes too, under the names that ComfyUI's own nodes for these formats have.

type Settings = Pick<EncodeVideoOptions, 'fps' | 'crf' | 'quality' | 'loop'> & { readonly format: VideoFormat }

async function save(images: Frames, prefix: string, workflow: Workflow, settings: Settings, ctx: NodeContext): Promise<void> {
  const metadata = await ctx.use(PROVENANCE).describe(workflow, ctx.signal)
  const onFrame = (done: number, total: number) => ctx.progress(done, total)
  const { filename, subfolder } = await aboutInput('images', () => ctx.use(OUTPUTS).save(ctx.place, prefix, settings.format, (path) =>
    encodeVideo(images, path, { ...settings, metadata, signal: ctx.signal, onFrame })))
  ctx.ui({ images: [{ filename, subfolder, type: 'output' }], animated: [true] })
}

const prefixPort = () => port.string({ default: 'video', tooltip: 'a number follows; a / makes a subfolder' })

export const saveWebm = defineNode({
  type: 'SaveWEBM',
  category: 'video',
  title: 'Save webm',
  summary: 'Writes pictures as a webm into the output folder.',
  output: true,
  idempotent: false,
  inputs: {
    images: port.image(),
    filename_prefix: prefixPort(),
    codec: port.choice(['vp9'], { default: 'vp9' }),
    fps: port.float({ default: 24, min: 0.01, max: 1000, step: 0.01 }),
    crf: port.float({ default: 32, min: 0, max: 63, step: 1, tooltip: 'quality: 0 is lossless, 32 is small' }),
    workflow: port.hidden('workflow'),
  },
  outputs: {},
  validate: ({ filename_prefix: prefix }) => checkPrefix('filename_prefix', prefix),
  async run({ images, filename_prefix: prefix, fps, crf, workflow }, ctx) {
    await save(images, prefix, workflow, { format: 'webm', fps, crf: Math.round(crf) }, ctx)
    return {}
  },
})

export const saveAnimatedWebp = defineNode({
  type: 'SaveAnimatedWEBP',
  category: 'video',
  title: 'Save animated webp',
  summary: 'Writes pictures as an animated webp into the output folder.',
  output: true,
  idempotent: false,
  inputs: {
    images: port.image(),
    filename_prefix: prefixPort(),
    fps: port.float({ default: 6, min: 0.01, max: 1000, step: 0.01 }),
    lossless: port.boolean({ default: true }),
    quality: port.int({ default: 80, min: 0, max: 100 }),
    method: port.choice(['default', 'fastest', 'slowest'], { default: 'default', tooltip: 'kept for graphs of ComfyUI; it makes no difference' }),
    loop: port.int({ default: 0, min: 0, max: 65_535, advanced: true, tooltip: 'how often it plays; 0: for ever' }),
    workflow: port.hidden('workflow'),
  },
  outputs: {},
  validate: ({ filename_prefix: prefix }) => checkPrefix('filename_prefix', prefix),
  async run({ images, filename_prefix: prefix, fps, lossless, quality, loop, workflow }, ctx) {
    await save(images, prefix, workflow, { format: 'webp', fps, loop, quality: lossless ? 'lossless' : Math.max(1, quality) }, ctx)
    return {}
  },
})

export const saveAnimations = [saveWebm, saveAnimatedWebp]
