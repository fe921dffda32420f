/** The way of a link between two sockets, and how near a point is to it. */
import type { Point } from '../graph/scene.ts'
import { distance } from './geometry.ts'

export type LinkStyle = 'curved' | 'straight' | 'linear'

/** A Bézier curve, or a way along straight lines. */
export type LinkShape =
  | { readonly kind: 'curve'; readonly points: readonly [Point, Point, Point, Point] }
  | { readonly kind: 'lines'; readonly points: readonly Point[] }

const STUB = 12
const SAMPLES = 24

/** From an output on the right of a node to an input on the left of another. */
export function linkShape(from: Point, to: Point, style: LinkStyle): LinkShape {
  if (style === 'curved') {
    const reach = Math.max(20, Math.min(distance(from, to) * 0.4, Math.abs(to[0] - from[0]) * 0.5 + 50))
    return { kind: 'curve', points: [from, [from[0] + reach, from[1]], [to[0] - reach, to[1]], to] }
  }
  const start: Point = [from[0] + STUB, from[1]]
  const end: Point = [to[0] - STUB, to[1]]
  if (style === 'linear') return { kind: 'lines', points: [from, start, end, to] }
  const middle = (start[0] + end[0]) / 2
  return { kind: 'lines', points: [from, start, [middle, start[1]], [middle, end[1]], end, to] }
}

/** The point halfway along. */
export function middleOf(shape: LinkShape): Point {
  if (shape.kind === 'curve') return curvePoint(shape.points, 0.5)
  const last = shape.points.length - 1
  const [a, b] = [shape.points[Math.floor(last / 2)]!, shape.points[Math.ceil(last / 2)]!]
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]
}

/** How far a point is from the link. */
export function distanceToLink(shape: LinkShape, point: Point): number {
  const points = shape.kind === 'lines' ? shape.points : sampled(shape.points)
  let nearest = Infinity
  for (let index = 1; index < points.length; index++) nearest = Math.min(nearest, distanceToSegment(points[index - 1]!, points[index]!, point))
  return nearest
}

/** Whether a point may be near: cheap, for the many links that are not. */
export function mayBeNear(shape: LinkShape, [x, y]: Point, reach: number): boolean {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [px, py] of shape.points) {
    left = Math.min(left, px)
    right = Math.max(right, px)
    top = Math.min(top, py)
    bottom = Math.max(bottom, py)
  }
  return x >= left - reach && x <= right + reach && y >= top - reach && y <= bottom + reach
}

function sampled(points: readonly [Point, Point, Point, Point]): Point[] {
  return Array.from({ length: SAMPLES + 1 }, (_, index) => curvePoint(points, index / SAMPLES))
}

function curvePoint([a, b, c, d]: readonly [Point, Point, Point, Point], t: number): Point {
  const s = 1 - t
  const at = (axis: 0 | 1) => s ** 3 * a[axis] + 3 * s * s * t * b[axis] + 3 * s * t * t * c[axis] + t ** 3 * d[axis]
  return [at(0), at(1)]
}

function distanceToSegment(a: Point, b: Point, [x, y]: Point): number {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]]
  const length = dx * dx + dy * dy
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - a[0]) * dx + (y - a[1]) * dy) / length))
  return Math.hypot(x - a[0] - along * dx, y - a[1] - along * dy)
}
