import { migrateNodes, type MigratedWorkflow } from '../workflow/migrate-nodes.ts'
import type { Workflow } from '../workflow/workflow.ts'
import type { Registry } from './registry.ts'

/** Carries the nodes of a workflow over to the versions of the node types that are there. */
export function migrateWorkflow(workflow: Workflow, { nodes }: Registry): MigratedWorkflow {
  return migrateNodes(workflow, [...nodes.values()].map(({ node }) => node))
}
