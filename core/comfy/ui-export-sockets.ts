import type { Json, JsonObject } from '../types/json.ts'
import { ANY } from '../types/socket.ts'
import type { Subgraph, SubgraphInput } from '../workflow/workflow.ts'
import { isList, isRecord } from './fields.ts'
import { keptOf } from './kept.ts'
import { socketText } from './ui-export-node.ts'
import { namedSlots, type UiSlot } from './ui-file.ts'
import { KINOGRAPH, uuidOf } from './ui-native.ts'

/** A subgraph's sockets in the file it came from, by names of their own. */
export function keptSlots({ extra }: Subgraph, key: 'inputs' | 'outputs'): readonly UiSlot[] {
  const slots = keptOf(extra, 'ui')[key]
  return namedSlots(isList(slots) ? slots.filter(isRecord) : [], key)
}

/** The sockets of a subgraph's inputs: those of the file, and new ones for what was added. */
export function inputSlots(subgraph: Subgraph, proxied: ReadonlySet<string>): UiSlot[] {
  const kept = new Map(keptSlots(subgraph, 'inputs').map((slot) => [slot.name, slot]))
  return subgraph.inputs.filter(({ name }) => !proxied.has(name))
    .map((input) => kept.get(input.name) ?? { name: input.name, raw: ownInputSlot(subgraph, input) })
}

/** A type that ComfyUI's text does not give back is written beside it. */
function ownInputSlot({ id }: Subgraph, { name, type }: SubgraphInput): JsonObject {
  const slot = { id: uuidOf(`${id} input ${name}`), name, type: type === undefined ? ANY : socketText(type) }
  if (typeof type === 'string' && !type.includes(',') && type !== '') return slot
  return { ...slot, [KINOGRAPH]: type === undefined ? {} : { type: jsonOf(type) } }
}

/** A socket's type is JSON by its form. */
const jsonOf = (type: object | string): Json => JSON.parse(JSON.stringify(type)) as Json

/** The sockets of a subgraph's outputs: those of the file, unconnected ones too, and new ones for what was added. */
export function outputSlots(subgraph: Subgraph): UiSlot[] {
  const kept = keptSlots(subgraph, 'outputs')
  const known = new Set(kept.map(({ name }) => name))
  const added = subgraph.outputs.filter(({ name }) => !known.has(name)).map(({ name }): UiSlot => (
    { name, raw: { id: uuidOf(`${subgraph.id} output ${name}`), name, type: ANY } }
  ))
  return [...kept, ...added]
}
