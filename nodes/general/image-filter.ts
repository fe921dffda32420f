import { defineNode } from '../../core/types/index.ts'
import { alphaOf, blurFrames, combineFrames, invertFrames, joinAlpha, sharpenFrames, solidFrames, withChannels } from '../../media/index.ts'
import { keepsImage } from '../image-facts.ts'
import { port } from '../types/index.ts'

// Names as ComfyUI's nodes have them.

export const imageInvert = defineNode({
  type: 'ImageInvert',
  category: 'image/filter',
  title: 'Invert image',
  summary: 'Turns every colour into its complement.',
  inputs: { image: port.image() },
  outputs: { IMAGE: port.image() },
  facts: keepsImage('image', 'IMAGE'),
  run: ({ image }) => ({ IMAGE: invertFrames(image) }),
})

export const imageBlur = defineNode({
  type: 'ImageBlur',
  category: 'image/filter',
  title: 'Blur image',
  summary: 'Blurs pictures by a Gaussian.',
  inputs: {
    image: port.image(),
    blur_radius: port.int({ default: 1, min: 1, max: 31, tooltip: 'pixels to each side that count' }),
    sigma: port.float({ default: 1, min: 0.1, max: 10, step: 0.1 }),
  },
  outputs: { IMAGE: port.image() },
  facts: keepsImage('image', 'IMAGE'),
  run: ({ image, blur_radius: radius, sigma }) => ({ IMAGE: blurFrames(image, { radius, sigma }) }),
})

export const imageSharpen = defineNode({
  type: 'ImageSharpen',
  category: 'image/filter',
  title: 'Sharpen image',
  summary: 'Adds what a blur would take away.',
  inputs: {
    image: port.image(),
    sharpen_radius: port.int({ default: 1, min: 1, max: 31 }),
    sigma: port.float({ default: 1, min: 0.1, max: 10, step: 0.01 }),
    alpha: port.float({ default: 1, min: 0, max: 5, step: 0.01, tooltip: 'a tenth of how many times it is added' }),
  },
  outputs: { IMAGE: port.image() },
  facts: keepsImage('image', 'IMAGE'),
  run: ({ image, sharpen_radius: radius, sigma, alpha }) => ({ IMAGE: sharpenFrames(image, { radius, sigma }, alpha * 10) }),
})

/** Blending as in the W3C's "Compositing and Blending Level 1"; `a` below, `b` above, in 0…1. */
const BLENDS = {
  normal: (_a: number, b: number) => b,
  multiply: (a: number, b: number) => a * b,
  screen: (a: number, b: number) => 1 - (1 - a) * (1 - b),
  overlay: (a: number, b: number) => a <= 0.5 ? 2 * a * b : 1 - 2 * (1 - a) * (1 - b),
  soft_light: (a: number, b: number) => b <= 0.5 ? a - (1 - 2 * b) * a * (1 - a) : a + (2 * b - 1) * (softened(a) - a),
  difference: (a: number, b: number) => a - b,
}
const softened = (a: number) => a <= 0.25 ? ((16 * a - 12) * a + 4) * a : Math.sqrt(a)

export const imageBlend = defineNode({
  type: 'ImageBlend',
  category: 'image/filter',
  title: 'Blend images',
  summary: 'Mixes two pictures; the second is brought to the size of the first.',
  inputs: {
    image1: port.image(), image2: port.image(),
    blend_factor: port.float({ default: 0.5, min: 0, max: 1, step: 0.01, tooltip: '0: the first alone; 1: the blend' }),
    blend_mode: port.choice(['normal', 'multiply', 'screen', 'overlay', 'soft_light', 'difference'], { default: 'normal' }),
  },
  outputs: { IMAGE: port.image() },
  facts: keepsImage('image1', 'IMAGE'),
  run({ image1, image2, blend_factor: share, blend_mode: mode }) {
    const blend = BLENDS[mode]
    return { IMAGE: combineFrames(image1, image2, (a, b) => (1 - share) * a + share * blend(a, b)) }
  },
})

export const joinImageWithAlpha = defineNode({
  type: 'JoinImageWithAlpha',
  category: 'image/filter',
  title: 'Make transparent by a mask',
  summary: 'Pictures that are transparent where a mask is on.',
  inputs: { image: port.image(), alpha: port.mask() },
  outputs: { IMAGE: port.image() },
  facts: keepsImage('image', 'IMAGE'),
  run: ({ image, alpha }) => ({ IMAGE: joinAlpha(image, invertFrames(alpha)) }),
})

export const splitImageWithAlpha = defineNode({
  type: 'SplitImageWithAlpha',
  category: 'image/filter',
  title: 'Split off transparency',
  summary: 'The colours, and a mask that is on where a picture is transparent.',
  inputs: { image: port.image() },
  outputs: { IMAGE: port.image(), MASK: port.mask() },
  facts: keepsImage('image', 'IMAGE'),
  run({ image }) {
    const alpha = alphaOf(image) ?? solidFrames({ ...image, channels: 1, dtype: 'u8' }, [255])
    return { IMAGE: withChannels(image, 3), MASK: invertFrames(alpha) }
  },
})

export const imageFilters = [imageInvert, imageBlur, imageSharpen, imageBlend, joinImageWithAlpha, splitImageWithAlpha]
