import { defineNode } from '../core/types/index.ts'
import { keepsImage } from './image-facts.ts'
import { port } from './types/index.ts'

/** Pictures and a speed. Names as ComfyUI's node has them. */
export const createVideo = defineNode({
  type: 'CreateVideo',
  category: 'video',
  title: 'Create video',
  summary: 'Puts pictures together to a video of so many frames per second.',
  inputs: { images: port.image(), fps: port.float({ default: 30, min: 1, max: 120, step: 1 }) },
  outputs: { VIDEO: port.video() },
  facts: keepsImage('images', 'VIDEO'),
  run: ({ images, fps }) => ({ VIDEO: { frames: images, fps } }),
})
