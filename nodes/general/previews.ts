import { defineNode } from '../../core/types/index.ts'
import { aboutInput } from '../failure.ts'
import { savePngs } from '../save-image.ts'
import { saveTemporary } from '../save/numbered.ts'
import { port } from '../types/index.ts'
import { asText } from './as-text.ts'

/** Names as ComfyUI's node has them. */
export const previewAny = defineNode({
  type: 'PreviewAny',
  category: 'values',
  title: 'Preview anything',
  summary: 'Shows a value as text.',
  output: true,
  inputs: { source: port.any() },
  outputs: { STRING: port.string() },
  run({ source }, { ui }) {
    const text = asText(source)
    ui({ text: [text] })
    return { STRING: text }
  },
})

export const previewText = defineNode({
  type: 'PreviewText',
  category: 'values/text',
  title: 'Preview text',
  summary: 'Shows a text, and passes it on.',
  output: true,
  inputs: { text: port.string({ default: '', multiline: true }) },
  outputs: { STRING: port.string() },
  run({ text }, { ui }) {
    ui({ text: [text] })
    return { STRING: text }
  },
})

/** Names as ComfyUI's node has them. */
export const maskPreview = defineNode({
  type: 'MaskPreview',
  category: 'mask',
  title: 'Preview mask',
  summary: 'Shows masks; the files are temporary.',
  output: true,
  idempotent: false,
  inputs: { mask: port.mask() },
  outputs: {},
  async run({ mask }, ctx) {
    const saved = await aboutInput('mask', () => savePngs(mask, (...file) => saveTemporary(ctx.paths.temp, 'preview', ...file), undefined, ctx))
    ctx.ui({ images: saved.map(({ filename, subfolder }) => ({ filename, subfolder, type: 'temp' })) })
    return {}
  },
})

export const previews = [previewAny, previewText, maskPreview]
