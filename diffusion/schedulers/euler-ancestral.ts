/**
 * Ancestral sampling with Euler steps: each step goes below its target and adds fresh noise up to it (Song et al.,
 * 2020, as k-diffusion's sample_euler_ancestral has it).
 * Reference: EulerAncestralDiscreteScheduler of diffusers 0.27.2.
 */
import { alphasCumprod, betaFields } from './betas.ts'
import { choice, flag, readConfig, whole, type ConfigOf } from './config.ts'
import { addSigmaNoise, eulerPlan, eulerTimesteps, scaleBySigma, sigmaAt, velocityToClean } from './euler-shared.ts'
import { f, root, square } from './float32.ts'
import { emptyState, type GivenConfig, type SchedulePlan, type Scheduler } from './scheduler.ts'
import { interpolate, trainingSigmas } from './sigmas.ts'
import { spacingField } from './spacing.ts'

const className = 'EulerAncestralDiscreteScheduler'
const fields = {
  ...betaFields,
  prediction_type: choice('epsilon', ['epsilon', 'v_prediction']),
  timestep_spacing: spacingField('linspace'),
  steps_offset: whole(0, 0),
  rescale_betas_zero_snr: flag(false),
}
type AncestralConfig = ConfigOf<typeof fields>

/** The scheduler "Euler A". @throws DiffusionError for a configuration that is not its own. */
export function createEulerAncestral(given: GivenConfig): Scheduler {
  const config = readConfig(className, fields, given)
  const alphas = alphasCumprod(config, config.rescale_betas_zero_snr)
  return {
    name: 'Euler A', className, config, alphasCumprod: alphas,
    plan(steps, denoise = 1) {
      const timesteps = eulerTimesteps(config, steps)
      return eulerPlan(config, steps, denoise, timesteps, interpolate(timesteps, trainingSigmas(alphas)))
    },
    start: () => emptyState,
    scaleInput: scaleBySigma,
    step: (plan, state, index, output, x, noise) => ({
      x: ancestralStep(config, plan, index, output, x, noise()),
      state: { ...state, taken: state.taken + 1 },
    }),
    addNoise: addSigmaNoise,
  }
}

/** Euler down to σ_down, then noise of σ_up on top, with σ_down² + σ_up² = σ_{i+1}². */
function ancestralStep(
  config: AncestralConfig, plan: SchedulePlan, index: number,
  output: Float32Array, x: Float32Array, noise: Float32Array,
): Float32Array {
  const [from, to] = [sigmaAt(plan, index), sigmaAt(plan, index + 1)]
  const up = root(f(f(square(to) * f(square(from) - square(to))) / square(from)))
  const down = root(f(square(to) - square(up)))
  const dt = f(down - from)
  const clean = config.prediction_type === 'epsilon'
    ? (x: number, noise: number) => f(x - f(from * noise))
    : velocityToClean(from)
  return x.map((x, i) => {
    const moved = f(x + f(f(f(x - clean(x, output[i]!)) / from) * dt))
    return moved + f(noise[i]! * up)
  })
}
