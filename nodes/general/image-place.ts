import { defineNode } from '../../core/types/index.ts'
import {
  compositeFrames, concatFrames, convertFrames, cropFrames, flipAcross, flipDown, outpaintMask, padFrames, resizeFrames,
  rotateFrames, solidFrames, withChannels,
} from '../../media/index.ts'
import type { Frames } from '../../media/index.ts'
import { aboutInput } from '../failure.ts'
import { imageAnswer, keepsImage, knownImage, knownSize } from '../image-facts.ts'
import { port } from '../types/index.ts'

// Names as ComfyUI's nodes have them.

const MAX_SIDE = 16_384
const offset = (tooltip?: string) => port.int({ default: 0, min: 0, max: MAX_SIDE, ...(tooltip !== undefined && { tooltip }) })
const side = () => port.int({ default: 512, min: 1, max: MAX_SIDE })

/** Of numbers that are all known. */
const sum = (...parts: readonly (number | undefined)[]): number | undefined =>
  parts.reduce((a, b) => a === undefined || b === undefined ? undefined : a + b, 0)

/** A box moved and cut so that it lies inside a picture, as ComfyUI cuts it. */
export function boxWithin({ width, height }: Pick<Frames, 'width' | 'height'>, box: { x: number; y: number; width: number; height: number }) {
  const x = Math.min(box.x, width - 1)
  const y = Math.min(box.y, height - 1)
  return { x, y, width: Math.min(box.width, width - x), height: Math.min(box.height, height - y) }
}

export const imageCrop = defineNode({
  type: 'ImageCrop',
  category: 'image/place',
  title: 'Crop image',
  summary: 'A rectangle out of pictures; what would lie outside is left away.',
  inputs: { image: port.image(), width: side(), height: side(), x: offset(), y: offset() },
  outputs: { IMAGE: port.image() },
  facts({ width, height, x, y }, { facts: { image } }) {
    const [{ frames }, size] = [knownImage(image), knownSize(image)]
    const isKnown = size !== undefined && width !== undefined && height !== undefined && x !== undefined && y !== undefined
    const box = isKnown ? boxWithin(size, { x, y, width, height }) : undefined
    return imageAnswer('image', 'IMAGE', { frames, height: box?.height, width: box?.width })
  },
  run: ({ image, ...box }) => ({ IMAGE: cropFrames(image, boxWithin(image, box)) }),
})

export const imagePadForOutpaint = defineNode({
  type: 'ImagePadForOutpaint',
  category: 'image/place',
  title: 'Pad image to outpaint',
  summary: 'Adds a grey border, and says by a mask what is to be made anew.',
  inputs: {
    image: port.image(), left: offset(), top: offset(), right: offset(), bottom: offset(),
    feathering: port.int({ default: 40, min: 0, max: MAX_SIDE, tooltip: 'pixels of the picture over which the mask falls off' }),
  },
  outputs: { IMAGE: port.image(), MASK: port.mask() },
  facts({ left, top, right, bottom }, { facts: { image } }) {
    const { frames, height, width } = knownImage(image)
    return imageAnswer('image', 'IMAGE', { frames, height: sum(height, top, bottom), width: sum(width, left, right) })
  },
  async run({ image, feathering, ...edges }) {
    const grey = image.dtype === 'u8' ? 128 : 0.5
    const opaque = image.dtype === 'u8' ? 255 : 1
    return {
      IMAGE: await aboutInput('image', () => padFrames(image, edges, [grey, grey, grey, opaque])),
      MASK: await aboutInput('image', () => outpaintMask(image, edges, feathering)),
    }
  },
})

export const imageCompositeMasked = defineNode({
  type: 'ImageCompositeMasked',
  category: 'image/place',
  title: 'Lay image over image',
  summary: 'Puts pictures onto others, as far as a mask lets them show.',
  inputs: {
    destination: port.image(), source: port.image(), x: offset(), y: offset(),
    resize_source: port.boolean({ default: false, tooltip: 'brings the source to the size of the destination' }),
    mask: port.mask().optional(),
  },
  outputs: { IMAGE: port.image() },
  facts: keepsImage('destination', 'IMAGE'),
  run({ destination, source, x, y, resize_source: resize, mask }) {
    const over = resize ? resizeFrames(source, destination, 'bilinear') : source
    return { IMAGE: compositeFrames(destination, over, { x, y, mask }) }
  },
})

export const emptyImage = defineNode({
  type: 'EmptyImage',
  category: 'image',
  title: 'Empty image',
  summary: 'Pictures of one colour.',
  inputs: {
    width: side(), height: side(),
    batch_size: port.int({ default: 1, min: 1, max: 4096 }),
    color: port.int({ default: 0, min: 0, max: 0xff_ff_ff, tooltip: 'red · 65536 + green · 256 + blue' }),
  },
  outputs: { IMAGE: port.image() },
  facts: ({ width, height, batch_size: frames }) => imageAnswer('width', 'IMAGE', { frames, height, width }),
  async run({ width, height, batch_size: count, color }) {
    const shape = { width, height, count, channels: 3, dtype: 'u8' } as const
    return { IMAGE: await aboutInput('width', () => solidFrames(shape, [color >> 16, color >> 8 & 255, color & 255])) }
  },
})

export const imageFlip = defineNode({
  type: 'ImageFlip',
  category: 'image/place',
  title: 'Flip image',
  summary: 'Mirrors pictures.',
  inputs: {
    image: port.image(),
    flip_method: port.choice(['x-axis: vertically', 'y-axis: horizontally'], { default: 'x-axis: vertically' }),
  },
  outputs: { IMAGE: port.image() },
  facts: keepsImage('image', 'IMAGE'),
  run: ({ image, flip_method: how }) => ({ IMAGE: how.startsWith('x') ? flipDown(image) : flipAcross(image) }),
})

const QUARTERS = { none: 0, '90 degrees': 1, '180 degrees': 2, '270 degrees': 3 }

export const imageRotate = defineNode({
  type: 'ImageRotate',
  category: 'image/place',
  title: 'Rotate image',
  summary: 'Turns pictures clockwise.',
  inputs: { image: port.image(), rotation: port.choice(['none', '90 degrees', '180 degrees', '270 degrees'], { default: 'none' }) },
  outputs: { IMAGE: port.image() },
  facts({ rotation }, { facts: { image } }) {
    const { frames, height, width } = knownImage(image)
    if (rotation === undefined) return imageAnswer('image', 'IMAGE', { frames })
    return imageAnswer('image', 'IMAGE', QUARTERS[rotation] % 2 === 0 ? { frames, height, width } : { frames, height: width, width: height })
  },
  run: ({ image, rotation }) => ({ IMAGE: rotateFrames(image, QUARTERS[rotation]) }),
})

const STITCH_COLOURS = {
  white: [255, 255, 255, 255], black: [0, 0, 0, 255], red: [255, 0, 0, 255], green: [0, 255, 0, 255], blue: [0, 0, 255, 255],
}

export const imageStitch = defineNode({
  type: 'ImageStitch',
  category: 'image/place',
  title: 'Set images side by side',
  summary: 'Puts a second picture to the right of a first, under it, left of it or above it.',
  inputs: {
    image1: port.image(),
    direction: port.choice(['right', 'down', 'left', 'up'], { default: 'right' }),
    match_image_size: port.boolean({ default: true, tooltip: 'brings the second to the height (or width) of the first' }),
    spacing_width: port.int({ default: 0, min: 0, max: 1024, step: 2 }),
    spacing_color: port.choice(['white', 'black', 'red', 'green', 'blue'], { default: 'white' }),
    image2: port.image().optional(),
  },
  outputs: { IMAGE: port.image() },
  async run({ image1, image2, direction, match_image_size: match, spacing_width: space, spacing_color: colour }) {
    if (!image2) return { IMAGE: image1 }
    const across = direction === 'right' || direction === 'left'
    const second = match ? matched(image2, image1, across) : image2
    const [a, b] = direction === 'right' || direction === 'down' ? [image1, second] : [second, image1]
    const size = across
      ? { width: a.width + space + b.width, height: Math.max(a.height, b.height) }
      : { width: Math.max(a.width, b.width), height: a.height + space + b.height }
    const { dtype } = image1
    const pixel = STITCH_COLOURS[colour].map((value) => dtype === 'u8' ? value : value / 255)
    const count = Math.max(a.count, b.count)
    return {
      IMAGE: await aboutInput('image2', () => {
        const ground: Frames = solidFrames({ ...size, count, channels: image1.channels, dtype }, pixel)
        const placed = compositeFrames(ground, a, { x: 0, y: 0 })
        return compositeFrames(placed, b, across ? { x: a.width + space, y: 0 } : { x: 0, y: a.height + space })
      }),
    }
  },
})

function matched(image: Frames, to: Frames, across: boolean): Frames {
  const factor = across ? to.height / image.height : to.width / image.width
  const size = across
    ? { width: Math.max(1, Math.round(image.width * factor)), height: to.height }
    : { width: to.width, height: Math.max(1, Math.round(image.height * factor)) }
  return resizeFrames(image, size, 'lanczos')
}

/** Pictures in the size, channels and dtype of others, so that they can stand in one run. */
export function likeFrames(image: Frames, to: Frames): Frames {
  return resizeFrames(withChannels(convertFrames(image, to.dtype), to.channels), to, 'bilinear')
}

/** Several runs as one, each brought to the form of the first. */
export function joinFrames(runs: readonly [Frames, ...Frames[]]): Frames {
  return concatFrames(runs.map((run) => likeFrames(run, runs[0])))
}

export const imagePlaces = [
  imageCrop, imagePadForOutpaint, imageCompositeMasked, imageFlip, imageRotate, imageStitch, emptyImage,
]
