import { takesLiteral } from '../types/literal.ts'
import type { Json } from '../types/json.ts'
import type { Definitions } from '../types/definition.ts'
import { ANY, isList, isUnion, type SocketType } from '../types/socket.ts'
import { tryFlatten } from '../workflow/flatten.ts'
import { withSubgraphDefinitions } from '../workflow/subgraphs.ts'
import { outputOf } from '../workflow/validate-file.ts'
import type { Workflow } from '../workflow/workflow.ts'
import type { NodeResult } from './result.ts'

/** What a run gave at an output that the workflow names. */
export interface NamedOutput {
  readonly name: string
  readonly node: string
  readonly output: string
  readonly socket: SocketType
  /** Where it is a number, a text, true or false, or a list of such, of at most 10,000 characters as JSON. */
  readonly value?: Json
}

/** Longer values stay where they are: an event has a bounded size. */
const MAX_CHARACTERS = 10_000

/** What came out at the outputs that the workflow names, in the order of the file; what was not made is left out. */
export function namedOutputs(
  workflow: Workflow,
  definitions: Definitions,
  results: ReadonlyMap<string, NodeResult>,
): NamedOutput[] {
  if (!workflow.outputs?.length) return []
  const all = withSubgraphDefinitions(workflow, definitions)
  const flat = tryFlatten(workflow, { definitions: all }).workflow
  const types = new Map(flat.nodes.map(({ id, type }) => [id, type]))
  return (flat.outputs ?? []).flatMap(({ name, node, output }) => {
    const definition = all.get(types.get(node) ?? '')
    const found = definition && outputOf(definition, output)
    const given = found && results.get(node)?.outputs.get(found.name)
    if (found === undefined || given === undefined) return []
    const value = isPlain(given.type.socket, given.value) ? shortJson(given.value) : undefined
    return [{ name, node, output: found.name, socket: found.socket, ...(value !== undefined && { value }) }]
  })
}

/** Whether a value is one to be said. Its type tells; that of `any` says nothing, so there the value does. */
function isPlain(socket: SocketType, value: unknown): boolean {
  if (isUnion(socket)) return socket.anyOf.every((one) => isPlain(one, value))
  if (isList(socket)) return Array.isArray(value) && value.every((one) => isPlain(socket.list, one))
  return socket === ANY ? isScalar(value) : takesLiteral(socket)
}

function isScalar(value: unknown): boolean {
  if (Array.isArray(value)) return value.length <= MAX_CHARACTERS && value.every((one) => !Array.isArray(one) && isScalar(one))
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
}

function shortJson(value: unknown): Json | undefined {
  const text = JSON.stringify(value)
  // A value of such a type is JSON; the way through text leaves blocked items of a list as objects.
  return text !== undefined && text.length <= MAX_CHARACTERS ? (JSON.parse(text) as Json) : undefined
}
