import { defineNode } from '../../core/types/index.ts'
import { concatFrames, pickFrames, repeatFrames, reverseFrames, sliceFrames } from '../../media/index.ts'
import type { Frames } from '../../media/index.ts'
import { WorkflowError } from '../../core/workflow/index.ts'
import { aboutInput } from '../failure.ts'
import { imageAnswer, keepsImage, keepsSize, knownImage } from '../image-facts.ts'
import { port } from '../types/index.ts'
import { joinFrames } from './image-place.ts'

// A batch is a run of pictures of one size. Names as ComfyUI's nodes have them.

export const imageBatch = defineNode({
  type: 'ImageBatch',
  category: 'image/batch',
  title: 'Join two batches',
  summary: 'Two batches as one; the second is brought to the size of the first.',
  inputs: { image1: port.image(), image2: port.image() },
  outputs: { IMAGE: port.image() },
  facts(_, { facts: { image1, image2 } }) {
    const [one, other] = [knownImage(image1), knownImage(image2)]
    const frames = one.frames === undefined || other.frames === undefined ? undefined : one.frames + other.frames
    return imageAnswer('image1', 'IMAGE', { ...one, frames })
  },
  run: ({ image1, image2 }) => ({ IMAGE: joinFrames([image1, image2]) }),
})

export const repeatImageBatch = defineNode({
  type: 'RepeatImageBatch',
  category: 'image/batch',
  title: 'Repeat a batch',
  summary: 'A batch so many times over.',
  inputs: { image: port.image(), amount: port.int({ default: 1, min: 1, max: 4096 }) },
  outputs: { IMAGE: port.image() },
  facts({ amount }, { facts: { image } }) {
    const known = knownImage(image)
    const frames = amount === undefined || known.frames === undefined ? undefined : known.frames * amount
    return imageAnswer('amount', 'IMAGE', { ...known, frames })
  },
  run: ({ image, amount }) => ({ IMAGE: repeatFrames(image, amount) }),
})

/** From which picture of a batch up to which. */
function partOf(count: number, index: number, length: number): [from: number, to: number] {
  const from = Math.min(Math.max(index < 0 ? count + index : index, 0), count - 1)
  return [from, Math.min(count, from + length)]
}

export const imageFromBatch = defineNode({
  type: 'ImageFromBatch',
  category: 'image/batch',
  title: 'Images from a batch',
  summary: 'Some pictures of a batch, from the one at batch_index on.',
  inputs: {
    image: port.image(),
    batch_index: port.int({ default: 0, min: -100_000, max: 100_000, tooltip: 'counted from 0; negative numbers from the end; beyond the end the last one' }),
    length: port.int({ default: 1, min: 1, max: 100_000, tooltip: 'fewer where there are no more' }),
  },
  outputs: { IMAGE: port.image() },
  facts({ batch_index: index, length }, { facts: { image } }) {
    const known = knownImage(image)
    const isKnown = known.frames !== undefined && index !== undefined && length !== undefined
    const [from, to] = isKnown ? partOf(known.frames, index, length) : [0, undefined]
    return imageAnswer('image', 'IMAGE', { ...known, frames: to === undefined ? undefined : to - from })
  },
  run: ({ image, batch_index: index, length }) => ({ IMAGE: sliceFrames(image, ...partOf(image.count, index, length)) }),
})

export const rebatchImages = defineNode({
  type: 'RebatchImages',
  category: 'image/batch',
  title: 'Cut into batches',
  summary: 'The pictures of all batches anew in batches of a size; a batch ends where pictures of another size begin.',
  inputList: true,
  inputs: { images: port.image(), batch_size: port.int({ default: 1, min: 1, max: 4096 }) },
  outputs: { IMAGE: port.image().each() },
  facts: keepsSize('images', 'IMAGE'),
  run({ images, batch_size: [size = 1] }) {
    return { IMAGE: sameForms(images).flatMap((run) => cut(run, size)) }
  },
})

/** Runs of one form that stand next to each other, as one. */
function sameForms(images: readonly Frames[]): Frames[] {
  const joined: Frames[][] = []
  for (const image of images) {
    const group = joined.at(-1)
    if (group && formOf(group[0]!) === formOf(image)) group.push(image)
    else joined.push([image])
  }
  return joined.map((group) => group.length === 1 ? group[0]! : concatFrames(group))
}
const formOf = ({ width, height, channels, dtype }: Frames) => [width, height, channels, dtype].join()

function cut(run: Frames, size: number): Frames[] {
  const batches = Math.ceil(run.count / size)
  return Array.from({ length: batches }, (_, i) => sliceFrames(run, i * size, Math.min(run.count, (i + 1) * size)))
}

export const imagesToList = defineNode({
  type: 'ImagesToList',
  category: 'image/batch',
  title: 'Batch to list',
  summary: 'Each picture of a batch on its own: what follows runs once for each.',
  inputs: { images: port.image() },
  outputs: { list: port.image().each() },
  facts: (_, { facts: { images } }) => imageAnswer('images', 'list', { ...knownImage(images), frames: 1 }),
  run: ({ images }) => ({ list: cut(images, 1) }),
})

export const listToImages = defineNode({
  type: 'ListToImages',
  category: 'image/batch',
  title: 'List to batch',
  summary: 'All pictures of a list as one batch; they are brought to the size of the first.',
  inputList: true,
  inputs: { list: port.image() },
  outputs: { images: port.image() },
  facts: keepsSize('list', 'images'),
  run({ list: [first, ...rest] }) {
    if (first) return { images: joinFrames([first, ...rest]) }
    throw new WorkflowError({ code: 'execution_failed', input: 'list', problem: 'the list is empty', remedy: 'Give at least one picture.' })
  },
})

export const everyNthImage = defineNode({
  type: 'SelectEveryNthImage',
  category: 'image/batch',
  title: 'Every nth image',
  summary: 'Skips some pictures, then takes every nth.',
  inputs: {
    images: port.image(),
    n: port.int({ default: 2, min: 1, max: 100_000 }),
    skip_first: port.int({ default: 0, min: 0, max: 100_000 }),
  },
  outputs: { IMAGE: port.image() },
  facts({ n, skip_first: skip }, { facts: { images } }) {
    const known = knownImage(images)
    const isKnown = known.frames !== undefined && n !== undefined && skip !== undefined && skip < known.frames
    return imageAnswer('images', 'IMAGE', { ...known, frames: isKnown ? Math.ceil((known.frames - skip) / n) : undefined })
  },
  async run({ images, n, skip_first: skip }) {
    const count = Math.ceil((images.count - skip) / n)
    return { IMAGE: await aboutInput('skip_first', () => pickFrames(images, count, (i) => skip + i * n)) }
  },
})

export const reverseImages = defineNode({
  type: 'ReverseImages',
  category: 'image/batch',
  title: 'Batch backwards',
  summary: 'The pictures from last to first.',
  inputs: { images: port.image() },
  outputs: { IMAGE: port.image() },
  facts: keepsImage('images', 'IMAGE'),
  run: ({ images }) => ({ IMAGE: reverseFrames(images) }),
})

export const imageBatches = [
  imageBatch, repeatImageBatch, imageFromBatch, rebatchImages, imagesToList, listToImages, everyNthImage, reverseImages,
]
