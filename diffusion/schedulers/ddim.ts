/**
 * DDIM: Song, Meng and Ermon (2020), "Denoising diffusion implicit models", equations 12 and 16.
 * Reference: DDIMScheduler of diffusers 0.27.2.
 */
import { DiffusionError } from '../error.ts'
import { addAlphaNoise, alphaAt, wholeTimesteps } from './alpha-shared.ts'
import { alphasCumprod, betaFields } from './betas.ts'
import { absent, choice, flag, number, readConfig, whole, type ConfigOf } from './config.ts'
import { f, root, square, zip } from './float32.ts'
import { emptyState, type GivenConfig, type SchedulePlan, type Scheduler, type StepOptions } from './scheduler.ts'
import { checkSteps, remainingSteps, spacingField } from './spacing.ts'

const className = 'DDIMScheduler'
const fields = {
  ...betaFields,
  clip_sample: flag(true),
  set_alpha_to_one: flag(true),
  steps_offset: whole(0, 0),
  prediction_type: choice('epsilon', ['epsilon', 'v_prediction', 'sample']),
  thresholding: absent('Dynamic thresholding is made for pixels and spoils latents: turn it off.'),
  dynamic_thresholding_ratio: number(0.995),
  clip_sample_range: number(1),
  sample_max_value: number(1),
  timestep_spacing: spacingField('leading'),
  rescale_betas_zero_snr: flag(false),
}
type DdimConfig = ConfigOf<typeof fields>

/** The scheduler "DDIM". @throws DiffusionError for a configuration that is not its own. */
export function createDdim(given: GivenConfig, options: StepOptions): Scheduler {
  const config = readConfig(className, fields, given)
  const alphas = alphasCumprod(config, config.rescale_betas_zero_snr, false)
  return {
    name: 'DDIM', className, config, alphasCumprod: alphas,
    plan: (steps, denoise = 1) => planDdim(config, alphas, steps, denoise),
    start: () => emptyState,
    scaleInput: (_plan, _index, x) => x,
    step: (plan, state, index, output, x, noise) => ({
      x: ddimStep(config, alphas, options, plan, index, output, x, noise),
      state: { ...state, taken: state.taken + 1 },
    }),
    addNoise: (plan, index, x0, noise) => addAlphaNoise(alphas, plan, index, x0, noise),
  }
}

function planDdim(config: DdimConfig, alphas: Float32Array, steps: number, denoise: number): SchedulePlan {
  checkSteps(steps, 1, config.num_train_timesteps, 'DDIM')
  const timesteps = wholeTimesteps(config, steps)
  if (config.prediction_type === 'epsilon' && !config.clip_sample && alphas[timesteps[0]!] === 0) {
    throw new DiffusionError({
      field: 'prediction_type', expected: 'v_prediction or sample with rescale_betas_zero_snr', found: '"epsilon"',
      remedy: 'A sample without signal says nothing about x_0: turn the rescaling off, or clip_sample on.',
    })
  }
  return { steps, timesteps, fractional: false, initNoiseSigma: 1, begin: steps - remainingSteps(steps, denoise) }
}

/** x_{t-1} = √ᾱ_{t-1}·x_0 + √(1 - ᾱ_{t-1} - σ²)·ε + σ·noise, with σ = η·√variance. */
function ddimStep(
  config: DdimConfig, alphas: Float32Array, options: StepOptions, plan: SchedulePlan, index: number,
  output: Float32Array, x: Float32Array, noise: () => Float32Array,
): Float32Array {
  const timestep = plan.timesteps[index]!
  const previous = timestep - Math.floor(config.num_train_timesteps / plan.steps)
  const alpha = alphas[timestep]!
  const alphaPrevious = alphaAt(alphas, previous, config.set_alpha_to_one)
  const predict = predictions(config, options, alpha)
  const sigma = f((options.eta ?? 0) * root(variance(alpha, alphaPrevious)))
  const direction = root(Math.max(f(f(1 - alphaPrevious) - square(sigma)), 0))         // rounding may fall below 0
  const keep = root(alphaPrevious)
  const moved = zip(x, output, (x, m) => {
    const { clean, epsilon } = predict(x, m)
    return f(keep * clean) + f(direction * epsilon)
  })
  return (options.eta ?? 0) > 0 ? zip(moved, noise(), (x, n) => x + f(sigma * n)) : moved
}

/** σ_t² of equation 16 for η = 1. */
const variance = (alpha: number, previous: number): number =>
  f(f(f(1 - previous) / f(1 - alpha)) * f(1 - f(alpha / previous)))

/** x_0, clipped as configured, and the noise, from a sample and the model's output for it. */
function predictions(config: DdimConfig, options: StepOptions, alpha: number) {
  const [signal, noise] = [root(alpha), root(f(1 - alpha))]
  const limit = config.clip_sample ? config.clip_sample_range : Infinity
  const epsilonOf = (x: number, clean: number) => f(f(x - f(signal * clean)) / noise)
  return (x: number, output: number): { clean: number; epsilon: number } => {
    let clean = output
    let epsilon = output
    if (config.prediction_type === 'epsilon') clean = f(f(x - f(noise * output)) / signal)
    if (config.prediction_type === 'sample') epsilon = epsilonOf(x, output)
    if (config.prediction_type === 'v_prediction') {
      clean = f(f(signal * x) - f(noise * output))
      epsilon = f(f(signal * output) + f(noise * x))
    }
    clean = Math.min(Math.max(clean, -limit), limit)
    return { clean, epsilon: options.use_clipped_model_output ? epsilonOf(x, clean) : epsilon }
  }
}
