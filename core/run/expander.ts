import { RawLink, type Expansion } from '../types/expansion.ts'
import type { MaybePromise } from '../types/json.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import { inherit, type Course, type Got } from './course.ts'
import { expandedOutputs, knownObjects, linkedPaths, outputNodesAmong } from './expanded.ts'
import { aboutShown } from './failure.ts'
import { hold, letGo } from './holdings.ts'
import type { OpenContext } from './node-context.ts'
import { placeExpansion } from './place-expansion.ts'
import type { Place, PlannedNode } from './planned-node.ts'
import type { KeyedNode } from './run-graph.ts'
import type { Step } from './step.ts'

/** Puts graphs in the place of nodes. */
export class Expander {
  readonly #course: Course
  /** Nodes that expansions have added so far. */
  #added = 0

  constructor(course: Course) {
    this.#course = course
  }

  /**
   * Puts a graph in the place of a step.
   *
   * 1. Take in nodes of the file that it links to and that nothing needed before.
   * 2. Check its nodes like those of the file, and give them their keys.
   * 3. Run those that its outputs come from, and its output nodes; the step waits for them, not for what it read.
   */
  async expand(step: Step, expansion: Expansion, open: OpenContext, { inputs, arrivals }: Got): Promise<void> {
    const { planned } = step
    const { graph, board, host } = this.#course
    const place = this.#placeIn(planned, expansion)
    const known = knownObjects(planned, inputs, arrivals, graph)
    await graph.include(linkedPaths(expansion, graph))
    const nodes = placeExpansion(expansion, { graph, origin: planned, place, known })
    await this.#check(nodes, planned)
    await graph.add(nodes)
    for (const node of expansion.nodes) graph.prompt.add(node)
    const added = nodes.map(({ path, ref }) => ({ node: path, type: ref.type }))
    host.events.emit({ type: 'node.expanded', node: planned.path, shown: planned.shown, nodes: added })

    step.phase = 'expanded'
    step.outputs = expansion.outputs
    inherit(step, { ui: open.ui(), warnings: open.warnings, seconds: 0 })
    const links = [...expansion.outputs.values()].filter((value) => value instanceof RawLink)
    const paths = [...new Set([...links.map(({ from }) => from), ...outputNodesAmong(nodes)])]
    await board.demand(paths, step, () => this.#waitFor(step, paths.map((path) => board.at(path)!)))
  }

  /** @throws WorkflowError `expansion_limit` where it would go too deep or add too many nodes */
  #placeIn({ path, place }: KeyedNode, { continues, nodes }: Expansion): Place {
    const { limits } = this.#course.host
    this.#added += nodes.length
    const next = continues && place ? place : { depth: (place?.depth ?? 0) + 1, base: path }
    if (next.depth > limits.depth) throw overLimit(`expansions are nested more than ${limits.depth} deep`, 'depth')
    if (this.#added > limits.nodes) throw overLimit(`expansions have added more than ${limits.nodes} nodes`, 'nodes')
    return next
  }

  async #check(nodes: readonly PlannedNode[], origin: KeyedNode): Promise<void> {
    const complaints = await this.#course.graph.complaints(nodes)
    if (complaints.length > 0) throw WorkflowError.ofProblems(complaints.map((one) => aboutShown(one, origin)))
  }

  #waitFor(step: Step, children: readonly Step[]): void {
    step.children = [...new Set(children)]
    for (const child of step.children) {
      child.join()
      if (child.hasEnded) continue
      step.pending++
      ;(child.waiters ??= []).push(step)
    }
    step.leaveSources()
    if (step.pending === 0) this.#course.settleLater(step)
  }

  /** Ends a step whose expansion has come to its end, with what that made. */
  collect(step: Step): MaybePromise<void> {
    step.phase = 'returned'
    const valuesAt = (path: string) => this.#course.board.at(path)!.values
    const outputs = expandedOutputs(step.planned, step.outputs!, valuesAt, this.#course.graph)
    hold(outputs.values())
    for (const child of step.children) {
      if (child.parent !== step && child.planned.place && child.result) inherit(step, child.result)
      child.leave()
    }
    const done = this.#course.succeedAfterStreams(step, outputs)
    const finish = () => letGo(outputs.values())
    return done instanceof Promise ? done.finally(finish) : finish()
  }
}

function overLimit(problem: string, setting: string): WorkflowError {
  const remedy = `Does it expand itself without end? Otherwise raise limits.${setting} in the options of the run.`
  return new WorkflowError({ code: 'expansion_limit', problem, remedy })
}
