/** Arithmetic that rounds to float32 after every operation, as PyTorch's does. */

/** The nearest float32. */
export const f = Math.fround

export const square = (x: number): number => f(x * x)
export const root = (x: number): number => f(Math.sqrt(x))

/** Element by element; `combine` rounds what comes between, and storing the result rounds that. */
export function zip(a: Float32Array, b: Float32Array, combine: (a: number, b: number) => number): Float32Array {
  const out = new Float32Array(a.length)
  for (let i = 0; i < a.length; i++) out[i] = combine(a[i]!, b[i]!)
  return out
}

/** a·x + b·y, each product rounded. */
export function mix(a: number, x: Float32Array, b: number, y: Float32Array): Float32Array {
  return zip(x, y, (x, y) => f(a * x) + f(b * y))
}

/** `count` numbers from `start` to `end` in float32, worked out from both ends with one rounding (torch.linspace). */
export function linspace32(start: number, end: number, count: number): Float32Array {
  const [from, to] = [f(start), f(end)]
  const step = f(f(to - from) / (count - 1))
  const at = (i: number) => (i < count >> 1 ? from + step * i : to - step * (count - 1 - i))
  return Float32Array.from({ length: count }, (_, i) => at(i))
}

/** `count` numbers from `start` to `end` in double precision (numpy.linspace). */
export function linspace(start: number, end: number, count: number): number[] {
  const step = count > 1 ? (end - start) / (count - 1) : 0
  return Array.from({ length: count }, (_, i) => (i > 0 && i === count - 1 ? end : i * step + start))
}
