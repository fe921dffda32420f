/** What every scheduler offers: pure functions over a plan (fixed for a run) and a state (changes with each step). */
import type { BetaConfig } from './betas.ts'

export type SchedulerName = 'Euler' | 'Euler A' | 'DPM++' | 'PNDM' | 'DDIM'

/** Settings as a scheduler_config.json or a yaml's noise_scheduler_kwargs holds them, not yet checked. */
export type GivenConfig = Readonly<Record<string, unknown>>

/** A scheduler's full configuration under diffusers' names, defaults filled in. */
export type SchedulerConfig = BetaConfig & Readonly<Record<string, unknown>>

/** Keyword arguments of diffusers' `step`; each scheduler reads its own and ignores the others. */
export interface StepOptions {
  /** DDIM: share of the ancestral noise, 0 (deterministic, the default) … 1 (DDPM). */
  readonly eta?: number
  /** DDIM: derive the noise anew from the clipped x_0. */
  readonly use_clipped_model_output?: boolean
  /** Euler: noise put back before each step, in all; 0 by default. */
  readonly s_churn?: number
  /** Euler: only sigmas from s_tmin … s_tmax churn. */
  readonly s_tmin?: number
  readonly s_tmax?: number
  /** Euler: scale of the noise that churning adds. */
  readonly s_noise?: number
}

/** What a number of steps comes to. Plain data. */
export interface SchedulePlan {
  /** The number of steps asked for; the model may be called more often than that (PNDM's warm-up). */
  readonly steps: number
  /** What the model is given as its timestep, call by call. */
  readonly timesteps: readonly number[]
  /** Timesteps are float32 numbers, not whole ones. */
  readonly fractional: boolean
  /** Noise level before each step and, last, after the final one; absent where the scheduler works with alphas. */
  readonly sigmas?: Float32Array
  /** Unit noise times this is the sample that a run from nothing but noise starts with. */
  readonly initNoiseSigma: number
  /** Index of the first call: 0, or later where only the end of the schedule is run (image variation). */
  readonly begin: number
}

/** What a scheduler remembers between steps. Plain data that structuredClone copies; see state.ts for JSON. */
export interface SchedulerState {
  /** Calls made so far. */
  readonly taken: number
  /** Model outputs that a multistep method still needs, oldest first. */
  readonly outputs: readonly Float32Array[]
  /** PNDM: the sample that the Runge-Kutta round, or the step to be corrected, set out from. */
  readonly sample: Float32Array | null
  /** PNDM: the weighted sum of a Runge-Kutta round so far. */
  readonly sum: Float32Array | null
}

export interface Scheduler {
  readonly name: SchedulerName
  /** The class of diffusers 0.27.2 whose numbers this reproduces. */
  readonly className: string
  readonly config: SchedulerConfig
  /** ᾱ_t for every training timestep. */
  readonly alphasCumprod: Float32Array
  /**
   * @param denoise share of the schedule to run, over 0 to 1: 1 starts from pure noise, less keeps part of an image.
   * @throws DiffusionError when the method cannot run with so many or so few steps.
   */
  plan(steps: number, denoise?: number): SchedulePlan
  start(plan: SchedulePlan): SchedulerState
  /** What the model is to be given for sample `x` at call `index`. */
  scaleInput(plan: SchedulePlan, index: number, x: Float32Array): Float32Array
  /**
   * From sample `x` and the model's output for it to the next sample; `x` and `state` are left as they are.
   * @param noise gives unit noise of the sample's size; called where the reference draws, also if nothing comes of it.
   */
  step(
    plan: SchedulePlan, state: SchedulerState, index: number,
    modelOutput: Float32Array, x: Float32Array, noise: () => Float32Array,
  ): { x: Float32Array; state: SchedulerState }
  /** Clean sample `x0` brought to the noise level of call `index` (image variation starts at `plan.begin`). */
  addNoise(plan: SchedulePlan, index: number, x0: Float32Array, noise: Float32Array): Float32Array
}

export const emptyState: SchedulerState = { taken: 0, outputs: [], sample: null, sum: null }
