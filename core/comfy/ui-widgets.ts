import type { Definitions, InputDefinition, NodeDefinition } from '../types/definition.ts'
import type { Json } from '../types/json.ts'
import { RANDOM_SEED, seedPolicy } from '../types/literal.ts'
import { isRecord, own } from './fields.ts'
import type { UiNode } from './ui-file.ts'
import { REROUTE, VIRTUAL_NODES } from './virtual.ts'

/** What stands at a place of `widgets_values`: the literal of an input, or a value that is no input's. */
export type WidgetPlace = string | { readonly value: Json }

/** Types of sockets that have a widget in ComfyUI. */
const WIDGET_TYPES: ReadonlySet<unknown> = new Set(['INT', 'FLOAT', 'STRING', 'BOOLEAN', 'COMBO'])

/** What the widget behind a seed may say of the next run. */
const CONTROLS: ReadonlySet<unknown> = new Set(['fixed', 'increment', 'decrement', 'randomize'])

/** Inputs of these names get that widget even where nothing else says so. */
const SEED_NAMES: ReadonlySet<string> = new Set(['seed', 'noise_seed'])

/** Whether an input has a widget in ComfyUI: its place in `widgets_values` is that among the others. */
export function hasWidget({ socket, hidden }: InputDefinition): boolean {
  return hidden === undefined && WIDGET_TYPES.has(socket)
}

/** Whether a widget that controls what happens to the number after a run stands behind this one. */
export function hasControl(name: string, definition: NodeDefinition | undefined, value: Json | undefined): boolean {
  const input = definition?.inputs.find((one) => one.name === name)
  if (input) return input.socket === 'INT' && (input.seed === true || SEED_NAMES.has(name))
  return SEED_NAMES.has(name) && typeof value === 'number'
}

/** Whether a value is one of a control widget. */
export function isControl(value: Json | undefined): boolean {
  return CONTROLS.has(value)
}

/** A seed as ComfyUI has it: a number, and what the control behind it says of the next run. */
export function withControl(literal: Json): { readonly value: Json; readonly control: string } {
  const policy = seedPolicy(literal)
  if (!policy) return { value: literal, control: 'fixed' }
  return policy.kind === 'random' ? { value: 0, control: 'randomize' } : { value: policy.from, control: 'increment' }
}

/** The literal of ours that stands for a seed and its control: a policy where we have one, else the number. */
export function underControl(value: Json, control: Json | undefined): Json {
  if (control === 'randomize') return RANDOM_SEED
  const counted = `increment ${String(value)}`
  return control === 'increment' && typeof value === 'number' && seedPolicy(counted) ? counted : value
}

/** What each place of a node's `widgets_values` stands for; of types that nothing tells of, values of no input. */
export function widgetPlaces(node: UiNode, values: readonly Json[], definitions: Definitions): WidgetPlace[] {
  const virtual = VIRTUAL_NODES.get(node.type)
  const definition = definitions.get(node.type)
  if (virtual && node.type !== REROUTE) return align([definition?.inputs[0]?.name ?? virtual.input], values, () => false)
  const slots = slotWidgets(node)
  if (definition) {
    const widgets = definition.inputs.filter(hasWidget).map(({ name }) => name)
    const names = widgets.every((name) => slots.includes(name)) ? slots : widgets
    const known = new Set(definition.inputs.map(({ name }) => name))
    return align(names, values, (name, _, spare, next) => hasControl(name, definition, undefined) && (spare || !isText(definition, next)))
      .map((place, index) => (typeof place === 'string' && !known.has(place) ? { value: values[index]! } : place))
  }
  const places = align(slots, values, (name, value, spare) => spare && (SEED_NAMES.has(name) || typeof value === 'number'))
  // A value that no socket speaks for may have shifted all the others.
  const isSure = places.every((place, index) => typeof place === 'string' || isControl(values[index]))
  return isSure ? places : values.map((value) => ({ value }))
}

/** Whether a control's word could be the value of this input itself. */
function isText({ inputs }: NodeDefinition, name: string | undefined): boolean {
  const socket = inputs.find((input) => input.name === name)?.socket
  return socket === 'STRING' || socket === 'COMBO'
}

/** Names of the widgets that have a socket, in the order of the sockets. */
function slotWidgets(node: UiNode): string[] {
  const names = node.inputs.flatMap(({ raw }) => {
    const widget = own(raw, 'widget')
    const name = isRecord(widget) ? own(widget, 'name') : undefined
    return typeof name === 'string' ? [name] : []
  })
  return [...new Set(names)]
}

/** Lays names along values, in order; a control behind a name that has one takes a place of its own. */
export function align(
  names: readonly string[], values: readonly Json[],
  hasControlBehind: (name: string, value: Json, spare: boolean, next: string | undefined) => boolean,
): WidgetPlace[] {
  const places: WidgetPlace[] = []
  for (const [index, name] of names.entries()) {
    if (places.length >= values.length) break
    const value = values[places.length]!
    places.push(name)
    const next = values[places.length]
    const spare = values.length - places.length > names.length - index - 1
    if (next !== undefined && isControl(next) && hasControlBehind(name, value, spare, names[index + 1])) places.push({ value: next })
  }
  return [...places, ...values.slice(places.length).map((value) => ({ value }))]
}
