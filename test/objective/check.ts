/**
 * Says from the frames alone what a video of the tiny model shows: background, colour, motion and shape.
 * The check is the one that its training notes describe (shared/tiny-model/README.md, "Objective check").
 */
import { BACKGROUNDS, COLOURS, SHAPES } from './shapes.ts'
import type { Rgb } from './shapes.ts'

/** RGB frames of one clip, row-major, 3 bytes a pixel. */
export interface Clip {
  readonly frames: readonly Uint8Array[]
  readonly width: number
  readonly height: number
}

export interface Seen {
  readonly background: string
  readonly colour: string
  readonly motion: string
  readonly shape: string
}

interface Mask {
  readonly pixels: Uint8Array
  readonly area: number
  readonly x: number
  readonly y: number
}

const EDGE = 6

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
const distance = (a: Rgb, b: Rgb): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])

function nearest<T>(table: Readonly<Record<string, T>>, cost: (entry: T) => number): string {
  return Object.keys(table).reduce((best, name) => (cost(table[name]) < cost(table[best]) ? name : best))
}

/** For each row the median over all frames of the outermost pixels on both sides. */
function backgroundRows({ frames, width, height }: Clip): Rgb[] {
  return Array.from({ length: height }, (_, y) => {
    const channel = (c: number) => median(frames.flatMap((frame) =>
      Array.from({ length: 2 * EDGE }, (_, i) => frame[(y * width + (i < EDGE ? i : width - 1 - (i - EDGE))) * 3 + c])))
    return [channel(0), channel(1), channel(2)] as const
  })
}

function backgroundName(rows: readonly Rgb[]): string {
  const average = (part: readonly Rgb[]): Rgb => [0, 1, 2].map((c) => mean(part.map((row) => row[c]))) as unknown as Rgb // three entries
  const [top, bottom] = [average(rows.slice(0, EDGE)), average(rows.slice(-EDGE))]
  return nearest(BACKGROUNDS, ([t, b]) => distance(top, t) + distance(bottom, b))
}

function maskOf(frame: Uint8Array, rows: readonly Rgb[], { width, height }: Clip): Mask {
  const pixels = new Uint8Array(width * height)
  let [area, sumX, sumY] = [0, 0, 0]
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x
      const difference = Math.max(...[0, 1, 2].map((c) => Math.abs(frame[at * 3 + c] - rows[y][c])))
      if (difference <= 40) continue
      pixels[at] = 1
      area++
      sumX += x
      sumY += y
    }
  }
  return { pixels, area, x: sumX / area, y: sumY / area }
}

function colourName(clip: Clip, masks: readonly Mask[]): string {
  const { width, height } = clip
  const perFrame = clip.frames.map((frame, f) => {
    const m = masks[f].pixels
    const inside: number[] = []
    for (let y = 1; y < height - 1; y++) {
      for (let x = 1; x < width - 1; x++) {
        const at = y * width + x
        if (m[at] && m[at - 1] && m[at + 1] && m[at - width] && m[at + width]) inside.push(at)
      }
    }
    return inside.length === 0 ? null : [0, 1, 2].map((c) => median(inside.map((at) => frame[at * 3 + c])))
  }).filter((rgb) => rgb !== null)
  const rgb = [0, 1, 2].map((c) => median(perFrame.map((frame) => frame[c]))) as unknown as Rgb // three entries
  return nearest(COLOURS, (entry) => distance(entry, rgb))
}

function correlationWithTime(values: readonly number[]): number {
  const t = mean(values.map((_, i) => i))
  const v = mean(values)
  let [tv, tt, vv] = [0, 0, 0]
  values.forEach((value, i) => {
    tv += (i - t) * (value - v)
    tt += (i - t) ** 2
    vv += (value - v) ** 2
  })
  return vv === 0 ? 0 : tv / Math.sqrt(tt * vv)
}

/** Intersection over union of `b`, moved to the centroid of `a`, with `a`. */
function overlap(a: Mask, b: Mask, { width, height }: Clip): number {
  const [dx, dy] = [Math.round(b.x - a.x), Math.round(b.y - a.y)]
  let [both, either] = [0, 0]
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [bx, by] = [x + dx, y + dy]
      const inB = bx >= 0 && by >= 0 && bx < width && by < height && b.pixels[by * width + bx] === 1
      const inA = a.pixels[y * width + x] === 1
      if (inA && inB) both++
      if (inA || inB) either++
    }
  }
  return either === 0 ? 0 : both / either
}

function motionName(clip: Clip, masks: readonly Mask[]): string {
  const range = (values: number[]) => Math.max(...values) - Math.min(...values)
  const shift = (values: number[]) => mean(values.slice(-2)) - mean(values.slice(0, 2))
  const [xs, ys, areas] = [masks.map((m) => m.x), masks.map((m) => m.y), masks.map((m) => m.area)]
  const [dx, dy, rx, ry] = [shift(xs), shift(ys), range(xs), range(ys)]
  if (Math.abs(dx) > 10 && Math.abs(dx) > 2 * Math.abs(dy) && ry < 10) return dx > 0 ? 'right' : 'left'
  if (Math.abs(dy) > 10 && Math.abs(dy) > 2 * Math.abs(dx) && rx < 10) return dy > 0 ? 'down' : 'up'
  if (rx > 9 && ry > 9) return 'circle'
  if (ry > 9 && rx < 9) return 'bounce'
  const growth = mean(areas.slice(-2)) / mean(areas.slice(0, 2))
  const trend = correlationWithTime(areas)
  if (growth > 1.8 && trend > 0.8) return 'grow'
  if (growth < 0.55 && trend < -0.8) return 'shrink'
  if (range(areas) / mean(areas) > 0.6) return 'pulse'
  return Math.min(...masks.map((m) => overlap(masks[0], m, clip))) < 0.84 ? 'rotate' : 'still'
}

/** Area and centroid of a shape of radius 1, by sampling. */
function moments(inside: (x: number, y: number) => number): { area: number; x: number; y: number } {
  const [reach, steps] = [1.3, 260]
  const cell = (2 * reach) / steps
  let [count, sumX, sumY] = [0, 0, 0]
  for (let i = 0; i < steps; i++) {
    for (let j = 0; j < steps; j++) {
      const [x, y] = [(i + 0.5) * cell - reach, (j + 0.5) * cell - reach]
      if (inside(x, y) > 0) continue
      count++
      sumX += x
      sumY += y
    }
  }
  return { area: count * cell * cell, x: sumX / count, y: sumY / count }
}

function templateOverlap(mask: Mask, clip: Clip, name: string, angle: number, factor: number): number {
  const shape = MOMENTS[name]
  const radius = Math.sqrt(mask.area / shape.area) * factor
  const [c, s] = [Math.cos(angle), Math.sin(angle)]
  let [both, either] = [0, 0]
  for (let y = 0; y < clip.height; y++) {
    for (let x = 0; x < clip.width; x++) {
      const [px, py] = [(x - mask.x) / radius, (y - mask.y) / radius]
      const inTemplate = SHAPES[name](c * px + s * py + shape.x, -s * px + c * py + shape.y) <= 0
      const inMask = mask.pixels[y * clip.width + x] === 1
      if (inTemplate && inMask) both++
      if (inTemplate || inMask) either++
    }
  }
  return both / either
}

const MOMENTS = Object.fromEntries(Object.entries(SHAPES).map(([name, distanceTo]) => [name, moments(distanceTo)]))

const touchesBorder = ({ pixels }: Mask, { width, height }: Clip): boolean =>
  pixels.some((on, at) => on === 1 && (at < width || at >= width * (height - 1) || at % width === 0 || at % width === width - 1))

function shapeName(clip: Clip, masks: readonly Mask[], motion: string): string {
  const chosen = masks.filter((m, f) => f % 3 === 0 && m.area > 0 && !touchesBorder(m, clip))
  const angles = motion === 'rotate' ? Array.from({ length: 60 }, (_, i) => (i * Math.PI) / 60) : [0]
  const best = (mask: Mask, name: string) =>
    Math.max(...angles.flatMap((angle) => [0.94, 1, 1.06].map((factor) => templateOverlap(mask, clip, name, angle, factor))))
  return nearest(SHAPES, (shape) => {
    const name = Object.keys(SHAPES).find((key) => SHAPES[key] === shape)!
    return -mean(chosen.map((mask) => best(mask, name)))
  })
}

/** What the clip shows, in the words of its captions. */
export function look(clip: Clip): Seen {
  const rows = backgroundRows(clip)
  const masks = clip.frames.map((frame) => maskOf(frame, rows, clip))
  const motion = motionName(clip, masks)
  return { background: backgroundName(rows), colour: colourName(clip, masks), motion, shape: shapeName(clip, masks, motion) }
}
