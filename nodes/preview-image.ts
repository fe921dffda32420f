import { defineNode } from '../core/types/index.ts'
import { aboutInput } from './failure.ts'
import { savePngs } from './save-image.ts'
import { saveTemporary } from './save/numbered.ts'
import { port } from './types/index.ts'

/** Shows pictures without keeping them: PNG files in the temporary folder. Names as ComfyUI's node has them. */
export const previewImage = defineNode({
  type: 'PreviewImage',
  category: 'image',
  title: 'Preview image',
  summary: 'Shows pictures; the files are temporary.',
  output: true,
  idempotent: false,
  inputs: { images: port.image() },
  outputs: {},
  async run({ images }, ctx) {
    const saved = await aboutInput('images', () => savePngs(images, (...file) => saveTemporary(ctx.paths.temp, 'preview', ...file), undefined, ctx))
    ctx.ui({ images: saved.map(({ filename, subfolder }) => ({ filename, subfolder, type: 'temp' })) })
    return {}
  },
})
