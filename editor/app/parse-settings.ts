/** Reads settings that come from outside: what is wrong, or unknown to this version, is left at its default. */
import { DEFAULT_SETTINGS, type Settings } from './settings.ts'

type Checks = { readonly [K in keyof Settings]: (value: unknown) => boolean }

const oneOf = (...values: readonly string[]) => (value: unknown) => typeof value === 'string' && values.includes(value)
const isBoolean = (value: unknown) => typeof value === 'boolean'
const isNumber = (min: number, max: number) => (value: unknown) => typeof value === 'number' && value >= min && value <= max

const CHECKS: Checks = {
  language: oneOf('en', 'zh'),
  theme: oneOf('light', 'dark', 'system'),
  snap: isBoolean,
  grid: isNumber(1, 500),
  links: oneOf('curved', 'straight', 'linear'),
  minimap: isBoolean,
  properties: isBoolean,
  previews: isBoolean,
  autosave: isBoolean,
  batch: (value) => Number.isInteger(value) && isNumber(1, 1000)(value),
  autoQueue: oneOf('off', 'change', 'instant'),
  keys: isKeys,
}

/** Settings out of any value. */
export function parseSettings(value: unknown): Settings {
  if (typeof value !== 'object' || value === null) return DEFAULT_SETTINGS
  const known = Object.entries(CHECKS).filter(([name, check]) => Object.hasOwn(value, name) && check(Reflect.get(value, name)))
  const taken = Object.fromEntries(known.map(([name]) => [name, Reflect.get(value, name)]))
  return { ...DEFAULT_SETTINGS, ...(taken as Partial<Settings>) } // each was checked
}

function isKeys(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.values(value).every((keys) => Array.isArray(keys) && keys.every((key) => typeof key === 'string'))
}
