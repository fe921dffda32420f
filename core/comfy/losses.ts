import type { Definitions } from '../types/definition.ts'
import { graphOf } from '../workflow/graph.ts'
import { resolveSeeds } from '../workflow/seeds.ts'
import { withSubgraphDefinitions } from '../workflow/subgraphs.ts'
import { inputOf, isLink, literalOf } from '../workflow/workflow.ts'
import type { InputValue, Link, Subgraph, Workflow, WorkflowNode } from '../workflow/workflow.ts'
import { outputName } from './api-import.ts'
import { unlessEmpty } from './fields.ts'
import { isKept, keep, keptOf } from './kept.ts'
import { resolveForApi } from './resolve.ts'
import { VIRTUAL_NODES } from './virtual.ts'

export type LossId = 'bare' | 'empty' | 'calls' | 'seeds' | 'virtual' | 'workflow' | 'looks' | 'names' | 'order'

/** Something that a format of ComfyUI can't hold: what it is, and a workflow without it. */
export interface Loss {
  /** For those who say it in other words. */
  readonly id: LossId
  /** As docs/comfyui.md says it. */
  readonly what: string
  without(workflow: Workflow, definitions: Definitions, draw?: () => number): Workflow
}

const BARE: Loss = {
  id: 'bare',
  what: 'The wrapping of a literal that needs none: `{ "value": 5 }` comes back as `5`.',
  without: mapInputs((value) => (isLink(value) ? value : inputOf(literalOf(value)))),
}

const EMPTY: Loss = {
  id: 'empty',
  what: 'Empty objects: `"inputs": {}` and `"extra": {}` are left out.',
  without: (workflow) => mapNodes(withoutEmptyExtra(workflow), (node) => {
    const { inputs, ...rest } = withoutEmptyExtra(node)
    return inputs && Object.keys(inputs).length > 0 ? { ...rest, inputs } : rest
  }),
}

/** What does not come back from ComfyUI's saved format, in the order in which it is lost. */
export const UI_LOSSES: readonly Loss[] = [
  BARE,
  EMPTY,
  {
    id: 'calls',
    what: 'Numbers of outputs where another link calls the same output by its name: all come back by name.',
    without: calledOneWay,
  },
]

/** What does not come back from ComfyUI's API format, in the order in which it is lost. */
export const API_LOSSES: readonly Loss[] = [
  {
    id: 'seeds',
    what: 'Seeds that say "random" or "increment 43": each is the number of one run.',
    without: (workflow, definitions, draw) => resolveSeeds(workflow, definitions, draw).workflow,
  },
  {
    id: 'virtual',
    what: 'Subgraphs (laid open, nodes inside are called `outer:inner`), notes, reroutes, primitives, mute and bypass (resolved).',
    without: resolveForApi,
  },
  {
    id: 'workflow',
    what: 'Of the workflow: `$schema`, `title`, `description`, `parameters`, `outputs`, `groups` and `extra`.',
    without: ({ version, nodes }) => ({ version, nodes }),
  },
  {
    id: 'looks',
    what: 'Of nodes: `position`, `size`, and of `extra` all but what came from this format.',
    without: (workflow) => mapNodes(workflow, (node) => {
      const { position: _, size: __, extra, ...rest } = node
      const kept = isKept(extra, 'api') ? unlessEmpty(keptOf(extra, 'api')) : undefined
      return kept ? { ...rest, extra: keep('api', kept) } : rest
    }),
  },
  BARE,
  EMPTY,
  {
    id: 'names',
    what: 'Numbers of outputs of types that are known: they come back as names.',
    without: (workflow, definitions) => {
      const graph = graphOf(workflow)
      const nameOf = ({ from, output }: Link) =>
        (typeof output === 'number' ? outputName(definitions, graph.get(from)?.ref.type, output) : output)
      return mapInputs((value) => (isLink(value) ? { ...value, output: nameOf(value) } : value))(workflow)
    },
  },
  {
    id: 'order',
    what: 'The order of nodes whose ids are whole numbers: they come first, in order of their numbers, as JavaScript reads objects.',
    without: (workflow) => {
      const byId = Object.fromEntries(workflow.nodes.map((node) => [node.id, node]))
      return { ...workflow, nodes: Object.values(byId) }
    },
  },
]

/** The workflow as it comes back from a format. */
export function withoutLosses(losses: readonly Loss[], workflow: Workflow, definitions: Definitions, draw?: () => number): Workflow {
  return losses.reduce((rest, loss) => loss.without(rest, definitions, draw), workflow)
}

function withoutEmptyExtra<H extends { readonly extra?: Workflow['extra'] }>(holder: H): H {
  if (holder.extra === undefined || Object.keys(holder.extra).length > 0) return holder
  const { extra: _, ...rest } = holder
  return rest as H // `extra` is optional
}

function mapNodes(workflow: Workflow, change: (node: WorkflowNode) => WorkflowNode): Workflow {
  const inside = (subgraph: Subgraph): Subgraph => ({ ...withoutEmptyExtra(subgraph), nodes: subgraph.nodes.map(change) })
  return {
    ...workflow, nodes: workflow.nodes.map(change), ...(workflow.subgraphs && { subgraphs: workflow.subgraphs.map(inside) }),
  }
}

function mapInputs(change: (value: InputValue) => InputValue): (workflow: Workflow) => Workflow {
  return (workflow) => mapNodes(workflow, (node) => {
    if (!node.inputs) return node
    const inputs = Object.entries(node.inputs).map(([name, value]) => [name, change(value)] as const)
    return { ...node, inputs: Object.fromEntries(inputs) }
  })
}

function calledOneWay(workflow: Workflow, known: Definitions): Workflow {
  const definitions = withSubgraphDefinitions(workflow, known)
  const subgraphs = workflow.subgraphs?.map((one) => oneWay(one, one.outputs, definitions))
  return { ...oneWay(workflow, [], definitions), ...(subgraphs && { subgraphs }) }
}

/** One graph, each output of a known type called by its name in all links if it is in one. */
function oneWay<G extends { readonly nodes: readonly WorkflowNode[]; readonly outputs?: readonly object[] }>(
  graph: G, outputs: readonly Link[], definitions: Definitions,
): G {
  const types = new Map(graph.nodes.map(({ id, type }) => [id, type]))
  const links = [...graph.nodes.flatMap(({ inputs = {} }) => Object.values(inputs)).filter(isLink), ...outputs]
  const named = new Set(links.filter(({ output }) => typeof output === 'string').map(({ from, output }) => JSON.stringify([from, output])))
  const renamed = <L extends Link>(link: L): L => {
    const type = types.get(link.from) ?? ''
    const known = typeof link.output === 'number' ? outputName(definitions, type, link.output) : undefined
    const name = link.output === 0 && known === 0 ? VIRTUAL_NODES.get(type)?.output : known
    return typeof name === 'string' && named.has(JSON.stringify([link.from, name])) ? { ...link, output: name } : link
  }
  const nodes = graph.nodes.map((node) => {
    if (!node.inputs) return node
    const inputs = Object.entries(node.inputs).map(([input, value]) => [input, isLink(value) ? renamed(value) : value] as const)
    return { ...node, inputs: Object.fromEntries(inputs) }
  })
  return { ...graph, nodes, ...(outputs.length > 0 && { outputs: outputs.map(renamed) }) }
}
