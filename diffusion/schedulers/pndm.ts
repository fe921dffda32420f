/**
 * PNDM: Liu et al. (2022), "Pseudo numerical methods for diffusion models on manifolds", algorithm 2 (F-PNDM): three
 * rounds of pseudo Runge-Kutta (four model calls each), then linear multistep. With skip_prk_steps the multistep method
 * starts itself, its first step being corrected once. Reference: PNDMScheduler of diffusers 0.27.2.
 */
import { addAlphaNoise, alphaAt, wholeTimesteps } from './alpha-shared.ts'
import { alphasCumprod, betaFields } from './betas.ts'
import { choice, flag, readConfig, whole, type ConfigOf } from './config.ts'
import { f, root, zip } from './float32.ts'
import { emptyState, type GivenConfig, type SchedulePlan, type Scheduler, type SchedulerState } from './scheduler.ts'
import { checkSteps, remainingSteps, spacingField } from './spacing.ts'

const className = 'PNDMScheduler'
const fields = {
  ...betaFields,
  skip_prk_steps: flag(false),
  set_alpha_to_one: flag(false),
  prediction_type: choice('epsilon', ['epsilon', 'v_prediction']),
  timestep_spacing: spacingField('leading'),
  steps_offset: whole(0, 0),
}
type PndmConfig = ConfigOf<typeof fields>

/** Model calls of the warm-up. */
const WARM_UP = 12
/** Steps that the warm-up replaces, and the number below which it cannot run. */
const ORDER = 4

/** The scheduler "PNDM". @throws DiffusionError for a configuration that is not its own. */
export function createPndm(given: GivenConfig): Scheduler {
  const config = readConfig(className, fields, given)
  const alphas = alphasCumprod(config)
  return {
    name: 'PNDM', className, config, alphasCumprod: alphas,
    plan: (steps, denoise = 1) => planPndm(config, steps, denoise),
    start: () => emptyState,
    scaleInput: (_plan, _index, x) => x,
    step: (plan, state, index, output, x) => {
      const { from, to, sample, blended, state: next } = config.skip_prk_steps || state.taken >= WARM_UP
        ? multistep(config, plan, state, index, output, x)
        : rungeKutta(config, plan, state, index, output, x)
      return { x: transfer(config, alphas, from, to, sample, blended), state: { ...next, taken: state.taken + 1 } }
    },
    addNoise: (plan, index, x0, noise) => addAlphaNoise(alphas, plan, index, x0, noise),
  }
}

/** Only the remaining steps enter the plan, so that a partial run has a warm-up of its own, and starts at call 0. */
function planPndm(config: PndmConfig, steps: number, denoise: number): SchedulePlan {
  const least = config.skip_prk_steps ? 1 : ORDER
  checkSteps(steps, least, config.num_train_timesteps, 'PNDM')
  const remaining = remainingSteps(steps, denoise)
  checkSteps(remaining, least, config.num_train_timesteps, 'PNDM, counted after denoise,')
  const visited = wholeTimesteps(config, steps).slice(steps - remaining)
  const timesteps = config.skip_prk_steps ? withCorrector(visited) : withWarmUp(visited, stride(config, steps) >> 1)
  return { steps, timesteps, fractional: false, initNoiseSigma: 1, begin: 0 }
}

/** Distance of two steps in training timesteps. */
const stride = (config: PndmConfig, steps: number): number => Math.floor(config.num_train_timesteps / steps)

/** The second timestep comes twice: once to correct the first step. */
const withCorrector = (visited: number[]): number[] => [...visited.slice(0, 2), ...visited.slice(1)]

/** Steps a, b, … become a, (b+half) twice, b; then b, (c+half) twice, c; c, (d+half) twice, d; then d and the rest. */
function withWarmUp(visited: number[], half: number): number[] {
  const rounds = visited.slice(0, ORDER - 1).flatMap((t, i) => {
    const next = visited[i + 1]!
    return [t, next + half, next + half, next]
  })
  return [...rounds, ...visited.slice(ORDER - 1)]
}

/** One move: from which timestep to which, from which sample, with which blend of model outputs. */
interface Move {
  readonly from: number
  readonly to: number
  readonly sample: Float32Array
  readonly blended: Float32Array
  readonly state: SchedulerState
}

/** One of the four calls of a pseudo Runge-Kutta round, weights 1/6, 1/3, 1/3, 1/6 (equation 13). */
function rungeKutta(
  config: PndmConfig, plan: SchedulePlan, state: SchedulerState, index: number, output: Float32Array, x: Float32Array,
): Move {
  const call = state.taken % ORDER
  const from = plan.timesteps[index - call]!
  const to = plan.timesteps[index]! - (state.taken % 2 ? 0 : stride(config, plan.steps) >> 1)
  const sample = call === 0 ? x : (state.sample ?? x)
  const outputs = call === 0 ? [...state.outputs, output] : state.outputs
  const sum = add(state.sum, f(call === 0 || call === 3 ? 1 / 6 : 1 / 3), output)
  const last = call === 3
  const next = { ...state, outputs, sample, sum: last ? null : sum }
  return { from, to, sample, blended: last ? sum : output, state: next }
}

const add = (sum: Float32Array | null, weight: number, x: Float32Array): Float32Array =>
  sum ? zip(sum, x, (s, x) => s + f(weight * x)) : x.map((x) => weight * x)

/** A linear multistep move over up to four outputs (Adams-Bashforth, equation 9). */
function multistep(
  config: PndmConfig, plan: SchedulePlan, state: SchedulerState, index: number, output: Float32Array, x: Float32Array,
): Move {
  const width = stride(config, plan.steps)
  const timestep = plan.timesteps[index]!
  if (state.taken === 1) {                                             // the corrector: the first step again, averaged
    const blended = zip(output, state.outputs.at(-1)!, (a, b) => f(a + b) / 2)
    const sample = state.sample ?? x
    return { from: timestep + width, to: timestep, sample, blended, state: { ...state, sample: null } }
  }
  const outputs = [...state.outputs.slice(-3), output]
  const next = { ...state, outputs, sample: state.taken === 0 ? x : state.sample }
  return { from: timestep, to: timestep - width, sample: x, blended: adamsBashforth(outputs), state: next }
}

/** Weights over the outputs, newest first. */
function adamsBashforth(outputs: readonly Float32Array[]): Float32Array {
  const [a, b, c, d] = outputs.toReversed()
  if (!b) return a!
  if (!c) return a!.map((a, i) => f(f(3 * a) - b[i]!) / 2)
  if (!d) return a!.map((a, i) => f(f(f(23 * a) - f(16 * b[i]!)) + f(5 * c[i]!)) / 12)
  const scale = f(1 / 24)
  return a!.map((a, i) => scale * f(f(f(f(55 * a) - f(59 * b[i]!)) + f(37 * c[i]!)) - f(9 * d[i]!)))
}

/** Equation 9: the sample at timestep `to` from that at `from` and the noise between them. */
function transfer(
  config: PndmConfig, alphas: Float32Array, from: number, to: number, x: Float32Array, output: Float32Array,
): Float32Array {
  const [alpha, next] = [alphaAt(alphas, from, false), alphaAt(alphas, to, config.set_alpha_to_one)]
  const [beta, betaNext] = [f(1 - alpha), f(1 - next)]
  const [signal, noise] = [root(alpha), root(beta)]
  const keep = root(f(next / alpha))
  const difference = f(next - alpha)
  const divisor = f(f(alpha * root(betaNext)) + root(f(f(alpha * beta) * next)))
  const velocity = config.prediction_type === 'v_prediction'
  return zip(x, output, (x, m) => {
    const epsilon = velocity ? f(f(signal * m) + f(noise * x)) : m
    return f(keep * x) - f(f(difference * epsilon) / divisor)
  })
}
