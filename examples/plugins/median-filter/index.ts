import { defineNode, definePlugin, mapFrames, port } from 'kinograph'
import sharp from 'sharp'

const medianFilter = defineNode({
  type: 'MedianFilter',
  category: 'image/filters',
  summary: 'Removes speckles: each pixel becomes the median of those around it.',
  inputs: { image: port.image(), size: port.int({ default: 3, min: 1, max: 31 }) },
  outputs: { image: port.image() },
  run: ({ image, size }) => ({
    image: mapFrames(image, (frame) => sharp(frame, { raw: image }).median(size).raw().toBuffer()),
  }),
})

export default definePlugin({ apiVersion: '1.0', nodes: [medianFilter] })
