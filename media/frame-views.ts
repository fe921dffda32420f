import { allocate, checkRange, checkShape, describeFrames, frameLength, pickShape } from './frames.ts'
import type { Channels, FrameArray, FrameDType, Frames } from './frames.ts'
import { MediaError } from './error.ts'
import { viewOf } from './view-of.ts'

// Views cost nothing until they are read, and hold nothing: closing the frames they look at closes them too.

/** Frames `from` up to, not including, `to`, as frames of their own. */
export function sliceFrames<D extends FrameDType>(frames: Frames<D>, from: number, to: number): Frames<D> {
  checkRange(frames, from, to)
  const shape = { ...pickShape(frames), count: to - from }
  checkShape(shape)
  return viewOf([frames], shape, (start, end, signal) => frames.read(from + start, from + end, signal))
}

/** One run after the other. All must have one size, channels and dtype. */
export function concatFrames<D extends FrameDType>(runs: readonly Frames<D>[]): Frames<D> {
  const [first] = runs
  if (!first) throw new MediaError({ code: 'bad_input', problem: 'no frames to join', remedy: 'Give at least one run.' })
  const odd = runs.find((run) => describeFrames({ ...run, count: 1 }) !== describeFrames({ ...first, count: 1 }))
  if (odd) {
    throw new MediaError({
      code: 'bad_input', problem: `${describeFrames(odd)} can't follow ${describeFrames(first)}`,
      remedy: 'Bring them to one size first.',
    })
  }
  const count = runs.reduce((sum, run) => sum + run.count, 0)
  const length = frameLength(first)
  return viewOf(runs, { ...pickShape(first), count }, async (from, to, signal) => {
    const into = allocate(first, to - from)
    let start = 0                                                       // index of the run's first frame in the whole
    for (const run of runs) {
      const a = Math.max(from, start)
      const b = Math.min(to, start + run.count)
      if (a < b) into.set(await run.read(a - start, b - start, signal), (a - from) * length)
      start += run.count
    }
    return into
  })
}

/**
 * The same frames as u8 or f32. u8 → f32 divides by 255; f32 → u8 clamps to 0…1, multiplies by 255 and truncates, as
 * diffusers' and ComfyUI's savers do (NaN becomes 0). u8 → f32 → u8 gives every value back.
 */
export function convertFrames<D extends FrameDType>(frames: Frames, dtype: D): Frames<D> {
  if (frames.dtype === dtype) return frames as Frames<D>                // the test is on what D names
  return viewOf([frames], { ...pickShape(frames), dtype }, async (from, to, signal) => {
    const data = await frames.read(from, to, signal)
    const converted = dtype === 'u8' ? toU8(data) : toF32(data)
    return converted as FrameArray<D>                                   // the branch is on what D names
  })
}

/** Samples in 0…1 as bytes, truncated; bytes as they are. */
export function toU8(data: FrameArray): Uint8Array {
  if (data instanceof Uint8Array) return data
  const bytes = new Uint8Array(data.length)
  for (let i = 0; i < data.length; i++) {
    const scaled = Math.fround(data[i]! * 255)            // float32 product: k/255 comes back as k, not k - ε
    bytes[i] = scaled <= 0 ? 0 : scaled >= 255 ? 255 : scaled
  }
  return bytes
}

/** Bytes as samples in 0…1; floats as they are. */
export function toF32(data: FrameArray): Float32Array {
  if (data instanceof Float32Array) return data
  const floats = new Float32Array(data.length)
  for (let i = 0; i < data.length; i++) floats[i] = data[i]! / 255
  return floats
}

/** The same frames with other channels: grey is repeated, alpha dropped or made opaque, RGB → grey takes BT.709 luma. */
export function withChannels<D extends FrameDType>(frames: Frames<D>, channels: Channels): Frames<D> {
  if (frames.channels === channels) return frames
  const opaque = frames.dtype === 'u8' ? 255 : 1
  return viewOf([frames], { ...pickShape(frames), channels }, async (from, to, signal) =>
    mapPixels(await frames.read(from, to, signal), frames.channels, channels, opaque))
}

/** The alpha channel alone, as grey frames; null where there is none. */
export function alphaOf<D extends FrameDType>(frames: Frames<D>): Frames<D> | null {
  if (frames.channels !== 4) return null
  return viewOf([frames], { ...pickShape(frames), channels: 1 as const }, async (from, to, signal) => {
    const data = await frames.read(from, to, signal)
    const alpha = emptyLike(data, data.length / 4)
    for (let i = 0; i < alpha.length; i++) alpha[i] = data[i * 4 + 3]!
    return alpha
  })
}

/** Reads in order, `size` frames at a time (the last batch may be smaller), so that only one batch is in memory. */
export async function* frameBatches<D extends FrameDType>(
  frames: Frames<D>, size: number, signal?: AbortSignal,
): AsyncGenerator<FrameArray<D>, void> {
  for (let from = 0; from < frames.count; from += size) {
    yield await frames.read(from, Math.min(frames.count, from + size), signal)
  }
}

function mapPixels<D extends FrameDType>(
  data: FrameArray<D>, had: Channels, wanted: Channels, opaque: number,
): FrameArray<D> {
  const pixels = data.length / had
  const half = data instanceof Uint8Array ? 0.5 : 0                     // bytes truncate what they are given
  const into = emptyLike(data, pixels * wanted)
  for (let p = 0; p < pixels; p++) {
    const from = p * had
    const to = p * wanted
    const r = data[from]!
    const g = had === 1 ? r : data[from + 1]!
    const b = had === 1 ? r : data[from + 2]!
    if (wanted === 1) {
      into[to] = 0.2126 * r + 0.7152 * g + 0.0722 * b + half
      continue
    }
    into[to] = r
    into[to + 1] = g
    into[to + 2] = b
    if (wanted === 4) into[to + 3] = had === 4 ? data[from + 3]! : opaque
  }
  return into
}

const emptyLike = <D extends FrameDType>(data: FrameArray<D>, samples: number): FrameArray<D> =>
  (data instanceof Uint8Array ? new Uint8Array(samples) : new Float32Array(samples)) as FrameArray<D>   // same kind
