/** What a person sees of a run while it goes on: one line that changes in a terminal, plain lines elsewhere. */
import type { RunEvent } from '../core/run/events.ts'
import { nodeText, problemText } from '../core/workflow/problem.ts'
import type { NodeRef } from '../core/workflow/problem.ts'

const BAR = 24
/** Between two plain lines about the same node, in milliseconds. */
const PLAIN_PAUSE = 1000

interface Stream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** Where one node is: value of max, and since when it has been counted. */
interface Pace {
  readonly first: { readonly value: number; readonly at: number }
  readonly value: number
  readonly max: number
  readonly at: number
}

/** Seconds of one step, from the second report on; the first step also holds the loading of the model. */
export function secondsPerStep({ first, value, at }: Pace): number | undefined {
  return value > first.value ? (at - first.at) / 1000 / (value - first.value) : undefined
}

/** `12 of 20, 0.31 s/step, 2 s left`. */
export function paceText(pace: Pace): string {
  const seconds = secondsPerStep(pace)
  const rate = seconds === undefined ? '' : `, ${secondsText(seconds)}/step, ${secondsText((pace.max - pace.value) * seconds)} left`
  return `${pace.value} of ${pace.max}${rate}`
}

/** `0.31 s`, `12 s`, `3 min 5 s`. */
export function secondsText(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`
  if (seconds < 120) return `${Math.round(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  return `${minutes} min ${Math.round(seconds - minutes * 60)} s`
}

/** Shows the events of a run on a stream. `finish` clears the line that changes. */
export class ProgressView {
  readonly #stream: Stream
  readonly #refs = new Map<string, NodeRef>()
  readonly #paces = new Map<string, Pace>()
  readonly #printed = new Map<string, number>()
  /** Types of the nodes in expansions, and the nodes that expanded, by path. */
  readonly #inside = new Map<string, string>()
  readonly #expanded = new Set<string>()
  #hasLine = false

  constructor(stream: Stream) {
    this.#stream = stream
  }

  know(nodes: readonly NodeRef[]): void {
    for (const node of nodes) this.#refs.set(node.id, node)
  }

  show(event: RunEvent): void {
    switch (event.type) {
      case 'run.started':
        for (const { node, input, value } of event.seeds ?? []) this.line(`${this.#name(node)}: ${input} ${value}`)
        break
      case 'run.dropped':
        for (const problem of event.problems) this.line(`warning: left out: ${problemText(problem)}`)
        break
      case 'node.started':
        this.#status(`${this.#name(event.shown)} …`)
        break
      case 'node.progress':
        this.#progress(event.shown, event.value, event.max, event.at)
        break
      case 'node.warning':
        this.line(`warning: ${this.#name(event.shown)}: ${event.message}`)
        break
      case 'node.skipped':
        if (event.message !== undefined && event.node === event.shown) {
          this.line(`skipped: ${this.#name(event.shown)}: blocked by ${this.#place(event.by)}: ${event.message}`)
        }
        break
      case 'node.expanded':
        for (const { node, type } of event.nodes) this.#inside.set(node, type)
        this.#expanded.add(event.node)
        break
      case 'node.done':
        // The time of a round of a loop holds that of all rounds after it: only the loop's own is told.
        if (event.node === event.shown || !this.#expanded.has(event.node)) this.#done(event.shown, event.seconds)
        break
      default:
    }
  }

  /** A line that stays. */
  line(text: string): void {
    this.finish()
    this.#stream.write(`${text}\n`)
  }

  /** Takes the changing line away. */
  finish(): void {
    if (this.#hasLine) this.#stream.write('\r\x1b[2K')
    this.#hasLine = false
  }

  #progress(id: string, value: number, max: number, at: number): void {
    const pace: Pace = { first: this.#paces.get(id)?.first ?? { value, at }, value, max, at }
    this.#paces.set(id, pace)
    if (this.#stream.isTTY) {
      const full = Math.round(BAR * Math.min(1, value / Math.max(1, max)))
      this.#status(`${this.#name(id)} [${'#'.repeat(full)}${'-'.repeat(BAR - full)}] ${paceText(pace)}`)
    } else if (value === max || at - (this.#printed.get(id) ?? -Infinity) >= PLAIN_PAUSE) {
      this.#printed.set(id, at)
      this.line(`${this.#name(id)}: ${paceText(pace)}`)
    }
  }

  #done(id: string, seconds: number): void {
    const steps = this.#paces.get(id)
    this.#paces.delete(id)
    if (seconds >= 0.1 || steps !== undefined) this.line(`${this.#name(id)}: done in ${secondsText(seconds)}`)
  }

  /** The line that changes; nothing where lines can't change. */
  #status(text: string): void {
    if (!this.#stream.isTTY) return
    this.#stream.write(`\r\x1b[2K${text.slice(0, (this.#stream.columns || 80) - 1)}`)
    this.#hasLine = true
  }

  /** A node that the person sees, and which one inside it. */
  #place({ node, shown }: { readonly node: string; readonly shown: string }): string {
    const type = this.#inside.get(node)
    return type === undefined ? this.#name(shown) : `${this.#name(shown)}, inside it ${nodeText({ id: node, type })}`
  }

  #name(id: string): string {
    const ref = this.#refs.get(id)
    return ref === undefined ? `node ${id}` : nodeText(ref)
  }
}
