import { defineNode } from '../../core/types/index.ts'
import {
  channelOf, colourMask, compositeMasks, cropFrames, featherMask, growMask, invertFrames, MASK_OPERATIONS, solidFrames,
  thresholdMask, withChannels,
} from '../../media/index.ts'
import { aboutInput } from '../failure.ts'
import { port } from '../types/index.ts'
import { boxWithin } from './image-place.ts'

// Names as ComfyUI's nodes have them.

const MAX_SIDE = 16_384
const offset = () => port.int({ default: 0, min: 0, max: MAX_SIDE })
const side = () => port.int({ default: 512, min: 1, max: MAX_SIDE })

export const maskToImage = defineNode({
  type: 'MaskToImage',
  category: 'mask',
  title: 'Mask to image',
  summary: 'Masks as grey pictures.',
  inputs: { mask: port.mask() },
  outputs: { IMAGE: port.image() },
  run: ({ mask }) => ({ IMAGE: withChannels(mask, 3) }),
})

const CHANNELS = { red: 0, green: 1, blue: 2, alpha: 3 } as const

export const imageToMask = defineNode({
  type: 'ImageToMask',
  category: 'mask',
  title: 'Image to mask',
  summary: 'One channel of pictures as masks; alpha is on everywhere where pictures have none.',
  inputs: { image: port.image(), channel: port.choice(['red', 'green', 'blue', 'alpha'], { default: 'red' }) },
  outputs: { MASK: port.mask() },
  run: ({ image, channel }) => ({ MASK: channelOf(image, CHANNELS[channel]) }),
})

export const imageColorToMask = defineNode({
  type: 'ImageColorToMask',
  category: 'mask',
  title: 'Colour to mask',
  summary: 'A mask that is on where pictures have exactly one colour.',
  inputs: { image: port.image(), color: port.int({ default: 0, min: 0, max: 0xff_ff_ff, tooltip: 'red · 65536 + green · 256 + blue' }) },
  outputs: { MASK: port.mask() },
  run: ({ image, color }) => ({ MASK: colourMask(image, color) }),
})

export const solidMask = defineNode({
  type: 'SolidMask',
  category: 'mask',
  title: 'Solid mask',
  summary: 'A mask of one value.',
  inputs: { value: port.float({ default: 1, min: 0, max: 1, step: 0.01 }), width: side(), height: side() },
  outputs: { MASK: port.mask() },
  run: ({ value, width, height }) => aboutInput('width', () =>
    ({ MASK: solidFrames({ count: 1, width, height, channels: 1, dtype: 'f32' }, [value]) })),
})

export const invertMask = defineNode({
  type: 'InvertMask',
  category: 'mask',
  title: 'Invert mask',
  summary: 'On where it was off.',
  inputs: { mask: port.mask() },
  outputs: { MASK: port.mask() },
  run: ({ mask }) => ({ MASK: invertFrames(mask) }),
})

export const cropMask = defineNode({
  type: 'CropMask',
  category: 'mask',
  title: 'Crop mask',
  summary: 'A rectangle out of masks; what would lie outside is left away.',
  inputs: { mask: port.mask(), x: offset(), y: offset(), width: side(), height: side() },
  outputs: { MASK: port.mask() },
  run: ({ mask, ...box }) => ({ MASK: cropFrames(mask, boxWithin(mask, box)) }),
})

export const maskComposite = defineNode({
  type: 'MaskComposite',
  category: 'mask',
  title: 'Combine masks',
  summary: 'Applies a mask to another where it lies on it.',
  inputs: {
    destination: port.mask(), source: port.mask(), x: offset(), y: offset(),
    operation: port.choice([...MASK_OPERATIONS], { default: 'multiply', tooltip: 'and, or, xor take a mask for on above 0.5' }),
  },
  outputs: { MASK: port.mask() },
  run: ({ destination, source, x, y, operation }) => ({ MASK: compositeMasks(destination, source, operation, { x, y }) }),
})

export const featherMaskNode = defineNode({
  type: 'FeatherMask',
  category: 'mask',
  title: 'Feather mask',
  summary: 'Lets masks fade in from their edges.',
  inputs: { mask: port.mask(), left: offset(), top: offset(), right: offset(), bottom: offset() },
  outputs: { MASK: port.mask() },
  run: ({ mask, ...edges }) => ({ MASK: featherMask(mask, edges) }),
})

export const growMaskNode = defineNode({
  type: 'GrowMask',
  category: 'mask',
  title: 'Grow mask',
  summary: 'Makes what is on larger; smaller by negative numbers.',
  inputs: {
    mask: port.mask(),
    expand: port.int({ default: 0, min: -MAX_SIDE, max: MAX_SIDE, tooltip: 'pixels' }),
    tapered_corners: port.boolean({ default: true, tooltip: 'a dot becomes a diamond, not a square' }),
  },
  outputs: { MASK: port.mask() },
  run: ({ mask, expand, tapered_corners: tapered }) => ({ MASK: growMask(mask, expand, tapered) }),
})

export const thresholdMaskNode = defineNode({
  type: 'ThresholdMask',
  category: 'mask',
  title: 'Threshold mask',
  summary: 'On or off: on above a value.',
  inputs: { mask: port.mask(), value: port.float({ default: 0.5, min: 0, max: 1, step: 0.01 }) },
  outputs: { MASK: port.mask() },
  run: ({ mask, value }) => ({ MASK: thresholdMask(mask, value) }),
})

export const masks = [
  maskToImage, imageToMask, imageColorToMask, solidMask, invertMask, cropMask, maskComposite, featherMaskNode, growMaskNode,
  thresholdMaskNode,
]
