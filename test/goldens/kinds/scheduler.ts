/**
 * Kind `scheduler`: timesteps, sigmas and whole trajectories for every step count, with the case's model function.
 * Step counts that fail in the reference must be refused here too.
 */
import { createScheduler, type Scheduler, type SchedulePlan } from '../../../diffusion/schedulers/index.ts'
import { Generator } from '../../../diffusion/random/index.ts'
import type { Comparer, GoldenCase, KindRunner } from '../case.ts'

type Settings = Readonly<Record<string, unknown>>

export const run: KindRunner = async (golden, compare) => {
  const { constructor, step_kwargs: options, num_inference_steps: counts } = golden.spec.arguments
  const className = String(golden.config?.['_class_name'])
  const scheduler = createScheduler(className, parseInfinities(settings(constructor)), settings(options))
  checkConfig(compare, scheduler, golden.config ?? {})
  const alphas = scheduler.alphasCumprod
  if (golden.io.has('output.alphas_cumprod')) {
    compare.tensor('output.alphas_cumprod', { shape: [alphas.length], data: alphas })
  }
  const failures = settings(golden.spec['failures_in_reference'])
  for (const steps of Array.isArray(counts) ? counts.map(Number) : []) {
    if (String(steps) in failures) checkRefused(compare, scheduler, steps)
    else runSteps(golden, compare, scheduler, steps)
  }
}

/** The defaults filled in here are those of the class. */
function checkConfig(compare: Comparer, scheduler: Scheduler, expected: Settings): void {
  for (const [key, value] of Object.entries(expected).filter(([key]) => !key.startsWith('_'))) {
    const ours = scheduler.config[key] === false && value === null ? null : scheduler.config[key]
    const same = JSON.stringify(ours) === JSON.stringify(value)
    compare.check(`config.${key}`, same, `${String(ours)} is not ${String(value)}`)
  }
}

function checkRefused(compare: Comparer, scheduler: Scheduler, steps: number): void {
  let refusal = ''
  try {
    scheduler.plan(steps)
  } catch (error) {
    refusal = error instanceof Error ? error.name : ''
  }
  compare.check(`n${steps} is refused`, refusal === 'DiffusionError', refusal || 'it was accepted')
}

function runSteps(golden: GoldenCase, compare: Comparer, scheduler: Scheduler, steps: number): void {
  const plan = scheduler.plan(steps)
  const put = (name: string, shape: readonly number[], data: ArrayLike<number>) => {
    if (golden.io.has(name)) compare.tensor(name, { shape, data })
  }
  put(`output.n${steps}.timesteps`, [plan.timesteps.length], plan.timesteps)
  put(`output.n${steps}.init_noise_sigma`, [], [plan.initNoiseSigma])
  if (plan.sigmas) put(`output.n${steps}.sigmas`, [plan.sigmas.length], plan.sigmas)

  const { shape } = golden.tensor('input.noise')
  const { samples, inputs, drawn } = trajectory(golden, scheduler, plan)
  put(`output.n${steps}.trajectory`, [samples.length, ...shape], samples.flatMap((x) => [...x]))
  put(`mid.n${steps}.scaled_inputs`, [inputs.length, ...shape], inputs.flatMap((x) => [...x]))
  const expected = settings(golden.spec['draws_of_randn_per_run'])[String(steps)]
  if (expected === undefined) return
  compare.check(`n${steps} draws`, drawn === expected, `${drawn} is not ${String(expected)}`)
}

function trajectory(golden: GoldenCase, scheduler: Scheduler, plan: SchedulePlan) {
  const noise = golden.tensor('input.noise')
  const stored = golden.io.get(`input.n${plan.steps}.step_noise`)
  const generator = new Generator(600 + plan.steps)                    // noise_seed_per_step in case.json
  const size = noise.data.length
  let drawn = 0
  const draw = () => {
    const from = size * drawn++
    return stored ? Float32Array.from(stored.data.subarray(from, from + size)) : generator.randn(noise.shape)
  }
  let state = scheduler.start(plan)
  let x: Float32Array = Float32Array.from(noise.data, (n) => n * plan.initNoiseSigma)
  const [samples, inputs] = [[x], [] as Float32Array[]]
  plan.timesteps.forEach((timestep, index) => {
    const input = scheduler.scaleInput(plan, index, x)
    inputs.push(input)
    const next = scheduler.step(plan, state, index, model(input, timestep), x, draw)
    ;({ x, state } = next)
    samples.push(x)
  })
  return { samples, inputs, drawn }
}

/** The case's stand-in: 0.3·x·sin(t/100) + 0.1·tanh(x). */
function model(x: Float32Array, timestep: number): Float32Array {
  const f = Math.fround
  const weight = f(Math.sin(timestep / 100))
  return x.map((x) => f(f(f(0.3) * x) * weight) + f(f(0.1) * f(Math.tanh(x))))
}

const settings = (value: unknown): Settings => Object.fromEntries(Object.entries(value ?? {}))

const INFINITIES: Settings = { '-inf': -Infinity, 'inf': Infinity }

/** Python's infinities are text in case.json. */
const parseInfinities = (given: Settings): Settings =>
  Object.fromEntries(Object.entries(given).map(([key, value]) => [key, INFINITIES[String(value)] ?? value]))
