/** Rounding of a number to the half-precision types, to nearest, ties to even. */

/** The float16 value nearest to `x` (past 65,519 it is infinite). */
export const roundFloat16 = (x: number): number => roundBinary(x, 10, -14, 65504)

/** The bfloat16 value nearest to `x`. */
export const roundBfloat16 = (x: number): number => roundBinary(x, 7, -126, 3.3895313892515355e38)

/** Nearest value with `bits` fraction bits, exponents from `minExponent` on (below: subnormal), at most `max`. */
function roundBinary(x: number, bits: number, minExponent: number, max: number): number {
  const size = Math.abs(x)
  if (!(size > 0 && size < Infinity)) return x
  const spacing = 2 ** (Math.max(exponentOf(size), minExponent) - bits)
  const rounded = roundHalfEven(size / spacing) * spacing
  return Math.sign(x) * (rounded > max ? Infinity : rounded)
}

/** ⌊log2 x⌋ for a positive finite x. */
function exponentOf(x: number): number {
  const guess = Math.floor(Math.log2(x))
  if (2 ** guess > x) return guess - 1
  return 2 ** (guess + 1) <= x ? guess + 1 : guess
}

/** The nearest whole number; halves go to the even neighbour, as NumPy's `round` and IEEE 754 do. */
export function roundHalfEven(x: number): number {
  const rounded = Math.round(x)
  return rounded - x === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}
