import type { NodeContext } from '../types/node-type.ts'
import { Expansion, RawLink, type DrawnNode, type ExpandOptions, type ExpansionNode } from '../types/expansion.ts'
import { shortText } from '../types/json.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'

/** Where an expansion's nodes get their paths. */
export interface DrawingPlace {
  /** The path that their names come after. */
  readonly base: string
  /** Whether a path belongs to a node already. */
  isTaken(path: string): boolean
  /** The next number that serves as a name. */
  nextNumber(): number
  /** The output that is meant where none is named. */
  firstOutput(type: string): string | undefined
}

type Draw = Parameters<NodeContext['expand']>[0]
type BuilderNode = Parameters<Draw>[0]['node']

/** A node as it is being drawn: its inputs may still be set. */
interface OpenNode extends DrawnNode {
  readonly inputs: Map<string, unknown>
}

/**
 * Draws an expansion: calls the author's function with a builder and keeps what it drew.
 * @throws WorkflowError `invalid_expansion` when two nodes are given one id
 */
export function drawExpansion(draw: Draw, options: ExpandOptions, place: DrawingPlace): Expansion {
  const nodes = new Map<string, OpenNode>()
  const newPath = (id: string | undefined) => {
    for (;;) {
      const path = `${place.base}.${id ?? place.nextNumber()}`
      if (!nodes.has(path) && !place.isTaken(path)) return path
      if (id !== undefined) throw takenId(id, path)
    }
  }
  const node: BuilderNode = (
    type: string | { readonly type: string },
    inputs: object = {},
    { id, title }: { readonly id?: string; readonly title?: string } = {},
  ): ExpansionNode => {
    const name = typeof type === 'string' ? type : type.type
    const path = newPath(id)
    const drawn: OpenNode = { path, type: name, ...(title !== undefined && { title }), inputs: new Map() }
    const set = (input: string, value: unknown) => {
      if (value === undefined) drawn.inputs.delete(input)
      else drawn.inputs.set(input, value)
    }
    for (const [input, value] of Object.entries(inputs)) set(input, value)
    nodes.set(path, drawn)
    return { path, set, out: (output) => new RawLink(path, output ?? place.firstOutput(name) ?? 0) }
  }
  const outputs: unknown = draw({ node, link: (path, output) => new RawLink(path, output) })
  if (typeof outputs !== 'object' || outputs === null || 'then' in outputs) throw noOutputs(outputs)
  return new Expansion([...nodes.values()], new Map(Object.entries(outputs)), options.continues ?? false)
}

function noOutputs(got: unknown): WorkflowError {
  const what = got instanceof Promise ? 'a promise; draw it at once' : shortText(got)
  return new WorkflowError({
    code: 'invalid_expansion',
    problem: `what draws its expansion should give its outputs by name, got ${what}`,
    remedy: 'This is a mistake in the node; tell its author.',
  })
}

function takenId(id: string, path: string): WorkflowError {
  return new WorkflowError({
    code: 'invalid_expansion',
    problem: `its expansion has two nodes with the id "${id}" (${path})`,
    remedy: 'This is a mistake in the node; tell its author.',
  })
}
