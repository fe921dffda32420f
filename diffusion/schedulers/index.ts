/** The table of schedulers: one line each. */
import { DiffusionError } from '../error.ts'
import { createDdim } from './ddim.ts'
import { createDpmSolver } from './dpm-solver.ts'
import { createEulerAncestral } from './euler-ancestral.ts'
import { createEuler } from './euler.ts'
import { createPndm } from './pndm.ts'
import type { GivenConfig, Scheduler, SchedulerName, StepOptions } from './scheduler.ts'

interface SchedulerEntry {
  readonly className: string
  readonly create: (config: GivenConfig, options: StepOptions) => Scheduler
}

/** By the name that EasyAnimate shows; with the class of diffusers 0.27.2 that each one reproduces. */
export const SCHEDULERS: Readonly<Record<SchedulerName, SchedulerEntry>> = {
  'Euler': { className: 'EulerDiscreteScheduler', create: createEuler },
  'Euler A': { className: 'EulerAncestralDiscreteScheduler', create: createEulerAncestral },
  'DPM++': { className: 'DPMSolverMultistepScheduler', create: createDpmSolver },
  'PNDM': { className: 'PNDMScheduler', create: createPndm },
  'DDIM': { className: 'DDIMScheduler', create: createDdim },
}

/** What EasyAnimate's V1 yaml files give every scheduler (noise_scheduler_kwargs). */
export const EASYANIMATE_NOISE: GivenConfig = {
  beta_start: 0.0001, beta_end: 0.02, beta_schedule: 'linear', steps_offset: 1,
}

/**
 * A scheduler by name or by diffusers' class name.
 * @param config settings as in scheduler_config.json or noise_scheduler_kwargs; the class's defaults fill the rest.
 * @param options keyword arguments of `step`, such as DDIM's eta.
 * @throws DiffusionError for an unknown name, or a setting that is none or has a wrong value.
 */
export function createScheduler(name: string, config: GivenConfig = {}, options: StepOptions = {}): Scheduler {
  const found = Object.entries(SCHEDULERS).find(([key, { className }]) => name === key || name === className)
  if (found) return found[1].create(config, options)
  throw new DiffusionError({
    field: 'scheduler', expected: `one of ${Object.keys(SCHEDULERS).join(', ')}`, found: JSON.stringify(name),
    remedy: 'Choose a sampler from the list.',
  })
}

export { parsePythonJson } from './python-json.ts'
export { stateFromJson, stateToJson, type SchedulerStateJson } from './state.ts'
export type {
  GivenConfig, Scheduler, SchedulePlan, SchedulerConfig, SchedulerName, SchedulerState, StepOptions,
} from './scheduler.ts'
