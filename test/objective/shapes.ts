/** The tiny model's synthetic world: its colours, backgrounds and shapes, as its data generator draws them. */

export type Rgb = readonly [number, number, number]

export const COLOURS: Readonly<Record<string, Rgb>> = {
  red: [225, 40, 45], orange: [250, 140, 25], yellow: [250, 222, 45], green: [45, 180, 75],
  blue: [45, 95, 230], purple: [140, 60, 200], pink: [250, 120, 185], white: [245, 245, 245],
}

/** Top and bottom colour; a plain background has the same twice. */
export const BACKGROUNDS: Readonly<Record<string, readonly [Rgb, Rgb]>> = {
  'black': [[14, 14, 18], [14, 14, 18]],
  'white': [[240, 240, 240], [240, 240, 240]],
  'gray': [[125, 125, 125], [125, 125, 125]],
  'dark blue': [[18, 28, 85], [18, 28, 85]],
  'dark green': [[14, 62, 38], [14, 62, 38]],
  'dark red': [[88, 14, 24], [88, 14, 24]],
  'light blue': [[170, 215, 250], [170, 215, 250]],
  'light yellow': [[250, 240, 190], [250, 240, 190]],
  'sunset': [[252, 160, 80], [88, 34, 110]],
  'ocean': [[130, 205, 240], [10, 50, 125]],
  'night sky': [[8, 8, 36], [66, 42, 112]],
}

const { abs, atan2, cos, hypot, max, min, PI, round, sin, SQRT2 } = Math

function star(x: number, y: number): number {
  const fold = (2 * PI) / 5
  const angle = atan2(x, -y)
  const a = abs(angle - fold * round(angle / fold))
  const radius = hypot(x, y)
  const [u, v] = [radius * cos(a), radius * sin(a)]
  const [tipX, inX, inY] = [1.12, 0.5 * cos(PI / 5), 0.5 * sin(PI / 5)]
  const [edgeX, edgeY] = [inX - tipX, inY]
  return ((u - tipX) * -edgeY + v * edgeX) / -hypot(edgeX, edgeY)
}

function heart(x: number, yIn: number): number {
  const y = yIn - 0.17
  const [u, v, h] = [(x + y) / SQRT2, (-x + y) / SQRT2, 0.62]
  return min(max(abs(u), abs(v)) - h, hypot(u + h, v) - h, hypot(u, v + h) - h)
}

function triangle(x: number, yIn: number): number {
  const y = yIn - 0.16
  const [c, s] = [cos(PI / 6), sin(PI / 6)]
  return max(x * c - y * s, -x * c - y * s, y) - 0.58
}

/** Signed distance of each shape in its own coordinates (y down, radius 1); negative inside. */
export const SHAPES: Readonly<Record<string, (x: number, y: number) => number>> = {
  circle: (x, y) => hypot(x, y) - 1,
  ring: (x, y) => abs(hypot(x, y) - 0.74) - 0.26,
  square: (x, y) => max(abs(x), abs(y)) - 0.84,
  triangle,
  star,
  heart,
}
