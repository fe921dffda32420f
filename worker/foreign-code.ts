/** Whether looking at a workflow asks code of plugins, which may be the end of the process. */
import type { RegisteredNode, Registry } from '../core/plugins/registry.ts'
import type { Workflow } from '../core/workflow/workflow.ts'

/** Whether a workflow has nodes of plugins that are asked something before anything runs. */
export function asksPlugins({ nodes, subgraphs = [] }: Workflow, registry: Registry): boolean {
  const types = new Set([nodes, ...subgraphs.map((subgraph) => subgraph.nodes)].flat().map(({ type }) => type))
  const old = [...registry.nodes.values()].filter(({ node }) => Object.keys(node.replaces ?? {}).some((type) => types.has(type)))
  return [...types].some((type) => asksPlugin(registry.nodes.get(type))) || old.some(asksPlugin)
}

/** Whether a node type of a plugin has code beside what runs: hooks, computed choices, checks of ports, migrations, constants. */
export function asksPlugin(registered: RegisteredNode | undefined): boolean {
  if (registered === undefined || registered.plugin.trusted) return false
  const { run: _run, inputs, outputs: _outputs, ...others } = registered.node
  return others.constant === true || others.migrate !== undefined || others.replaces !== undefined
    || Object.values(others).some((value) => typeof value === 'function')
    || Object.values(inputs).some(({ validate, computeChoices }) => validate !== undefined || computeChoices !== undefined)
}
