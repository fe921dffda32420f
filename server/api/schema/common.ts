/** What the descriptions of several routes share. */
import { Type } from '@sinclair/typebox'
import type { Json } from '../../../core/types/json.ts'
import type { NodeRef, Problem, ProblemCause, ProblemCode } from '../../../core/workflow/problem.ts'
import type { Workflow } from '../../../core/workflow/workflow.ts'
import type { ErrorBody } from '../errors.ts'
import { loose, typed } from './typed.ts'

export const AnyJson = loose<Json>(Type.Any({ description: 'Any JSON.' }))
export const Milliseconds = Type.Number({ description: 'Milliseconds since 1970.' })
export const JobId = Type.String({
  pattern: '^[A-Za-z0-9_-]{1,64}$', description: 'The id of a job.', expects: 'an id: 1 to 64 letters, digits, - and _',
})
export const JobParams = Type.Object({ id: JobId })
/** How many a page holds. */
export const Limit = Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: 'How many at most.' })
export const After = Type.String({ maxLength: 1000, description: 'From `next` of the page before.' })

export const NodeRefSchema = typed<NodeRef>()(Type.Object(
  { id: Type.String(), type: Type.String(), title: Type.Optional(Type.String()) },
  { $id: 'NodeRef', description: 'A node, as a person sees it.' },
))

export const ProblemSchema = loose<Problem>(Type.Object(
  {
    code: loose<ProblemCode>(Type.String({ description: 'What went wrong, by name.' })),
    node: Type.Optional(NodeRefSchema),
    input: Type.Optional(Type.String()),
    problem: Type.String({ description: 'What was expected and what came.' }),
    remedy: Type.Optional(Type.String({ description: 'What to do.' })),
    at: Type.Optional(Type.String({ description: 'Where in the file.' })),
    cycle: Type.Optional(Type.Array(Type.String())),
    problems: Type.Optional(Type.Array(Type.Ref('Problem'))),
    cause: Type.Optional(loose<ProblemCause>(Type.Object({ name: Type.String(), message: Type.String() }))),
  },
  { $id: 'Problem', description: 'One thing that is wrong with a workflow or a run.' },
))

export const FieldProblemSchema = Type.Object(
  { code: Type.String(), field: Type.String(), problem: Type.String(), remedy: Type.Optional(Type.String()) },
  { $id: 'FieldProblem', description: 'What is wrong with one field of a request.' },
)

export const ErrorSchema = loose<ErrorBody>(Type.Object(
  {
    error: Type.Object({
      code: Type.String(),
      message: Type.String(),
      field: Type.Optional(Type.String({ description: 'The part of the request that it is about.' })),
      remedy: Type.Optional(Type.String()),
      problems: Type.Optional(Type.Array(Type.Union([ProblemSchema, FieldProblemSchema]))),
    }),
  },
  { $id: 'Error', description: 'How every refusal and failure is answered.' },
))

/** The format's own schema stands in its file; the OpenAPI document takes it in from there. */
export const WorkflowSchema = loose<Workflow>(Type.Object({}, { $id: 'Workflow', description: 'A workflow file of Kinograph.' }))

/** A workflow in any format that is read: ours, ComfyUI's API format, or a file that ComfyUI saved. */
export const AnyWorkflow = loose<Json>(Type.Object({}, {
  $id: 'AnyWorkflow', description: 'A workflow: Kinograph\'s own, ComfyUI\'s API format, or a file that ComfyUI saved.',
}))

export const SocketTypeSchema = Type.Any({ $id: 'SocketType', description: 'An id (`IMAGE`), `*`, `{list: …}` or `{anyOf: […]}`.' })
