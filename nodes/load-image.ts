import { stat } from 'node:fs/promises'
import { defineNode } from '../core/types/index.ts'
import { imageSize, readImage } from '../media/index.ts'
import { aboutInput } from './failure.ts'
import { inputFilePort, inputPath, missingInput } from './input-file.ts'
import { port } from './types/index.ts'

/** A picture from the input folder. Names as ComfyUI's node has them. */
export const loadImage = defineNode({
  type: 'LoadImage',
  category: 'image',
  title: 'Load image',
  summary: 'Reads a picture from the input folder.',
  resource: 'io',
  inputs: { image: inputFilePort('image') },
  outputs: { IMAGE: port.image(), MASK: port.mask() },
  validate: ({ image }, { paths }) => missingInput('image', paths, image),
  async fingerprint({ image }, { paths }) {
    if (image === undefined) return null
    const { size, mtimeMs } = await stat(inputPath(paths, image))
    return [size, mtimeMs]
  },
  async facts({ image }, { paths }) {
    // What can't be read is told by `validate`, or by the run.
    const read = async (name: string) => imageSize(inputPath(paths, name))
    const size = image === undefined ? undefined : await read(image).catch(() => undefined)
    if (size === undefined) return
    const facts = { frames: size.count, height: size.height, width: size.width }
    return { outputs: { IMAGE: facts, MASK: facts } }
  },
  async run({ image }, { paths, signal }) {
    const { picture, mask } = await aboutInput('image', () => readImage(inputPath(paths, image), { signal }))
    return { IMAGE: picture, MASK: mask }
  },
})
