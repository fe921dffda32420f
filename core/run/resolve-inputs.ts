import type { Registry } from '../plugins/registry.ts'
import type { Definitions } from '../types/definition.ts'
import type { Paths } from '../types/node-type.ts'
import { escapePrompt, isDynamic, promptPicker, PromptProblem, resolvePrompt } from '../workflow/dynamic-prompt.ts'
import { refOf } from '../workflow/graph.ts'
import type { Problem } from '../workflow/problem.ts'
import { Insides, separatePlaces, type Inside } from '../workflow/separate.ts'
import { withSubgraphDefinitions } from '../workflow/subgraphs.ts'
import { isLink, literalOf, type Workflow, type WorkflowNode } from '../workflow/workflow.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import { PromptSeeds } from './prompt-seeds.ts'
import { Wildcards } from './wildcards.ts'

/** A text as it ran, and the input that it was resolved for. */
export interface ResolvedPrompt {
  /** The node's path through subgraphs: `outer/inner`. */
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
 * one, that of the nearest node behind it (the sampler that reads a prompt); 0 where there is none. Each node that stands
 * for a subgraph gets texts of its own inside.
 * @param workflow with its seeds drawn
 * @throws WorkflowError for wildcards that can't be had, naming node and input
 */
export async function resolvePrompts(
  workflow: Workflow,
  registry: Registry,
  paths: Pick<Paths, 'input'>,
): Promise<ResolvedPrompts> {
  const found = new DynamicTexts(workflow, registry.definitions)
  if (found.texts.length === 0) return { workflow, recorded: workflow, prompts: [] }
  const { source, texts } = found
  const seeds = new PromptSeeds(source, registry)
  const wildcards = new Wildcards(paths)
  const [run, recorded] = [new Insides(source), new Insides(source)]
  const prompts: ResolvedPrompt[] = []
  const problems: Problem[] = []
  for (const { inside, index, node, path, input } of texts) {
    const pick = promptPicker(seeds.of(path, node, input), path, input)
    try {
      const text = await resolvePrompt(textAt(node.inputs!, input), { pick, lines: (name) => wildcards.lines(name) })
      prompts.push({ node: path, input, text })
      run.replace(inside, index, withText(run.nodes(inside)[index]!, input, text))
      recorded.replace(inside, index, withText(recorded.nodes(inside)[index]!, input, escapePrompt(text)))
    } catch (error) {
      if (!(error instanceof PromptProblem)) throw error
      const { problem, remedy } = error
      problems.push({ code: 'custom_validation_failed', node: { ...refOf(node), id: path }, input, problem, remedy })
    }
  }
  if (problems.length > 0) throw WorkflowError.ofProblems(problems)
  return { workflow: run.workflow, recorded: recorded.workflow, prompts }
}

/** A text that means more than itself, and where it stands. */
interface DynamicText {
  readonly inside: Inside
  readonly index: number
  readonly node: WorkflowNode
  readonly path: string
  readonly input: string
}

/** The texts of a workflow that mean more than themselves, and the workflow with each place of them apart. */
class DynamicTexts {
  readonly source: Workflow
  readonly texts: readonly DynamicText[]
  /** Names of the inputs of a type that take such texts. */
  readonly #inputs = new Map<string, readonly string[]>()

  constructor(workflow: Workflow, types: Definitions) {
    const insides = new Insides(workflow)
    const before = withSubgraphDefinitions(workflow, types)
    const places = separatePlaces(insides, (node) => this.#inputsOf(node, before).length > 0)
    this.source = insides.workflow
    const definitions = withSubgraphDefinitions(this.source, types)
    this.texts = places.flatMap(({ inside, prefix }) => insides.nodes(inside).flatMap((node, index) =>
      this.#inputsOf(node, definitions).map((input) => ({ inside, index, node, path: prefix + node.id, input }))))
  }

  /** The inputs of a node that hold a text which means more than itself. */
  #inputsOf({ type, inputs = {} }: WorkflowNode, definitions: Definitions): readonly string[] {
    let names = this.#inputs.get(type)
    if (names === undefined) {
      names = (definitions.get(type)?.inputs ?? []).filter(({ dynamicPrompt }) => dynamicPrompt).map(({ name }) => name)
      this.#inputs.set(type, names)
    }
    return names.length === 0 ? names : names.filter((name) => isDynamic(textAt(inputs, name)))
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
