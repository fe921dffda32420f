import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../test/laws.ts'
import { convertFrames, withChannels } from '../frame-views.ts'
import { frameWriter } from '../frame-writer.ts'
import type { Frames } from '../frames.ts'
import { anyFrames, bytes, contentOf, floats, samplesOf } from '../testing/frames.ts'
import {
  blurFrames, changeRate, channelOf, colourMask, combineFrames, compositeFrames, compositeMasks, cropFrames, featherMask,
  flipAcross, flipDown, growMask, invertFrames, joinAlpha, outpaintMask, padFrames, pickFrames, repeatFrames,
  RESAMPLE_METHODS, resizeFrames, reverseFrames, rotateFrames, sharpenFrames, solidFrames, thresholdMask,
} from './index.ts'

const row = (...samples: number[]) => floats(samples.length, 1, 1, samples)

describe('resizing, worked out by hand', () => {
  test.each([
    // Two samples to four: centres of the new ones at 0.25, 0.75, 1.25, 1.75 of the old.
    ['nearest-exact', [0, 1], 4, [0, 0, 1, 1]],
    ['bilinear', [0, 1], 4, [0, 0.25, 0.75, 1]],
    ['area', [0, 1], 4, [0, 0, 1, 1]],
    // Four to two.
    ['nearest-exact', [0, 0.1, 0.2, 0.3], 2, [0.1, 0.3]],
    ['bilinear', [0, 0.2, 0.4, 0.8], 2, [0.1, 0.6]],
    ['area', [0, 0.2, 0.4, 0.8], 2, [0.1, 0.6]],
    // Three to two: each covers one and a half, and area takes every sample that is touched whole.
    ['area', [0, 0.3, 0.9], 2, [0.15, 0.6]],
    ['nearest-exact', [0, 0.3, 0.9], 2, [0, 0.9]],
  ] as const)('%s of %j to %i', async (method, samples, width, expected) => {
    const made = await samplesOf(resizeFrames(row(...samples), { width, height: 1 }, method))
    expect(made).toEqual(expected.map((value) => expect.closeTo(value, 5)))
  })

  test('bicubic weighs its four neighbours as Keys\' kernel with a = -0.75 says', async () => {
    // New sample 5 of 8 from 4: centre at 5.5 / 2 - 0.5 = 2.25. Only sample 2 is on: w(0.25) of it.
    const a = -0.75
    const w = ((a + 2) * 0.25 - (a + 3)) * 0.0625 + 1
    expect((await samplesOf(resizeFrames(row(0, 0, 1, 0), { width: 8, height: 1 }, 'bicubic')))[5]).toBeCloseTo(w, 5)
  })

  test('lanczos widens its lobes where it shrinks, and keeps what is flat', async () => {
    const stripes = row(0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1)
    const shrunk = await samplesOf(resizeFrames(stripes, { width: 4, height: 1 }, 'lanczos'))
    for (const value of shrunk.slice(1, 3)) expect(Math.abs(value - 0.5)).toBeLessThan(0.02)   // no aliasing
  })

  test('works on columns, channels and bytes alike; bytes are rounded', async () => {
    const picture = bytes(1, 2, 3, [0, 10, 20, 101, 30, 40])
    expect(await samplesOf(resizeFrames(picture, { width: 1, height: 4 }, 'bilinear')))
      .toEqual([0, 10, 20, 25, 15, 25, 76, 25, 35, 101, 30, 40])        // 25.25 and 75.75
  })

  test.each(RESAMPLE_METHODS)('%s: bytes are the floats rounded, and what is flat stays so', async (method) => {
    await fc.assert(fc.asyncProperty(anyFrames({ dtypes: ['u8'] }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }),
      async (frames, width, height) => {
        const small = await samplesOf(resizeFrames(frames, { width, height }, method))
        const exact = await samplesOf(resizeFrames(convertFrames(frames, 'f32'), { width, height }, method))
        for (const [i, value] of small.entries()) expect(Math.abs(value - exact[i]! * 255)).toBeLessThanOrEqual(0.501)
        const flat = solidFrames({ ...frames, channels: 3, dtype: 'u8' }, [9, 90, 200])
        const resized = await samplesOf(resizeFrames(flat, { width, height }, method))
        expect(new Set(resized)).toEqual(new Set([9, 90, 200]))
      }), runs(30))
  })
})

describe('laws of placing', () => {
  const edges = fc.record({ left: fc.nat(3), top: fc.nat(3), right: fc.nat(3), bottom: fc.nat(3) })
  const same = async (a: Frames, b: Frames) => expect(await contentOf(a)).toEqual(await contentOf(b))
  const law = (name: string, check: (frames: Frames) => Promise<unknown>) =>
    test(name, () => fc.assert(fc.asyncProperty(anyFrames(), async (frames) => { await check(frames) }), runs(60)))

  law('flip ∘ flip = id', async (f) => {
    await same(flipAcross(flipAcross(f)), f)
    await same(flipDown(flipDown(f)), f)
  })
  law('four quarters = id; two = both flips; one and three undo each other', async (f) => {
    await same(rotateFrames(rotateFrames(rotateFrames(rotateFrames(f, 1), 1), 1), 1), f)
    await same(rotateFrames(f, 2), flipAcross(flipDown(f)))
    await same(rotateFrames(rotateFrames(f, 1), 3), f)
  })
  law('invert ∘ invert = id', async (f) => {
    const back = await samplesOf(invertFrames(invertFrames(f)))
    for (const [i, value] of (await samplesOf(f)).entries()) expect(back[i]).toBeCloseTo(value, 5)
  })
  law('reverse ∘ reverse = id; n times is n times as long', async (f) => {
    await same(reverseFrames(reverseFrames(f)), f)
    await same(pickFrames(repeatFrames(f, 3), f.count, (i) => i + f.count), f)
  })
  test('crop ∘ pad = id', () => fc.assert(fc.asyncProperty(anyFrames(), edges, async (f, e) => {
    const padded = padFrames(f, e, [0, 0, 0, 0])
    await same(cropFrames(padded, { x: e.left, y: e.top, width: f.width, height: f.height }), f)
  }), runs(60)))
  test('a composite without mask, read where it lies, is its source', () =>
    fc.assert(fc.asyncProperty(anyFrames(), fc.nat(3), fc.nat(3), async (f, x, y) => {
      const ground = solidFrames({ ...f, width: f.width + 4, height: f.height + 4 }, [0, 0, 0, 0])
      const made = cropFrames(compositeFrames(ground, f, { x, y }), { x, y, width: f.width, height: f.height })
      await same(made, f)
    }), runs(60)))
  test('a range reads the same frame by frame as at once', () => fc.assert(fc.asyncProperty(anyFrames(), async (f) => {
    const view = blurFrames(flipAcross(f), { radius: 1, sigma: 1 })
    const all = await view.read(0, f.count)
    const single = await Promise.all(Array.from({ length: f.count }, (_, i) => view.read(i, i + 1)))
    expect(single.flatMap((one) => [...one])).toEqual([...all])
  })))
})

describe('placing, pixel by pixel', () => {
  const picture = bytes(3, 2, 1, [1, 2, 3, 4, 5, 6])
  test.each([
    ['clockwise', rotateFrames(picture, 1), [4, 1, 5, 2, 6, 3]],
    ['upside down', rotateFrames(picture, 2), [6, 5, 4, 3, 2, 1]],
    ['anticlockwise', rotateFrames(picture, -1), [3, 6, 2, 5, 1, 4]],
    ['left to right', flipAcross(picture), [3, 2, 1, 6, 5, 4]],
    ['top to bottom', flipDown(picture), [4, 5, 6, 1, 2, 3]],
    ['cropped', cropFrames(picture, { x: 1, y: 0, width: 2, height: 2 }), [2, 3, 5, 6]],
    ['padded', padFrames(picture, { left: 1, top: 1, right: 0, bottom: 0 }, [9]), [9, 9, 9, 9, 9, 1, 2, 3, 9, 4, 5, 6]],
  ] as const)('%s', async (_name, frames, expected) => expect(await samplesOf(frames)).toEqual(expected))

  test('a box that leaves the picture is refused', () => {
    expect(() => cropFrames(picture, { x: 2, y: 0, width: 2, height: 1 })).toThrow('2×1 at 2, 0 is not inside 3×2')
  })
})

describe('blur and sharpen', () => {
  test('a Gaussian over one dot, mirrored at the edge', async () => {
    const g = [Math.exp(-0.5), 1, Math.exp(-0.5)]
    const sum = g[0]! + g[1]! + g[2]!
    const [side, centre] = [g[0]! / sum, 1 / sum]
    const blurred = await samplesOf(blurFrames(row(0, 1, 0, 0), { radius: 1, sigma: 1 }))
    // Sample 0 sees its mirror image, sample 1, on both sides.
    expect(blurred).toEqual([2 * side, centre, side, 0].map((value) => expect.closeTo(value, 5)))
  })
  test('sharpening adds the difference, and leaves what is flat', async () => {
    const blurred = await samplesOf(blurFrames(row(0.4, 0.5, 0.4), { radius: 1, sigma: 1 }))
    const sharp = await samplesOf(sharpenFrames(row(0.4, 0.5, 0.4), { radius: 1, sigma: 1 }, 2))
    expect(sharp[1]).toBeCloseTo(0.5 + 2 * (0.5 - blurred[1]!), 5)
    expect(await samplesOf(sharpenFrames(row(0.5, 0.5), { radius: 3, sigma: 1 }, 9))).toEqual([0.5, 0.5])
  })
  test('a radius beyond the picture is mirrored again and again', async () => {
    const blurred = await samplesOf(blurFrames(row(0, 1), { radius: 9, sigma: 100 }))
    for (const value of blurred) expect(value).toBeCloseTo(0.5, 1)
  })
})

describe('composites', () => {
  test('a mask says how much of the source shows; what leaves the destination is cut off', async () => {
    const ground = bytes(3, 1, 1, [100, 100, 100])
    const source = bytes(2, 1, 1, [200, 0])
    expect(await samplesOf(compositeFrames(ground, source, { x: 2, y: 0 }))).toEqual([100, 100, 200])
    expect(await samplesOf(compositeFrames(ground, source, { x: -1, y: 0 }))).toEqual([0, 100, 100])
    expect(await samplesOf(compositeFrames(ground, source, { x: 5, y: 5 }))).toEqual([100, 100, 100])
    const mask = floats(2, 1, 1, [0.25, 1])
    expect(await samplesOf(compositeFrames(ground, source, { x: 0, y: 0, mask }))).toEqual([125, 0, 100])
  })
  test('a source with fewer frames begins anew', async () => {
    const ground = bytes(1, 1, 1, [1, 2, 3])
    expect(await samplesOf(compositeFrames(ground, bytes(1, 1, 1, [7, 8]), { x: 0, y: 0 }))).toEqual([7, 8, 7])
  })
  test('two runs sample by sample', async () => {
    const mean = combineFrames(bytes(1, 1, 3, [0, 100, 200]), floats(1, 1, 3, [1, 0, 1]), (a, b) => (a + b) / 2)
    expect(await samplesOf(mean)).toEqual([128, 50, 228])                // 127.5 and 227.5 go to the even neighbour
  })
  test('alpha joins and splits', async () => {
    const joined = joinAlpha(bytes(1, 1, 3, [1, 2, 3]), floats(1, 1, 1, [0.5]))
    expect(await samplesOf(joined)).toEqual([1, 2, 3, 127])
    expect(await samplesOf(channelOf(joined, 3))).toEqual([127])
    expect(await samplesOf(channelOf(withChannels(joined, 3), 3))).toEqual([255])
    expect(await samplesOf(channelOf(joined, 1))).toEqual([2])
    expect(await samplesOf(invertFrames(joined))).toEqual([254, 253, 252, 127])
  })
})

describe('masks', () => {
  const grey = (samples: number[]) => floats(3, 3, 1, samples)
  const dot = grey([0, 0, 0, 0, 1, 0, 0, 0, 0])

  test.each([
    ['multiply', [0.12, 0.4]], ['add', [0.7, 1]], ['subtract', [0.1, 0]], ['and', [0, 0]], ['or', [0, 1]], ['xor', [0, 1]],
  ] as const)('%s', async (operation, expected) => {
    const made = compositeMasks(row(0.4, 0.4), row(0.3, 1), operation, { x: 0, y: 0 })
    expect(await samplesOf(made)).toEqual(expected.map((value) => expect.closeTo(value, 5)))
  })
  test('an offset leaves the rest as it is', async () => {
    expect(await samplesOf(compositeMasks(row(0.5, 0.5), row(0.5, 0.5), 'add', { x: 1, y: 0 }))).toEqual([0.5, 1])
  })
  test('a dot grows to a square, or tapered to a diamond, and back', async () => {
    expect(await samplesOf(growMask(dot, 1, false))).toEqual(Array(9).fill(1))
    expect(await samplesOf(growMask(dot, 1, true))).toEqual([0, 1, 0, 1, 1, 1, 0, 1, 0])
    expect(await samplesOf(growMask(growMask(dot, 1, true), -1, true))).toEqual(await samplesOf(dot))
    expect(await samplesOf(growMask(dot, 16_384, true))).toEqual(Array(9).fill(1))
  })
  test('growing is the inverse\'s shrinking, inverted', () => fc.assert(fc.asyncProperty(
    anyFrames({ channels: [1], dtypes: ['u8'] }), fc.integer({ min: 1, max: 3 }), fc.boolean(), async (mask, by, tapered) => {
      expect(await samplesOf(growMask(mask, by, tapered)))
        .toEqual(await samplesOf(invertFrames(growMask(invertFrames(mask), -by, tapered))))
    })))
  test('feathering fades in from the edges', async () => {
    const made = featherMask(row(1, 1, 1, 1), { left: 2, top: 0, right: 1, bottom: 0 })
    expect(await samplesOf(made)).toEqual([0.5, 1, 1, 1])
    expect(await samplesOf(featherMask(row(1, 1, 1, 1), { left: 0, top: 0, right: 4, bottom: 0 }))).toEqual([1, 0.75, 0.5, 0.25])
  })
  test('thresholds and colours', async () => {
    expect(await samplesOf(thresholdMask(row(0.5, 0.51, 1), 0.5))).toEqual([0, 1, 1])
    expect(await samplesOf(thresholdMask(bytes(2, 1, 1, [127, 128]), 0.5))).toEqual([0, 255])
    expect(await samplesOf(colourMask(bytes(2, 1, 3, [255, 128, 0, 255, 128, 1]), 0xff8000))).toEqual([255, 0])
  })
  test('outpainting: the border, and a quadratic fall into the picture', async () => {
    const mask = outpaintMask({ width: 5, height: 5 }, { left: 1, top: 0, right: 0, bottom: 0 }, 2)
    expect((await samplesOf(mask)).slice(0, 6)).toEqual([1, 1, 0.25, 0, 0, 0])
    const small = outpaintMask({ width: 3, height: 3 }, { left: 1, top: 0, right: 0, bottom: 0 }, 2)
    expect((await samplesOf(small)).slice(0, 4)).toEqual([1, 0, 0, 0])
  })
})

describe('time', () => {
  const five = bytes(1, 1, 1, [0, 10, 20, 30, 40])
  test.each([
    [4, 8, 'nearest', [0, 0, 10, 10, 20, 20, 30, 30, 40, 40]],
    [4, 8, 'blend', [0, 5, 10, 15, 20, 25, 30, 35, 40, 40]],
    [8, 4, 'nearest', [0, 20]],
    [3, 2, 'nearest', [0, 10, 30]],
    [8, 24, 'nearest', [0, 0, 0, 10, 10, 10, 20, 20, 20, 30, 30, 30, 40, 40, 40]],
  ] as const)('%i to %i frames a second, %s', async (from, to, method, expected) => {
    const made = await samplesOf(changeRate(five, from, to, method))
    expect(made.slice(0, expected.length)).toEqual(expected)
    expect(made.length).toBe(Math.round(5 * to / from))
  })
  test('up by a whole number and down again = id', () =>
    fc.assert(fc.asyncProperty(anyFrames(), fc.integer({ min: 2, max: 5 }), fc.constantFrom('nearest', 'blend'), async (f, n, method) => {
      expect(await contentOf(changeRate(changeRate(f, 8, 8 * n, method), 8 * n, 8, 'nearest'))).toEqual(await contentOf(f))
    }), runs(40)))
})

describe('views', () => {
  test('name what they hold through any number of views, each once', () => {
    const [a, b] = [bytes(2, 2, 3, Array<number>(12).fill(1)), bytes(2, 2, 3, Array<number>(12).fill(2))]
    const view = compositeFrames(flipAcross(blurFrames(a, { radius: 1, sigma: 1 })), flipDown(b), { x: 0, y: 0, mask: channelOf(a, 0) })
    expect(view.sources).toEqual([a, b])
    expect(solidFrames(a, [1, 2, 3]).sources).toEqual([])
  })
  test('cost nothing until they are read: a hundred thousand frames of 8192×8192', async () => {
    const big = solidFrames({ count: 100_000, width: 8192, height: 8192, channels: 3, dtype: 'u8' }, [1, 2, 3])
    const small = cropFrames(flipAcross(pickFrames(big, 50_000, (i) => i * 2)), { x: 0, y: 0, width: 1, height: 1 })
    expect(small).toMatchObject({ count: 50_000, width: 1 })
    expect(small.residentBytes).toBeUndefined()
  })
  test('wait for frames that are still being written, and fail with their writer', async () => {
    const { frames, push, fail } = frameWriter({ count: 2, width: 1, height: 1, channels: 1, dtype: 'u8' })
    const view = flipAcross(frames)
    const first = view.read(0, 1)
    await push(Uint8Array.of(7))
    expect([...await first]).toEqual([7])
    const second = view.read(1, 2)
    fail(new Error('the decoder broke'))
    await expect(second).rejects.toThrow('the decoder broke')
  })
  test('stop when they are told', async () => {
    const big = solidFrames({ count: 1000, width: 64, height: 64, channels: 3, dtype: 'u8' }, [1, 2, 3])
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 1)
    await expect(blurFrames(big, { radius: 3, sigma: 1 }).read(0, 1000, stop.signal)).rejects.toMatchObject({ name: 'AbortError' })
  })
})
