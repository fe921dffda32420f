import { defineNode } from '../../core/types/index.ts'
import type { JsonObject } from '../../core/types/index.ts'
import type { Frames, ResampleMethod, Size } from '../../media/index.ts'
import { cropFrames, padFrames, RESAMPLE_METHODS, resizeFrames } from '../../media/index.ts'
import { aboutInput } from '../failure.ts'
import { imageAnswer, knownImage, knownSize } from '../image-facts.ts'
import { port } from '../types/index.ts'

// Names as ComfyUI's nodes have them; methods mean what they mean there.

const MAX_SIDE = 16_384
const method = () => port.choice([...RESAMPLE_METHODS], { default: 'nearest-exact' })

/** Half to even, as Python rounds. */
function roundEven(value: number): number {
  const floor = Math.floor(value)
  if (value - floor !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}

/** The middle part of a picture with the proportions of a size. */
function middle(frames: Frames, { width, height }: Size): Frames {
  const [before, after] = [frames.width / frames.height, width / height]
  const x = before > after ? roundEven((frames.width - frames.width * (after / before)) / 2) : 0
  const y = before < after ? roundEven((frames.height - frames.height * (before / after)) / 2) : 0
  return x === 0 && y === 0 ? frames : cropFrames(frames, { x, y, width: frames.width - 2 * x, height: frames.height - 2 * y })
}

const resized = async (frames: Frames, size: Size, how: ResampleMethod) =>
  ({ IMAGE: await aboutInput('image', () => resizeFrames(frames, size, how)) })

/** A width and height, where 0 follows from the other; both 0: as it is. */
function wantedSize(image: Size, width: number, height: number): Size {
  if (width === 0 && height === 0) return { width: image.width, height: image.height }
  return {
    width: width || Math.max(1, roundEven(image.width * height / image.height)),
    height: height || Math.max(1, roundEven(image.height * width / image.width)),
  }
}

/** What is known of pictures whose size follows from that of others. */
const resizedFacts = (image: JsonObject | undefined, size: (from: Size) => Size) => {
  const from = knownSize(image)
  return imageAnswer('image', 'IMAGE', { frames: knownImage(image).frames, ...(from && size(from)) })
}

export const imageScale = defineNode({
  type: 'ImageScale',
  category: 'image/size',
  title: 'Scale image',
  summary: 'Brings pictures to a width and height.',
  inputs: {
    image: port.image(),
    upscale_method: method(),
    width: port.int({ default: 512, min: 0, max: MAX_SIDE, tooltip: '0: follows from the height' }),
    height: port.int({ default: 512, min: 0, max: MAX_SIDE, tooltip: '0: follows from the width' }),
    crop: port.choice(['disabled', 'center'], { default: 'disabled', tooltip: 'center: cuts off what the new proportions leave no room for' }),
  },
  outputs: { IMAGE: port.image() },
  facts({ width, height }, { facts: { image } }) {
    const known = knownSize(image)
    const isWhole = width !== undefined && height !== undefined && (known !== undefined || (width !== 0 && height !== 0))
    const size = isWhole && wantedSize(known ?? { width, height }, width, height)
    return imageAnswer('image', 'IMAGE', { frames: knownImage(image).frames, ...size })
  },
  run({ image, upscale_method: how, width, height, crop }) {
    if (width === 0 && height === 0) return { IMAGE: image }
    const size = wantedSize(image, width, height)
    return resized(crop === 'center' ? middle(image, size) : image, size, how)
  },
})

/** A picture's size times a factor. */
const scaled = ({ width, height }: Size, factor: number): Size =>
  ({ width: Math.max(1, roundEven(width * factor)), height: Math.max(1, roundEven(height * factor)) })

export const imageScaleBy = defineNode({
  type: 'ImageScaleBy',
  category: 'image/size',
  title: 'Scale image by',
  summary: 'Makes pictures larger or smaller by a factor.',
  inputs: {
    image: port.image(), upscale_method: method(),
    scale_by: port.float({ default: 1, min: 0.01, max: 8, step: 0.01 }),
  },
  outputs: { IMAGE: port.image() },
  facts: ({ scale_by: factor }, { facts: { image } }) =>
    factor === undefined ? undefined : resizedFacts(image, (from) => scaled(from, factor)),
  run: ({ image, upscale_method: how, scale_by: factor }) => resized(image, scaled(image, factor), how),
})

const ofPixels = (size: Size, megapixels: number): Size =>
  scaled(size, Math.sqrt(megapixels * 1024 * 1024 / (size.width * size.height)))

export const imageScaleToTotalPixels = defineNode({
  type: 'ImageScaleToTotalPixels',
  category: 'image/size',
  title: 'Scale image to megapixels',
  summary: 'Brings pictures to a number of pixels; the proportions stay.',
  inputs: {
    image: port.image(), upscale_method: method(),
    megapixels: port.float({ default: 1, min: 0.01, max: 16, step: 0.01, tooltip: 'of 1024 · 1024 pixels' }),
  },
  outputs: { IMAGE: port.image() },
  facts: ({ megapixels }, { facts: { image } }) =>
    megapixels === undefined ? undefined : resizedFacts(image, (from) => ofPixels(from, megapixels)),
  run: ({ image, upscale_method: how, megapixels }) => resized(image, ofPixels(image, megapixels), how),
})

const ofSide = (size: Size, side: number): Size => scaled(size, side / Math.max(size.width, size.height))

export const imageScaleToMaxDimension = defineNode({
  type: 'ImageScaleToMaxDimension',
  category: 'image/size',
  title: 'Scale image to longer side',
  summary: 'Brings the longer side of pictures to a length; the proportions stay.',
  inputs: {
    image: port.image(),
    upscale_method: port.choice(['area', 'lanczos', 'bilinear', 'nearest-exact', 'bicubic'], { default: 'area' }),
    largest_size: port.int({ default: 512, min: 1, max: MAX_SIDE }),
  },
  outputs: { IMAGE: port.image() },
  facts: ({ largest_size: side }, { facts: { image } }) =>
    side === undefined ? undefined : resizedFacts(image, (from) => ofSide(from, side)),
  run: ({ image, upscale_method: how, largest_size: side }) => resized(image, ofSide(image, side), how),
})

const COLOURS = { white: 1, black: 0 }

export const resizeAndPadImage = defineNode({
  type: 'ResizeAndPadImage',
  category: 'image/size',
  title: 'Fit image into a size',
  summary: 'Brings pictures to a size without changing their proportions: what is left over is filled.',
  inputs: {
    image: port.image(),
    target_width: port.int({ default: 512, min: 1, max: MAX_SIDE }),
    target_height: port.int({ default: 512, min: 1, max: MAX_SIDE }),
    padding_color: port.choice(['white', 'black'], { default: 'white' }),
    interpolation: port.choice(['area', 'bicubic', 'nearest-exact', 'bilinear', 'lanczos'], { default: 'area' }),
  },
  outputs: { IMAGE: port.image() },
  facts: ({ target_width: width, target_height: height }, { facts: { image } }) =>
    imageAnswer('image', 'IMAGE', { frames: knownImage(image).frames, height, width }),
  async run({ image, target_width: width, target_height: height, padding_color: colour, interpolation }) {
    const size = scaled(image, Math.min(width / image.width, height / image.height))
    const fitted = { width: Math.min(size.width, width), height: Math.min(size.height, height) }
    const left = Math.floor((width - fitted.width) / 2)
    const top = Math.floor((height - fitted.height) / 2)
    const edges = { left, top, right: width - fitted.width - left, bottom: height - fitted.height - top }
    const white = image.dtype === 'u8' ? 255 : 1
    const fill = [COLOURS[colour] * white, COLOURS[colour] * white, COLOURS[colour] * white, white]
    return { IMAGE: await aboutInput('image', () => padFrames(resizeFrames(image, fitted, interpolation), edges, fill)) }
  },
})

export const getImageSize = defineNode({
  type: 'GetImageSize',
  category: 'image/size',
  title: 'Size of an image',
  summary: 'Width, height and number of pictures.',
  inputs: { image: port.image() },
  outputs: { width: port.int(), height: port.int(), batch_size: port.int() },
  run: ({ image: { width, height, count } }) => ({ width, height, batch_size: count }),
})

export const imageSizes = [
  imageScale, imageScaleBy, imageScaleToTotalPixels, imageScaleToMaxDimension, resizeAndPadImage, getImageSize,
]
