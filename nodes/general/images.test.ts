import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../test/laws.ts'
import type { WorkflowError } from '../../core/index.ts'
import type { Frames } from '../../media/index.ts'
import { anyFrames, bytes, contentOf, floats, samplesOf } from '../../media/testing/frames.ts'
import { each, runNode } from '../testing/run-node.ts'

const framesFrom = async (type: string, inputs: Record<string, unknown>, output = 'IMAGE') =>
  (await runNode(type, inputs)).outputs[output] as Frames
const samplesFrom = async (type: string, inputs: Record<string, unknown>, output?: string) =>
  samplesOf(await framesFrom(type, inputs, output))
const sizeFrom = async (type: string, inputs: Record<string, unknown>) => {
  const { count, width, height, channels } = await framesFrom(type, inputs)
  return [count, width, height, channels]
}
const messageOf = (type: string, inputs: Record<string, unknown>) =>
  runNode(type, inputs).then(() => 'it ran', (error: WorkflowError) => error.message)

/** Grey pixels as RGB. */
const rgb = (width: number, height: number, greys: readonly number[]) => bytes(width, height, 3, greys.flatMap((grey) => [grey, grey, grey]))
const mask = (width: number, height: number, values: readonly number[]) => floats(width, height, 1, values)
const greysFrom = async (type: string, inputs: Record<string, unknown>) =>
  (await samplesFrom(type, inputs)).filter((_, i) => i % 3 === 0)
const four = rgb(4, 1, [0, 40, 80, 120])

describe('sizes', () => {
  test.each([
    ['ImageScale', { width: 2, height: 1, upscale_method: 'area' }, [20, 100]],
    ['ImageScale', { width: 2, height: 1, upscale_method: 'nearest-exact' }, [40, 120]],
    ['ImageScale', { width: 0, height: 0 }, [0, 40, 80, 120]],
    ['ImageScale', { width: 2, height: 1, upscale_method: 'nearest-exact', crop: 'center' }, [40, 80]],
    ['ImageScaleBy', { scale_by: 0.5, upscale_method: 'bilinear' }, [20, 100]],
    ['ImageCrop', { x: 1, y: 0, width: 2, height: 1 }, [40, 80]],
    ['ImageCrop', { x: 3, y: 7, width: 9, height: 9 }, [120]],
    ['ImageInvert', {}, [255, 215, 175, 135]],
    ['ImageFlip', { flip_method: 'y-axis: horizontally' }, [120, 80, 40, 0]],
    ['ImageRotate', { rotation: '180 degrees' }, [120, 80, 40, 0]],
  ])('%s %j', async (type, inputs, expected) => expect(await greysFrom(type, { image: four, ...inputs })).toEqual(expected))

  test.each([
    ['ImageScale', { width: 0, height: 2 }, [1, 8, 2, 3]], ['ImageScale', { width: 2, height: 0 }, [1, 2, 1, 3]],
    ['ImageScaleToTotalPixels', { megapixels: 0.01 }, [1, 205, 51, 3]], ['ImageScaleToMaxDimension', { largest_size: 8 }, [1, 8, 2, 3]],
    ['ResizeAndPadImage', { target_width: 8, target_height: 8 }, [1, 8, 8, 3]], ['ImageRotate', { rotation: '90 degrees' }, [1, 1, 4, 3]],
  ])('%s %j is %j', async (type, inputs, expected) => expect(await sizeFrom(type, { image: four, ...inputs })).toEqual(expected))

  test('fitting keeps proportions and fills the rest', async () => expect(await greysFrom('ResizeAndPadImage',
    { image: rgb(2, 1, [9, 9]), target_width: 2, target_height: 3, padding_color: 'white' })).toEqual([255, 255, 9, 9, 255, 255]))
  test('the size as numbers', async () =>
    expect((await runNode('GetImageSize', { image: rgb(2, 1, [1, 2, 3, 4]) })).outputs).toEqual({ width: 2, height: 1, batch_size: 2 }))
  test('a picture larger than an array is refused with the input\'s name', async () =>
    expect(await messageOf('ImageScale', { image: floats(1, 1, 4, [0, 0, 0, 0]), width: 16_384, height: 16_384 }))
      .toContain('input "image": one frame of 16384×16384 would take 4294967296 bytes'))
})

describe('placing', () => {
  test('padding for outpainting: a grey border and its mask', async () => {
    const inputs = { image: rgb(1, 1, [9]), left: 1, top: 0, right: 0, bottom: 1, feathering: 0 }
    expect(await greysFrom('ImagePadForOutpaint', inputs)).toEqual([128, 9, 128, 128])
    expect(await samplesFrom('ImagePadForOutpaint', inputs, 'MASK')).toEqual([1, 0, 1, 1])
  })
  test('crop ∘ pad = id', () => fc.assert(fc.asyncProperty(anyFrames({ channels: [3] }), fc.nat(3), fc.nat(3), async (image, left, top) => {
    const padded = await framesFrom('ImagePadForOutpaint', { image, left, top, right: 1, bottom: 2, feathering: 0 })
    const back = await framesFrom('ImageCrop', { image: padded, x: left, y: top, width: image.width, height: image.height })
    expect(await contentOf(back)).toEqual(await contentOf(image))
  }), runs(20)))
  test('a composite with and without a mask, resized or not', async () => {
    const over = { destination: four, source: rgb(2, 1, [255, 255]), x: 1, y: 0 }
    expect(await greysFrom('ImageCompositeMasked', over)).toEqual([0, 255, 255, 120])
    expect(await greysFrom('ImageCompositeMasked', { ...over, mask: mask(2, 1, [0, 1]) })).toEqual([0, 40, 255, 120])
    expect(await greysFrom('ImageCompositeMasked', { ...over, x: 0, resize_source: true })).toEqual([255, 255, 255, 255])
  })
  test('side by side', async () => {
    const pair = { image1: rgb(1, 1, [1]), image2: rgb(1, 1, [2]), spacing_width: 0 }
    expect(await greysFrom('ImageStitch', { ...pair, direction: 'right' })).toEqual([1, 2])
    expect(await greysFrom('ImageStitch', { ...pair, direction: 'up' })).toEqual([2, 1])
    expect(await greysFrom('ImageStitch', { ...pair, direction: 'left', spacing_width: 2, spacing_color: 'black' })).toEqual([2, 0, 0, 1])
    expect(await greysFrom('ImageStitch', { image1: rgb(1, 1, [7]) })).toEqual([7])
  })
  test('an empty image has its colour', async () =>
    expect(await samplesFrom('EmptyImage', { width: 1, height: 1, batch_size: 2, color: 0x010203 })).toEqual([1, 2, 3, 1, 2, 3]))
})

describe('batches', () => {
  const [a, b] = [rgb(1, 1, [1, 2, 3]), rgb(1, 1, [8, 9])]
  test.each([
    ['ImageBatch', { image1: a, image2: b }, [1, 2, 3, 8, 9]], ['RepeatImageBatch', { image: b, amount: 2 }, [8, 9, 8, 9]],
    ['ImageFromBatch', { image: a, batch_index: 1, length: 9 }, [2, 3]], ['ImageFromBatch', { image: a, batch_index: -1, length: 1 }, [3]],
    ['ImageFromBatch', { image: a, batch_index: 99, length: 1 }, [3]], ['SelectEveryNthImage', { images: a, n: 2 }, [1, 3]],
    ['SelectEveryNthImage', { images: a, n: 2, skip_first: 1 }, [2]], ['ReverseImages', { images: a }, [3, 2, 1]],
  ])('%s', async (type, inputs, expected) => expect(await greysFrom(type, inputs)).toEqual(expected))
  test('the second batch is brought to the size, channels and dtype of the first', async () =>
    expect(await samplesFrom('ImageBatch', { image1: a, image2: floats(2, 2, 4, Array<number>(16).fill(1)) })).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3, 255, 255, 255]))
  test('cut anew, whatever the sizes were', async () => {
    const lists = async (size: number, ...images: Frames[]) => {
      const made = (await runNode('RebatchImages', { images: each(...images), batch_size: size })).outputs['IMAGE'] as Frames[]
      return Promise.all(made.map(async (one) => (await samplesOf(one)).filter((_, i) => i % 3 === 0)))
    }
    expect(await lists(2, a, b)).toEqual([[1, 2], [3, 8], [9]])
    expect(await lists(4, a, b)).toEqual([[1, 2, 3, 8], [9]])
    expect(await lists(9, a, rgb(2, 1, [5, 6]), b)).toEqual([[1, 2, 3], [5, 6], [8, 9]])
  })
  test('batch → list → batch = id', () => fc.assert(fc.asyncProperty(anyFrames({ channels: [3, 4] }), async (images) => {
    const list = (await runNode('ImagesToList', { images })).outputs['list'] as Frames[]
    expect(list.map(({ count }) => count)).toEqual(Array(images.count).fill(1))
    expect(await contentOf(await framesFrom('ListToImages', { list: each(...list) }, 'images'))).toEqual(await contentOf(images))
  }), runs(20)))
  test('skipping everything is refused', async () =>
    expect(await messageOf('SelectEveryNthImage', { images: a, skip_first: 3 })).toContain('input "skip_first": count must be a whole number of at least 1, got 0'))
})

describe('filters', () => {
  const pair = { image1: rgb(1, 1, [51]), image2: rgb(1, 1, [204]) }                       // 0.2 and 0.8
  test.each([
    ['normal', 1, 204], ['normal', 0.5, 128], ['multiply', 1, 41], ['screen', 1, 214], ['overlay', 1, 82], ['difference', 1, 0],
    ['soft_light', 1, Math.round(255 * (0.2 + 0.6 * (((16 * 0.2 - 12) * 0.2 + 4) * 0.2 - 0.2)))],
  ])('%s at %d is %i', async (mode, share, expected) =>
    expect(await greysFrom('ImageBlend', { ...pair, blend_mode: mode, blend_factor: share })).toEqual([expected]))
  test('blurring and sharpening what is flat changes nothing', async () => {
    const flat = rgb(3, 3, Array<number>(9).fill(77))
    expect(await greysFrom('ImageBlur', { image: flat, blur_radius: 5, sigma: 2 })).toEqual(Array(9).fill(77))
    expect(await greysFrom('ImageSharpen', { image: flat, sharpen_radius: 5, sigma: 2, alpha: 3 })).toEqual(Array(9).fill(77))
  })
  test('a blur of one row, by its Gaussian', async () => {
    const [g0, g1] = [1, Math.exp(-0.5)]
    const blurred = await greysFrom('ImageBlur', { image: rgb(5, 1, [0, 0, 100, 0, 0]), blur_radius: 1, sigma: 1 })
    expect(blurred).toEqual([0, g1, g0, g1, 0].map((value) => Math.round(100 * value / (g0 + 2 * g1))))
  })
  test('split ∘ join = id for what is opaque and what is not', async () => {
    const joined = await framesFrom('JoinImageWithAlpha', { image: rgb(2, 1, [10, 20]), alpha: bytes(2, 1, 1, [0, 255]) })
    expect(await samplesOf(joined)).toEqual([10, 10, 10, 255, 20, 20, 20, 0])
    expect(await samplesFrom('SplitImageWithAlpha', { image: joined })).toEqual([10, 10, 10, 20, 20, 20])
    expect(await samplesFrom('SplitImageWithAlpha', { image: joined }, 'MASK')).toEqual([0, 255])
    expect(await samplesFrom('SplitImageWithAlpha', { image: four }, 'MASK')).toEqual([0, 0, 0, 0])
  })
})

describe('masks', () => {
  const three = mask(3, 1, [0.2, 0.6, 1])
  test.each([
    ['InvertMask', { mask: three }, [0.8, 0.4, 0]], ['CropMask', { mask: three, x: 1, y: 0, width: 1, height: 1 }, [0.6]],
    ['ThresholdMask', { mask: three, value: 0.5 }, [0, 1, 1]], ['FeatherMask', { mask: mask(3, 1, [1, 1, 1]), left: 2 }, [0.5, 1, 1]],
    ['GrowMask', { mask: mask(3, 1, [0, 0, 1]), expand: 1 }, [0, 1, 1]], ['GrowMask', { mask: mask(3, 1, [1, 1, 0]), expand: -1 }, [1, 0, 0]],
    ['MaskComposite', { destination: three, source: mask(1, 1, [1]), x: 0, y: 0, operation: 'subtract' }, [0, 0.6, 1]],
    ['SolidMask', { value: 0.25, width: 2, height: 1 }, [0.25, 0.25]],
    ['ImageToMask', { image: bytes(1, 1, 3, [1, 2, 3]), channel: 'green' }, [2]],
    ['ImageToMask', { image: bytes(1, 1, 3, [1, 2, 3]), channel: 'alpha' }, [255]],
    ['ImageColorToMask', { image: bytes(2, 1, 3, [1, 2, 3, 3, 2, 1]), color: 0x030201 }, [0, 255]],
  ])('%s', async (type, inputs, expected) => expect(await samplesFrom(type, inputs, 'MASK')).toEqual(expected.map((value) => expect.closeTo(value, 5))))
  test('image → mask → image = the grey', async () => {
    const back = await framesFrom('MaskToImage', { mask: await framesFrom('ImageToMask', { image: four, channel: 'red' }, 'MASK') })
    expect(await contentOf(back)).toEqual(await contentOf(four))
  })
  test('invert ∘ invert = id', () => fc.assert(fc.asyncProperty(anyFrames({ channels: [1], dtypes: ['u8'] }), async (one) => {
    const twice = await framesFrom('InvertMask', { mask: await framesFrom('InvertMask', { mask: one }, 'MASK') }, 'MASK')
    expect(await contentOf(twice)).toEqual(await contentOf(one))
  }), runs(20)))
  test('a picture is no mask, and a mask no picture', async () => {
    expect(await messageOf('InvertMask', { mask: four })).toContain('expected MASK')
    expect(await messageOf('ImageInvert', { image: three })).toContain('expected IMAGE')
  })
})
