import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../test/laws.ts'
import { DiffusionError } from '../error.ts'
import { Generator } from '../random/index.ts'
import {
  createScheduler, EASYANIMATE_NOISE, parsePythonJson, SCHEDULERS, stateFromJson, stateToJson,
  type Scheduler, type SchedulerName, type SchedulerState,
} from './index.ts'

// That the numbers are diffusers' is proven by the goldens; here is what must hold for any schedule.

const names = Object.entries(SCHEDULERS).map(([name]) => name)
const make = (name: string, config = {}) => createScheduler(name, { ...EASYANIMATE_NOISE, ...config })
const SIZE = 24
const draw = (seed: number) => new Generator(seed).randn([SIZE])

/** A smooth function of sample and timestep, where a network would stand. */
const model = (x: Float32Array, t: number) => x.map((x) => 0.3 * x * Math.sin(t / 100) + 0.1 * Math.tanh(x))

interface Run { x: Float32Array; state: SchedulerState }

/** Run calls `from` … `to - 1`; each call has noise of its own seed. */
function runCalls(scheduler: Scheduler, steps: number, begin: Run | null, from: number, to = Infinity): Run {
  const plan = scheduler.plan(steps)
  let run = begin ?? { x: draw(1).map((n) => n * plan.initNoiseSigma), state: scheduler.start(plan) }
  for (let i = from; i < Math.min(to, plan.timesteps.length); i++) {
    const output = model(scheduler.scaleInput(plan, i, run.x), plan.timesteps[i]!)
    run = scheduler.step(plan, run.state, i, output, run.x, () => draw(100 + i))
  }
  return run
}

describe.each(names)('%s', (name) => {
  test('a run that is saved at any call, cloned or as JSON, and resumed, ends the same', () => {
    fc.assert(fc.property(fc.integer({ min: 4, max: 24 }), fc.nat(), fc.boolean(), (steps, cut, skip_prk_steps) => {
      const scheduler = make(name, name === 'PNDM' ? { skip_prk_steps } : {})
      const whole = runCalls(scheduler, steps, null, 0)
      const at = cut % (scheduler.plan(steps).timesteps.length + 1)
      const half = runCalls(scheduler, steps, null, 0, at)
      expect(runCalls(scheduler, steps, structuredClone(half), at).x).toEqual(whole.x)
      const state = stateFromJson(JSON.parse(JSON.stringify(stateToJson(half.state))))
      expect(runCalls(make(name, { ...scheduler.config }), steps, { x: half.x, state }, at).x).toEqual(whole.x)
    }), runs(40))
  })

  test('a step leaves the sample, the output and the state that it was given alone', () => {
    const scheduler = make(name)
    const plan = scheduler.plan(6)
    let run: Run = { x: draw(1), state: scheduler.start(plan) }
    plan.timesteps.forEach((t, i) => {
      const output = model(run.x, t)
      const before = structuredClone({ run, output })
      const next = scheduler.step(plan, run.state, i, output, run.x, () => draw(i))
      expect({ run, output }).toEqual(before)
      run = next
    })
  })

  test('with a model that knows the clean sample, noising and sampling give it back', () => {
    const x0 = draw(5).map((x) => Math.tanh(x))
    for (const denoise of [1, 0.5]) {
      const scheduler = make(name, name === 'DDIM' ? { clip_sample: false, set_alpha_to_one: true } : {
        ...(name === 'PNDM' && { set_alpha_to_one: true }),
      })
      const plan = scheduler.plan(20, denoise)
      const noise = draw(6)
      let run: Run = { x: scheduler.addNoise(plan, plan.begin, x0, noise), state: scheduler.start(plan) }
      for (let i = plan.begin; i < plan.timesteps.length; i++) {
        const output = exactNoise(scheduler, plan.timesteps[i]!, plan.sigmas?.[i], run.x, x0)
        run = scheduler.step(plan, run.state, i, output, run.x, () => draw(i))
      }
      const worst = Math.max(...run.x.map((x, i) => Math.abs(x - x0[i]!)))
      expect(worst).toBeLessThan(2e-3)
    }
  })

  test('a part of the schedule begins later, and keeps more of the image', () => {
    const scheduler = make(name)
    const [x0, noise] = [new Float32Array(SIZE).fill(0.5), draw(9)]
    const distance = [0.25, 0.5, 0.75, 1].map((denoise) => {
      const plan = scheduler.plan(20, denoise)
      return plan.timesteps[plan.begin]!
    })
    expect(distance).toEqual(distance.toSorted((a, b) => a - b))
    const little = scheduler.plan(20, 0.25)
    const noised = scheduler.addNoise(little, little.begin, x0, noise)
    expect(noised.some((x, i) => Math.abs(x - noise[i]!) > 0.3)).toBe(true)
    expect(() => scheduler.plan(20, 0)).toThrow(/denoise/)
    expect(() => scheduler.plan(20, 0.01)).toThrow(/leaves a step/)
  })

  test.each([0, -1, 2.5, NaN])('%s steps are refused', (steps) => {
    expect(() => make(name).plan(steps)).toThrow(DiffusionError)
  })

  test.each([
    [{ beta_schedule: 'cubic' }, 'beta_schedule'],
    [{ prediction_type: 'noise' }, 'prediction_type'],
    [{ num_train_timesteps: 0 }, 'num_train_timesteps'],
    [{ beta_start: 'small' }, 'beta_start'],
    [{ trained_betas: [0.1, 2] }, 'trained_betas'],
    [{ timestep_spacing: 'even' }, 'timestep_spacing'],
    [{ beta_strat: 0.1 }, 'beta_strat'],
    [{ _class_name: 'LCMScheduler' }, '_class_name'],
  ])('configuration %j is refused, naming %s', (config, field) => {
    expect(() => make(name, config)).toThrow(expect.objectContaining({ name: 'DiffusionError', field }))
  })

  test('its own full configuration is taken back, with notes and settings of the other classes', () => {
    const scheduler = make(name)
    const notes = { _class_name: scheduler.className, _diffusers_version: '0.27.2' }
    const file = { ...scheduler.config, ...notes, solver_order: 2 }
    expect(createScheduler(scheduler.className, file).config).toEqual(scheduler.config)
  })
})

/** The noise that leads from `x0` to `x`: what a perfect model predicts. */
function exactNoise(scheduler: Scheduler, t: number, sigma: number | undefined, x: Float32Array, x0: Float32Array) {
  if (sigma !== undefined && scheduler.name !== 'DPM++') return x.map((x, i) => (x - x0[i]!) / sigma)
  const alpha = sigma === undefined ? scheduler.alphasCumprod[t]! : 1 / (sigma * sigma + 1)
  return x.map((x, i) => (x - Math.sqrt(alpha) * x0[i]!) / Math.sqrt(1 - alpha))
}

test('names are those of EasyAnimate, classes those of diffusers, and another name is refused', () => {
  const expected: SchedulerName[] = ['Euler', 'Euler A', 'DPM++', 'PNDM', 'DDIM']
  expect(names).toEqual(expected)
  expect(createScheduler('DDIMScheduler').name).toBe('DDIM')
  expect(() => createScheduler('Heun')).toThrow(
    'scheduler: expected one of Euler, Euler A, DPM++, PNDM, DDIM, got "Heun". Choose a sampler from the list.')
})

test.each([
  ['PNDM', 3, {}, /whole number from 4/],
  ['DDIM', 1000, {}, /timesteps below 1000/],
  ['DDIM', 1001, {}, /from 1 to 1000/],
  ['Euler', 2000, { timestep_spacing: 'leading' }, /first two timesteps differ/],
  ['DDIM', 10, { timestep_spacing: 'trailing', rescale_betas_zero_snr: true, clip_sample: false }, /v_prediction/],
] as const)('%s with %s steps and %j is refused', (name, steps, config, message) => {
  expect(() => make(name, config).plan(steps)).toThrow(message)
})

test.each([
  [{ thresholding: true }, /thresholding/],
  [{ variance_type: 'learned' }, /variance_type/],
  [{ algorithm_type: 'dpmsolver' }, /sigma_min/],
  [{ algorithm_type: 'sde-dpmsolver++', solver_order: 3 }, /solver_order/],
  [{ solver_order: 4 }, /1, 2 or 3/],
])('DPM++ refuses %j', (config, message) => {
  expect(() => make('DPM++', config)).toThrow(message)
})

test('PNDM with a share of the schedule warms up on what remains', () => {
  const plan = make('PNDM').plan(20, 0.5)
  expect(plan.timesteps).toHaveLength(10 + 9)
  expect(plan.timesteps[0]).toBe(451)
  expect(() => make('PNDM').plan(20, 0.15)).toThrow(/after denoise/)
})

test("Python's bare infinities are read, but not inside text", () => {
  expect(parsePythonJson('{"a": -Infinity, "b": [NaN, Infinity], "c": "-Infinity \\" NaN"}')).toEqual(
    { a: -Infinity, b: [NaN, Infinity], c: '-Infinity " NaN' })
  expect(() => parsePythonJson('{"a": Infinityx}')).toThrow(SyntaxError)
})
