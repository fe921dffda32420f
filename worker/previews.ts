/** A run up to a node shows what came out there, whatever node it is. */
import type { Definitions, NodeDefinition, OutputDefinition } from '../core/types/definition.ts'
import { takesLiteral } from '../core/types/literal.ts'
import { withSubgraphDefinitions } from '../core/workflow/subgraphs.ts'
import type { ExposedOutput, Workflow, WorkflowNode } from '../core/workflow/workflow.ts'

/** Which node shows values of a type, and by which input. */
const SHOWN_BY: ReadonlyMap<unknown, readonly [type: string, input: string]> = new Map([
  ['IMAGE', ['PreviewImage', 'images']], ['MASK', ['MaskPreview', 'mask']],
])
const OTHERS = ['PreviewAny', 'source'] as const

export interface Shown {
  readonly workflow: Workflow
  readonly targets: readonly string[]
}

/** The workflow as it was before previews were added to it: what a file says that a run up to a node makes beside. */
export function withoutPreviews(workflow: Workflow, before: Workflow): Workflow {
  if (workflow.nodes.length === before.nodes.length && workflow.outputs?.length === before.outputs?.length) return workflow
  const ids = new Set(before.nodes.map(({ id }) => id))
  const { outputs: _outputs, ...rest } = workflow
  return { ...rest, nodes: workflow.nodes.filter(({ id }) => ids.has(id)), ...(before.outputs && { outputs: before.outputs }) }
}

/**
 * The workflow with a preview of each output of the targets that show nothing by themselves: pictures become temporary
 * files; of other values a text, or the value itself where it is one that JSON holds, comes out by the name `node-output`.
 */
export function withPreviews(workflow: Workflow, targets: readonly string[], types: Definitions): Shown {
  const definitions = withSubgraphDefinitions(workflow, types)
  const asked = new Set(targets)
  const shown = workflow.nodes.filter(({ id, mode }) => asked.has(id) && mode === undefined)
  const added = shown.flatMap((node) => previewsOf(node, definitions.get(node.type)))
  if (added.length === 0) return { workflow, targets }
  const taken = new Set(workflow.nodes.map(({ id }) => id))
  const nodes = added.flatMap(({ node }) => (node && definitions.has(node.type) && !taken.has(node.id) ? [node] : []))
  const ids = new Set([...taken, ...nodes.map(({ id }) => id)])
  const names = new Set(workflow.outputs?.map(({ name }) => name))
  const outputs = added.flatMap(({ output }) => (output && ids.has(output.node) && !names.has(output.name) ? [output] : []))
  return {
    workflow: { ...workflow, nodes: [...workflow.nodes, ...nodes], outputs: [...(workflow.outputs ?? []), ...outputs] },
    targets: [...targets, ...nodes.map(({ id }) => id)],
  }
}

interface Added {
  readonly node?: WorkflowNode
  readonly output?: ExposedOutput
}

function previewsOf({ id }: WorkflowNode, definition: NodeDefinition | undefined): Added[] {
  return definition === undefined || definition.output ? [] : definition.outputs.map((output) => previewOf(id, output))
}

function previewOf(id: string, { name, socket, each }: OutputDefinition): Added {
  const shownAs = `${/^[A-Za-z]/.test(id) ? '' : 'node-'}${id.replace(/[^A-Za-z0-9_-]/g, '_')}-${name}`.slice(0, 200)
  if (!each && socket !== '*' && takesLiteral(socket)) return { output: { name: shownAs, node: id, output: name } }
  const [type, input] = SHOWN_BY.get(socket) ?? OTHERS
  const node: WorkflowNode = { id: `preview of ${id}.${name}`.slice(0, 200), type, inputs: { [input]: { from: id, output: name } } }
  return type === OTHERS[0] ? { node, output: { name: shownAs, node: node.id, output: 'STRING' } } : { node }
}
