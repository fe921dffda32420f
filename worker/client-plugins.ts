/** A parent's eye on a worker that loads plugins: one that hangs is ended, and the plugin that did it is left out. */
import type { Problem } from '../core/workflow/problem.ts'
import { explainDeath } from './process.ts'
import type { WorkerDeath } from './process.ts'
import type { AvoidedPlugin, PluginAttempt } from './protocol.ts'

/** Seconds that a plugin may take to load; a worker gives up those that wait for something. */
const LOAD_LIMIT = 10

/** Seconds after which a worker that has not given up by itself must be computing. */
const GRACE = 2

export class LoadingWatch {
  readonly #limit: number
  readonly #kill: () => void
  readonly #avoided: AvoidedPlugin[] = []
  #attempt: PluginAttempt | undefined
  #timer: NodeJS.Timeout | undefined
  #isLate = false

  constructor(limit: number = LOAD_LIMIT, kill: () => void) {
    this.#limit = limit
    this.#kill = kill
  }

  /** The plugins that a worker died of. */
  get avoided(): readonly AvoidedPlugin[] {
    return this.#avoided
  }

  begin(plugin: PluginAttempt): void {
    this.stop()
    this.#attempt = plugin
    this.#isLate = false
    this.#timer = setTimeout(() => {
      this.#isLate = true
      this.#kill()
    }, (this.#limit + GRACE) * 1000)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#attempt = undefined
  }

  /** Whether a plugin that was being loaded is to blame for a worker's death; it is then among those to avoid. */
  blame(death: WorkerDeath): boolean {
    const attempt = this.#attempt
    this.stop()
    if (attempt === undefined) return false
    const problem = problemOf(attempt, this.#isLate ? undefined : death, this.#limit)
    this.#avoided.push({ ...attempt, problem })
    return true
  }
}

/** @param death of the worker, unless it was ended since it took too long */
function problemOf({ name }: PluginAttempt, death: WorkerDeath | undefined, limit: number): Problem {
  const code = 'invalid_plugin'
  if (death === undefined) {
    const problem = `plugin "${name}": it was not loaded within ${limit} s and kept its process busy`
    return { code, problem, remedy: 'Its module must only declare its nodes; do work in `run`.' }
  }
  const problem = `plugin "${name}": the worker process ended while it was loaded (${explainDeath(death).problem})`
  return { code, problem, remedy: 'Its module must only declare its nodes; its last words are above.' }
}
