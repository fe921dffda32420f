/** Sampling: from noise, or from a latent that is given some of it, to a latent that follows the text. */
import { samplerActivations } from './estimates.ts'
import type { Device } from '../tensor/index.ts'
import { repeatConditioning } from './conditioning.ts'
import type { Conditioning } from './conditioning.ts'
import { guided, openDenoiser } from './denoise.ts'
import type { Denoise, DenoiserMemory } from './denoise.ts'
import type { Latent } from './latent.ts'
import { EASYANIMATE_SCALE } from './latent.ts'
import { openModel } from './open-model.ts'
import { Generator } from './random/index.ts'
import type { GeneratorState } from './random/index.ts'
import { transformerOf, wantedByModel } from './recipes/describe-dit.ts'
import type { ModelRecipe } from './recipes/recipe.ts'
import { checkRequest, pixelsOf } from './sample-checks.ts'
import { cleanEstimate } from './schedulers/clean-estimate.ts'
import { createScheduler, EASYANIMATE_NOISE, SCHEDULERS } from './schedulers/index.ts'
import type { GivenConfig, Scheduler, SchedulePlan, SchedulerName, SchedulerState } from './schedulers/index.ts'

/** The samplers, by the names that EasyAnimate shows. */
export const SCHEDULER_NAMES = Object.keys(SCHEDULERS) as SchedulerName[] // the table has exactly these keys

export interface SampleRequest {
  readonly positive: Conditioning
  /** What it should not show; null: no guidance. */
  readonly negative?: Conditioning | null
  /** The size, and where `denoise` is below 1 the start. */
  readonly latents: Latent
  /** The initial unit noise, of the latents' size; drawn from the seed unless given. */
  readonly noise?: Float32Array
  readonly scheduler: string
  readonly steps: number
  /** How strongly the text is followed; guidance acts above 1. */
  readonly guidance: number
  /** Equal seeds give equal results, PyTorch's. */
  readonly seed: number | bigint
  /**
   * 1 (default): from pure noise. Less: this share of the schedule, starting from the latents. 0: nothing is done.
   */
  readonly denoise?: number
  /** DDIM's share of ancestral noise. */
  readonly eta?: number
  /** The noise schedule; EasyAnimate's `noise_scheduler_kwargs` unless given. */
  readonly schedulerConfig?: GivenConfig
}

/** Everything that a run knows between two steps: one plain value, so that it can be saved and resumed. */
export interface SamplerState {
  /** Index of the next call in the plan's timesteps. */
  readonly call: number
  readonly latents: Float32Array
  readonly scheduler: SchedulerState
  readonly generator: GeneratorState
  /** What the denoiser's wrappers remember. */
  readonly denoiser: DenoiserMemory
}

export interface StepInfo {
  /** Model calls made, of `steps` in all. */
  readonly step: number
  readonly steps: number
  readonly timestep: number
  /** After the step. */
  readonly latents: Float32Array
  /** The prediction, after guidance. */
  readonly noisePred: Float32Array
  /** Where the sample is headed, by this prediction: x_0, of the latents' size. */
  clean(): Float32Array
  readonly state: SamplerState
}

export interface SampleHooks {
  /** Checked between the model's segments and between steps. */
  readonly signal?: AbortSignal | undefined
  /** What it gives is awaited before the next step. */
  readonly onStep?: (info: StepInfo) => unknown
  /** A state to go on from; it must come from a run of the same request. */
  readonly resume?: SamplerState
}

/**
 * Runs a sampler.
 * @throws DiffusionError naming what of the request cannot be, MemoryError when the model does not fit
 */
export async function sample(
  device: Device,
  recipe: ModelRecipe,
  request: SampleRequest,
  hooks: SampleHooks = {},
): Promise<Latent> {
  const { latents, denoise: share = 1, eta } = request
  checkRequest(recipe, request)
  if (share === 0) return latents
  const scheduler = createScheduler(
    request.scheduler,
    request.schedulerConfig ?? EASYANIMATE_NOISE,
    eta === undefined ? {} : { eta },
  )
  const plan = scheduler.plan(request.steps, share)
  const denoiser = await openGuided(device, recipe, request, hooks.signal)
  try {
    const start = hooks.resume ?? startState(scheduler, plan, request)
    const end = await runSteps({ scheduler, plan, denoise: denoiser.denoise, shape: latents.shape }, start, hooks)
    const scale = recipe.family === 'pixart' ? 'config' : EASYANIMATE_SCALE
    return { ...latents, data: end.latents, scale: share < 1 ? latents.scale : scale }
  } finally {
    denoiser.release()
  }
}

/** The model's denoiser, guided where the scale is above 1 and there is something to guide away from. */
async function openGuided(
  device: Device,
  recipe: ModelRecipe,
  request: SampleRequest,
  signal: AbortSignal | undefined,
) {
  const {
    positive,
    negative = null,
    guidance,
    latents: { shape },
  } = request
  const batch = shape[0]
  const guides = negative !== null && guidance > 1
  const conditionings = [
    ...(guides ? [repeatConditioning(negative, batch, 'negative')] : []),
    repeatConditioning(positive, batch, 'positive'),
  ]
  const model = await openModel(device, {
    recipe,
    describe: transformerOf(recipe),
    wanted: wantedByModel(recipe),
    loraTarget: 'transformer',
    activationBytes: samplerActivations(recipe, shape, conditionings.length),
    signal,
  })
  const opened = await openDenoiser(device, recipe, model, { shape, conditionings, pixels: pixelsOf(shape), signal })
  return { ...opened, denoise: guides ? guided(opened.denoise, guidance) : opened.denoise }
}

/** Noise to begin with; where only the end of the schedule is run, the latents brought to that noise level. */
function startState(
  scheduler: Scheduler,
  plan: SchedulePlan,
  { seed, noise, latents, denoise = 1 }: SampleRequest,
): SamplerState {
  const generator = new Generator(seed)
  const unit = noise ?? generator.randn(latents.shape)
  const x =
    denoise < 1
      ? scheduler.addNoise(plan, plan.begin, latents.data, unit)
      : unit.map((n) => n * Math.fround(plan.initNoiseSigma))
  return { call: plan.begin, latents: x, scheduler: scheduler.start(plan), generator: generator.state(), denoiser: {} }
}

interface Run {
  readonly scheduler: Scheduler
  readonly plan: SchedulePlan
  readonly denoise: Denoise
  readonly shape: Latent['shape']
}

/** One call after the other, from a state to the end of the plan. */
async function runSteps(run: Run, start: SamplerState, { signal, onStep }: SampleHooks): Promise<SamplerState> {
  const {
    plan: { timesteps, begin },
  } = run
  let state = start
  while (state.call < timesteps.length) {
    signal?.throwIfAborted()
    const timestep = timesteps[state.call]!
    const { next, noisePred, clean } = await step(run, state)
    state = next
    await onStep?.({
      step: state.call - begin,
      steps: timesteps.length - begin,
      timestep,
      latents: state.latents,
      noisePred,
      clean,
      state,
    })
  }
  return state
}

/** Scale, predict, step; the noise that the scheduler asks for comes from the run's generator. */
async function step(
  { scheduler, plan, denoise, shape }: Run,
  state: SamplerState,
): Promise<{ next: SamplerState; noisePred: Float32Array; clean: () => Float32Array }> {
  const { call, latents } = state
  const generator = Generator.from(state.generator)
  const scaled = scheduler.scaleInput(plan, call, latents)
  const { output, memory } = await denoise(scaled, plan.timesteps[call]!, call, state.denoiser)
  const { x, state: remembered } = scheduler.step(plan, state.scheduler, call, output, latents, () =>
    generator.randn(shape),
  )
  return {
    next: { call: call + 1, latents: x, scheduler: remembered, generator: generator.state(), denoiser: memory },
    noisePred: output,
    clean: () => cleanEstimate(scheduler, plan.timesteps[call]!, scaled, output),
  }
}
