import { literalOf, SUBGRAPH_INPUTS, subgraphIdOf, type InputValue, type Link, type WorkflowNode } from './workflow.ts'

/** How people call the nodes of one drawing: by title or type, with the id where that alone is not clear. */
export class Labels {
  readonly #nodes: ReadonlyMap<string, WorkflowNode>
  readonly #names: ReadonlyMap<string, string>
  readonly #isUnclear: ReadonlySet<string>

  /** @param beside the other version: a name that two nodes have there is not clear here either */
  constructor(nodes: readonly WorkflowNode[], beside: readonly WorkflowNode[], names: ReadonlyMap<string, string>) {
    this.#nodes = new Map([...beside, ...nodes].map((node) => [node.id, node]))
    this.#names = names
    const owners = new Map<string, string>()
    const unclear = new Set<string>()
    for (const node of this.#nodes.values()) {
      const name = this.#nameOf(node)
      if (owners.has(name)) unclear.add(name)
      owners.set(name, node.id)
    }
    this.#isUnclear = unclear
  }

  /** `Sampler`, `Second pass`, or `Sampler (node 7)` where there are two. */
  of(id: string): string {
    const node = this.#nodes.get(id)
    if (node === undefined) return `node ${id}`
    const name = this.#nameOf(node)
    return this.#isUnclear.has(name) ? `${name} (node ${id})` : name
  }

  /** The type of a node as people call it: a subgraph by its name. */
  kind({ type }: WorkflowNode): string {
    const subgraph = subgraphIdOf(type)
    return (subgraph === undefined ? undefined : this.#names.get(subgraph)) ?? type
  }

  #nameOf(node: WorkflowNode): string {
    return node.title ?? this.kind(node)
  }
}

/** `Sampler.latent`; `input "steps"` for an input of the subgraph around it. */
export function linkText({ from, output }: Link, labels: Labels): string {
  if (from === SUBGRAPH_INPUTS) return `input "${output}" of the subgraph`
  return typeof output === 'number' ? `output ${output} of ${labels.of(from)}` : `${labels.of(from)}.${output}`
}

const LONG = 60
const AROUND = 20

/** A literal as people read it, long ones shortened. */
export function valueText(value: Exclude<InputValue, Link>): string {
  const text = textOf(value)
  return text.length <= LONG ? text : `${text.slice(0, LONG - 1)}…`
}

/** `20 → 30`; of long texts, the part that differs. */
export function changedText(before: Exclude<InputValue, Link>, after: Exclude<InputValue, Link>): string {
  const [was, is] = [textOf(before), textOf(after)]
  if (was.length <= LONG && is.length <= LONG) return `${was} → ${is}`
  const shorter = Math.min(was.length, is.length)
  let start = 0
  while (start < shorter && was[start] === is[start]) start++
  let end = 0
  while (end < shorter - start && was.at(-1 - end) === is.at(-1 - end)) end++
  return `${part(was, start, end)} → ${part(is, start, end)}`
}

/** What lies between what is common at both ends, with some of it around. */
function part(text: string, start: number, end: number): string {
  const from = start <= AROUND ? 0 : start - AROUND
  const to = end <= AROUND ? text.length : text.length - end + AROUND
  const middle = text.slice(from, to)
  const shown = middle.length <= 3 * LONG ? middle : `${middle.slice(0, 3 * LONG)}…`
  return `${from > 0 ? '…' : ''}${shown}${to < text.length ? '…' : ''}`
}

/** A literal as JSON text. */
function textOf(value: Exclude<InputValue, Link>): string {
  return JSON.stringify(literalOf(value))
}
