/**
 * How often a law (a property over random values, by fast-check) is tried, and on which. `npm test` draws the same values
 * each time; `npm run laws` draws new ones, many times as many, and prints the seed of what fails.
 */
import fc from 'fast-check'

/** What `npm test` draws from. */
const SEED = 20_260_801

const environment = (name: string, otherwise: number): number => {
  const text = process.env[name] || String(otherwise)
  if (!Number.isFinite(Number(text))) throw new Error(`${name}: expected a number, got ${JSON.stringify(text)}.`)
  return Number(text)
}

/** How many times as many cases as a test asks for. */
const TIMES = environment('KINOGRAPH_LAW_RUNS', 1)

/** So many cases of a law, by default; its cost decides. */
export function runs(count: number): { readonly numRuns: number } {
  return { numRuns: Math.max(1, Math.round(count * TIMES)) }
}

/** The seed and the number of cases of laws that state none. */
export function configureLaws(): void {
  fc.configureGlobal({ seed: environment('KINOGRAPH_LAW_SEED', SEED), ...runs(100) })
}
