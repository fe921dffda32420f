import { shortText } from '../types/json.ts'
import { withinLimit } from './hook-answers.ts'
import { hookContext, type HookHost } from './hooks.ts'
import { itemAt, indicesAt, itemsOf, mappedCount } from './lists.ts'
import type { PlannedNode } from './planned-node.ts'
import { inputValues, wrongOutput, type Arrivals, type Handing } from './values.ts'

/**
 * Asks a node which of its lazy inputs it needs, now that some have arrived; for each item, where lists have.
 * Without a `needs` of its own it needs them all.
 * @throws WorkflowError when it names what is no lazy input of it
 */
export async function askNeeds(
  planned: PlannedNode,
  arrivals: Arrivals,
  handing: Handing,
  host: HookHost,
): Promise<Set<string>> {
  const { node } = planned.registered
  const lazy = planned.inputs.filter(({ definition }) => definition.lazy)
  const slots = new Set(lazy.map(({ slot }) => slot))
  if (node.needs === undefined) return slots
  const needed = new Set<string>()
  for (const one of node.inputList ? [arrivals] : arrivalsByItem(arrivals, node.mapping ?? 'zip')) {
    const names: unknown = await withinLimit(node.needs(inputValues(planned, one, handing), hookContext(planned, host)))
    if (!isNames(names)) throw wrongOutput(`its \`needs\` should give a list of names of inputs, got ${shortText(names)}`)
    for (const name of names) {
      const ofPort = lazy.filter(({ definition }) => definition.name === name).map(({ slot }) => slot)
      const named = slots.has(name) ? [name] : ofPort
      const isLazy = node.inputs[name.split('.', 1)[0]!]?.data.lazy
      if (!isLazy) throw wrongOutput(`its \`needs\` asks for "${name}", which is no lazy input of it`)
      for (const slot of named) needed.add(slot)
    }
  }
  return needed
}

function isNames(names: unknown): names is readonly string[] {
  return Array.isArray(names) && names.every((name) => typeof name === 'string')
}

/** What has arrived, for each item of the lists among it. */
function* arrivalsByItem(arrivals: Arrivals, mapping: 'zip' | 'product'): Iterable<Arrivals> {
  const lengths = arrivals.flatMap((one) => (one?.each ? [itemsOf(one).length] : []))
  if (lengths.length === 0) yield arrivals
  else {
    const count = mappedCount(mapping, lengths)
    for (let index = 0; index < count; index++) {
      const indices = indicesAt(mapping, lengths, index)
      let list = 0
      yield arrivals.map((one) => (one?.each ? itemAt(one, indices[list++]!) : one))
    }
  }
}
