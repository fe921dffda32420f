/**
 * The updates of DPM-Solver (arXiv 2206.00927) and DPM-Solver++ (arXiv 2211.01095), deterministic and stochastic. All
 * are  x_t = keep·x + c_0·D_0 + c_1·D_1 + c_2·D_2 + s·noise,  with divided differences D of the model outputs.
 * With the papers' names: λ = ln(α/σ), h = λ_t - λ_s, r = h_earlier / h.
 */
import { f, root, square, zip } from './float32.ts'

/** A noise level in variance-preserving form: x = α·x_0 + σ·noise. */
export interface Level {
  readonly alpha: number
  readonly sigma: number
  readonly lambda: number
}

export interface Solver {
  readonly algorithm: 'dpmsolver' | 'dpmsolver++' | 'sde-dpmsolver' | 'sde-dpmsolver++'
  /** Second order by the midpoint rule; otherwise by Heun's. */
  readonly midpoint: boolean
}

/** The level of σ in Karras' form; σ = 0 is the clean sample, with infinite λ. */
export function levelOf(karras: number): Level {
  const alpha = f(1 / root(f(square(karras) + 1)))
  const sigma = f(karras * alpha)
  return { alpha, sigma, lambda: f(f(Math.log(alpha)) - f(Math.log(sigma))) }
}

/**
 * One step of order `levels.length - 1`.
 * @param levels where the step goes, where it starts, and the starts before that, latest first.
 * @param outputs converted model outputs at those starts, latest first.
 */
export function update(
  solver: Solver, levels: readonly Level[], outputs: readonly Float32Array[],
  x: Float32Array, noise: Float32Array | null,
): Float32Array {
  const [to, from] = [levels[0]!, levels[1]!]
  const h = f(to.lambda - from.lambda)
  const { keep, weights, spread } = coefficients(solver, to, from, h, levels.length - 1)
  const differences = dividedDifferences(levels, outputs, h)
  let out: Float32Array = x.map((x) => keep * x)
  differences.forEach((difference, i) => {
    const weight = weights[i]!
    out = zip(out, difference, (sum, d) => sum + f(weight * d))
  })
  return noise ? zip(out, noise, (sum, n) => sum + f(spread * n)) : out
}

interface Coefficients {
  readonly keep: number
  /** Weights of D_0, D_1, D_2. */
  readonly weights: readonly [number, number, number]
  /** Weight of fresh noise, in the stochastic forms. */
  readonly spread: number
}

function coefficients(solver: Solver, to: Level, from: Level, h: number, order: number): Coefficients {
  const mid = solver.midpoint && order === 2
  switch (solver.algorithm) {
    case 'dpmsolver++': return { keep: f(to.sigma / from.sigma), weights: cleanWeights(to.alpha, h, mid), spread: 0 }
    case 'dpmsolver': return { keep: f(to.alpha / from.alpha), weights: noiseWeights(to.sigma, h, mid), spread: 0 }
    case 'sde-dpmsolver++': return stochasticClean(to, from, h, mid)
    case 'sde-dpmsolver': return stochasticNoise(to, from, h, mid)
  }
}

/** Integrals of e^λ against 1, λ and λ²/2 from λ_s to λ_t, times α_t. */
function cleanWeights(alpha: number, h: number, mid: boolean): [number, number, number] {
  const decay = f(f(Math.exp(-h)) - 1)
  const first = f(-f(alpha * decay))
  return [
    first,
    mid ? f(0.5 * first) : f(alpha * f(f(decay / h) + 1)),
    f(-f(alpha * f(f(f(decay + h) / square(h)) - 0.5))),
  ]
}

/** The same for e^-λ, times σ_t. */
function noiseWeights(sigma: number, h: number, mid: boolean): [number, number, number] {
  const growth = f(f(Math.exp(h)) - 1)
  const first = f(-f(sigma * growth))
  return [
    first,
    mid ? f(0.5 * first) : f(-f(sigma * f(f(growth / h) - 1))),
    f(-f(sigma * f(f(f(growth - h) / square(h)) - 0.5))),
  ]
}

function stochasticClean(to: Level, from: Level, h: number, mid: boolean): Coefficients {
  const lost = f(1 - f(Math.exp(f(-2 * h))))
  const first = f(to.alpha * lost)
  return {
    keep: f(f(to.sigma / from.sigma) * f(Math.exp(-h))),
    weights: [first, mid ? f(0.5 * first) : f(to.alpha * f(f(lost / f(-2 * h)) + 1)), 0],
    spread: f(to.sigma * root(lost)),
  }
}

function stochasticNoise(to: Level, from: Level, h: number, mid: boolean): Coefficients {
  const growth = f(f(Math.exp(h)) - 1)
  const first = f(-f(to.sigma * growth))
  return {
    keep: f(to.alpha / from.alpha),
    weights: [f(2 * first), mid ? first : f(-2 * f(to.sigma * f(f(growth / h) - 1))), 0],
    spread: f(to.sigma * root(f(f(Math.exp(f(2 * h))) - 1))),
  }
}

/** D_0 = m_0, and the first and second divided differences of the outputs over λ, in units of h. */
function dividedDifferences(levels: readonly Level[], outputs: readonly Float32Array[], h: number): Float32Array[] {
  const [m0, m1, m2] = outputs
  const [, s0, s1, s2] = levels
  if (!s0 || !s1) return [m0!]
  const r0 = f(f(s0.lambda - s1.lambda) / h)
  const slope0 = zip(m0!, m1!, (a, b) => f(1 / r0) * f(a - b))
  if (!s2) return [m0!, slope0]
  const r1 = f(f(s1.lambda - s2.lambda) / h)
  const slope1 = zip(m1!, m2!, (a, b) => f(1 / r1) * f(a - b))
  const both = f(r0 + r1)
  const bend = zip(slope0, slope1, (a, b) => f(a - b))
  return [m0!, zip(slope0, bend, (s, b) => s + f(f(r0 / both) * b)), bend.map((b) => f(1 / both) * b)]
}
