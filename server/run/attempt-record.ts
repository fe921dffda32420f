/** What an attempt leaves, gathered from its events: of a run of any size only what somebody will want to see again. */
import type { RunEvent } from '../../core/run/events.ts'
import type { NamedOutput } from '../../core/run/named-outputs.ts'
import type { ResolvedPrompt } from '../../core/run/resolve-inputs.ts'
import type { ResolvedSeed } from '../../core/workflow/seeds.ts'
import type { DeviceName } from '../../worker/protocol.ts'
import packageJson from '../../package.json' with { type: 'json' }
import type { JobResult, NodeOutcome, PublishedFile } from '../job/job.ts'
import { runtimeVersion } from './runtime-version.ts'

/** Nodes that are kept one by one, and ids in the list of those that were known already. */
const MOST_NODES = 2000
const MOST_CACHED = 10_000

export class AttemptRecord {
  readonly #nodes: NodeOutcome[] = []
  readonly #cached: string[] = []
  readonly files: PublishedFile[] = []
  #ran = 0
  #showsKnown = false
  #seconds = 0
  #dropped = 0
  #seeds: readonly ResolvedSeed[] = []
  #prompts: readonly ResolvedPrompt[] = []
  #outputs: readonly NamedOutput[] = []

  /** Nodes that show something, failed or were skipped. */
  get nodes(): readonly NodeOutcome[] {
    return this.#nodes
  }

  /** Whether a node that was known already shows something: perhaps a file of an earlier job. */
  get showsKnown(): boolean {
    return this.#showsKnown
  }

  note(event: RunEvent): void {
    switch (event.type) {
      case 'run.started':
        this.#seeds = event.seeds ?? []
        this.#prompts = event.prompts ?? []
        return
      case 'run.dropped':
        this.#dropped = event.outputs.length
        return
      case 'run.done':
        this.#outputs = event.outputs ?? []
        this.#seconds = event.seconds
        return
      case 'run.failed':
      case 'run.cancelled':
        this.#seconds = event.seconds
        return
      default:
        this.#noteNode(event)
    }
  }

  /** @param files of all attempts, where there were others before this one */
  result(device: DeviceName, files: readonly PublishedFile[] = this.files): JobResult {
    return {
      seconds: this.#seconds,
      files,
      outputs: this.#outputs,
      nodes: this.#nodes,
      ran: this.#ran,
      cached: this.#cached,
      seeds: this.#seeds,
      prompts: this.#prompts,
      ...(this.#dropped > 0 && { dropped: this.#dropped }),
      made: { engine: packageJson.version, runtime: runtimeVersion(), node: process.versions.node, device },
    }
  }

  #noteNode(event: RunEvent): void {
    switch (event.type) {
      case 'node.cached':
        if (this.#cached.length < MOST_CACHED) this.#cached.push(event.node)
        if (event.ui === undefined) return
        this.#showsKnown = true
        return this.#keep({ node: event.node, shown: event.shown, state: 'cached', ui: event.ui })
      case 'node.done':
        this.#ran++
        if (event.ui !== undefined) this.#keep({ node: event.node, shown: event.shown, state: 'done', seconds: event.seconds, ui: event.ui })
        return
      case 'node.failed':
        return this.#keep({ node: event.node, shown: event.shown, state: 'failed' })
      case 'node.skipped':
        return this.#keep({ node: event.node, shown: event.shown, state: 'skipped' })
      case 'node.cancelled':
        return this.#keep({ node: event.node, shown: event.shown, state: 'cancelled' })
      default:
    }
  }

  #keep(outcome: NodeOutcome): void {
    if (this.#nodes.length < MOST_NODES) this.#nodes.push(outcome)
  }
}
