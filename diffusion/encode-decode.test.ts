import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDevice } from '../tensor/index.ts'
import type { Device } from '../tensor/index.ts'
import type { FrameSource, VaeRecipe } from './index.ts'
import { decodedSize, decodeFrames, decodePictures, describeVae, emptyLatent, encodeFrames } from './index.ts'

let device: Device
let vae: VaeRecipe
beforeAll(async () => {
  device = await openDevice('cpu')
  vae = (await describeVae(fileURLToPath(new URL('../models/Diffusion_Transformer/tiny-shapes-64', import.meta.url))))
    .recipe
})
afterAll(() => device.close())

const RED = [225, 40, 45] as const
const [BLUE, GRAY, GREEN] = [
  [18, 28, 85],
  [125, 125, 125],
  [14, 62, 38],
] as const

/** Frames of one background each, with a red square in the middle, as the embedded autoencoder knows them. */
function flat(
  colours: readonly (readonly [number, number, number])[],
  height: number,
  width: number,
  channels = 3,
): FrameSource & { data: Uint8Array } {
  const data = Uint8Array.from({ length: colours.length * height * width * channels }, (_, i) => {
    const [channel, pixel] = [i % channels, Math.floor(i / channels)]
    const [x, y, frame] = [pixel % width, Math.floor(pixel / width) % height, Math.floor(pixel / (width * height))]
    const inside = Math.abs(x - width / 2) < 12 && Math.abs(y - height / 2) < 12
    return channel === 3 ? 255 : (inside ? RED : colours[frame]!)[channel]!
  })
  const size = height * width * channels
  return {
    count: colours.length,
    height,
    width,
    channels,
    dtype: 'u8',
    data,
    read: async (from, to) => data.slice(from * size, to * size),
  }
}

async function decoded(latent: Parameters<typeof decodeFrames>[2]): Promise<Uint8Array[]> {
  const frames: Uint8Array[] = []
  for await (const frame of decodeFrames(device, vae, latent)) frames.push(frame)
  return frames
}

const meanError = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a, (x, i) => Math.abs(x - b[i]!)).reduce((sum, x) => sum + x, 0) / a.length

describe('encode and decode', () => {
  test('give back what was put in, frame by frame, in order', async () => {
    const source = flat([BLUE, GRAY, GREEN], 64, 64)
    const seen: number[] = []
    const latent = await encodeFrames(device, vae, source, { onFrame: (done) => seen.push(done) })
    expect(latent).toMatchObject({ shape: [1, 4, 3, 8, 8], scale: 0.18215, family: 'kl' })
    expect(seen).toEqual([1, 2, 3])
    const frames = await decoded(latent)
    expect(decodedSize(vae, latent)).toEqual({ count: 3, height: 64, width: 64 })
    for (const [i, frame] of frames.entries()) {
      expect(meanError(frame, source.data.subarray(i * 64 * 64 * 3, (i + 1) * 64 * 64 * 3))).toBeLessThan(6)
    }
  })

  test('read f32 pictures, leave alpha out and crop what fills no latent pixel', async () => {
    const small = await encodeFrames(device, vae, flat([GRAY], 64, 64))
    const u8 = flat([GRAY], 64, 64, 4)
    const f32: FrameSource = { ...u8, dtype: 'f32', read: async () => Float32Array.from(u8.data, (n) => n / 255) }
    expect(meanError((await encodeFrames(device, vae, f32)).data, small.data)).toBeLessThan(1e-4)
    const wide = await encodeFrames(device, vae, flat([GRAY], 70, 68))
    expect(wide.shape).toEqual([1, 4, 1, 8, 8])
  })

  test('add noise by the posterior where it is given', async () => {
    const source = flat([GRAY], 64, 64)
    const mean = await encodeFrames(device, vae, source)
    const still = await encodeFrames(device, vae, source, { noise: new Float32Array(256) })
    const noisy = await encodeFrames(device, vae, source, { noise: new Float32Array(256).fill(1) })
    expect(still.data).toEqual(mean.data)
    expect(noisy.data.every((n, i) => n > mean.data[i]!)).toBe(true)
  })

  test('pictures stay within 0 … 1; bytes are rounded', async () => {
    const latent = emptyLatent({ width: 64, height: 64 })
    const [frame] = await decoded(latent)
    const { value: picture } = await decodePictures(device, vae, latent).next()
    expect(picture!.every((x: number) => x >= 0 && x <= 1)).toBe(true)
    expect([...frame!.subarray(0, 3)]).toEqual([0, 1, 2].map((c) => Math.round(picture![c * 64 * 64]! * 255)))
  })

  test('stop between frames', async () => {
    const stop = new AbortController()
    const frames = decodeFrames(device, vae, emptyLatent({ width: 64, height: 64, frames: 3 }), { signal: stop.signal })
    await frames.next()
    stop.abort()
    await expect(frames.next()).rejects.toThrow('aborted')
  })

  test('refuse what does not fit', async () => {
    const latent = emptyLatent({ width: 64, height: 64 }, { channels: 16 })
    await expect(decodeFrames(device, vae, latent).next()).rejects.toThrow(
      'vae: expected an autoencoder with 16 latent channels, as the latent has, got 4.',
    )
    await expect(encodeFrames(device, vae, flat([[1, 2, 3]], 64, 64, 1))).rejects.toThrow(
      'pixels: expected pictures with 3 channels, got 1.',
    )
    await expect(encodeFrames(device, vae, flat([[1, 2, 3]], 4, 64))).rejects.toThrow(
      'pixels: expected sides of 8 pixels or more, got 4.',
    )
  })
})
