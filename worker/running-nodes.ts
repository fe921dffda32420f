import type { RunEvent } from '../core/run/events.ts'
import type { NodeRef } from '../core/workflow/problem.ts'

/** Which nodes of a run are at work, kept from its events: what a crash is blamed on. */
export class RunningNodes {
  readonly #running = new Set<string>()

  note(event: RunEvent): void {
    switch (event.type) {
      case 'node.started':
        this.#running.add(event.shown)
        break
      case 'node.done':
      case 'node.failed':
      case 'node.cancelled':
        this.#running.delete(event.shown)
        break
      default:
    }
  }

  /** Ids of the nodes that run, oldest first. */
  get ids(): readonly string[] {
    return [...this.#running]
  }
}
