import { MediaError } from '../error.ts'
import { pickShape } from '../frames.ts'
import type { FrameArray, FrameDType, Frames, FrameShape } from '../frames.ts'
import { frameByFrame } from '../view-of.ts'
import { newSamples } from './samples.ts'

/** A rectangle in pixels; x to the right, y down. */
export interface Box { readonly x: number; readonly y: number; readonly width: number; readonly height: number }

/** Pixels added at each edge. */
export interface Edges { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number }

/** The part of each frame inside a box. Throws MediaError when the box leaves the frame. */
export function cropFrames<D extends FrameDType>(frames: Frames<D>, box: Box): Frames<D> {
  const { x, y, width, height } = box
  const { channels, width: sourceWidth } = frames
  const isInside = x >= 0 && y >= 0 && x + width <= frames.width && y + height <= frames.height
  if (!isInside) {
    throw new MediaError({
      code: 'bad_input', problem: `${width}×${height} at ${x}, ${y} is not inside ${frames.width}×${frames.height}`,
      remedy: 'Choose a smaller part, or another corner.',
    })
  }
  return frameByFrame([frames], { ...pickShape(frames), width, height }, async (index, signal) => {
    const data = await frames.read(index, index + 1, signal)
    const into = newSamples(frames.dtype, width * height * channels)
    for (let row = 0; row < height; row++) {
      const start = ((y + row) * sourceWidth + x) * channels
      into.set(data.subarray(start, start + width * channels), row * width * channels)
    }
    return into
  })
}

/** Each frame with a border. `fill` is one pixel in the frames' own units, such as [128, 128, 128]. */
export function padFrames<D extends FrameDType>(frames: Frames<D>, edges: Edges, fill: readonly number[]): Frames<D> {
  const { left, top, right, bottom } = edges
  const { channels } = frames
  const shape = { ...pickShape(frames), width: frames.width + left + right, height: frames.height + top + bottom }
  return frameByFrame([frames], shape, async (index, signal) => {
    const data = await frames.read(index, index + 1, signal)
    const into = filled(shape, fill)
    for (let row = 0; row < frames.height; row++) {
      const line = data.subarray(row * frames.width * channels, (row + 1) * frames.width * channels)
      into.set(line, ((top + row) * shape.width + left) * channels)
    }
    return into
  })
}

/** Frames of one colour, made when they are read. `pixel` is in the frames' own units. */
export function solidFrames<D extends FrameDType>(shape: FrameShape<D>, pixel: readonly number[]): Frames<D> {
  return frameByFrame([], shape, () => filled(shape, pixel))
}

function filled<D extends FrameDType>(shape: FrameShape<D>, pixel: readonly number[]): FrameArray<D> {
  const into = newSamples(shape.dtype, shape.width * shape.height * shape.channels)
  if (pixel.every((value) => value === pixel[0])) return into.fill(pixel[0]!) as FrameArray<D>          // on D
  for (let i = 0; i < into.length; i++) into[i] = pixel[i % shape.channels]!
  return into
}

/** Mirrored left to right. */
export const flipAcross = <D extends FrameDType>(frames: Frames<D>): Frames<D> =>
  rearranged(frames, frames, ({ width }) => (x, y) => y * width + (width - 1 - x))

/** Mirrored top to bottom. */
export const flipDown = <D extends FrameDType>(frames: Frames<D>): Frames<D> =>
  rearranged(frames, frames, ({ width, height }) => (x, y) => (height - 1 - y) * width + x)

/** Turned clockwise by so many quarters. */
export function rotateFrames<D extends FrameDType>(frames: Frames<D>, quarters: number): Frames<D> {
  const turned = { width: frames.height, height: frames.width }
  switch (((quarters % 4) + 4) % 4) {
    case 1: return rearranged(frames, turned, ({ width, height }) => (x, y) => (height - 1 - x) * width + y)
    case 2: return rearranged(frames, frames, ({ width, height }) => (x, y) => (height - 1 - y) * width + (width - 1 - x))
    case 3: return rearranged(frames, turned, ({ width }) => (x, y) => x * width + (width - 1 - y))
    default: return frames
  }
}

interface Size { readonly width: number; readonly height: number }

/** `from(size)(x, y)`: the pixel of the original that stands at x, y. */
function rearranged<D extends FrameDType>(
  frames: Frames<D>, { width, height }: Size, from: (size: Size) => (x: number, y: number) => number,
): Frames<D> {
  const { channels } = frames
  const source = from(frames)
  return frameByFrame([frames], { ...pickShape(frames), width, height }, async (index, signal) => {
    const data = await frames.read(index, index + 1, signal)
    const into = newSamples(frames.dtype, data.length)
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const pixel = source(x, y) * channels
        for (let c = 0; c < channels; c++) into[at++] = data[pixel + c]!
      }
    }
    return into
  })
}
