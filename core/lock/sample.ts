import type { Numbers } from '../types/value-type.ts'
import { itemsOf, typed } from '../run/lists.ts'
import type { TypedValue } from '../types/value-type.ts'

/** How many numbers of a value a lock keeps. */
export const SAMPLE_SIZE = 512

/** Numbers of a value at places that follow from their count alone. */
export interface Sample {
  /** How many numbers the value is made of. */
  readonly count: number
  /** The largest number that may stand there, where there is one: what PSNR refers to. */
  readonly peak?: number
  /** The numbers as float32, little-endian, in base64. */
  readonly values: string
}

/** How far a value is from another, by what a sample shows. */
export interface Distance {
  /** How many numbers were compared, of how many there are. */
  readonly compared: number
  readonly count: number
  /** The largest difference among them; `null` where one of two is no number. */
  readonly max: number | null
  /** The root of the mean squared difference; `null` as above. */
  readonly rms: number | null
  readonly peak?: number
  /** 20·log10(peak / rms), in decibels; absent without a peak, and where there is no difference. */
  readonly psnr?: number
}

/** Some of the numbers that a value is made of; `undefined` where its type does not say how it is made of numbers. */
export async function sampleOf(value: TypedValue): Promise<Sample | undefined> {
  const parts = numbersOf(value)
  if (parts === undefined) return undefined
  const count = parts.reduce((sum, part) => sum + part.count, 0)
  const places = placesIn(count)
  const values = new Float32Array(places.length)
  let next = 0
  let from = 0
  for (const part of parts) {
    for await (const piece of part.pieces()) {
      for (; next < places.length && places[next]! < from + piece.length; next++) values[next] = piece[places[next]! - from]!
      from += piece.length
    }
  }
  const [peak] = new Set(parts.map((part) => part.peak))
  return { count, ...(peak !== undefined && { peak }), values: encode(values) }
}

/** Measures how far one sample is from another; `undefined` where they are of values of different sizes. */
export function distanceOf(locked: Sample, found: Sample): Distance | undefined {
  const [a, b] = [decode(locked.values), decode(found.values)]
  if (locked.count !== found.count || a.length !== b.length) return undefined
  const gaps = Array.from(a, (value, index) => (Object.is(value, b[index]) ? 0 : Math.abs(value - b[index]!)))
  const isNumber = gaps.every((gap) => Number.isFinite(gap))
  const common = { compared: a.length, count: locked.count }
  if (!isNumber) return { ...common, max: null, rms: null }
  const max = gaps.reduce((most, gap) => Math.max(most, gap), 0)
  const rms = Math.sqrt(gaps.reduce((sum, gap) => sum + gap * gap, 0) / Math.max(1, gaps.length))
  const { peak } = locked
  return { ...common, max, rms, ...(peak !== undefined && { peak }), ...(peak !== undefined && rms > 0 && { psnr: 20 * Math.log10(peak / rms) }) }
}

/** The places of a sample among so many numbers: one in each of equal stretches, not always at the same place in it. */
export function placesIn(count: number): number[] {
  const size = Math.min(count, SAMPLE_SIZE)
  // Steps of the golden ratio fall evenly, and in no rhythm of rows or channels.
  return Array.from({ length: size }, (_, index) => Math.floor(((index + ((index * 0.6180339887498949) % 1)) * count) / size))
}

/** The numbers of a value, of a list those of its items in order. */
function numbersOf(one: TypedValue): Numbers[] | undefined {
  const { type, value, each } = one
  if (value === undefined) return []
  if (each) return allNumbers(itemsOf(one).map((item) => typed(each.type, item)))
  if (type.numbers) return [type.numbers(value)]
  return type.members ? allNumbers(type.members(value)) : undefined
}

function allNumbers(values: Iterable<TypedValue>): Numbers[] | undefined {
  const parts = Array.from(values, numbersOf)
  return parts.length === 0 || parts.includes(undefined) ? undefined : parts.flatMap((part) => part ?? [])
}

function encode(values: Float32Array): string {
  const bytes = Buffer.alloc(4 * values.length)
  values.forEach((value, index) => bytes.writeFloatLE(value, 4 * index))
  return bytes.toString('base64')
}

function decode(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64')
  return Float32Array.from({ length: bytes.length >> 2 }, (_, index) => bytes.readFloatLE(4 * index))
}
