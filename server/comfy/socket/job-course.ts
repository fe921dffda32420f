/** Follows one running job and puts what happens to it into ComfyUI's words. */
import type { RunEvent } from '../../../core/run/events.ts'
import type { JsonObject } from '../../../core/types/json.ts'
import type { UiResult } from '../../../core/types/node-type.ts'
import { startMessages } from '../messages.ts'
import { comfyOutput } from '../output.ts'
import { textFrame } from './frames.ts'

/** What is sent to a client. What is `passing` may be left out where a client is slow: something newer follows. */
export interface Frame {
  readonly text: string
  readonly passing?: true
}

interface NodeProgress {
  readonly shown: string
  readonly value: number
  readonly max: number
  readonly state: 'running' | 'finished' | 'error'
}

type About<T extends RunEvent['type']> = Extract<RunEvent, { readonly type: T }>

const NONE: readonly Frame[] = []

export class JobCourse {
  readonly #id: string
  /** Nodes that ran, by path. */
  executed: string[] = []
  /** The node that the job was stopped in. */
  stopped: string | undefined
  #running = new Map<string, NodeProgress>()
  #changed = new Map<string, NodeProgress>()

  constructor(id: string) {
    this.#id = id
  }

  /** Takes note of an event, and gives what its client is told of it. */
  note(event: RunEvent): readonly Frame[] {
    switch (event.type) {
      case 'run.started': return this.#begin(event)
      case 'node.started': return this.#start(event)
      case 'node.progress': return this.#progress(event)
      case 'node.cached': return this.#output(event)
      case 'node.done':
        this.executed.push(event.node)
        this.#leave(event, 'finished')
        return this.#output(event)
      case 'node.failed':
        this.#leave(event, 'error')
        return NONE
      case 'node.cancelled':
        this.stopped ??= event.shown
        this.#leave(event, 'error')
        return NONE
      default: return NONE
    }
  }

  /** Which node runs, for a client that has just come: the one that began last. */
  current(): readonly Frame[] {
    const last = [...this.#running].at(-1)
    return last === undefined ? NONE : [this.#executing(last[0], last[1].shown)]
  }

  /** Whether nodes have moved since `progressState` was last asked for. */
  get hasMoved(): boolean {
    return this.#changed.size > 0
  }

  /**
   * Nodes that run and those that have moved since this was last asked for: never all of them, since what is sent would
   * grow with the square of their number.
   */
  progressState(): Frame {
    const nodes = [...new Map([...this.#running, ...this.#changed])].map(([node, progress]) => [node, this.#state(node, progress)])
    this.#changed.clear()
    return { text: textFrame('progress_state', { prompt_id: this.#id, nodes: Object.fromEntries(nodes) as JsonObject }), passing: true }
  }

  #begin({ plan, at }: About<'run.started'>): readonly Frame[] {
    this.executed = []
    this.stopped = undefined
    this.#running.clear()
    this.#changed.clear()
    return startMessages(this.#id, plan.cached, at).map(([type, data]) => ({ text: textFrame(type, data) }))
  }

  #start({ node, shown }: About<'node.started'>): readonly Frame[] {
    this.#move(node, { shown, value: 0, max: 1, state: 'running' })
    return [this.#executing(node, shown)]
  }

  #progress({ node, shown, value, max }: About<'node.progress'>): readonly Frame[] {
    this.#move(node, { shown, value, max, state: 'running' })
    return [{ text: textFrame('progress', { value, max, prompt_id: this.#id, node }), passing: true }]
  }

  #output({ node, shown, ui }: { readonly node: string; readonly shown: string; readonly ui?: UiResult }): readonly Frame[] {
    if (ui === undefined) return NONE
    return [{ text: textFrame('executed', { node, display_node: shown, output: comfyOutput(ui), prompt_id: this.#id }) }]
  }

  #executing(node: string, shown: string): Frame {
    return { text: textFrame('executing', { node, display_node: shown, prompt_id: this.#id }) }
  }

  #move(node: string, progress: NodeProgress): void {
    this.#running.set(node, progress)
    this.#changed.set(node, progress)
  }

  #leave({ node, shown }: { readonly node: string; readonly shown: string }, state: NodeProgress['state']): void {
    const { max, value } = this.#running.get(node) ?? { max: 1, value: 0 }
    this.#running.delete(node)
    this.#changed.set(node, { shown, value: state === 'finished' ? max : value, max, state })
  }

  #state(node: string, { shown, value, max, state }: NodeProgress): JsonObject {
    const ids = { node_id: node, prompt_id: this.#id, display_node_id: shown, parent_node_id: null, real_node_id: node }
    return { value, max, state, ...ids }
  }
}
