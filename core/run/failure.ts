import { explanationOf, fieldOf, messageWithout, type Explained } from '../workflow/explained.ts'
import { nodeText, type NodeRef, type Problem } from '../workflow/problem.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import type { PlannedNode } from './planned-node.ts'

/** Errors of the operating system that say little by themselves. */
const SYSTEM_REMEDIES: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', 'The disk is full: free some space or choose another folder.'],
  ['ENOENT', 'Check that the file or folder exists.'],
  ['EACCES', 'Check that this user may read and write there.'],
  ['EMFILE', 'Too many files are open: raise the limit (ulimit -n) or run less at a time.'],
])

const MAX_CAUSES = 8

/**
 * What a node threw, as an error that names the node, the input where it can be told, and what to do. Errors are known
 * by the fields they have, not by their class: core knows none of the layers that throw them.
 */
export function nodeFailure(error: unknown, planned: PlannedNode): WorkflowError {
  const { ref } = planned
  const { node } = planned.registered
  if (error instanceof WorkflowError) return asShown(withNode(error, ref), planned)
  const explained = explanationOf(error)
  const isInput = explained.field !== undefined && Object.hasOwn(node.inputs, explained.field)
  const data: Problem = {
    code: 'execution_failed',
    node: ref,
    ...(isInput && { input: explained.field }),
    problem: problemOf(error, explained, isInput),
    remedy: explained.remedy ?? systemRemedy(error),
  }
  return asShown(new WorkflowError(data, { cause: error }), planned)
}

/** The same failure, told about the node that the person sees, and about which item of a list it was. */
function asShown(error: WorkflowError, planned: PlannedNode): WorkflowError {
  const { item } = planned
  const isOwn = error.node?.id === planned.ref.id && error.problems.length === 1
  const about = isOwn ? aboutShown(error.data, planned) : error.data
  if (about === error.data && !item) return error
  const which = item ? `item ${item.index + 1} of ${item.count}: ` : ''
  return new WorkflowError({ ...about, problem: `${which}${about.problem}` }, { cause: error.cause ?? error })
}

/** A problem with a node inside an expansion or a subgraph, told about the node that the person sees. */
export function aboutShown(problem: Problem, { shownRef }: PlannedNode): Problem {
  const { node, input, ...rest } = problem
  if (node === undefined) return { ...problem, node: shownRef }
  if (node.id === shownRef.id) return problem
  const place = input === undefined ? nodeText(node) : `${nodeText(node)}, input "${input}"`
  return { ...rest, node: shownRef, problem: `inside it, ${place}: ${problem.problem}` }
}

/** A failure that only follows from one before it: what the node was reading never came to its end. */
export function brokenStream(planned: PlannedNode, source: PlannedNode, cause: unknown): WorkflowError {
  const { ref, inputs } = planned
  const input = inputs.find((one) => one.kind === 'link' && one.from === source.path)?.slot
  const problem = `what it was still reading from, ${nodeText(source.ref)}, failed`
  return asShown(new WorkflowError({ code: 'execution_failed', node: ref, input, problem }, { cause }), planned)
}

/** Whether an error only says that a signal was aborted, at any depth of its causes. */
export function isAbort(error: unknown, signal: AbortSignal): boolean {
  let one = error
  for (let depth = 0; depth < MAX_CAUSES && one !== undefined && one !== null; depth++) {
    if (one === signal.reason) return true
    if (!(one instanceof Error)) return false
    if (one.name === 'AbortError' || (one instanceof WorkflowError && one.code === 'cancelled')) return true
    one = one.cause
  }
  return false
}

/** Adds the node to a failure that names none, such as one about an input thrown by a helper of the node. */
function withNode(error: WorkflowError, ref: NodeRef): WorkflowError {
  return error.node ? error : new WorkflowError({ ...error.data, node: ref }, { cause: error.cause ?? error })
}

/** The error's own message without its remedy, which follows it; or its parts where the message is empty. */
function problemOf(error: unknown, explained: Explained, isInput: boolean): string {
  const { problem, remedy, expected, found, field } = explained
  if (isInput && expected !== undefined && found !== undefined) return `expected ${expected}, got ${found}`
  const text = messageWithout(error, remedy)
  if (text !== '') return isInput && text.startsWith(`${field}: `) ? text.slice(`${field}: `.length) : text
  return problem ?? (error instanceof Error ? `it failed with ${error.name}` : 'it failed and did not say why')
}

function systemRemedy(error: unknown): string | undefined {
  const code: unknown = error instanceof Error ? fieldOf(error, 'code') : undefined
  return typeof code === 'string' ? SYSTEM_REMEDIES.get(code) : undefined
}
