import { defineNode } from '../core/types/index.ts'
import type { NodeContext } from '../core/types/index.ts'
import type { EmbeddedMetadata, Frames } from '../media/index.ts'
import { sliceFrames, writeImage } from '../media/index.ts'
import { aboutInput } from './failure.ts'
import { PROVENANCE } from './services.ts'
import { checkPrefix } from './save/prefix.ts'
import { saveNumbered } from './save/numbered.ts'
import type { SavedFile } from './save/numbered.ts'
import { port } from './types/index.ts'

/** Writes each picture as a PNG below `folder` as it becomes readable. */
export async function savePngs(
  images: Frames, folder: string, prefix: string, metadata: EmbeddedMetadata | undefined,
  { signal, progress }: Pick<NodeContext, 'signal' | 'progress'>,
): Promise<SavedFile[]> {
  const saved: SavedFile[] = []
  for (let index = 0; index < images.count; index++) {
    const one = sliceFrames(images, index, index + 1)
    saved.push(await saveNumbered(folder, prefix, 'png', (path) => writeImage(one, path, { metadata, signal })))
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
    const saved = await aboutInput('images', () => savePngs(images, ctx.paths.output, prefix, metadata, ctx))
    ctx.ui({ images: saved.map(({ filename, subfolder }) => ({ filename, subfolder, type: 'output' })) })
    return {}
  },
})
