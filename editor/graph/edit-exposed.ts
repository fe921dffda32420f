/** Edits of what the workflow says of itself: its title, and names of its own for inputs. */
import type { Workflow } from '../../core/workflow/workflow.ts'
import { WorkflowError } from '../../core/workflow/workflow-error.ts'
import type { Edit } from './edit.ts'
import { unknownNode } from './edit-nodes.ts'
import { graphAt, withFields } from './graph-at.ts'
import { withParameters } from './parameters.ts'
import type { GraphPath } from './scene.ts'

type EditOf<T extends Edit['type']> = Extract<Edit, { readonly type: T }>

/** What the format takes for names of parameters. */
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,99}$/

/** @throws WorkflowError for a name that is taken by another input, or can't be one */
export function expose(workflow: Workflow, path: GraphPath, { node, input, name, description }: EditOf<'expose'>): Workflow {
  if (!graphAt(workflow, path).nodes.some(({ id }) => id === node)) throw unknownNode(node)
  const at = [...path, node].join('/')
  const { parameters = [] } = workflow
  const index = parameters.findIndex((one) => one.node === at && one.input === input)
  const before = parameters[index]
  if (name === undefined) return before ? withParameters(workflow, parameters.toSpliced(index, 1)) : workflow
  refuseName(name, parameters.some((one, place) => one.name === name && place !== index))
  if (!before) return withParameters(workflow, [...parameters, { name, node: at, input, ...(description && { description }) }])
  const next = withFields(before, { name, ...(description !== undefined && { description: description || undefined }) })
  return next === before ? workflow : withParameters(workflow, parameters.with(index, next))
}

function refuseName(name: string, isTaken: boolean): void {
  if (!NAME.test(name)) {
    const problem = `expected a name of letters, digits, "_" and "-" that begins with a letter, got "${name.slice(0, 60)}"`
    throw new WorkflowError({ code: 'unknown_parameter', problem, remedy: 'Choose another name.' })
  }
  if (!isTaken) return
  throw new WorkflowError({ code: 'duplicate_parameter', problem: `the name "${name}" is taken by another input`, remedy: 'Choose another name.' })
}

/** Texts that are left out stay; empty ones go. */
export function describe(workflow: Workflow, { title, description }: EditOf<'describe'>): Workflow {
  return withFields(workflow, {
    ...(title !== undefined && { title: title === '' ? undefined : title }),
    ...(description !== undefined && { description: description === '' ? undefined : description }),
  })
}
