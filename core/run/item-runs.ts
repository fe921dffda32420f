import type { MaybePromise } from '../types/json.ts'
import { begin, inherit, type Course } from './course.ts'
import { hold } from './holdings.ts'
import { Mapping } from './mapping.ts'
import { ProgressGate, type Progress } from './progress.ts'
import type { NodeResult } from './result.ts'
import type { KeyedNode } from './run-graph.ts'
import type { Step } from './step.ts'
import type { Arrivals } from './values.ts'

/** How many items of a list are looked at before anything else gets its turn. */
const ITEMS_AT_A_TIME = 1_000

/** Runs nodes for each item of the lists that come to them. */
export class ItemRuns {
  readonly #course: Course

  constructor(course: Course) {
    this.#course = course
  }

  /** Begins to run a node for the items of lists. */
  begin(step: Step, arrivals: Arrivals): void {
    const { path, shown } = step.planned
    const { events, limits } = this.#course.host
    const mapping = new Mapping(step, arrivals, limits.items)
    step.mapping = mapping
    begin(step, 'mapping')
    events.emit({ type: 'node.started', node: path, shown })
    const tell = (latest: Progress) => events.emit({ type: 'node.progress', node: path, shown, ...latest })
    mapping.progress = new ProgressGate(tell)
    if (mapping.count > 1) mapping.progress.report({ value: 0, max: mapping.count })
    this.#course.settleLater(step)
  }

  /** Takes the results that are there, and starts runs for further items: a few more than have a place. */
  feed(step: Step, mapping: Mapping): MaybePromise<void> {
    takeEnded(mapping)
    const window = 2 * this.#course.host.widths[step.planned.registered.node.resource]
    for (let looked = 0; mapping.next < mapping.count && mapping.running.size + mapping.looking < window; looked++) {
      if (looked === ITEMS_AT_A_TIME) return this.#course.settleLater(step)
      this.#beginItem(step, mapping, mapping.next++)
    }
    return mapping.ended < mapping.count ? undefined : this.#finish(step, mapping)
  }

  #beginItem(step: Step, mapping: Mapping, index: number): void {
    const planned = mapping.nodeAt(index, this.#course.graph)
    mapping.keys[index] = planned.key
    const found = this.#course.host.cache.get(planned.key)
    if (!(found instanceof Promise)) return this.#takeItem(step, mapping, planned, found)
    mapping.looking++
    this.#course.track(step, async () => {
      const result = await found
      mapping.looking--
      this.#takeItem(step, mapping, planned, result)
      this.#course.settleLater(step)
    })
  }

  /** An item whose result is known is done; for others a step of their own runs, or one with the same key. */
  #takeItem(step: Step, mapping: Mapping, planned: KeyedNode, result: NodeResult | undefined): void {
    const { index } = planned.item!
    if (result) return note(mapping, index, result)
    const { run, isFresh } = this.#course.board.addItem(planned, step)
    if (run.hasEnded) return note(mapping, index, run.result!)
    const items = mapping.running.get(run)
    if (items) items.push(index)
    else {
      mapping.running.set(run, [index])
      run.join()
      ;(run.waiters ??= []).push(step)
      step.pending++
    }
    if (isFresh) this.#course.board.enqueue(run)
  }

  #finish(step: Step, mapping: Mapping): MaybePromise<void> {
    step.phase = 'returned'
    mapping.progress?.close()
    const outputs = mapping.gather()
    for (const result of mapping.results) inherit(step, { ...result!, seconds: 0 })
    const done = this.#course.succeedAfterStreams(step, outputs)
    const finish = () => mapping.letGo()
    return done instanceof Promise ? done.finally(finish) : finish()
  }
}

function takeEnded(mapping: Mapping): void {
  for (const [run, items] of mapping.running) {
    if (!run.hasEnded) continue
    mapping.running.delete(run)
    if (run.phase === 'done') for (const index of items) note(mapping, index, run.result!)
    run.leave()
  }
}

/** Keeps the result of one item until all are there. */
function note(mapping: Mapping, index: number, result: NodeResult): void {
  hold(result.outputs.values())
  mapping.results[index] = result
  mapping.ended++
  mapping.progress?.report({ value: mapping.ended, max: mapping.count })
}

