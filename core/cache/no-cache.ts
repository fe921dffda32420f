import type { ResultCache } from '../run/cache.ts'

/** Keeps nothing: every run does everything. */
export class NoCache implements ResultCache {
  get(): undefined {
    return undefined
  }

  set(): void {}
}
