/**
 * DPM-Solver++, multistep of order 1 to 3 (2M by default): Lu et al. (2022), arXiv 2211.01095; with algorithm_type
 * "dpmsolver" the noise-predicting form of arXiv 2206.00927; with "sde-…" the stochastic forms.
 * Reference: DPMSolverMultistepScheduler of diffusers 0.27.2. The updates themselves are in dpm-updates.ts.
 */
import { DiffusionError } from '../error.ts'
import { roundHalfEven } from '../random/half.ts'
import { alphasCumprod, betaFields } from './betas.ts'
import { absent, choice, flag, number, readConfig, whole, type ConfigOf } from './config.ts'
import { levelOf, update, type Level, type Solver } from './dpm-updates.ts'
import { sigmaAt } from './euler-shared.ts'
import { f, mix, root, zip } from './float32.ts'
import { emptyState, type GivenConfig, type SchedulePlan, type Scheduler, type SchedulerState } from './scheduler.ts'
import { evenLogSigmas, interpolate, karrasSigmas, logarithms, timestepOfSigma, trainingSigmas } from './sigmas.ts'
import {
  checkDistinctStart, checkSteps, downwards, evenly, multiples, remainingSteps, spacingField,
} from './spacing.ts'

const className = 'DPMSolverMultistepScheduler'
const fields = {
  ...betaFields,
  solver_order: order,
  prediction_type: choice('epsilon', ['epsilon', 'v_prediction', 'sample']),
  thresholding: absent('Dynamic thresholding is made for pixels and spoils latents: turn it off.'),
  dynamic_thresholding_ratio: number(0.995),
  sample_max_value: number(1),
  algorithm_type: renamed(choice('dpmsolver++', ['dpmsolver', 'dpmsolver++', 'sde-dpmsolver', 'sde-dpmsolver++']), {
    deis: 'dpmsolver++',
  }),
  solver_type: renamed(choice('midpoint', ['midpoint', 'heun']), {
    logrho: 'midpoint', bh1: 'midpoint', bh2: 'midpoint',
  }),
  lower_order_final: flag(true),
  euler_at_final: flag(false),
  use_karras_sigmas: flag(false),
  use_lu_lambdas: flag(false),
  final_sigmas_type: choice('zero', ['zero', 'sigma_min']),
  lambda_min_clipped: number(-Infinity),
  variance_type: absent('The sampler drops a learned variance before the scheduler sees it: leave this out.'),
  timestep_spacing: spacingField('linspace'),
  steps_offset: whole(0, 0),
  rescale_betas_zero_snr: flag(false),
}
type DpmConfig = ConfigOf<typeof fields>

/** Names of other solvers that diffusers reads as the one here that comes closest. */
function renamed<T>(read: (value: unknown, field: string) => T, names: Readonly<Record<string, string>>) {
  return (value: unknown, field: string): T => read(names[String(value)] ?? value, field)
}

function order(value: unknown, field: string): 1 | 2 | 3 {
  if (value === undefined) return 2
  if (value === 1 || value === 2 || value === 3) return value
  throw new DiffusionError({ field, expected: '1, 2 or 3', found: JSON.stringify(value), remedy: 'Take 2.' })
}

/** The scheduler "DPM++". @throws DiffusionError for a configuration that is not its own. */
export function createDpmSolver(given: GivenConfig): Scheduler {
  const config = readConfig(className, fields, given)
  checkCombination(config)
  const alphas = alphasCumprod(config, config.rescale_betas_zero_snr)
  return {
    name: 'DPM++', className, config, alphasCumprod: alphas,
    plan: (steps, denoise = 1) => planDpm(config, alphas, steps, denoise),
    start: () => emptyState,
    scaleInput: (_plan, _index, x) => x,
    step: (plan, state, index, output, x, noise) => dpmStep(config, plan, state, index, output, x, noise),
    addNoise(plan, index, x0, noise) {
      const { alpha, sigma } = levelOf(sigmaAt(plan, index))
      return mix(alpha, x0, sigma, noise)
    },
  }
}

function checkCombination(config: DpmConfig): void {
  const { algorithm_type: algorithm, final_sigmas_type: final, solver_order: order } = config
  const predictsNoise = !algorithm.endsWith('++')
  if (predictsNoise && final === 'zero') {
    throw new DiffusionError({
      field: 'final_sigmas_type', expected: `"sigma_min" with ${algorithm}`, found: '"zero"',
      remedy: 'Set it to sigma_min, or take dpmsolver++.',
    })
  }
  if (algorithm.startsWith('sde-') && order === 3) {
    throw new DiffusionError({
      field: 'solver_order', expected: `1 or 2 with ${algorithm}`, found: '3', remedy: 'Take 2.',
    })
  }
}

function planDpm(config: DpmConfig, alphas: Float32Array, steps: number, denoise: number): SchedulePlan {
  checkSteps(steps, 1, Infinity, 'DPM++')
  const trained = trainingSigmas(alphas)
  const logs = logarithms(trained)
  let timesteps = spaced(config, alphas, steps)
  let levels = interpolate(timesteps, trained)
  if (config.use_karras_sigmas || config.use_lu_lambdas) {
    levels = (config.use_karras_sigmas ? karrasSigmas : evenLogSigmas)(trained[0]!, trained.at(-1)!, steps)
    timesteps = levels.map((sigma) => roundHalfEven(timestepOfSigma(sigma, logs)))
  }
  checkDistinctStart(timesteps, steps, 'DPM++')
  const sigmas = Float32Array.from([...levels, config.final_sigmas_type === 'zero' ? 0 : trained[0]!])
  const begin = steps - remainingSteps(steps, denoise)
  return { steps, timesteps, fractional: false, sigmas, initNoiseSigma: 1, begin }
}

/** Whole timesteps, highest first; the schedule ends at timestep 0, which is not visited. */
function spaced(config: DpmConfig, alphas: Float32Array, steps: number): number[] {
  const end = lastTimestep(config, alphas)
  switch (config.timestep_spacing) {
    case 'linspace': return evenly(end - 1, steps + 1).map(roundHalfEven).slice(0, -1)
    case 'leading': return multiples(Math.floor(end / (steps + 1)), steps + 1, config.steps_offset).slice(0, -1)
    case 'trailing': return downwards(end, config.num_train_timesteps / steps)
  }
}

const lambda = (alpha: number): number => f(f(Math.log(root(alpha))) - f(Math.log(root(f(1 - alpha)))))

/** How many training timesteps have λ = ln(α/σ) from lambda_min_clipped up. */
function lastTimestep(config: DpmConfig, alphas: Float32Array): number {
  return alphas.reduce((count, alpha) => (lambda(alpha) < config.lambda_min_clipped ? count : count + 1), 0)
}

function dpmStep(
  config: DpmConfig, plan: SchedulePlan, state: SchedulerState, index: number,
  output: Float32Array, x: Float32Array, noise: () => Float32Array,
): { x: Float32Array; state: SchedulerState } {
  const converted = convert(config, levelOf(sigmaAt(plan, index)), output, x)
  const outputs = [...state.outputs, converted].slice(-config.solver_order)
  const order = orderOf(config, plan, state.taken, index)
  const levels = Array.from({ length: order + 1 }, (_, back) => levelOf(sigmaAt(plan, index + 1 - back)))
  const solver: Solver = { algorithm: config.algorithm_type, midpoint: config.solver_type === 'midpoint' }
  const extra = config.algorithm_type.startsWith('sde-') ? noise() : null
  const next = update(solver, levels, outputs.toReversed(), x, extra)
  return { x: next, state: { ...state, outputs, taken: state.taken + 1 } }
}

/** Order of the update at call `index`: it grows over the first calls, and falls at the end of short runs. */
function orderOf(config: DpmConfig, plan: SchedulePlan, taken: number, index: number): 1 | 2 | 3 {
  const left = plan.timesteps.length - 1 - index
  const short = config.lower_order_final && plan.timesteps.length < 15
  if (left === 0 && (config.euler_at_final || short || config.final_sigmas_type === 'zero')) return 1
  if (config.solver_order === 1 || taken < 1) return 1
  return config.solver_order === 2 || taken < 2 || (left === 1 && short) ? 2 : 3
}

/** What the algorithm integrates, x_0 (the ++ forms) or the noise, from what the model predicts. */
function convert(config: DpmConfig, { alpha, sigma }: Level, output: Float32Array, x: Float32Array): Float32Array {
  const prediction = config.prediction_type
  if (config.algorithm_type.endsWith('++')) {
    if (prediction === 'sample') return output
    if (prediction === 'epsilon') return zip(x, output, (x, m) => f(x - f(sigma * m)) / alpha)
    return mix(alpha, x, -sigma, output)
  }
  if (prediction === 'epsilon') return output
  if (prediction === 'sample') return zip(x, output, (x, m) => f(x - f(alpha * m)) / sigma)
  return mix(alpha, output, sigma, x)
}
