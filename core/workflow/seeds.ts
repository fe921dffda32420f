import type { Definitions } from '../types/definition.ts'
import { RANDOM_SEED } from '../types/literal.ts'
import type { Workflow, WorkflowNode } from './workflow.ts'

/** A seed that was drawn, and the input it was drawn for. */
export interface ResolvedSeed {
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
 * Puts a number in the place of each seed that says "random": a result carries the numbers and can be made again.
 * @param draw gives a whole number from 0 to 2^53 - 1
 */
export function resolveSeeds(workflow: Workflow, definitions: Definitions, draw = drawSeed): SeededWorkflow {
  const seeds: ResolvedSeed[] = []
  const nodes = workflow.nodes.map((node) => {
    const drawn = randomInputs(node, definitions).map((input) => ({ node: node.id, input, value: draw() }))
    if (drawn.length === 0) return node
    seeds.push(...drawn)
    const values = Object.fromEntries(drawn.map(({ input, value }) => [input, value]))
    return { ...node, inputs: { ...node.inputs, ...values } }
  })
  return seeds.length === 0 ? { workflow, seeds } : { workflow: { ...workflow, nodes }, seeds }
}

function randomInputs(node: WorkflowNode, definitions: Definitions): string[] {
  const { inputs = {} } = node
  const seeds = definitions.get(node.type)?.inputs.filter(({ seed }) => seed) ?? []
  const names = seeds.map(({ name }) => name)
  return names.filter((name) => Object.hasOwn(inputs, name) && inputs[name] === RANDOM_SEED)
}

/** 53 random bits. */
function drawSeed(): number {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2))
  return (high! & 0x1fffff) * 2 ** 32 + low!
}
