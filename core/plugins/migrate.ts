import { migrateNodes, TypeTable, type MigratedWorkflow } from '../workflow/migrate-nodes.ts'
import type { Workflow } from '../workflow/workflow.ts'
import type { Registry } from './registry.ts'

/** By the nodes of a registry, which never change. */
const tables = new WeakMap<Registry['nodes'], TypeTable>()

/** Carries the nodes of a workflow over to the versions of the node types that are there. */
export function migrateWorkflow(workflow: Workflow, { nodes }: Registry): MigratedWorkflow {
  let table = tables.get(nodes)
  if (table === undefined) tables.set(nodes, table = new TypeTable([...nodes.values()].map(({ node }) => node)))
  return migrateNodes(workflow, table)
}
