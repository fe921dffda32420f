import { RawLink, type ExpansionBuilder, type ExpansionNode, type Prompt, type PromptNode } from '../types/expansion.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'

/** What lies between the two nodes of a loop. */
export interface LoopBody {
  /** The path of the node that opens the loop. */
  readonly open: string
  /** The nodes that depend on it and that the links at the end need, each after those it depends on. */
  readonly nodes: readonly PromptNode[]
}

/**
 * The nodes between a node that opens a loop and the links that go into the one that closes it. Nodes that don't depend
 * on the opening one are the same in every round, and stay outside.
 */
export function loopBody(prompt: Prompt, open: string, ends: readonly RawLink[]): LoopBody {
  const found = new Map<string, PromptNode>()
  const walk = ends.map(({ from }) => from)
  for (let path = walk.pop(); path !== undefined; path = walk.pop()) {
    const node = path === open || found.has(path) ? undefined : prompt.node(path)
    if (node === undefined) continue
    found.set(path, node)
    for (const { from } of linksOf(node)) walk.push(from)
  }
  const inside = dependents(found, open)
  return { open, nodes: [...found.values()].filter(({ path }) => inside.has(path)).reverse() }
}

function linksOf({ inputs }: PromptNode): RawLink[] {
  return [...inputs.values()].flat().filter((value) => value instanceof RawLink)
}

/** Of some nodes, the paths of those that depend on one node. */
function dependents(nodes: ReadonlyMap<string, PromptNode>, open: string): ReadonlySet<string> {
  const readers = new Map<string, string[]>()
  for (const node of nodes.values()) {
    for (const { from } of linksOf(node)) {
      const list = readers.get(from)
      if (list) list.push(node.path)
      else readers.set(from, [node.path])
    }
  }
  const inside = new Set<string>()
  const walk = [...(readers.get(open) ?? [])]
  for (let path = walk.pop(); path !== undefined; path = walk.pop()) {
    if (inside.has(path)) continue
    inside.add(path)
    for (const reader of readers.get(path) ?? []) walk.push(reader)
  }
  return inside
}

/** What a round of a loop puts in the place of the opening node's outputs, by name: values or links. */
export type RoundInputs = Readonly<Record<string, unknown>>

/**
 * Copies the body of a loop into an expansion, for one round.
 * @param round goes into the names of the copies: different for each round
 * @param inputs what stands for the outputs of the node that opens the loop
 * @returns what a link at the end of the body comes to in this round: a link, or one of the inputs
 */
export function copyBody(
  { node: add }: ExpansionBuilder,
  body: LoopBody,
  round: number | string,
  inputs: RoundInputs,
): (end: RawLink) => unknown {
  const copies = new Map<string, ExpansionNode>()
  for (const { path, type, title } of body.nodes) {
    copies.set(path, add(type, {}, { id: `${round}.${path}`, ...(title !== undefined && { title }) }))
  }
  const follow = (value: unknown): unknown => {
    if (!(value instanceof RawLink)) return Array.isArray(value) ? value.map(follow) : value
    if (value.from === body.open) return inputAt(inputs, value)
    return copies.get(value.from)?.out(value.output) ?? value
  }
  for (const { path, inputs: given } of body.nodes) {
    for (const [input, value] of given) copies.get(path)!.set(input, follow(value))
  }
  return follow
}

function inputAt(inputs: RoundInputs, { output, from }: RawLink): unknown {
  const name = typeof output === 'number' ? Object.keys(inputs)[output] : output
  if (name !== undefined && Object.hasOwn(inputs, name)) return inputs[name]
  throw new WorkflowError({
    code: 'bad_linked_input',
    problem: `the loop's body reads output ${JSON.stringify(output)} of ${from}, which a round does not have`,
    remedy: 'Read what the loop gives inside of it.',
  })
}
