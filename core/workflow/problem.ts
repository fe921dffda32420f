/** What went wrong, by name. ComfyUI's wire code where it has one. */
export type ProblemCode =
  // the text or the whole file
  | 'invalid_json'
  | 'invalid_prompt'
  | 'workflow_too_large'
  | 'unsupported_version'
  | 'prompt_no_outputs'
  | 'prompt_outputs_failed_validation'
  | 'dependency_cycle'
  | 'subgraph_recursion'
  // one node
  | 'duplicate_node_id'
  | 'missing_node_type'
  | 'unknown_node'
  // one input
  | 'required_input_missing'
  | 'bad_linked_input'
  | 'return_type_mismatch'
  | 'invalid_input_type'
  | 'value_smaller_than_min'
  | 'value_bigger_than_max'
  | 'value_not_in_list'
  | 'unknown_input'
  | 'unknown_parameter'
  | 'duplicate_parameter'
  | 'duplicate_subgraph'
  | 'not_packable'
  | 'migration_failed'
  | 'unknown_exposed_output'
  | 'invalid_override'
  // hooks and runs
  | 'custom_validation_failed'
  | 'exception_during_validation'
  | 'execution_failed'
  | 'wrong_output'
  | 'invalid_expansion'
  | 'expansion_limit'
  | 'too_many_items'
  | 'missing_service'
  | 'cancelled'
  // plugins
  | 'duplicate_node_type'
  | 'duplicate_value_type'
  | 'invalid_plugin'

/** The node that a problem is about: as the person sees it. */
export interface NodeRef {
  readonly id: string
  readonly type: string
  readonly title?: string
}

/** One thing that is wrong, as data: it looks the same in a terminal, in an HTTP reply and on an editor's badge. */
export interface Problem {
  readonly code: ProblemCode
  readonly node?: NodeRef
  readonly input?: string
  /** What was expected and what came; begins in lower case, without a full stop. */
  readonly problem: string
  /** What to do, as a sentence. */
  readonly remedy?: string
  /** Where in the file: `nodes[3].inputs.steps`, or `line 4, column 9`. */
  readonly at?: string
  /** The ids of a cycle's nodes in order, the first again at the end. */
  readonly cycle?: readonly string[]
  /** The single problems, where this is the sum of several. */
  readonly problems?: readonly Problem[]
  /** The failure beneath, without its stack. */
  readonly cause?: ProblemCause
}

/** An error beneath a problem, as data. */
export interface ProblemCause {
  readonly name: string
  readonly message: string
  readonly cause?: ProblemCause
}

/** The one text of a problem: `KSampler (node 7), input "steps": expected …, got 0. Set it to 1 or more.` */
export function problemText({ node, input, at, problem, remedy }: Problem): string {
  const place = [node && nodeText(node), input !== undefined && `input "${input}"`, at].filter(Boolean).join(', ')
  const sentence = /[.!?]$/.test(problem) ? problem : `${problem}.`
  return `${place === '' ? '' : `${place}: `}${sentence}${remedy === undefined ? '' : ` ${remedy}`}`
}

/** How a message calls a node: `Sampler (node 7)`, or `"Second pass" (Sampler, node 7)` when it has a title. */
export function nodeText({ id, type, title }: NodeRef): string {
  return title === undefined || title === type ? `${type} (node ${id})` : `"${title}" (${type}, node ${id})`
}
