import { RawLink, type Expansion } from '../types/expansion.ts'
import { ANY } from '../types/socket.ts'
import type { TypedValue } from '../types/value-type.ts'
import { outputOf } from '../workflow/validate.ts'
import { valueKey } from './keys.ts'
import { eachValue, itemAt, itemsOf } from './lists.ts'
import type { PlannedNode } from './planned-node.ts'
import type { KnownValue } from './place-expansion.ts'
import { typedOutputs } from './result.ts'
import type { KeyedNode, RunGraph } from './run-graph.ts'
import { checkComplete, checkOutputs, wrongOutput, type Arrivals } from './values.ts'

/** Nodes outside an expansion that it links to. */
export function linkedPaths({ nodes, outputs }: Expansion, graph: RunGraph): string[] {
  const own = new Set(nodes.map(({ path }) => path))
  const values = [...nodes.flatMap(({ inputs }) => [...inputs.values()].flat()), ...outputs.values()]
  const links = values.filter((value) => value instanceof RawLink)
  return [...new Set(links.map(({ from }) => from))].filter((path) => !own.has(path) && !graph.at(path))
}

/** The output nodes of an expansion: they run although nothing reads from them. */
export function outputNodesAmong(nodes: readonly PlannedNode[]): string[] {
  return nodes.filter(({ registered }) => registered.node.output).map(({ path }) => path)
}

/**
 * The objects that a node was given, each with what stands for it in keys: what an expansion hands on of them is the
 * value itself, not the node's copy, and has the same key wherever it goes.
 */
export function knownObjects(
  planned: KeyedNode,
  inputs: Readonly<Record<string, unknown>>,
  arrivals: Arrivals,
  graph: RunGraph,
): ReadonlyMap<object, KnownValue> {
  const known = new Map<object, KnownValue>()
  const note = (given: unknown, value: KnownValue) => {
    if (typeof given === 'object' && given !== null) known.set(given, value)
  }
  for (const [index, input] of planned.inputs.entries()) {
    const arrived = arrivals[index]
    if (arrived === undefined || (input.kind !== 'link' && input.kind !== 'given')) continue
    const given = givenAt(inputs[input.definition.name], planned, index)
    const source = input.kind === 'given' ? input.key : graph.at(input.from)!.key
    const output = input.kind === 'link' ? input.output : ''
    const origin = input.from !== undefined && input.output !== undefined && { from: input.from, output: input.output }
    if (arrived.each) {
      for (const [at, value] of Array.isArray(given) ? itemsOf(arrived).entries() : []) {
        const key = arrived.each.keys?.[at] ?? valueKey(value, source, output, at)
        note((given as unknown[])[at], { typed: itemAt(arrived, at), key, ...origin })
      }
    } else note(given, { typed: arrived, key: input.kind === 'given' ? input.key : valueKey(arrived.value, source, output), ...origin })
  }
  return known
}

/** What a node got at one of its inputs, which is one of many where the port is variadic. */
function givenAt(value: unknown, { inputs, registered }: KeyedNode, index: number): unknown {
  const { definition } = inputs[index]!
  const single: unknown = registered.node.inputList && Array.isArray(value) && value.length === 1 ? value[0] : value
  if (!definition.variadic || !Array.isArray(single)) return single
  return single[inputs.slice(0, index).filter((one) => one.definition === definition).length]
}

type ValuesAt = (path: string) => ReadonlyMap<string, TypedValue>

/**
 * The outputs of a node whose expansion has come to its end.
 * @param valuesAt what can be read of the node at a path
 * @throws WorkflowError `wrong_output` where they are not what the node declares
 */
export function expandedOutputs(
  planned: KeyedNode,
  drawn: ReadonlyMap<string, unknown>,
  valuesAt: ValuesAt,
  graph: RunGraph,
): ReadonlyMap<string, TypedValue> {
  const { node } = planned.registered
  const linked = new Map<string, TypedValue>()
  const values = new Map<string, unknown>()
  for (const [name, value] of drawn) {
    if (value instanceof RawLink) linked.set(name, linkedValue(name, value, valuesAt, graph))
    else values.set(name, value)
  }
  // A list may stand for an output that is not one: what reads it is then mapped over it.
  const isList = (name: string) => node.outputs[name]?.data.each === true
  const single = [...linked].filter(([name, { each }]) => !each || isList(name))
  checkOutputs(node, new Map([...values, ...single.map(([name, one]) => [name, isList(name) ? itemsOf(one) : one.value] as const)]))
  for (const name of linked.keys()) values.set(name, undefined)
  checkComplete(node, values)
  const outputs = typedOutputs(node, new Map([...values].filter(([name]) => !linked.has(name))), planned)
  return new Map(Object.entries(node.outputs).map(([name, { type }]) => {
    const found = linked.get(name)
    return [name, found ? retyped(found, type, isList(name)) : outputs.get(name)!]
  }))
}

function linkedValue(name: string, link: RawLink, valuesAt: ValuesAt, graph: RunGraph): TypedValue {
  const output = outputOf(graph.definitionAt(link.from)!, link.output)?.name
  const found = output === undefined ? undefined : valuesAt(link.from).get(output)
  if (found) return found
  const place = `output ${JSON.stringify(link.output)} of ${link.from}`
  throw wrongOutput(`its expansion links output "${name}" to ${place}, which has no such output`)
}

/** A value as the type of another output. A list that is mapped over stays one, with the keys of its items. */
function retyped(found: TypedValue, type: TypedValue['type'], isList: boolean): TypedValue {
  if (found.each || isList) return eachValue(type, itemsOf(found), found.each?.keys)
  const isOfType = found.value === undefined || (type.socket !== ANY && type.check(found.value))
  return isOfType ? { type, value: found.value } : found
}
