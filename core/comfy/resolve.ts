import type { Definitions } from '../types/definition.ts'
import type { Json } from '../types/json.ts'
import { ANY, type SocketType } from '../types/socket.ts'
import { bypassedInput } from '../workflow/bypass.ts'
import { refOf } from '../workflow/graph.ts'
import { isLink, type InputValue, type Link, type Workflow, type WorkflowNode } from '../workflow/workflow.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import { isList, isRecord, own } from './fields.ts'
import { flattenForApi } from './flatten.ts'
import { keptOf } from './kept.ts'
import { VIRTUAL_NODES } from './virtual.ts'

/**
 * The workflow as ComfyUI's server would see it: subgraphs laid open, virtual nodes, mute and bypass resolved.
 * @throws WorkflowError where reroutes or bypassed nodes lead round in a circle
 */
export function resolveForApi(workflow: Workflow, definitions: Definitions): Workflow {
  const flat = flattenForApi(workflow, definitions)
  return resolved(flat, definitions, (node) => VIRTUAL_NODES.has(node.type), true)
}

/**
 * The workflow without the virtual nodes that no plugin provides here, or that hold nothing to pass on; modes stay as they
 * are, the engine knows them.
 * @throws WorkflowError where reroutes lead round in a circle
 */
export function withoutVirtualNodes(workflow: Workflow, definitions: Definitions): Workflow {
  const isVirtual = ({ type, inputs }: WorkflowNode) =>
    VIRTUAL_NODES.has(type) && (!definitions.has(type) || (inputs === undefined && VIRTUAL_NODES.get(type)!.output !== undefined))
  const subgraphs = workflow.subgraphs?.map((one) => resolved(one, definitions, isVirtual, false))
  return { ...resolved(workflow, definitions, isVirtual, false), ...(subgraphs && { subgraphs }) }
}

/** What stands at an input in the end: another link, a literal, or nothing. */
type Source = InputValue | undefined

function resolved<G extends { readonly nodes: readonly WorkflowNode[] }>(
  graph: G, definitions: Definitions, isVirtual: (node: WorkflowNode) => boolean, modes: boolean,
): G {
  const isGone = (node: WorkflowNode) => isVirtual(node) || (modes && node.mode !== undefined)
  if (!graph.nodes.some(isGone)) return graph
  const gone = new Map(graph.nodes.filter(isGone).map((node) => [node.id, node]))
  const find = sourceFinder(gone, definitions)
  const nodes = graph.nodes.filter((node) => !isGone(node)).map((node) => withSources(node, gone, find))
  return { ...graph, nodes }
}

function withSources(node: WorkflowNode, gone: ReadonlyMap<string, WorkflowNode>, find: (link: Link) => Source): WorkflowNode {
  const entries = Object.entries(node.inputs ?? {})
  if (!entries.some(([, value]) => isLink(value) && gone.has(value.from))) return node
  const inputs = entries.flatMap(([name, value]): [string, InputValue][] => {
    const source = isLink(value) ? find(value) : value
    return source === undefined ? [] : [[name, source]]
  })
  return { ...node, inputs: Object.fromEntries(inputs) }
}

/**
 * Follows links through nodes that are gone. What a link leads to is remembered for every link on the way, so that a
 * thousand reroutes behind a thousand others are walked once.
 */
function sourceFinder(gone: ReadonlyMap<string, WorkflowNode>, definitions: Definitions): (link: Link) => Source {
  const found = new Map<string, Source>()
  return (link) => {
    const way = new Map<string, Link>()
    let at: Source = link
    while (at !== undefined && isLink(at) && gone.has(at.from)) {
      const key = JSON.stringify([at.from, at.output])
      if (found.has(key)) {
        at = found.get(key)
        break
      }
      if (way.has(key)) throw roundabout([...way.values()], at, gone)
      way.set(key, at)
      at = passedOn(gone.get(at.from)!, at, definitions)
    }
    for (const key of way.keys()) found.set(key, at)
    return at
  }
}

/** What a node that is gone gives at an output: one of its inputs. */
function passedOn(node: WorkflowNode, link: Link, definitions: Definitions): Source {
  if (node.mode === 'mute') return undefined
  const inputs = Object.entries(node.inputs ?? {})
  const virtual = VIRTUAL_NODES.get(node.type)
  if (virtual) return (inputs.find(([name]) => name === virtual.input) ?? inputs[0])?.[1]
  const sockets = socketsOf(node, definitions)
  const slot = typeof link.output === 'number' ? link.output : sockets.outputs.findIndex(({ name }) => name === link.output)
  const passed = bypassedInput(sockets.inputs, sockets.outputs, slot)
  const value = inputs.find(([name]) => name === passed)?.[1]
  return value !== undefined && isLink(value) ? value : undefined
}

interface Socket {
  readonly name: string
  readonly socket: SocketType
}

/** The sockets of a node with their types: as its definition has them, or as ComfyUI's file had. */
function socketsOf(node: WorkflowNode, definitions: Definitions): { inputs: readonly Socket[]; outputs: readonly Socket[] } {
  const kept = keptOf(node.extra, 'ui')
  return definitions.get(node.type) ?? { inputs: slots(kept['inputs']), outputs: slots(kept['outputs']) }
}

function slots(kept: Json | undefined): Socket[] {
  return (isList(kept) ? kept : []).filter(isRecord).map((slot, index) => {
    const name = own(slot, 'name')
    const type = own(slot, 'type')
    return { name: typeof name === 'string' ? name : String(index), socket: typeof type === 'string' ? type : ANY }
  })
}

function roundabout(way: readonly Link[], again: Link, gone: ReadonlyMap<string, WorkflowNode>): WorkflowError {
  const ids = way.map(({ from }) => from)
  // Walked against the links, so the way of the values is the reverse.
  const cycle = [...ids.slice(ids.indexOf(again.from)), again.from].reverse()
  const shown = cycle.length > 12 ? [...cycle.slice(0, 6), '…', ...cycle.slice(-5)] : cycle
  return new WorkflowError({
    code: 'dependency_cycle',
    node: refOf(gone.get(again.from)!),
    problem: `it passes on what comes from itself: ${shown.join(' → ')}`,
    remedy: 'Remove one of these links.',
    cycle,
  })
}
