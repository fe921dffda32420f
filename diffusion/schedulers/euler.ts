/**
 * Euler steps along the probability-flow ODE: algorithm 2 of Karras et al. (2022), first order, with optional churn.
 * Reference: EulerDiscreteScheduler of diffusers 0.27.2.
 */
import { alphasCumprod, betaFields } from './betas.ts'
import { choice, flag, optionalNumber, readConfig, whole, type ConfigOf } from './config.ts'
import { addSigmaNoise, eulerPlan, eulerTimesteps, scaleBySigma, sigmaAt, velocityToClean } from './euler-shared.ts'
import { f, linspace32, root, square, zip } from './float32.ts'
import { emptyState, type GivenConfig, type SchedulePlan, type Scheduler, type StepOptions } from './scheduler.ts'
import { interpolate, karrasSigmas, logarithms, timestepOfSigma, trainingSigmas } from './sigmas.ts'
import { spacingField } from './spacing.ts'

const className = 'EulerDiscreteScheduler'
const fields = {
  ...betaFields,
  prediction_type: choice('epsilon', ['epsilon', 'v_prediction', 'sample', 'original_sample']),
  interpolation_type: choice('linear', ['linear', 'log_linear']),
  use_karras_sigmas: flag(false),
  sigma_min: optionalNumber,
  sigma_max: optionalNumber,
  timestep_spacing: spacingField('linspace'),
  timestep_type: choice('discrete', ['discrete', 'continuous']),
  steps_offset: whole(0, 0),
  rescale_betas_zero_snr: flag(false),
}
type EulerConfig = ConfigOf<typeof fields>

/** The scheduler "Euler". @throws DiffusionError for a configuration that is not its own. */
export function createEuler(given: GivenConfig, options: StepOptions): Scheduler {
  const config = readConfig(className, fields, given)
  const alphas = alphasCumprod(config, config.rescale_betas_zero_snr)
  return {
    name: 'Euler', className, config, alphasCumprod: alphas,
    plan: (steps, denoise = 1) => planEuler(config, alphas, steps, denoise),
    start: () => emptyState,
    scaleInput: scaleBySigma,
    step: (plan, state, index, output, x, noise) => ({
      x: eulerStep(config, options, plan, index, output, x, noise()),
      state: { ...state, taken: state.taken + 1 },
    }),
    addNoise: addSigmaNoise,
  }
}

function planEuler(config: EulerConfig, alphas: Float32Array, steps: number, denoise: number): SchedulePlan {
  const trained = trainingSigmas(alphas)
  let timesteps = eulerTimesteps(config, steps)
  let sigmas: ArrayLike<number> = config.interpolation_type === 'linear'
    ? interpolate(timesteps, trained)
    : linspace32(Math.log(trained.at(-1)!), Math.log(trained[0]!), steps + 1).map((log) => Math.exp(log))
  if (config.use_karras_sigmas) {
    const [min, max] = [config.sigma_min ?? sigmas[sigmas.length - 1]!, config.sigma_max ?? sigmas[0]!]
    const logs = logarithms(trained)
    sigmas = karrasSigmas(min, max, steps)
    timesteps = Array.from(sigmas, (sigma) => f(timestepOfSigma(sigma, logs)))
  }
  if (config.timestep_type === 'continuous' && config.prediction_type === 'v_prediction') {
    timesteps = Array.from(sigmas, (sigma) => f(0.25 * f(Math.log(f(sigma)))))
  }
  return eulerPlan(config, steps, denoise, timesteps, sigmas)
}

/** x_{i+1} = x_i + (σ_{i+1} - σ̂_i)·d_i with d_i = (x_i - x_0)/σ̂_i, where σ̂ is σ, raised where the sampler churns. */
function eulerStep(
  config: EulerConfig, options: StepOptions, plan: SchedulePlan, index: number,
  output: Float32Array, x: Float32Array, noise: Float32Array,
): Float32Array {
  const sigma = sigmaAt(plan, index)
  const gamma = churn(options, plan, sigma)
  const raised = f(sigma * f(gamma + 1))
  const from = gamma > 0 ? churned(x, noise, options.s_noise ?? 1, sigma, raised) : x
  const dt = f(sigmaAt(plan, index + 1) - raised)
  const clean = cleanSample(config, sigma, raised)
  return zip(from, output, (x, m) => x + f(f(f(x - clean(x, m)) / raised) * dt))
}

/** γ_i of algorithm 2: by how much the noise is raised before step i. */
function churn({ s_churn = 0, s_tmin = 0, s_tmax = Infinity }: StepOptions, plan: SchedulePlan, sigma: number): number {
  const levels = (plan.sigmas?.length ?? 1) - 1
  return sigma >= s_tmin && sigma <= s_tmax ? Math.min(s_churn / levels, Math.SQRT2 - 1) : 0
}

function churned(x: Float32Array, noise: Float32Array, scale: number, sigma: number, raised: number): Float32Array {
  const added = root(f(square(raised) - square(sigma)))
  return zip(x, noise, (x, n) => x + f(f(n * scale) * added))
}

/** x_0 from a sample and the model's output for it. */
function cleanSample(config: EulerConfig, sigma: number, raised: number): (x: number, output: number) => number {
  switch (config.prediction_type) {
    case 'epsilon': return (x, noise) => f(x - f(raised * noise))
    case 'v_prediction': return velocityToClean(sigma)
    case 'sample':
    case 'original_sample': return (_, clean) => clean
  }
}
