import { convertFrames } from '../frame-views.ts'
import { pickShape } from '../frames.ts'
import type { FrameDType, Frames } from '../frames.ts'
import { frameByFrame } from '../view-of.ts'
import { overlappingRows } from './composite.ts'
import { fullScale, toSamples } from './samples.ts'
import type { Edges } from './place.ts'

export const MASK_OPERATIONS = ['multiply', 'add', 'subtract', 'and', 'or', 'xor'] as const
export type MaskOperation = typeof MASK_OPERATIONS[number]

const OPERATIONS: Record<MaskOperation, (d: number, s: number) => number> = {
  multiply: (d, s) => d * s,
  add: (d, s) => d + s,
  subtract: (d, s) => d - s,
  and: (d, s) => Number(isOn(d) && isOn(s)),
  or: (d, s) => Number(isOn(d) || isOn(s)),
  xor: (d, s) => Number(isOn(d) !== isOn(s)),
}

/** The logical operations take a mask for on above one half. */
const isOn = (value: number) => value > 0.5

/** A mask with another applied to it where that lies, its corner at x, y. Floats; results are clamped to 0…1. */
export function compositeMasks(
  destination: Frames, source: Frames, operation: MaskOperation, { x, y }: { readonly x: number; readonly y: number },
): Frames<'f32'> {
  const [below, above] = [convertFrames(destination, 'f32'), convertFrames(source, 'f32')]
  const apply = OPERATIONS[operation]
  return frameByFrame([destination, source], pickShape(below), async (index, signal) => {
    const values = await below.read(index, index + 1, signal)
    const at = index % above.count
    const over = await above.read(at, at + 1, signal)
    for (const { from, to, length } of overlappingRows(destination, source, x, y)) {
      for (let i = 0; i < length; i++) values[to + i] = apply(values[to + i]!, over[from + i]!)
    }
    return toSamples(values, 'f32')
  })
}

/** A mask that fades in from its edges: the pixel next to an edge keeps 1/n of its value, the n-th all of it. */
export function featherMask(mask: Frames, { left, top, right, bottom }: Edges): Frames<'f32'> {
  const { width, height } = mask
  const across = fade(width, left, right)
  const down = fade(height, top, bottom)
  const floats = convertFrames(mask, 'f32')
  return frameByFrame([mask], pickShape(floats), async (index, signal) => {
    const values = await floats.read(index, index + 1, signal)
    for (let i = 0; i < values.length; i++) values[i]! *= down[Math.floor(i / width)]! * across[i % width]!
    return values
  })
}

function fade(length: number, start: number, end: number): Float64Array {
  const [a, b] = [Math.min(start, length), Math.min(end, length)]
  return Float64Array.from({ length }, (_, i) => (i < a ? (i + 1) / a : 1) * (length - i <= b ? (length - i) / b : 1))
}

/**
 * What is on grows by so many pixels, or shrinks where `by` is negative. Grey values: each pixel becomes the largest
 * (smallest) around it. Tapered corners grow along rows and columns only, so a dot becomes a diamond, not a square.
 */
export function growMask<D extends FrameDType>(mask: Frames<D>, by: number, tapered: boolean): Frames<D> {
  if (by === 0) return mask
  const pick = by > 0 ? Math.max : Math.min
  return frameByFrame([mask], pickShape(mask), async (index, signal) => {
    let data: ArrayLike<number> = await mask.read(index, index + 1, signal)
    for (let step = 0; step < Math.abs(by); step++) {
      const next = tapered ? cross(data, mask, pick) : square(data, mask, pick)
      if (isSame(data, next)) break                                     // it has reached everything it can
      data = next
      signal?.throwIfAborted()
    }
    return toSamples(data, mask.dtype)
  })
}

type Pick = (...values: number[]) => number
interface Size { readonly width: number; readonly height: number }

function cross(data: ArrayLike<number>, { width, height }: Size, pick: Pick): Float32Array {
  return Float32Array.from(data, (value, i) => {
    const x = i % width
    const y = (i - x) / width
    const left = x > 0 ? data[i - 1]! : value
    const right = x < width - 1 ? data[i + 1]! : value
    const above = y > 0 ? data[i - width]! : value
    const below = y < height - 1 ? data[i + width]! : value
    return pick(value, left, right, above, below)
  })
}

/** A square is a row of three in both directions, one after the other. */
function square(data: ArrayLike<number>, { width }: Size, pick: Pick): Float32Array {
  const across = Float32Array.from(data, (value, i) => pick(
    value, i % width > 0 ? data[i - 1]! : value, i % width < width - 1 ? data[i + 1]! : value))
  return across.map((value, i) => pick(value, across[i - width] ?? value, across[i + width] ?? value))
}

function isSame(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** 1 where the mask is above a threshold in 0…1, 0 elsewhere. */
export function thresholdMask<D extends FrameDType>(mask: Frames<D>, threshold: number): Frames<D> {
  const scale = fullScale(mask.dtype)
  return frameByFrame([mask], pickShape(mask), async (index, signal) => {
    const data = await mask.read(index, index + 1, signal)
    for (let i = 0; i < data.length; i++) data[i] = data[i]! / scale > threshold ? scale : 0
    return data
  })
}

/** 1 where a pixel has exactly this colour (0xRRGGBB), as bytes; 0 elsewhere. */
export function colourMask(frames: Frames, colour: number): Frames<'u8'> {
  const bytes = convertFrames(frames, 'u8')
  const wanted = [colour >> 16 & 255, colour >> 8 & 255, colour & 255]
  return frameByFrame([frames], { ...pickShape(bytes), channels: 1 }, async (index, signal) => {
    const data = await bytes.read(index, index + 1, signal)
    return new Uint8Array(frames.width * frames.height).map((_, i) =>
      wanted.every((value, c) => data[i * frames.channels + c] === value) ? 255 : 0)
  })
}

/**
 * Where a padded picture is to be made anew: 1 in the new border, falling off quadratically over `feathering` pixels
 * into the old picture along the edges that were padded, 0 inside. Nothing falls off in pictures too small for it.
 */
export function outpaintMask({ width, height }: Size, edges: Edges, feathering: number): Frames<'f32'> {
  const { left, top, right, bottom } = edges
  const shape = { count: 1, width: width + left + right, height: height + top + bottom, channels: 1, dtype: 'f32' } as const
  const reach = feathering * 2 < Math.min(width, height) ? feathering : 0
  return frameByFrame([], shape, () => {
    const values = new Float32Array(shape.width * shape.height).fill(1)
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const near = Math.min(
          top > 0 ? y : Infinity, bottom > 0 ? height - y : Infinity,
          left > 0 ? x : Infinity, right > 0 ? width - x : Infinity)
        const share = near < reach ? (reach - near) / reach : 0
        values[(top + y) * shape.width + left + x] = share * share
      }
    }
    return values
  })
}
