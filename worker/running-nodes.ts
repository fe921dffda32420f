import type { RunEvent } from '../core/run/events.ts'
import { nodeText } from '../core/workflow/problem.ts'
import type { NodeRef } from '../core/workflow/problem.ts'

/** Which nodes of a run are at work, kept from its events: what a crash is blamed on. */
export class RunningNodes {
  readonly #refs = new Map<string, NodeRef>()
  readonly #running = new Set<string>()

  /** The nodes of the workflow, as they are called in messages. */
  know(nodes: readonly NodeRef[]): void {
    for (const node of nodes) this.#refs.set(node.id, node)
  }

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

  /** The nodes at work, the one that started last first: it is the likeliest cause. */
  list(): NodeRef[] {
    return [...this.#running].reverse().flatMap((id) => this.#refs.get(id) ?? [])
  }

  /** How a message names the node of this id. */
  text(id: string): string {
    const ref = this.#refs.get(id)
    return ref === undefined ? `node ${id}` : nodeText(ref)
  }
}
