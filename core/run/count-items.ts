import type { Problem } from '../workflow/problem.ts'
import { knownInputs, type Constants } from './constants.ts'
import type { Limits } from './limits.ts'
import { mappedCount } from './lists.ts'
import type { PlannedNode } from './planned-node.ts'

/** A node that runs once for each item of a list, and how often, where that is known before anything runs. */
export interface MappedNode {
  readonly node: string
  readonly count?: number
}

/** How long a list will be: `undefined` where that shows only when it is there. */
type Length = number | undefined

/** Which outputs give lists, by node path and output. */
type Lists = Map<string, Map<string, Length>>

/**
 * Says how often each node will run that lists come to, as far as that can be known: from constants, from what nodes
 * say with `lengths`, and on through the nodes that are mapped.
 * @param nodes each after those it depends on
 */
export function countItems(nodes: readonly PlannedNode[], constants: Constants): readonly MappedNode[] {
  const types = new Set(nodes.map(({ registered }) => registered))
  if (![...types].some(({ definition }) => definition.outputs.some(({ each }) => each))) return []
  const lists: Lists = new Map()
  const mapped: MappedNode[] = []
  for (const planned of nodes) {
    const incoming = planned.registered.node.inputList ? [] : incomingLengths(planned, lists)
    const { mapping = 'zip' } = planned.registered.node
    const known = incoming.filter((length) => length !== undefined)
    const count = known.length === incoming.length || known.includes(0) ? mappedCount(mapping, known) : undefined
    if (incoming.length > 0) mapped.push({ node: planned.path, ...(count !== undefined && { count }) })
    const outgoing = outgoingLengths(planned, constants, incoming.length > 0 ? { count } : undefined)
    if (outgoing.size > 0) lists.set(planned.path, outgoing)
  }
  return mapped
}

function incomingLengths({ inputs }: PlannedNode, lists: Lists): Length[] {
  return inputs.flatMap((input) => {
    const outputs = input.kind === 'link' ? lists.get(input.from) : undefined
    return outputs && input.kind === 'link' && outputs.has(input.output) ? [outputs.get(input.output)] : []
  })
}

function outgoingLengths(planned: PlannedNode, constants: Constants, mapped: { readonly count: Length } | undefined) {
  const { node, definition } = planned.registered
  const said = mapped ? {} : lengthsSaid(planned, constants)
  const lengths = new Map<string, Length>()
  for (const { name, each } of definition.outputs) {
    if (mapped) lengths.set(name, each ? undefined : mapped.count)
    else if (each) {
      const value = constants.get(planned.path)?.get(name)
      lengths.set(name, Array.isArray(value) ? value.length : node.lengths && said[name])
    }
  }
  return lengths
}

function lengthsSaid(planned: PlannedNode, constants: Constants): Readonly<Record<string, number | undefined>> {
  try {
    return planned.registered.node.lengths?.(knownInputs(planned, constants)) ?? {}
  } catch {
    return {} // it wanted an input that is not known yet
  }
}

/** What is wrong with nodes that would run too often. */
export function tooManyItems(
  mapped: readonly MappedNode[],
  nodes: ReadonlyMap<string, PlannedNode>,
  { items }: Limits,
): Problem[] {
  const over = mapped.filter(({ count = 0 }) => count > items)
  return over.map(({ node, count }) => ({ ...tooMany(count!, items), node: nodes.get(node)!.ref }))
}

/** A node would run more often than the settings allow. */
export function tooMany(count: number, items: number): Problem {
  return {
    code: 'too_many_items',
    problem: `it would run for ${count} items, which is more than the limit of ${items}`,
    remedy: 'Use shorter lists, or raise limits.items in the options of the run.',
  }
}
