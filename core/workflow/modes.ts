import type { Definitions } from '../types/definition.ts'
import { bypassedInput } from './bypass.ts'
import { isLink, type InputValue, type Link, type Workflow, type WorkflowNode } from './workflow.ts'

/** A workflow without its muted and bypassed nodes. */
export interface ActiveWorkflow {
  readonly workflow: Workflow
  /** Inputs that lost what fed them, by node and input: the id of the muted or bypassed node. */
  readonly cut: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** How the nodes that were taken out are silenced, by id. */
  readonly silenced: ReadonlyMap<string, NonNullable<WorkflowNode['mode']>>
}

/**
 * Takes muted and bypassed nodes out. What read a bypassed node reads instead what its input of the same type reads;
 * what read a muted one, or a bypassed one with no such input, is left without. The workflow itself where there are
 * none. Subgraphs have to be written out before.
 */
export function applyModes(workflow: Workflow, definitions: Definitions): ActiveWorkflow {
  const silenced = new Map(workflow.nodes.flatMap(({ id, mode }) => (mode ? [[id, mode] as const] : [])))
  const cut = new Map<string, Map<string, string>>()
  if (silenced.size === 0) return { workflow, cut, silenced }
  const passing = new Passing(workflow, definitions)
  const nodes = workflow.nodes.filter(({ mode }) => !mode).map((node) => {
    const entries = Object.entries(node.inputs ?? {})
    if (!entries.some(([, value]) => isLink(value) && silenced.has(value.from))) return node
    const inputs = entries.flatMap(([name, value]): [string, InputValue][] => {
      const passed = isLink(value) ? passing.follow(value) : value
      if (passed !== undefined) return [[name, passed]]
      const lost = cut.get(node.id) ?? new Map<string, string>()
      cut.set(node.id, lost.set(name, (value as Link).from)) // a value that is no link is always passed
      return []
    })
    return { ...node, inputs: Object.fromEntries(inputs) }
  })
  return { workflow: { ...workflow, nodes }, cut, silenced }
}

/** Follows links through bypassed nodes. */
class Passing {
  readonly #nodes: ReadonlyMap<string, WorkflowNode>
  readonly #definitions: Definitions
  /** What reading an output of a silenced node comes down to; `undefined` also while it is being followed. */
  readonly #known = new Map<string, InputValue | undefined>()

  constructor(workflow: Workflow, definitions: Definitions) {
    this.#nodes = new Map(workflow.nodes.map((node) => [node.id, node]))
    this.#definitions = definitions
  }

  /** What a link comes down to, or `undefined`. A chain of bypassed nodes is walked once, and not by recursion. */
  follow(link: Link): InputValue | undefined {
    const walked: string[] = []
    let value: InputValue | undefined = link
    while (value !== undefined && isLink(value)) {
      const node = this.#nodes.get(value.from)
      if (!node?.mode) break
      const key = JSON.stringify([value.from, value.output])
      if (this.#known.has(key)) {
        value = this.#known.get(key)
        break
      }
      this.#known.set(key, undefined)
      walked.push(key)
      value = node.mode === 'mute' ? undefined : this.#passed(node, value)
    }
    for (const key of walked) this.#known.set(key, value)
    return value
  }

  /** What a bypassed node has at the input that stands for one of its outputs; of an unknown type, its first link. */
  #passed({ type, inputs = {} }: WorkflowNode, { output }: Link): InputValue | undefined {
    const definition = this.#definitions.get(type)
    if (definition === undefined) return Object.values(inputs).find((value) => isLink(value))
    const slot = typeof output === 'number' ? output : definition.outputs.findIndex(({ name }) => name === output)
    const input = bypassedInput(definition.inputs.filter(({ hidden }) => !hidden), definition.outputs, slot)
    return input !== undefined && Object.hasOwn(inputs, input) ? inputs[input] : undefined
  }
}
