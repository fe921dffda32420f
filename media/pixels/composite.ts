import { checkShape, pickShape } from '../frames.ts'
import type { FrameDType, Frames, FrameShape } from '../frames.ts'
import { convertFrames, withChannels } from '../frame-views.ts'
import { frameByFrame } from '../view-of.ts'
import { fullScale, toSamples } from './samples.ts'
import { resizeFrames } from './resize.ts'

/** Frame `index` of a run that begins anew when it has ended. */
const cyclic = ({ count }: Frames, index: number): number => index % count

export interface Placing {
  /** Where the source's upper left corner comes to lie; what leaves the destination is cut off. */
  readonly x: number
  readonly y: number
  /** One channel: how much of the source shows, 1 all of it. Brought to the source's size. All of it when left out. */
  readonly mask?: Frames | undefined
}

/**
 * A source laid over a destination: mask · source + (1 - mask) · destination. In the destination's size, channels and
 * dtype; a source or mask with fewer frames begins anew.
 */
export function compositeFrames<D extends FrameDType>(
  destination: Frames<D>, source: Frames, { x, y, mask }: Placing,
): Frames<D> {
  const over = withChannels(convertFrames(source, destination.dtype), destination.channels)
  const shares = mask && resizeFrames(convertFrames(mask, 'f32'), source, 'bilinear')
  const { channels } = destination
  const sources = [destination, source, ...(mask ? [mask] : [])]
  return frameByFrame(sources, pickShape(destination), async (index, signal) => {
    const at = cyclic(over, index)
    const below = await destination.read(index, index + 1, signal)
    const above = await over.read(at, at + 1, signal)
    const share = shares && await shares.read(cyclic(shares, index), cyclic(shares, index) + 1, signal)
    const values = Float32Array.from(below)
    for (const { from, to, length } of overlappingRows(destination, source, x, y)) {
      for (let i = 0; i < length * channels; i++) {
        const amount = share ? share[from + Math.floor(i / channels)]! : 1
        const old = below[to * channels + i]!
        values[to * channels + i] = amount * above[from * channels + i]! + (1 - amount) * old
      }
    }
    return toSamples(values, destination.dtype)
  })
}

interface Size { readonly width: number; readonly height: number }

/** Where `source` lies when it stands at x, y of `destination`, row by row: pixels of both, as indices. */
export function overlappingRows(
  destination: Size, source: Size, x: number, y: number,
): readonly { readonly from: number; readonly to: number; readonly length: number }[] {
  const [left, top] = [Math.max(0, -x), Math.max(0, -y)]
  const length = Math.min(source.width, destination.width - x) - left
  const rows = Math.min(source.height, destination.height - y) - top
  if (length <= 0 || rows <= 0) return []
  return Array.from({ length: rows }, (_, row) =>
    ({ from: (top + row) * source.width + left, to: (y + top + row) * destination.width + x + left, length }))
}

/**
 * Two runs sample by sample, `combine(a, b)` in 0…1. In the first one's dtype; the second is brought to its size and
 * channels, and begins anew when it has fewer frames.
 */
export function combineFrames<D extends FrameDType>(
  first: Frames<D>, second: Frames, combine: (a: number, b: number) => number,
): Frames<D> {
  const fitted = resizeFrames(convertFrames(withChannels(second, first.channels), 'f32'), first, 'bicubic')
  const scale = fullScale(first.dtype)
  return frameByFrame([first, second], pickShape(first), async (index, signal) => {
    const at = cyclic(fitted, index)
    const a = await first.read(index, index + 1, signal)
    const b = await fitted.read(at, at + 1, signal)
    const values = new Float32Array(a.length)
    for (let i = 0; i < values.length; i++) values[i] = scale * combine(a[i]! / scale, b[i]!)
    return toSamples(values, first.dtype)
  })
}

/** RGB frames with an alpha channel, in 0…1 as in `alpha`, of which one frame serves for all where there is one. */
export function joinAlpha<D extends FrameDType>(frames: Frames<D>, alpha: Frames): Frames<D> {
  const colour = withChannels(frames, 3)
  const opacity = resizeFrames(convertFrames(alpha, frames.dtype), frames, 'bilinear')
  const shape: FrameShape<D> = { ...pickShape(frames), channels: 4 }
  checkShape(shape)
  return frameByFrame([frames, alpha], shape, async (index, signal) => {
    const rgba = await withChannels(colour, 4).read(index, index + 1, signal)
    const a = await opacity.read(cyclic(opacity, index), cyclic(opacity, index) + 1, signal)
    for (let i = 0; i < a.length; i++) rgba[i * 4 + 3] = a[i]!
    return rgba
  })
}

/** One channel as grey frames. `alpha` of frames without one is opaque. */
export function channelOf<D extends FrameDType>(frames: Frames<D>, channel: 0 | 1 | 2 | 3): Frames<D> {
  const rgba = withChannels(frames, 4)
  return frameByFrame([frames], { ...pickShape(frames), channels: 1 }, async (index, signal) => {
    const data = await rgba.read(index, index + 1, signal)
    const into = data.slice(0, data.length / 4)
    for (let i = 0; i < into.length; i++) into[i] = data[i * 4 + channel]!
    return into as typeof data                                          // slice keeps the kind of array
  })
}

/** Each colour as its complement, white minus it; alpha stays. Masks: 1 minus it. */
export function invertFrames<D extends FrameDType>(frames: Frames<D>): Frames<D> {
  const scale = fullScale(frames.dtype)
  return frameByFrame([frames], pickShape(frames), async (index, signal) => {
    const data = await frames.read(index, index + 1, signal)
    for (let i = 0; i < data.length; i++) if (frames.channels < 4 || i % 4 < 3) data[i] = scale - data[i]!
    return data
  })
}
