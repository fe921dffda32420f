import type { Definitions } from '../types/definition.ts'
import { seedPolicy, type SeedPolicy } from '../types/literal.ts'
import { Insides, separatePlaces } from './separate.ts'
import { withSubgraphDefinitions } from './subgraphs.ts'
import type { Workflow, WorkflowNode } from './workflow.ts'

/** A seed that was drawn, and the input it was drawn for. */
export interface ResolvedSeed {
  /** The node's path through subgraphs: `outer/inner`. */
  readonly node: string
  readonly input: string
  readonly value: number
}

/** A workflow as it runs, with the seeds that were drawn for it. */
export interface SeededWorkflow {
  readonly workflow: Workflow
  readonly seeds: readonly ResolvedSeed[]
}

/**
 * Puts a number in the place of each seed that says "random" or "increment 43", inside subgraphs too, where each node
 * that stands for one draws its own: a result carries the numbers and can be made again.
 * @param draw gives a whole number from 0 to 2^53 - 1
 * @param index which run of a batch it is, from 0
 */
export function resolveSeeds(workflow: Workflow, types: Definitions, draw = drawSeed, index = 0): SeededWorkflow {
  const valueOf = (policy: SeedPolicy) =>
    policy.kind === 'random' ? draw() : (policy.from + index) % (Number.MAX_SAFE_INTEGER + 1)
  const before = withSubgraphDefinitions(workflow, types)
  const insides = new Insides(workflow)
  const places = separatePlaces(insides, (node) => openSeeds(node, before).length > 0)
  const definitions = withSubgraphDefinitions(insides.workflow, types)
  const seeds: ResolvedSeed[] = []
  for (const { inside, prefix } of places) {
    for (const [at, node] of insides.nodes(inside).entries()) {
      const open = openSeeds(node, definitions)
      if (open.length === 0) continue
      const drawn = open.map(({ input, policy }): ResolvedSeed => ({ node: prefix + node.id, input, value: valueOf(policy) }))
      seeds.push(...drawn)
      insides.replace(inside, at, { ...node, inputs: { ...node.inputs, ...Object.fromEntries(drawn.map(({ input, value }) => [input, value])) } })
    }
  }
  return { workflow: insides.workflow, seeds }
}

/** The seed inputs of a node that hold no number yet. */
function openSeeds(node: WorkflowNode, definitions: Definitions) {
  const { inputs = {} } = node
  const found: { readonly input: string; readonly policy: SeedPolicy }[] = []
  for (const { name, seed } of definitions.get(node.type)?.inputs ?? []) {
    const policy = seed && Object.hasOwn(inputs, name) ? seedPolicy(inputs[name]) : undefined
    if (policy) found.push({ input: name, policy })
  }
  return found
}

/** 53 random bits. */
function drawSeed(): number {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2))
  return (high! & 0x1fffff) * 2 ** 32 + low!
}
