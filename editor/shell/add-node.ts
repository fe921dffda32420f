/** A new node of a type, linked to what is held if it can be: the edits of one step. */
import type { Definitions, InputDefinition, NodeDefinition } from '../../core/types/definition.ts'
import { alwaysFits, fits, type SocketType } from '../../core/types/socket.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import type { LooseLink } from '../graph/canvas.ts'
import type { Edit } from '../graph/edit.ts'
import { definitionsIn } from '../graph/graph-at.ts'
import { graphView } from '../graph/graph-view.ts'
import { freeNodeId } from '../graph/ids.ts'
import type { GraphPath, Point } from '../graph/scene.ts'

/** Where a node is added. */
export interface Ground {
  readonly workflow: Workflow
  readonly path: GraphPath
  readonly definitions: Definitions
}

/** So far to the left of where a link to an input was dropped goes the node that feeds it, in graph units. */
const FEEDER_SHIFT = 240

/** The edits that add it, and the id that it gets. */
export function addedNode(ground: Ground, type: string, [x, y]: Point, link?: LooseLink): { readonly id: string; readonly edits: readonly Edit[] } {
  const view = graphView(ground.workflow, ground.path, ground.definitions)
  const id = freeNodeId(type, view.nodes)
  const definition = definitionsIn(ground.workflow, ground.definitions).get(type)
  const position: Point = link !== undefined && 'to' in link ? [x - FEEDER_SHIFT, y] : [x, y]
  const node = { id, type, ...(definition !== undefined && definition.version !== 1 && { version: definition.version }), position: [Math.round(position[0]), Math.round(position[1])] as const }
  const connection = link && definition && connect(ground, definition, id, link)
  return { id, edits: [{ type: 'add', nodes: [node] }, ...(connection ? [connection] : [])] }
}

/** What a loose link carries, or is to be given. */
export function socketOf({ workflow, path, definitions }: Ground, link: LooseLink): SocketType | undefined {
  const view = graphView(workflow, path, definitions)
  return 'from' in link ? view.outputOf(link)?.socket : view.inputOf(link.to, link.input)?.socket
}

/** Whether a node of this type can be linked to what is held. */
export function takesLink(definition: NodeDefinition, link: LooseLink, socket: SocketType): boolean {
  return 'from' in link ? inputFor(definition, socket) !== undefined : outputFor(definition, socket) !== undefined
}

function connect(ground: Ground, definition: NodeDefinition, id: string, link: LooseLink): Edit | undefined {
  const socket = socketOf(ground, link)
  if (socket === undefined) return undefined
  if ('to' in link) {
    const output = outputFor(definition, socket)
    return output === undefined ? undefined : { type: 'connect', from: id, output, to: link.to, input: link.input }
  }
  const input = inputFor(definition, socket)
  return input && { type: 'connect', from: link.from, output: link.output, to: id, input: input.variadic ? `${input.name}.0` : input.name }
}

/** The input that a value of this type is meant for most likely: one that surely takes it, rather one that is required. */
function inputFor({ inputs }: NodeDefinition, socket: SocketType): InputDefinition | undefined {
  const open = inputs.filter((input) => input.hidden === undefined && !input.socketless && fits(socket, input.socket))
  const rank = (input: InputDefinition) => (input.socket === socket ? 0 : alwaysFits(socket, input.socket) ? 2 : 4) + (input.required ? 0 : 1)
  return open.toSorted((a, b) => rank(a) - rank(b))[0]
}

function outputFor({ outputs }: NodeDefinition, socket: SocketType): string | undefined {
  return (outputs.find((output) => output.socket === socket) ?? outputs.find((output) => fits(output.socket, socket)))?.name
}
