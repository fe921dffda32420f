/** What can be done with frames, each as a view: computed frame by frame when it is read. */
export { blurFrames, sharpenFrames } from './blur.ts'
export { channelOf, combineFrames, compositeFrames, invertFrames, joinAlpha } from './composite.ts'
export {
  colourMask, compositeMasks, featherMask, growMask, MASK_OPERATIONS, outpaintMask, thresholdMask,
} from './masks.ts'
export { cropFrames, flipAcross, flipDown, padFrames, rotateFrames, solidFrames } from './place.ts'
export type { Box, Edges } from './place.ts'
export { resizeFrames } from './resize.ts'
export type { Size } from './resize.ts'
export { RESAMPLE_METHODS } from './taps.ts'
export type { ResampleMethod } from './taps.ts'
export { changeRate, pickFrames, RATE_METHODS, repeatFrames, reverseFrames } from './timing.ts'
