import type { JsonObject } from '../types/json.ts'
import type { HiddenValues } from '../types/port.ts'
import type { Workflow } from '../workflow/workflow.ts'
import { copyValue } from './copy-value.ts'
import type { KeyedNode, RunGraph } from './run-graph.ts'

/**
 * What only the engine knows, for the nodes of a run that ask. Workflow and metadata are one frozen copy for all: a
 * copy for each of many nodes would take more than the nodes themselves.
 */
export function hiddenValues(workflow: Workflow, metadata: JsonObject, graph: RunGraph) {
  let frozenWorkflow: Workflow | undefined
  let frozenMetadata: JsonObject | undefined
  return (kind: keyof HiddenValues, { path, item }: KeyedNode): unknown => {
    switch (kind) {
      case 'node_id':
        return item ? item.of : path
      case 'prompt':
        return graph.prompt
      case 'workflow':
        return (frozenWorkflow ??= frozen(workflow))
      case 'metadata':
        return (frozenMetadata ??= frozen(metadata))
      default:
        return kind satisfies never
    }
  }
}

function frozen<T>(value: T): T {
  const copy = copyValue(value)
  const open: unknown[] = [copy]
  while (open.length > 0) {
    const one = open.pop()
    if (typeof one !== 'object' || one === null) continue
    for (const inner of Object.values(Object.freeze(one))) open.push(inner)
  }
  return copy
}
