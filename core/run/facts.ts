import type { Facts, FactsAnswer, FactsContext } from '../types/facts.ts'
import type { JsonObject } from '../types/json.ts'
import type { Problem } from '../workflow/problem.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import { knownInputs } from './constants.ts'
import { checkFacts, withinLimit } from './hook-answers.ts'
import { hookContext, hookFailure, type HookHost } from './hooks.ts'
import type { PlannedInput, PlannedNode } from './planned-node.ts'

/** What is known of outputs before anything runs, by node path and output name. */
export type KnownFacts = ReadonlyMap<string, Facts>

/** What is known of the values in a graph, and what is wrong with that. */
export interface FoundFacts {
  readonly facts: KnownFacts
  readonly problems: readonly Problem[]
}

/**
 * Carries facts along the links: each node with a `facts` hook is asked what it makes of what is known of its inputs.
 * Of the outputs of all others nothing is known. Nodes are asked as soon as those before them have answered.
 * @param nodes each after those it depends on
 * @param known what is known of nodes around them already
 */
export async function findFacts(nodes: readonly PlannedNode[], host: HookHost, known?: KnownFacts): Promise<FoundFacts> {
  const asked = nodes.filter(({ registered }) => registered.node.facts)
  if (asked.length === 0) return NOTHING
  const answers = new Map<string, Promise<Answer>>()
  const outputsOf = async (path: string) => (await answers.get(path))?.outputs ?? known?.get(path)
  for (const node of asked) answers.set(node.path, ask(node, outputsOf, host))
  const found = await Promise.all([...answers].map(async ([path, answer]) => [path, await answer] as const))
  return {
    facts: new Map(found.map(([path, { outputs }]) => [path, outputs])),
    problems: found.flatMap(([, { problems }]) => problems),
  }
}

const NOTHING: FoundFacts = { facts: new Map(), problems: [] }

interface Answer {
  readonly outputs: Facts
  readonly problems: readonly Problem[]
}

async function ask(planned: PlannedNode, outputsOf: OutputsOf, host: HookHost): Promise<Answer> {
  const context = await factsContext(planned, outputsOf, host)
  try {
    const inputs = knownInputs(planned, host.constants)
    const said: FactsAnswer | void = await withinLimit(planned.registered.node.facts!(inputs, context))
    checkFacts(said)
    const complaints = said?.complaints ?? []
    const problems = complaints.map((one): Problem => ({ code: 'custom_validation_failed', node: planned.ref, ...one }))
    // Of what does not fit nothing more is known: one mistake is told once, not at each node behind it.
    return { outputs: problems.length > 0 ? {} : said?.outputs ?? {}, problems }
  } catch (error) {
    if (!(error instanceof WorkflowError)) return { outputs: {}, problems: [hookFailure('facts', planned, error)] }
    return { outputs: {}, problems: error.problems.map((problem) => ({ node: planned.ref, ...problem })) }
  }
}

/** What is known of the outputs of the node at a path. */
type OutputsOf = (path: string) => Promise<Facts | undefined> | Facts | undefined

/** What the hooks of a node that look at facts are given; an output without facts is unknown. */
export async function factsContext(
  planned: PlannedNode,
  outputsOf: OutputsOf,
  host: HookHost,
): Promise<FactsContext> {
  const facts = new Map<string, JsonObject>()
  for (const input of planned.inputs) {
    const own = ownFacts(input)
    const source = sourceOf(input)
    const outputs = source && await outputsOf(source.from)
    const known = outputs && Object.hasOwn(outputs, source.output) ? outputs[source.output] : undefined
    if (known !== undefined || own !== undefined) facts.set(input.slot, { ...known, ...own })
  }
  return { ...hookContext(planned, host), facts: Object.fromEntries(facts) }
}

/** What a value says of itself that came about in the run. */
function ownFacts(input: PlannedInput): JsonObject | undefined {
  if (input.kind !== 'given' || input.given.each || input.given.value === undefined) return undefined
  return input.given.type.facts?.(input.given.value)
}

/** Where the value of an input comes from: over a link that is handed on, or for a value in an expansion, as its node got it. */
function sourceOf(input: PlannedInput): { readonly from: string; readonly output: string } | undefined {
  if (input.kind === 'link' || input.kind === 'raw') return input
  if (input.kind === 'hidden' || input.from === undefined || input.output === undefined) return undefined
  return { from: input.from, output: input.output }
}
