import { defineNode } from '../core/types/index.ts'
import type { NodeContext } from '../core/types/index.ts'
import type { EmbeddedMetadata, Frames } from '../media/index.ts'
import { sliceFrames, writeImage } from '../media/index.ts'
import { aboutInput } from './failure.ts'
import { OUTPUTS, PROVENANCE } from './services.ts'
import { checkPrefix } from './save/prefix.ts'
import type { SavedFile } from './save/numbered.ts'
import { port } from './types/index.ts'

type Save = (extension: string, write: (path: string) => Promise<unknown>) => Promise<SavedFile>

/** Writes each picture as a PNG, by `save`, as it becomes readable. */
export async function savePngs(
  images: Frames, save: Save, metadata: EmbeddedMetadata | undefined, { signal, progress }: Pick<NodeContext, 'signal' | 'progress'>,
): Promise<SavedFile[]> {
  const saved: SavedFile[] = []
  for (let index = 0; index < images.count; index++) {
    const one = sliceFrames(images, index, index + 1)
    saved.push(await save('png', (path) => writeImage(one, path, { metadata, signal })))
    progress(index + 1, images.count)
  }
  return saved
}

/** PNG files that carry their workflow. Names as ComfyUI's node has them. */
export const saveImage = defineNode({
  type: 'SaveImage',
  category: 'image',
  title: 'Save image',
  summary: 'Writes pictures as PNG into the output folder.',
  output: true,
  idempotent: false,
  inputs: {
    images: port.image(),
    filename_prefix: port.string({ default: 'image', tooltip: 'a number follows; a / makes a subfolder' }),
    workflow: port.hidden('workflow'),
  },
  outputs: {},
  validate: ({ filename_prefix: prefix }) => checkPrefix('filename_prefix', prefix),
  async run({ images, filename_prefix: prefix, workflow }, ctx) {
    const metadata = await ctx.use(PROVENANCE).describe(workflow, ctx.signal)
    const outputs = ctx.use(OUTPUTS)
    const saved = await aboutInput('images', () => savePngs(images, (...file) => outputs.save(ctx.place, prefix, ...file), metadata, ctx))
    ctx.ui({ images: saved.map(({ filename, subfolder }) => ({ filename, subfolder, type: 'output' })) })
    return {}
  },
})
