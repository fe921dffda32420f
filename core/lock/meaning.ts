import { hash } from 'node:crypto'
import { jsonKey } from '../workflow/json-equal.ts'
import type { Subgraph, Workflow, WorkflowNode } from '../workflow/workflow.ts'

/** What a run of a workflow depends on: no titles, positions, frames or notes, and everything in one order. */
export function meaningOf({ version, outputs, nodes, subgraphs }: Workflow): Workflow {
  return {
    version,
    ...(outputs?.length && { outputs: byKey(outputs.map(({ name, node, output }) => ({ name, node, output })), ({ name }) => name) }),
    nodes: nodesOf(nodes),
    ...(subgraphs?.length && { subgraphs: byKey(subgraphs.map(subgraphOf), ({ id }) => id) }),
  }
}

/** The hash of a workflow's meaning, hex. */
export function meaningHash(workflow: Workflow): string {
  return hash('sha256', jsonKey(meaningOf(workflow)), 'hex')
}

/** The sockets of a subgraph keep their order: it is that of the slots. */
function subgraphOf({ id, name, inputs, outputs, nodes }: Subgraph): Subgraph {
  return { id, name, inputs, outputs, nodes: nodesOf(nodes) }
}

function nodesOf(nodes: readonly WorkflowNode[]): readonly WorkflowNode[] {
  return byKey(nodes.map(({ id, type, version, mode, inputs = {} }): WorkflowNode => {
    const named = byKey(Object.entries(inputs), ([name]) => name)
    return { id, type, ...(version !== undefined && { version }), ...(mode && { mode }), inputs: Object.fromEntries(named) }
  }), ({ id }) => id)
}

function byKey<T>(list: readonly T[], keyOf: (one: T) => string): readonly T[] {
  return [...list].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}
