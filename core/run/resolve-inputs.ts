import type { Definitions } from '../types/definition.ts'
import type { Paths } from '../types/node-type.ts'
import { escapePrompt, isDynamic, promptPicker, PromptProblem, resolvePrompt } from '../workflow/dynamic-prompt.ts'
import { refOf } from '../workflow/graph.ts'
import type { Problem } from '../workflow/problem.ts'
import { withSubgraphDefinitions } from '../workflow/subgraphs.ts'
import { isLink, literalOf, type Workflow, type WorkflowNode } from '../workflow/workflow.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import { Wildcards } from './wildcards.ts'

/** A text as it ran, and the input that it was resolved for. */
export interface ResolvedPrompt {
  readonly node: string
  readonly input: string
  readonly text: string
}

/** A workflow whose texts say what they mean in this run. */
export interface ResolvedPrompts {
  /** To be run: texts as nodes get them. */
  readonly workflow: Workflow
  /** To be kept with the result: the same, written so that it runs the same again. */
  readonly recorded: Workflow
  readonly prompts: readonly ResolvedPrompt[]
}

/**
 * Resolves `{a|b}` and `__wildcards__` in the inputs that take them, with the node's seed: its own; of a node without
 * one, that of the nearest node behind it (the sampler that reads a prompt); 0 where there is none.
 * @param workflow with its seeds drawn
 * @throws WorkflowError for wildcards that can't be had, naming node and input
 */
export async function resolvePrompts(
  workflow: Workflow,
  definitions: Definitions,
  paths: Pick<Paths, 'input'>,
): Promise<ResolvedPrompts> {
  const run = new PromptRun(withSubgraphDefinitions(workflow, definitions), new Wildcards(paths))
  const top = await run.resolve(workflow.nodes, '')
  const inner = await Promise.all((workflow.subgraphs ?? []).map((subgraph) => run.resolve(subgraph.nodes, `subgraph:${subgraph.id}/`)))
  if (run.problems.length > 0) throw WorkflowError.ofProblems(run.problems)
  if (run.prompts.length === 0) return { workflow, recorded: workflow, prompts: [] }
  const version = (side: 'run' | 'recorded'): Workflow => ({
    ...workflow,
    nodes: top[side],
    ...(workflow.subgraphs && { subgraphs: workflow.subgraphs.map((one, index) => ({ ...one, nodes: inner[index]![side] })) }),
  })
  return { workflow: version('run'), recorded: version('recorded'), prompts: run.prompts }
}

interface Nodes {
  readonly run: readonly WorkflowNode[]
  readonly recorded: readonly WorkflowNode[]
}

class PromptRun {
  readonly prompts: ResolvedPrompt[] = []
  readonly problems: Problem[] = []
  readonly #definitions: Definitions
  readonly #wildcards: Wildcards
  /** Names of the inputs of a type that take such texts. */
  readonly #inputs = new Map<string, readonly string[]>()

  constructor(definitions: Definitions, wildcards: Wildcards) {
    this.#definitions = definitions
    this.#wildcards = wildcards
  }

  /** The nodes of one drawing. */
  async resolve(nodes: readonly WorkflowNode[], prefix: string): Promise<Nodes> {
    const dynamic: { readonly node: WorkflowNode; readonly index: number; readonly input: string }[] = []
    for (const [index, node] of nodes.entries()) for (const input of this.#textsOf(node)) dynamic.push({ node, index, input })
    if (dynamic.length === 0) return { run: nodes, recorded: nodes }
    const seeds = new SeedsOf(nodes, this.#definitions)
    const [run, recorded] = [[...nodes], [...nodes]]
    for (const { node, index, input } of dynamic) {
      const text = await this.#text(node, input, seeds.of(node.id), prefix)
      if (text === undefined) continue
      run[index] = withText(run[index]!, input, text)
      recorded[index] = withText(recorded[index]!, input, escapePrompt(text))
    }
    return { run, recorded }
  }

  /** The inputs of a node that hold a text which means more than itself. */
  #textsOf({ type, inputs = {} }: WorkflowNode): readonly string[] {
    let names = this.#inputs.get(type)
    if (names === undefined) {
      names = (this.#definitions.get(type)?.inputs ?? []).filter(({ dynamicPrompt }) => dynamicPrompt).map(({ name }) => name)
      this.#inputs.set(type, names)
    }
    return names.length === 0 ? names : names.filter((name) => isDynamic(textAt(inputs, name)))
  }

  async #text(node: WorkflowNode, input: string, seed: number, prefix: string): Promise<string | undefined> {
    const pick = promptPicker(seed, prefix + node.id, input)
    try {
      const text = await resolvePrompt(textAt(node.inputs!, input), { pick, lines: (name) => this.#wildcards.lines(name) })
      this.prompts.push({ node: prefix + node.id, input, text })
      return text
    } catch (error) {
      if (!(error instanceof PromptProblem)) throw error
      const { problem, remedy } = error
      this.problems.push({ code: 'custom_validation_failed', node: refOf(node), input, problem, remedy })
      return undefined
    }
  }
}

function textAt(inputs: NonNullable<WorkflowNode['inputs']>, name: string): string {
  const value = Object.hasOwn(inputs, name) ? inputs[name]! : ''
  const literal = isLink(value) ? '' : literalOf(value)
  return typeof literal === 'string' ? literal : ''
}

function withText(node: WorkflowNode, input: string, text: string): WorkflowNode {
  return { ...node, inputs: Object.fromEntries([...Object.entries(node.inputs!), [input, text]]) }
}

/** The seeds of the nodes of one drawing, their own or that of the nearest node behind them. */
class SeedsOf {
  readonly #own = new Map<string, number>()
  readonly #consumers = new Map<string, string[]>()

  constructor(nodes: readonly WorkflowNode[], definitions: Definitions) {
    for (const { id, type, inputs = {} } of nodes) {
      for (const { name, seed } of definitions.get(type)?.inputs ?? []) {
        const value = seed && Object.hasOwn(inputs, name) ? inputs[name] : undefined
        if (typeof value === 'number' && !this.#own.has(id)) this.#own.set(id, value)
      }
      for (const value of Object.values(inputs)) {
        if (!isLink(value)) continue
        const list = this.#consumers.get(value.from)
        if (list) list.push(id)
        else this.#consumers.set(value.from, [id])
      }
    }
  }

  of(id: string): number {
    const seen = new Set([id])
    for (const next of seen) {
      const own = this.#own.get(next)
      if (own !== undefined) return own
      for (const consumer of this.#consumers.get(next) ?? []) seen.add(consumer) // a Set is walked with what is added
    }
    return 0
  }
}
