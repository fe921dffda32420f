/** Reading a scheduler's settings: each class declares its fields once; type, defaults and checks follow from that. */
import { DiffusionError } from '../error.ts'
import type { GivenConfig } from './scheduler.ts'

type Reader<T> = (value: unknown, field: string) => T
type Fields = Readonly<Record<string, Reader<unknown>>>
/** The configuration that a declaration of fields describes. */
export type ConfigOf<F extends Fields> = { readonly [K in keyof F]: ReturnType<F[K]> }

/** A field from a test of what may stand there. */
function field<T>(fallback: T, expected: string, fits: (value: unknown) => value is T): Reader<T> {
  return (value, name) => {
    if (value === undefined) return fallback
    if (fits(value)) return value
    throw new DiffusionError({
      field: name, expected, found: JSON.stringify(value) ?? typeof value,
      remedy: `Correct it in the scheduler's configuration, or leave it out for ${JSON.stringify(fallback)}.`,
    })
  }
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && !Number.isNaN(value)

export const number = (fallback: number): Reader<number> => field(fallback, 'a number', isNumber)

/** Finite, and from `min` to `max`. */
export const between = (fallback: number, min: number, max: number): Reader<number> =>
  field(fallback, `a number from ${min} to ${max}`, (v): v is number => isNumber(v) && v >= min && v <= max)

export const whole = (fallback: number, min: number): Reader<number> =>
  field(fallback, `a whole number from ${min}`, (v): v is number => Number.isSafeInteger(v) && Number(v) >= min)

/** null counts as false, as in Python. */
export const flag = (fallback: boolean): Reader<boolean> => {
  const read = field(fallback, 'true or false', (v): v is boolean => typeof v === 'boolean')
  return (value, name) => read(value ?? (value === null ? false : undefined), name)
}

export const choice = <const T extends string>(fallback: NoInfer<T>, options: readonly T[]): Reader<T> =>
  field<T>(fallback, `one of ${options.join(', ')}`, (v): v is T => options.some((option) => option === v))

export const optionalNumber: Reader<number | null> =
  field<number | null>(null, 'a number or null', (v): v is number | null => v === null || isNumber(v))

/** A list of at least two numbers between 0 and 1, or null. */
export const optionalBetas: Reader<readonly number[] | null> = field<readonly number[] | null>(
  null, 'a list of numbers between 0 and 1, or null',
  (v): v is readonly number[] | null =>
    v === null || (Array.isArray(v) && v.length > 1 && v.every((beta) => isNumber(beta) && beta > 0 && beta < 1)),
)

/** For a feature that this scheduler lacks: only false and null pass. */
export const absent = (why: string): Reader<false> => (value, name) => {
  if (value === undefined || value === null || value === false) return false
  throw new DiffusionError({ field: name, expected: 'false or null', found: JSON.stringify(value), remedy: why })
}

/**
 * Check `given` against a class's fields.
 * Keys that start with _ are notes of diffusers. A key of another scheduler class is ignored, since files carry them
 * along; so is any other key that is false or null. What is left is a mistake.
 * @throws DiffusionError naming the field.
 */
export function readConfig<F extends Fields>(className: string, fields: F, given: GivenConfig): ConfigOf<F> {
  const named = given['_class_name']
  if (named !== undefined && named !== className) {
    throw new DiffusionError({
      field: '_class_name', expected: className, found: JSON.stringify(named),
      remedy: 'Choose the sampler that the configuration was written for, or give only the noise schedule.',
    })
  }
  const isKnown = (key: string) => key.startsWith('_') || key in fields || FOREIGN.has(key)
  for (const [key, value] of Object.entries(given)) {
    if (!isKnown(key)) absent(unknownRemedy(className, fields))(value, key)
  }
  const read = Object.entries(fields).map(([name, reader]) => [name, reader(given[name], name)])
  return Object.freeze(Object.fromEntries(read)) as ConfigOf<F>        // one entry for each field, of its reader's type
}

const unknownRemedy = (className: string, fields: Fields): string =>
  `${className} has no such setting; it knows ${Object.keys(fields).join(', ')}.`

/** Settings that one of the five classes has, and that the others pass over. */
const FOREIGN: ReadonlySet<string> = new Set([
  'algorithm_type', 'clip_sample', 'clip_sample_range', 'dynamic_thresholding_ratio', 'euler_at_final',
  'final_sigmas_type', 'interpolation_type', 'lambda_min_clipped', 'lower_order_final', 'rescale_betas_zero_snr',
  'sample_max_value', 'set_alpha_to_one', 'sigma_max', 'sigma_min', 'skip_prk_steps', 'solver_order', 'solver_type',
  'thresholding', 'timestep_type', 'use_karras_sigmas', 'use_lu_lambdas', 'variance_type',
])
