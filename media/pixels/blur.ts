import { frameByFrame } from '../view-of.ts'
import { pickShape } from '../frames.ts'
import type { FrameDType, Frames } from '../frames.ts'
import { alongColumns, alongRows, gaussianTaps } from './convolve.ts'
import type { Plane } from './convolve.ts'
import { toSamples } from './samples.ts'

export interface Blur {
  /** Pixels to each side that count. */
  readonly radius: number
  readonly sigma: number
}

/** A Gaussian blur; past its edges the picture is mirrored. */
export const blurFrames = <D extends FrameDType>(frames: Frames<D>, blur: Blur): Frames<D> =>
  withBlurred(frames, blur, (_, blurred) => blurred)

/** Unsharp masking: x + amount · (x - blurred x). */
export const sharpenFrames = <D extends FrameDType>(frames: Frames<D>, blur: Blur, amount: number): Frames<D> =>
  withBlurred(frames, blur, (plain, blurred) => plain + amount * (plain - blurred))

function withBlurred<D extends FrameDType>(
  frames: Frames<D>, { radius, sigma }: Blur, combine: (plain: number, blurred: number) => number,
): Frames<D> {
  const across = gaussianTaps(frames.width, radius, sigma)
  const down = gaussianTaps(frames.height, radius, sigma)
  return frameByFrame([frames], pickShape(frames), async (index, signal) => {
    const data = await frames.read(index, index + 1, signal)
    const plane: Plane = { ...pickShape(frames), data }
    const blurred = alongColumns(alongRows(plane, across), down).data
    const values = new Float32Array(data.length)
    for (let i = 0; i < values.length; i++) values[i] = combine(data[i]!, blurred[i]!)
    return toSamples(values, frames.dtype)
  })
}
