import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eachValue, typed } from '../run/lists.ts'
import { defineType, listType } from '../types/value-type.ts'
import { distanceText } from './compare.ts'
import { distanceOf, placesIn, SAMPLE_SIZE, sampleOf } from './sample.ts'

const isNumbers = (value: unknown): value is Float32Array => value instanceof Float32Array
const WAVE = defineType<Float32Array>({
  id: 'WAVE', check: isNumbers, bytes: ({ byteLength }) => byteLength, store: 'recompute',
  numbers: (value) => ({ count: value.length, peak: 1, pieces: () => [value.subarray(0, 7), value.subarray(7)] }),
})
const PLAIN = defineType<object>({ id: 'PLAIN', check: (value): value is object => typeof value === 'object', bytes: () => 8, store: 'recompute' })
const wave = (length: number, of: (at: number) => number) => typed(WAVE, Float32Array.from({ length }, (_, at) => of(at)))
const sample = async (length: number, of: (at: number) => number) => (await sampleOf(wave(length, of)))!

test('law: places are in order, each once, and all of them where there are few numbers', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 100_000 }), (count) => {
    const places = placesIn(count)
    expect(places.length).toBe(Math.min(count, SAMPLE_SIZE))
    expect(places.every((place, index) => place < count && (index === 0 || place > places[index - 1]!))).toBe(true)
    if (count <= SAMPLE_SIZE) expect(places).toEqual(Array.from({ length: count }, (_, at) => at))
  }))
})

test('places fall on all columns and channels of a picture', () => {
  const places = placesIn(64 * 64 * 3)
  expect(new Set(places.map((place) => place % 3)).size).toBe(3)
  expect(new Set(places.map((place) => Math.floor(place / 3) % 64)).size).toBeGreaterThan(48)
})

test('a sample has the numbers at its places, whatever pieces they come in', async () => {
  const { count, peak, values } = await sample(10, (at) => at / 8)
  expect([count, peak]).toEqual([10, 1])
  expect(Array.from({ length: 10 }, (_, at) => Buffer.from(values, 'base64').readFloatLE(4 * at))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((at) => at / 8))
})

test('a list is the numbers of its items; what has none has no sample', async () => {
  const [a, b] = [wave(3, () => 1), wave(2, () => 2)]
  const of = (values: unknown[]) => sampleOf(eachValue(WAVE, values))
  expect(await of([a.value, b.value])).toMatchObject({ count: 5 })
  expect(await of([a.value, b.value])).toEqual(await sampleOf({ type: listType(WAVE), value: [a.value, b.value] }))
  expect(await sampleOf(typed(PLAIN, {}))).toBeUndefined()
  expect(await sampleOf({ type: listType(PLAIN), value: [{}] })).toBeUndefined()
})

test('distance: the largest difference, RMS and PSNR, as computed by hand', async () => {
  const distance = distanceOf(await sample(4, () => 0.5), await sample(4, (at) => (at === 2 ? 0.75 : 0.5)))!
  expect(distance).toMatchObject({ compared: 4, count: 4, max: 0.25, rms: 0.125, peak: 1 }) // √(0.25² / 4)
  expect(distance.psnr).toBeCloseTo(18.0618, 4) // 20·log10(1 / 0.125)
  expect(distanceText(distance)).toBe('it differs by at most 0.25 of 1, RMS 0.125, PSNR 18.1 dB (all 4 numbers compared)')
})

test('no difference has no PSNR, other sizes have no distance, and what is no number is said', async () => {
  const same = distanceOf(await sample(2000, () => 1), await sample(2000, () => 1))!
  expect(same).toEqual({ compared: 512, count: 2000, max: 0, rms: 0, peak: 1 })
  expect(distanceText(same)).toBe('it differs, but none of the numbers compared does (512 of 2000 numbers compared)')
  expect(distanceOf(await sample(3, () => 1), await sample(4, () => 1))).toBeUndefined()
  const broken = distanceOf(await sample(3, () => 1), await sample(3, () => Number.NaN))!
  expect(broken).toMatchObject({ max: null, rms: null })
  expect(distanceOf(await sample(3, () => Number.NaN), await sample(3, () => Number.NaN))).toMatchObject({ max: 0 })
})
