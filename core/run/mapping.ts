import type { NodeType } from '../types/node-type.ts'
import type { TypedValue } from '../types/value-type.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import { tooMany } from './count-items.ts'
import { letGo } from './holdings.ts'
import { valueKey } from './keys.ts'
import { eachValue, indicesAt, itemAt, itemsOf, mappedCount } from './lists.ts'
import type { GivenInput, PlannedInput } from './planned-node.ts'
import type { ProgressGate } from './progress.ts'
import type { NodeResult } from './result.ts'
import type { KeyedNode, RunGraph } from './run-graph.ts'
import type { Step } from './step.ts'
import type { Arrivals } from './values.ts'

/** The runs of one node for the items of the lists that have come to it. */
export class Mapping {
  /** How often the node runs. */
  readonly count: number
  /** The next item to run for. */
  next = 0
  /** How many results there are. */
  ended = 0
  /** The runs under way, each with the items it is for. */
  readonly running = new Map<Step, number[]>()
  /** Tells how many items are done. */
  progress: ProgressGate | undefined
  /** Results that are still being looked up. */
  looking = 0
  readonly results: (NodeResult | undefined)[] = []
  /** The key of each run. */
  readonly keys: string[] = []
  readonly #step: Step
  readonly #arrivals: Arrivals
  readonly #lengths: readonly number[]

  /** @throws WorkflowError `too_many_items` */
  constructor(step: Step, arrivals: Arrivals, limit: number) {
    this.#step = step
    this.#arrivals = arrivals
    this.#lengths = arrivals.flatMap((arrived) => (arrived?.each ? [itemsOf(arrived).length] : []))
    this.count = mappedCount(this.#mapping, this.#lengths)
    if (this.count > limit) throw new WorkflowError(tooMany(this.count, limit))
  }

  get #mapping() {
    return this.#step.planned.registered.node.mapping ?? 'zip'
  }

  /** The node as it runs for one item: what came in lists given to it item by item. */
  nodeAt(index: number, graph: RunGraph): KeyedNode {
    const { planned } = this.#step
    const indices = indicesAt(this.#mapping, this.#lengths, index)
    let list = 0
    const inputs = planned.inputs.map((input, at): PlannedInput => {
      const arrived = this.#arrivals[at]
      return arrived?.each ? itemInput(input, arrived, indices[list++]!, graph) : input
    })
    const item = { index, count: this.count, of: planned.path }
    return graph.keyed({ ...planned, path: `${planned.path}#${index}`, inputs, item })
  }

  /** Lets the results of the items go. */
  letGo(): void {
    for (const result of this.results) if (result) letGo(result.outputs.values())
    this.results.length = 0
  }

  /** What the node gives in all: for each output the list of what its runs gave, lists of theirs one after another. */
  gather(): Map<string, TypedValue> {
    const { node } = this.#step.planned.registered
    return new Map(Object.keys(node.outputs).map((name) => [name, this.#gathered(name, node)]))
  }

  #gathered(name: string, node: NodeType): TypedValue {
    const values: unknown[] = []
    const keys: string[] = []
    for (let run = 0; run < this.count; run++) {
      const output = this.results[run]!.outputs.get(name)!
      for (const [index, value] of itemsOf(output).entries()) {
        values.push(value)
        keys.push(output.each?.keys?.[index] ?? valueKey(value, this.keys[run]!, name, index))
      }
    }
    return eachValue(node.outputs[name]!.type, values, keys)
  }
}

/** An input that gets one item of the list that has come to it. */
function itemInput(input: PlannedInput, list: TypedValue, index: number, graph: RunGraph): GivenInput {
  const { definition, slot } = input
  const value = itemsOf(list)[index]
  const from = input.kind === 'link' || input.kind === 'given' ? input.from : undefined
  const output = input.kind === 'link' || input.kind === 'given' ? input.output : undefined
  const source = input.kind === 'given' ? input.key : graph.at(from ?? '')?.key ?? ''
  const key = list.each?.keys?.[index] ?? valueKey(value, source, output ?? '', index)
  const origin = from !== undefined && { from, output: output ?? '' }
  return { kind: 'given', definition, slot, given: itemAt(list, index), key, ...origin }
}
